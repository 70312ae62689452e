"""The log of decisions as it was written, row by row, for other programs and other collections.

Each row names its image in every way there is, so that `reviewer merge` finds it elsewhere.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Category, Side
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Decision, Image
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

COLUMNS = (
    "id",
    "step",
    "undoes",
    "image",
    "sha256",
    "site",
    "post",
    "tag",
    "category",
    "answer",
    "original",
    "changed",
    "origin",
    "reviewer",
    "answered_at",
    "elapsed_ms",
    "version",
    "score",
    "suspicion",
)
WORDS = {Answer.YES: "yes", Answer.NO: "no", Answer.UNSURE: "unsure"}
REMEMBERED = 4096
"""Images that are kept while rows of the same images come."""


def write_log(library: Library, folder: Path, listener: Listener) -> int:
    """Writes `log.csv` and `log.jsonl`: every answer and every undo, oldest first.

    Args:
        library: The collection.
        folder: Where to.
        listener: Is told how many rows there were.

    Returns:
        Rows.

    Raises:
        StoreError: The folder cannot be written.
    """
    count = 0
    with (
        replacing(folder / "log.csv") as csv_aside,
        replacing(folder / "log.jsonl") as json_aside,
        csv_aside.open("w", newline="", encoding="utf-8") as csv_file,
        json_aside.open("w", encoding="utf-8") as json_file,
    ):
        writer = csv.DictWriter(csv_file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in _rows(library):
            writer.writerow(row)
            json_file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    listener.note(f"{count:,} rows in {folder / 'log.csv'} and .jsonl")
    return count


def _rows(library: Library) -> Iterator[dict[str, str | int | float | bool | None]]:
    vocabulary = library.vocabulary()

    @lru_cache(REMEMBERED)
    def image_of(image_id: int) -> Image:
        return library.images.get(image_id)

    for decision in library.decisions.log():
        yield _row(decision, image_of(decision.image_id), vocabulary)


def _row(
    decision: Decision, image: Image, vocabulary: Vocabulary
) -> dict[str, str | int | float | bool | None]:
    at = dt.datetime.fromtimestamp(decision.answered_at / 1000, dt.UTC)
    tag = vocabulary.tags.get(decision.tag_id)
    return {
        "id": decision.id,
        "step": decision.step,
        "undoes": decision.undoes,
        "image": image.path,
        "sha256": image.sha256.hex(),
        "site": image.site,
        "post": image.remote_id,
        "tag": vocabulary.name(decision.tag_id),
        "category": (tag.category if tag is not None else Category.GENERAL).word,
        "answer": WORDS[decision.answer],
        "original": "present" if decision.side is Side.WRONG else "absent",
        "changed": decision.changes_metadata,
        "origin": decision.origin.value,
        "reviewer": decision.reviewer,
        "answered_at": at.isoformat(timespec="milliseconds"),
        "elapsed_ms": decision.elapsed_ms,
        "version": decision.version,
        "score": round(decision.score, 6),
        "suspicion": round(decision.suspicion, 6),
    }
