"""Corrected tags and the corrections themselves, as files in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.choices.ratings import word_of
from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.changes import (
    caption_habit,
    corrected_caption,
    corrected_images,
    reads_back,
    tag_categories,
    tag_key_of,
)
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.exports.log import write_corrections, write_log
from reviewer.sources import gallery_dl, write
from reviewer.sources.api_posts import saved_posts
from reviewer.sources.danbooru import Post, is_dump, lines_of, metadata_files
from reviewer.sources.folder import find_images
from reviewer.sources.post import read_post
from reviewer.store.disk import write_whole
from reviewer.store.moved import is_inside

if TYPE_CHECKING:
    from reviewer.jobs.changes import CorrectedImage
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
    if is_inside(target, library.folder):
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
    count, misread = 0, 0
    for entry in corrected_images(library):
        if entry.image.state is not ImageState.GONE:
            edit = corrected_caption(library, entry, habit)
            # Under the name that it has: `a.png.txt` and `a.jpg.txt` are two files.
            target = folder / "captions" / Path(entry.image.path).with_name(edit.path.name)
            write_whole(target, edit.after)
            count += 1
            misread += not reads_back(edit, entry, habit)
    if misread:
        listener.note(
            f"{misread:,} captions do not read back as they are meant: a tag with a comma stands "
            "where commas set tags apart. Other formats hold it: --format tags.csv"
        )
    listener.note(f"{count:,} captions in {folder / 'captions'}")
    return count


def _tags_csv(library: Library, folder: Path, listener: Listener) -> int:
    there = [e for e in corrected_images(library) if e.image.state is not ImageState.GONE]
    rows = [(entry.image.path, sorted(entry.effective)) for entry in there]
    ratings = [entry.rating_now for entry in there]
    write_whole(folder / "tags.csv", write.tags_csv(rows, ratings).encode())
    listener.note(f"{len(rows):,} images in {folder / 'tags.csv'}")
    return len(rows)


def _json_lines(library: Library, folder: Path, listener: Listener) -> int:
    """The metadata's own shape with corrected tags; one plain line an image for other sources."""
    write_own = _OWN_SHAPES.get(library.state.get("source"), _plain_lines)
    return write_own(library, folder, listener)


def _plain_lines(library: Library, folder: Path, listener: Listener) -> int:
    lines = [
        json.dumps(_plain_line(entry), ensure_ascii=False)
        for entry in corrected_images(library)
        if entry.image.state is not ImageState.GONE
    ]
    return _put_lines(folder, lines, listener)


def _plain_line(entry: CorrectedImage) -> dict[str, str | list[str]]:
    line: dict[str, str | list[str]] = {"path": entry.image.path, "tags": sorted(entry.effective)}
    return line | ({"rating": word_of(entry.rating_now)} if entry.rating_now else {})


def _dump_lines(library: Library, folder: Path, listener: Listener) -> int:
    """The dump's own lines, those of posts with an image here."""
    entries = {entry.image.remote_id: entry for entry in corrected_images(library)}
    categories, key = tag_categories(library), tag_key_of(library)
    lines = [
        write.post_line(line, entry.effective, categories, key, entry.rating)
        for path in metadata_files(library.folder)
        if is_dump(path)
        for line, post in _post_lines(path)
        if (entry := entries.get(str(post.id))) is not None
    ]
    return _put_lines(folder, lines, listener)


def _post_shapes(library: Library, folder: Path, listener: Listener) -> int:
    """Posts in their sites' shapes, one a line, those with an image here."""
    entries = {(e.image.site, e.image.remote_id): e for e in corrected_images(library)}
    categories, key = tag_categories(library), tag_key_of(library)
    lines = []
    for post in saved_posts(library.folder):
        record = read_post(post).record
        entry = entries.get((record.site, record.remote_id))
        if entry is not None:
            corrected = write.corrected_post(post, entry.effective, categories, key, entry.rating)
            lines.append(write.json_text(corrected))
    return _put_lines(folder, lines, listener)


def _gallery_dl(library: Library, folder: Path, listener: Listener) -> int:
    """Copies of gallery-dl's files with corrected tags, under their own names."""
    entries = {entry.image.path: entry for entry in corrected_images(library)}
    categories, key = tag_categories(library), tag_key_of(library)
    target = folder / "gallery-dl"
    count = 0
    for name, path, post in gallery_dl.metadata_files(find_images(library.folder)):
        if name in entries:
            entry = entries[name]
            corrected = write.corrected_post(post, entry.effective, categories, key, entry.rating)
            text = json.dumps(corrected, ensure_ascii=False, indent=4) + "\n"
            write_whole(target / Path(name).with_name(path.name), text.encode())
            count += 1
    listener.note(f"{count:,} metadata files in {target}")
    return count


_OWN_SHAPES: dict[str, Writer] = {
    "danbooru": _dump_lines,
    "posts": _post_shapes,
    "gallery-dl": _gallery_dl,
}
"""How metadata are written in the shape that they came in, by source."""


def _put_lines(folder: Path, lines: list[str], listener: Listener) -> int:
    target = folder / "posts.jsonl"
    write_whole(target, "".join(f"{line}\n" for line in lines).encode())
    listener.note(f"{len(lines):,} lines in {target}")
    return len(lines)


def _post_lines(path: Path) -> list[tuple[bytes, Post]]:
    return [(line.raw, line.post) for line in lines_of(path) if line.post is not None]


FORMATS: dict[str, Writer] = {
    "captions": _captions,
    "tags.csv": _tags_csv,
    "jsonl": _json_lines,
    "corrections": write_corrections,
    "log": write_log,
}
"""What can be exported, by name."""
