"""What tables of images and tags say, under the names that other programs give their columns."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reviewer.core.errors import SourceError
from reviewer.pictures import SUFFIXES
from reviewer.sources.json_file import read_json, read_json_lines
from reviewer.sources.post import CATEGORY_WORDS
from reviewer.sources.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.core.types import Category

PATHS = ("relative_path", "file_name", "filename", "file", "image", "image_path", "path", "name")
"""Columns that name an image, the most telling first."""

TAGS = ("tags", "tag_string", "text", "caption", "captions", "labels", "keywords")
"""Columns that hold tags."""

RATING = "rating"

SURE = 0.35
"""Score from which a tagger's word is taken for a tag where it wrote the scores: what tagger
programs take themselves unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a table says of an image.

    Attributes:
        file: As the table names it.
        tags: A text as it is written, or names with their categories.
        rating: As it is written; empty without one.
        unsure: Tags that were left out for their scores.
    """

    file: str
    tags: str | tuple[tuple[str, Category | None], ...]
    rating: str = ""
    unsure: int = 0


def entries_of(path: Path) -> Iterator[Entry]:
    """The entries of a table, in order; none where it is something else.

    Raises:
        SourceError: It cannot be read or parsed; the text names it.
    """
    kind = path.suffix.lower()
    if kind == ".jsonl":
        for value in read_json_lines(path):
            yield from _of_object(value)
    elif kind == ".json":
        yield from _of_json(read_json(path))
    else:
        yield from _of_rows(path)


# -- inside --------------------------------------------------------------------------------------


def _of_rows(path: Path) -> Iterator[Entry]:
    text = read_text(path).text
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        head = next(rows, [])
        file, tags, rating = columns_of(head)
        if len(head) > 1 and head[0].lower().endswith(tuple(SUFFIXES)):
            # Without a heading the first row is an image's already.
            file, tags = 0, 1
            yield Entry(head[0], head[1])
        if min(file, tags) < 0:
            return
        for row in rows:
            if len(row) > max(file, tags) and row[file].strip():
                rated = row[rating] if 0 <= rating < len(row) else ""
                yield Entry(row[file], row[tags], rated)
    except csv.Error as error:
        raise SourceError(f"{path}, line {rows.line_num}: {error}.") from error


def columns_of(head: list[str]) -> tuple[int, int, int]:
    """Places of the columns of the file, the tags and the rating; -1 where there is none."""
    names = [name.strip().lower().removeprefix("\ufeff") for name in head]

    def first(wanted: tuple[str, ...]) -> int:
        return next((names.index(name) for name in wanted if name in names), -1)

    return first(PATHS), first(TAGS), first((RATING,))


def _of_json(value: object) -> Iterator[Entry]:
    """Entries of a list of objects, or of an object with images for its keys."""
    if isinstance(value, list):
        for item in value:
            yield from _of_object(item)
    elif isinstance(value, dict):
        for file, told in value.items():
            entry = _entry(file, told)
            if entry is not None:
                yield entry


def _of_object(value: object) -> Iterator[Entry]:
    if not isinstance(value, dict):
        return
    file = next((value[key] for key in PATHS if isinstance(value.get(key), str)), None)
    entry = None if file is None else _entry(file, value)
    if entry is not None:
        yield entry


def _entry(file: str, told: Any) -> Entry | None:  # noqa: ANN401 - JSON holds anything
    """What a JSON value tells of an image: a text, a list of names, an object of either."""
    rating = ""
    if isinstance(told, dict):
        stated = told.get(RATING)
        rating = stated if isinstance(stated, str) else _surest(stated)
        held = next((told[key] for key in TAGS if told.get(key)), None)
        told = told if held is None else held
    if isinstance(told, str):
        return Entry(file, told, rating)
    if isinstance(told, list):
        return Entry(file, tuple((name, None) for name in told if isinstance(name, str)), rating)
    if isinstance(told, dict):
        scores = list(_scores(told))
        sure = tuple((name, kind) for name, kind, score in scores if score >= SURE)
        return Entry(file, sure, rating, len(scores) - len(sure)) if scores else None
    return None


def _scores(told: dict[str, Any]) -> Iterator[tuple[str, Category | None, float]]:
    """Names with categories and scores, of one object or of one a category."""
    for key, value in told.items():
        if isinstance(value, dict) and key in CATEGORY_WORDS:
            for name, score in value.items():
                if isinstance(score, int | float):
                    yield name, CATEGORY_WORDS[key], float(score)
        elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            yield key, None, float(value)


def _surest(scores: object) -> str:
    """The rating of the highest score."""
    if not isinstance(scores, dict) or not scores:
        return ""
    rated = {name: score for name, score in scores.items() if isinstance(score, int | float)}
    return max(rated, key=lambda name: rated[name], default="")
