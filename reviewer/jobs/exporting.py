"""Corrected tags and the corrections themselves, as files in a folder of their own."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer, ChangeSet, Decision, ImageState, Side
from reviewer.jobs.changes import caption_habit, corrected_caption, corrected_images
from reviewer.jobs.context import Listener, stage
from reviewer.sources import write
from reviewer.sources.danbooru import Post, metadata_files, posts
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from reviewer.core.vocabulary import Vocabulary
    from reviewer.store.library import Library

Writer = Callable[["Library", Path, Listener], int]


def export(library: Library, listener: Listener, folder: Path, formats: list[str]) -> ChangeSet:
    """Writes corrected tags and corrections into a folder.

    Args:
        library: The collection.
        listener: Hears of progress.
        folder: Where to; never the folder of the images.
        formats: Names out of `FORMATS`.

    Raises:
        UsageError: The folder is that of the images, or a format cannot be made.
        StoreError: The folder cannot be written.
    """
    target = folder.expanduser().resolve()
    if target == library.folder or library.folder in target.parents:
        raise UsageError(
            f"{folder} is inside the folder of the images. Choose another one, or write into the "
            "images' own caption files with --in-place, which shows a diff first."
        )
    written: dict[str, int | float | str] = {}
    with stage(listener, "export", len(formats), "formats") as progress:
        for name in formats:
            if name not in FORMATS:
                raise UsageError(f"There is no format {name!r}. Known: {', '.join(FORMATS)}.")
            written[name] = FORMATS[name](library, target, listener)
            progress.advance()
    return ChangeSet(summary={**written, "folder": str(target)})


def _captions(library: Library, folder: Path, listener: Listener) -> int:
    """Captions: those that exist with the edited tags alone changed, new ones for the others."""
    habit = caption_habit(library)
    count = 0
    for entry in corrected_images(library):
        if entry.image.state is not ImageState.GONE:
            target = folder / "captions" / Path(entry.image.path).with_suffix(".txt")
            _put(target, corrected_caption(library, entry, habit).after)
            count += 1
    listener.note(f"{count:,} captions in {folder / 'captions'}")
    return count


def _tags_csv(library: Library, folder: Path, listener: Listener) -> int:
    rows = [
        (entry.image.path, sorted(entry.effective))
        for entry in corrected_images(library)
        if entry.image.state is not ImageState.GONE
    ]
    _put(folder / "tags.csv", write.tags_csv(rows).encode())
    listener.note(f"{len(rows):,} images in {folder / 'tags.csv'}")
    return len(rows)


def _json_lines(library: Library, folder: Path, listener: Listener) -> int:
    """The dump's own lines with corrected tags; one plain line an image for other sources."""
    entries = {entry.image.remote_id: entry for entry in corrected_images(library)}
    target = folder / "posts.jsonl"
    if library.state.get("source") == "danbooru":
        categories = {tag.name: tag.category for tag in library.vocabulary().tags.values()}
        lines = [
            write.post_line(line, entries[str(post.id)].effective, categories)
            for path in metadata_files(library.folder)
            for line, post in _post_lines(path)
            if str(post.id) in entries
        ]
    else:
        lines = [
            json.dumps(
                {"path": entry.image.path, "tags": sorted(entry.effective)}, ensure_ascii=False
            )
            for entry in corrected_images(library)
            if entry.image.state is not ImageState.GONE
        ]
    _put(target, "".join(f"{line}\n" for line in lines).encode())
    listener.note(f"{len(lines):,} lines in {target}")
    return len(lines)


def _post_lines(path: Path) -> list[tuple[bytes, Post]]:
    lines = [line for line in path.read_bytes().splitlines() if line.strip()]
    return list(zip(lines, posts(path), strict=True))


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


def _corrections(library: Library, folder: Path, listener: Listener) -> int:
    """Every answered pair, the confirmed absences (negative tags) included."""
    vocabulary = library.vocabulary()
    rows = [_correction(library, vocabulary, decision) for decision in library.decisions.live()]
    text = io.StringIO()
    writer = csv.DictWriter(text, CORRECTION_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _put(folder / "corrections.csv", text.getvalue().encode())
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    _put(folder / "corrections.jsonl", lines.encode())
    listener.note(f"{len(rows):,} answers in {folder / 'corrections.csv'} and .jsonl")
    return len(rows)


def _correction(
    library: Library, vocabulary: Vocabulary, decision: Decision
) -> dict[str, str | float | bool]:
    image = library.images.get(decision.image_id)
    at = dt.datetime.fromtimestamp(decision.answered_at / 1000, dt.UTC)
    return {
        "image": image.path,
        "sha256": image.sha256.hex(),
        "tag": vocabulary.name(decision.tag_id),
        "answer": {Answer.YES: "yes", Answer.NO: "no", Answer.UNSURE: "unsure"}[decision.answer],
        "original": "present" if decision.side is Side.WRONG else "absent",
        "changed": decision.changes_metadata,
        "reviewer": decision.reviewer,
        "answered_at": at.isoformat(timespec="milliseconds"),
        "version": decision.version,
        "score": round(decision.score, 6),
        "suspicion": round(decision.suspicion, 6),
        "site": image.site,
        "remote_id": image.remote_id,
    }


def _put(path: Path, content: bytes) -> None:
    with replacing(path) as aside:
        aside.write_bytes(content)


FORMATS: dict[str, Writer] = {
    "captions": _captions,
    "tags.csv": _tags_csv,
    "jsonl": _json_lines,
    "corrections": _corrections,
}
"""What can be exported, by name."""
