"""Lists of tags as taggers bring them."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

from model.errors import TaggerProblem
from model.taggers.family import RATING, YEAR, Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from model.taggers.facts import FolderFacts

SELECTED = "selected_tags.csv"
RATING_IDS = frozenset({"9999996", "9999997", "9999998", "9999999"})
"""Ids of the rows that are ratings, in the lists of wd taggers."""
WORDS = {
    "general": 0,
    "artist": 1,
    "copyright": 3,
    "character": 4,
    "meta": 5,
    "rating": RATING,
    "year": YEAR,
}
"""Categories where a list writes them in words, with their numbers."""


def read_selected(facts: FolderFacts, name: str = SELECTED) -> tuple[Output, ...]:
    """A CSV file with columns `name` and `category`, taken by name; the rows are the outputs.

    `best_threshold` and `real_name` (the tag since it was renamed) are read where they are.

    Raises:
        TaggerProblem: The file is damaged.
    """
    rows = facts.table(name)
    try:
        outputs = tuple(
            Output(row["name"], int(row.get("category") or 0), _number(row), _renamed(row))
            for row in rows
        )
    except (KeyError, ValueError) as problem:
        raise TaggerProblem(
            f"{facts.path(name)} is damaged: it needs the columns name and category "
            f"({problem}). Copy it again."
        ) from problem
    return checked(facts, name, outputs)


def plain_outputs(facts: FolderFacts, name: str, tags: Iterable[object]) -> tuple[Output, ...]:
    """Outputs from names alone; `rating:e` and the like are ratings.

    Raises:
        TaggerProblem: The list is empty or holds something else.
    """
    found = tuple(Output(str(tag), RATING if str(tag).startswith("rating:") else 0) for tag in tags)
    return checked(facts, name, found)


def in_order(facts: FolderFacts, name: str, tags: Mapping[str, object]) -> list[str]:
    """The names of a list whose keys are the numbers of its outputs.

    Args:
        facts: The folder.
        name: Of the file that holds the list.
        tags: Names by their numbers, written as texts.

    Raises:
        TaggerProblem: The numbers are not 0, 1, 2 and so on.
    """
    try:
        named = {int(number): str(tag) for number, tag in tags.items()}
    except ValueError as problem:
        raise TaggerProblem(f"{facts.path(name)} is damaged: {problem}.") from problem
    if sorted(named) != list(range(len(named))):
        raise TaggerProblem(
            f"{facts.path(name)} is damaged: its tags are not numbered from 0 without gaps. Copy "
            "it again."
        )
    return [named[number] for number in range(len(named))]


def checked(facts: FolderFacts, name: str, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """The same; every output has a name.

    Raises:
        TaggerProblem: There are none, or one has none.
    """
    if not outputs or not all(output.name.strip() for output in outputs):
        raise TaggerProblem(
            f"{facts.path(name)} is damaged: "
            f"{'a row has no tag' if outputs else 'it names no tag'}. Copy it again."
        )
    return outputs


def has_rating_rows(facts: FolderFacts) -> bool:
    """Whether a list is laid out as that of a wd tagger, with its rows for ratings."""
    rows = facts.table(SELECTED)
    if not rows or list(rows[0]) != ["tag_id", "name", "category", "count"]:
        return False
    return {row["tag_id"] for row in rows[:8]} >= RATING_IDS


def selected_as_csv(tags: Iterable[tuple[str, int]], counts: Mapping[str, int]) -> str:
    """A list as wd taggers have it: `tag_id,name,category,count`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("tag_id", "name", "category", "count"))
    writer.writerows(
        (row, name, kind, counts.get(name, 0)) for row, (name, kind) in enumerate(tags)
    )
    return text.getvalue()


def _number(row: Mapping[str, str]) -> float:
    found = row.get("best_threshold") or row.get("threshold") or ""
    try:
        value = float(found)
    except ValueError:
        return math.nan
    return value if 0 <= value <= 1 else math.nan


def _renamed(row: Mapping[str, str]) -> str:
    real = row.get("real_name", "")
    return real if real != row["name"] else ""
