"""One `tags.csv` for the whole folder: `relative_path,tags`, tags set apart by spaces or commas.

A third column, `rating`, may hold the rating as a letter or a word.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.alike import Names
from reviewer.core.errors import SourceError
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.caption_text import Caption, Style
from reviewer.sources.post import rating_of
from reviewer.sources.table_entries import columns_of
from reviewer.sources.text import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "tags.csv"
COLUMNS = ("relative_path", "tags")
RATING = "rating"
"""A column that need not be there."""


class TagsCsv:
    """A table of image paths and tags."""

    name = "tags.csv"
    title = "one tags.csv for all images"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether the table is there; with columns of other names it is one for `tables`."""
        path = folder / FILE
        return path.is_file() and not _is_named_otherwise(path)

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads the table.

        Raises:
            SourceError: The table lacks its columns or cannot be parsed.
        """
        path = folder / FILE
        decoded = read_text(path)
        reading = Reading()
        here = Names(images)
        if decoded.encoding == "latin-1":
            reading.notes.append(f"{path} is not UTF-8 and was read as Latin-1.")
        rows = csv.DictReader(io.StringIO(decoded.text))
        style = style_of_rows(decoded.text)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise SourceError(
                f"{path} needs a first line 'relative_path,tags'; it has "
                f"{','.join(rows.fieldnames or ()) or 'nothing'}."
            )
        try:
            for row in rows:
                _add(reading, here, row, style)
        except csv.Error as error:
            raise SourceError(f"{path}, line {rows.line_num}: {error}.") from error
        settle_scheme(reading)
        return reading


def settle_scheme(reading: Reading) -> None:
    """Gives all ratings of the table one scheme: `s` beside `g` is sensitive, not safe."""
    told = reading.records.told
    ratings = {(record.rating, record.rating_scheme) for record in told.values()}
    four = any(letter == "g" or (letter, scheme) == ("s", "gsqe") for letter, scheme in ratings)
    if four or ("s", "sqe") in ratings:
        scheme = "gsqe" if four else "sqe"
        for name, record in told.items():
            if record.rating:
                told[name] = replace(record, rating_scheme=scheme)


def _is_named_otherwise(path: Path) -> bool:
    """Whether the columns are there under names of other programs."""
    try:
        head = next(csv.reader([read_text(path).text.partition("\n")[0]]), [])
    except (SourceError, csv.Error):
        return False
    return not set(COLUMNS) <= set(head) and min(columns_of(head)[:2]) >= 0


def style_of_rows(text: str) -> Style:
    """How a table's rows set tags apart: by commas where most rows of several tags do.

    A single comma without a space behind it may be part of a name.

    Args:
        text: Of the whole table.
    """
    several = commas = 0
    try:
        for row in csv.DictReader(io.StringIO(text)):
            tags = (row.get("tags") or "").strip()
            several += " " in tags or "," in tags
            commas += ", " in tags or tags.count(",") > 1
    except csv.Error:
        return Style.SPACES
    return Style.COMMAS if commas * 2 > several else Style.SPACES


def image_of(written: str, here: Names) -> str | None:
    """The image that a row names: with slashes of Windows, in another case; `None` without one."""
    return here.find(written.replace("\\", "/").removeprefix("./"))


def _add(reading: Reading, here: Names, row: dict[str, str | None], style: Style) -> None:
    written = row["relative_path"] or ""
    name = image_of(written, here)
    if name is not None:
        rating, scheme = rating_of(row.get(RATING) or "")
        reading.records[name] = SourceRecord(
            tags=frozenset(Caption(row["tags"] or "", style).tags()) - {""},
            rating=rating,
            rating_scheme=scheme,
        )
    elif written:
        reading.missing.append(written)
