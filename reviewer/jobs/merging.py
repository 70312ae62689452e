"""Another person's log of decisions, taken into this collection."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.review.disagreement import State
from reviewer.core.types import Category, ChangeSet, Decision, Origin, Side
from reviewer.jobs.context import stage
from reviewer.jobs.exports.log import WORDS
from reviewer.jobs.people import weigh_reviewers
from reviewer.store.merges import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

ANSWERS = {word: answer for answer, word in WORDS.items()}
NAMED = 5
"""Tags and images that are named in a sentence."""


class LogRow(msgspec.Struct, frozen=True):
    """A row of `log.jsonl`, as `reviewer export` writes it; see `log_export.COLUMNS`."""

    id: int
    image: str
    tag: str
    answer: str
    original: str
    reviewer: str
    answered_at: str
    step: int = 0
    undoes: int | None = None
    sha256: str = ""
    site: str = ""
    post: str = ""
    category: str = ""
    origin: str = "queue"
    elapsed_ms: int = 0
    version: str = ""
    score: float = 0.0
    suspicion: float = 0.0


@dataclass(frozen=True)
class Matching:
    """How the images of a log were found here.

    Attributes:
        ids: Image ids by path there.
        by: Images by what told them: "hash", "post" or "path".
        lost: Paths there that have no image here.
    """

    ids: dict[str, int] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


def merge_log(library: Library, path: Path, listener: Listener) -> ChangeSet:
    """Takes the decisions of another collection's log in, those that are not here yet.

    Args:
        library: The collection.
        path: `log.jsonl`, from `reviewer export --format log` there.
        listener: Hears of progress, and what was matched.

    Raises:
        SourceError: The file cannot be read, or is no such log.
        UsageError: None of its images is in this collection.
        StoreError: Nothing was stored.
    """
    rows = read_log(path)
    with stage(listener, "match images", len({row.image for row in rows}), "images"):
        found = match_images(library, rows)
    if rows and not found.ids:
        raise UsageError(
            f"None of the {len(found.lost):,} images in {path} is in this collection "
            f"({', '.join(found.lost[:NAMED])}). Is it the log of another collection?"
        )
    before = library.reviewers.disagreements()[State.OPEN]
    incoming = list(_incoming(library, rows, found))
    merge = library.merges.merge(incoming, str(path), int(time.time() * 1000))
    weigh_reviewers(library)
    after = library.reviewers.disagreements()[State.OPEN]
    _tell(listener, found, incoming, merge.answers, after - before)
    return ChangeSet(
        decisions=True,
        summary={
            "answers": merge.answers,
            "rows": len(rows),
            "images_matched": len(found.ids),
            "images_not_here": len(found.lost),
            "new_disagreements": max(after - before, 0),
            "disagreements": after,
        },
    )


def take_back_merge(library: Library, listener: Listener) -> ChangeSet:
    """Takes the last merge back that was not taken back yet.

    Raises:
        UsageError: There is none.
        StoreError: Nothing was stored.
    """
    merges = [merge for merge in library.merges.all() if not merge.taken_back]
    if not merges:
        raise UsageError("No merge is left to take back.")
    last = merges[-1]
    count = library.merges.take_back(last.step)
    weigh_reviewers(library)
    listener.note(f"Taken back: {count:,} answers of {last.source}. Merging it again brings them.")
    return ChangeSet(decisions=True, summary={"taken_back": count})


def read_log(path: Path) -> list[LogRow]:
    """Reads a log of another collection.

    Raises:
        SourceError: The file cannot be read, or a line of it is no row of a log.
    """
    rows = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    rows.append(_row(line, path, number))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
    return rows


def _row(line: bytes, path: Path, number: int) -> LogRow:
    try:
        row = msgspec.json.decode(line, type=LogRow)
        dt.datetime.fromisoformat(row.answered_at)
        Origin(row.origin)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise SourceError(
            f"Line {number} of {path} is no row of a log of decisions ({error}). The log is the "
            "file log.jsonl that this writes: reviewer export --format log"
        ) from error
    if row.answer not in ANSWERS:
        raise SourceError(f"Line {number} of {path} has an answer that is unknown: {row.answer}.")
    return row


def match_images(library: Library, rows: Iterable[LogRow]) -> Matching:
    """Finds the images of a log here: by hash, else by post, else by path.

    Where several images here have the same hash, the one of the same path is meant, else the
    first.
    """
    wanted = {row.image: row for row in rows}
    hashes = {row.sha256 for row in wanted.values()} - {""}
    posts = {(row.site, row.post) for row in wanted.values() if row.post}
    by_hash: dict[str, list[tuple[str, int]]] = {}
    by_post: dict[tuple[str, str], int] = {}
    by_path: dict[str, int] = {}
    # A file of the same name and another hash is another picture.
    named = {path: row.sha256 for path, row in wanted.items()}
    for image in library.merges.images():
        told = image.sha256.hex()
        if told in hashes:
            by_hash.setdefault(told, []).append((image.path, image.id))
        if (image.site, image.remote_id) in posts:
            by_post.setdefault((image.site, image.remote_id), image.id)
        if image.path in named and "" in {told, named[image.path]}:
            by_path[image.path] = image.id
    found = Matching()
    for path, row in wanted.items():
        same = by_hash.get(row.sha256, ())
        ways = (
            ("hash", next((number for place, number in same if place == path), None)),
            ("hash", same[0][1] if same else None),
            ("post", by_post.get((row.site, row.post)) if row.post else None),
            ("path", by_path.get(path)),
        )
        way, number = next(((way, number) for way, number in ways if number), ("", None))
        if number is None:
            found.lost.append(path)
        else:
            found.ids[path] = number
            found.by[way] += 1
    return found


def _incoming(library: Library, rows: Sequence[LogRow], found: Matching) -> Iterable[Incoming]:
    """The rows of matched images, numbered as this collection has it.

    Answers that went with a merge which was taken back there were nobody's there.
    """
    gone = {row.undoes for row in rows if row.undoes and row.origin == Origin.MERGE.value}
    tags = _tags(library, [row for row in rows if row.image in found.ids])
    originals: dict[int, frozenset[int]] = {}
    for row in rows:
        image_id = found.ids.get(row.image)
        if image_id is None or row.id in gone or row.origin == Origin.MERGE.value:
            continue
        if image_id not in originals:
            originals[image_id] = library.images.original_tags(image_id)
        tag_id = tags[row.tag]
        side = Side.WRONG if tag_id in originals[image_id] else Side.MISSING
        yield Incoming(row.id, _decision(row, (image_id, tag_id), side), row.undoes)


def _decision(row: LogRow, pair: tuple[int, int], side: Side) -> Decision:
    return Decision(
        image_id=pair[0],
        tag_id=pair[1],
        answer=ANSWERS[row.answer],
        side=side,
        score=row.score,
        suspicion=row.suspicion,
        version=row.version,
        reviewer=row.reviewer,
        answered_at=round(dt.datetime.fromisoformat(row.answered_at).timestamp() * 1000),
        elapsed_ms=row.elapsed_ms,
        origin=Origin(row.origin),
    )


def _tags(library: Library, rows: Iterable[LogRow]) -> dict[str, int]:
    """Tag ids by name there; a tag that is unknown here is added, as an answer needs one."""
    vocabulary = library.vocabulary()
    words = {category.word: category for category in Category}
    ids = {}
    new = {}
    for row in rows:
        tag = vocabulary.find(row.tag)
        if tag is not None:
            ids[row.tag] = tag.id
        else:
            new[row.tag] = words.get(row.category, Category.GENERAL)
    if new:
        every = library.tags.add(new)
        ids |= {name: every[name] for name in new}
    return ids


def _tell(
    listener: Listener, found: Matching, incoming: Sequence[Incoming], new: int, opened: int
) -> None:
    ways = ", ".join(f"{count:,} by {way}" for way, count in sorted(found.by.items()))
    listener.note(f"{len(found.ids):,} images matched ({ways}).")
    if found.lost:
        some = ", ".join(found.lost[:NAMED])
        listener.note(f"{len(found.lost):,} images are not in this collection: {some}.")
    names = {row.decision.reviewer for row in incoming}
    answers = sum(row.undoes is None for row in incoming)
    held = "; the others were here already" if new < answers else ""
    listener.note(f"{new:,} of {answers:,} answers by {', '.join(sorted(names))} are new{held}.")
    if opened > 0:
        listener.note(
            f"{opened:,} pairs were answered differently here and there: they are questions of "
            "the queue Disagreements."
        )
