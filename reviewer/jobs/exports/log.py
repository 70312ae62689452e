"""The log of decisions as it was written, row by row, for other programs and other collections.

Beside it the answers that count, a pair each, as corrections. Each row names its image in every
way there is, so that `reviewer merge` finds it elsewhere.
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
    from collections.abc import Iterable, Sequence
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
CORRECTION_COLUMNS = (
    "image",
    "sha256",
    "tag",
    "answer",
    "original",
    "changed",
    "reviewer",
    "answered_at",
    "version",
    "score",
    "suspicion",
    "site",
    "remote_id",
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
    count = _write(library, folder / "log", COLUMNS, library.decisions.log())
    listener.note(f"{count:,} rows in {folder / 'log.csv'} and .jsonl")
    return count


def write_corrections(library: Library, folder: Path, listener: Listener) -> int:
    """Writes `corrections.csv` and `.jsonl`: every answered pair, confirmed absences among them.

    Args:
        library: The collection.
        folder: Where to.
        listener: Is told how many answers there were.

    Returns:
        Answers.

    Raises:
        StoreError: The folder cannot be written.
    """
    live = library.decisions.live()
    count = _write(library, folder / "corrections", CORRECTION_COLUMNS, live)
    listener.note(f"{count:,} answers in {folder / 'corrections.csv'} and .jsonl")
    return count


def _write(
    library: Library, stem: Path, columns: Sequence[str], decisions: Iterable[Decision]
) -> int:
    """Writes rows of the log as a table and as JSON lines; returns how many."""
    vocabulary, count = library.vocabulary(), 0
    image_of = lru_cache(REMEMBERED)(library.images.get)
    with (
        replacing(stem.with_suffix(".csv")) as csv_aside,
        replacing(stem.with_suffix(".jsonl")) as json_aside,
        csv_aside.open("w", newline="", encoding="utf-8") as csv_file,
        json_aside.open("w", encoding="utf-8") as json_file,
    ):
        writer = csv.DictWriter(csv_file, columns, lineterminator="\n")
        writer.writeheader()
        for decision in decisions:
            whole = _row(decision, image_of(decision.image_id), vocabulary)
            row = {name: whole[name] for name in columns}
            writer.writerow(row)
            json_file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


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
        "remote_id": image.remote_id,
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
