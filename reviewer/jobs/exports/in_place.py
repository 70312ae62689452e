"""Corrections of the collection's own metadata files, format by format: texts, nothing written.

A file is corrected only where that touches nothing but the tags; any other is left out with the
reason, and can be exported instead.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.alike import Names
from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import ImageState
from reviewer.jobs.changes import (
    CaptionHabit,
    CorrectedImage,
    FileEdit,
    caption_habit,
    corrected_caption,
    corrected_images,
    reads_back,
    tag_categories,
    tag_key_of,
)
from reviewer.sources import write
from reviewer.sources.beside import beside
from reviewer.sources.caption_text import Caption
from reviewer.sources.edit_json import edited_json
from reviewer.sources.edit_xmp import edited_xmp
from reviewer.sources.folder import STYLED
from reviewer.sources.gallery_dl import metadata_of
from reviewer.sources.hydrus import namespaced, tags_within
from reviewer.sources.post import JsonObject, names_in, tag_fields
from reviewer.sources.tags_csv import COLUMNS, RATING, image_of, style_of_rows
from reviewer.sources.tags_csv import FILE as TAGS_CSV
from reviewer.sources.text import read_text, spaced

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from reviewer.core.types import Category
    from reviewer.sources.caption_text import Style
    from reviewer.store.library import Library

LAYOUT = "its layout cannot be kept byte for byte: export it instead"
NO_LIST = "it has no list of tags to write into, or cannot be kept byte for byte"
MISREAD = (
    "read again, it would not hold the tags that it should; a tag with a comma cannot stand where "
    "commas set tags apart"
)
NO_FILE = "it has no metadata file"
LINK = "it is a link to a file elsewhere: correct that one, or export into a folder"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's edit, with the images that it is about."""

    edit: FileEdit
    images: tuple[CorrectedImage, ...]


@dataclass(slots=True)
class InPlace:
    """What correcting in place would do.

    Attributes:
        changes: Files that would change.
        left_out: (path of the image, reason) of those that cannot be corrected.
    """

    changes: list[FileChange] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


Found = Iterator[FileChange | tuple[str, str]]
Reader = Callable[["Library", list[CorrectedImage]], Found]


def changes_in_place(library: Library, only: Collection[str] | None = None) -> InPlace:
    """The edits of the collection's own files.

    Args:
        library: The collection.
        only: Paths of images; `None` for all.

    Raises:
        UsageError: Metadata of this kind are not corrected in place.
        SourceError: A file cannot be read.
    """
    source = library.state.get("source")
    if source == "embedded":
        raise UsageError(
            "The tags are inside the image files, which are changed only on request: reviewer "
            "embed. Or export them into a folder: reviewer export --to DIR"
        )
    if source not in _READERS:
        kind = "tags.csv" if source == "table" else "jsonl"
        raise UsageError(
            f"Metadata of the kind {source or 'unknown'!r} are not written in place. "
            f"Export them into a folder: reviewer export --to DIR --format {kind}"
        )
    entries = [
        entry
        for entry in corrected_images(library, changed_only=True)
        if entry.image.state is not ImageState.GONE and (only is None or entry.image.path in only)
    ]
    if source not in _RATED:
        entries = [replace(entry, rating="") for entry in entries]
        entries = [entry for entry in entries if entry.effective != entry.original]
    found = InPlace()
    for change in _READERS[source](library, entries):
        if not isinstance(change, FileChange):
            found.left_out.append(change)
        elif change.edit.after == change.edit.before:
            continue
        elif change.edit.path.is_symlink():
            found.left_out += [
                (e.image.path, f"{change.edit.path.name}: {LINK}") for e in change.images
            ]
        else:
            found.changes.append(change)
    return found


def _captions(library: Library, entries: list[CorrectedImage]) -> Found:
    habit = caption_habit(library)
    for entry in entries:
        yield _caption_change(library, entry, habit)


def _caption_change(
    library: Library, entry: CorrectedImage, habit: CaptionHabit
) -> FileChange | tuple[str, str]:
    edit = corrected_caption(library, entry, habit)
    if not reads_back(edit, entry, habit):
        return entry.image.path, f"{edit.path.name}: {MISREAD}"
    return FileChange(edit, (entry,))


def _hydrus(library: Library, entries: list[CorrectedImage]) -> Found:
    """The text sidecar, and the JSON one where there is one; a new text where there is none."""
    habit = caption_habit(library)
    sidecars = dict(beside(_files(library, entries), (".json",)))
    for entry in entries:
        path = sidecars.get(entry.image.path)
        text = habit.files.of(library.folder / entry.image.path)
        if path is None or text is not None:
            yield _caption_change(library, entry, habit)
        if path is not None:
            # With both, a new tag goes to the text alone.
            added = [] if text is not None else _in_hydrus(library, entry.added)
            yield _json_change(path, entry, _list_editor(library, entry, added))


def _in_hydrus(library: Library, names: list[str]) -> list[str]:
    categories = tag_categories(library)
    return [namespaced(spaced(name), categories.get(name)) for name in names]


def _list_editor(
    library: Library, entry: CorrectedImage, added: list[str]
) -> Callable[[object], None]:
    key, removed = tag_key_of(library), set(entry.removed)

    def change(value: object) -> None:
        tags = tags_within(value)
        if tags is not None:
            held = {key(tag) for tag in tags}
            new = [tag for tag in added if key(tag) not in held]
            tags[:] = [tag for tag in tags if key(tag) not in removed] + new

    return change


def _gallery_dl(library: Library, entries: list[CorrectedImage]) -> Found:
    categories, key = tag_categories(library), tag_key_of(library)
    files = dict(beside(_files(library, entries), (".json",)))
    for entry in entries:
        path = files.get(entry.image.path)
        if path is None or metadata_of(path) is None:
            yield entry.image.path, NO_FILE
            continue
        yield _json_change(path, entry, partial(_correct_post, entry, categories, key))


def _correct_post(
    entry: CorrectedImage,
    categories: Mapping[str, Category],
    key: Callable[[str], str],
    post: JsonObject,
) -> None:
    # From what the file has now, not from what was imported: others' edits of it stay.
    here = {key(tag) for tags in tag_fields(post) for tag, _ in names_in(tags.value)}
    wanted = frozenset((here | set(entry.added)) - set(entry.removed))
    write.corrected_post(post, wanted, categories, key, entry.rating)


def _json_change(
    path: Path, entry: CorrectedImage, change: Callable[..., None]
) -> FileChange | tuple[str, str]:
    before = path.read_bytes()
    after = edited_json(before, change)
    if after is None:
        return entry.image.path, f"{path.name}: {LAYOUT}"
    return FileChange(FileEdit(path, before, after), (entry,))


def _xmp(library: Library, entries: list[CorrectedImage]) -> Found:
    key = tag_key_of(library)
    files = dict(beside(_files(library, entries), (".xmp",)))
    for entry in entries:
        path = files.get(entry.image.path)
        if path is None:
            yield entry.image.path, NO_FILE
            continue
        before = path.read_bytes()
        after = edited_xmp(before, entry.added, entry.removed, key)
        if after is None:
            yield entry.image.path, f"{path.name}: {NO_LIST}"
        else:
            yield FileChange(FileEdit(path, before, after), (entry,))


def _table(library: Library, entries: list[CorrectedImage]) -> Found:
    """The table with the changed rows rewritten and all others byte for byte as they were."""
    path = library.folder / TAGS_CSV
    decoded = read_text(path)
    rows = list(_raw_rows(path, decoded.text))
    head = rows[0][1] if rows else []
    if not set(COLUMNS) <= set(head):
        raise SourceError(f"{path} has no columns {' and '.join(COLUMNS)} any more. Import again.")
    table = _Table(
        Names({image.path for image, _ in library.images.rows()}),
        {entry.image.path: entry for entry in entries},
        tag_key_of(library),
        style_of_rows(decoded.text),
        head,
    )
    after = "".join([raw for raw, _ in rows[:1]] + [table.corrected(*row) for row in rows[1:]])
    edit = FileEdit(path, decoded.encode(decoded.text), decoded.encode(after))
    yield from ((name, f"{path.name}: {MISREAD}") for name in sorted(table.misread))
    written = [entry for entry in entries if entry.image.path not in table.misread]
    yield FileChange(edit, tuple(written))


def _raw_rows(path: Path, text: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of a table, as they stand there and as fields; one may have several lines."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        # Only at line ends: `splitlines` would cut a row at rarer separators inside a tag too.
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    try:
        for row in csv.reader(lines()):
            yield "".join(taken), row
            taken.clear()
    except csv.Error as error:
        raise SourceError(f"{path} cannot be read as a table: {error}.") from error


@dataclass(frozen=True, slots=True)
class _Table:
    """How rows of the table are corrected.

    Attributes:
        here: The images.
        changed: By image path.
        key: From a tag as written to its name.
        style: How tags are set apart.
        head: Names of the columns.
        misread: Paths of images whose rows would not read back as they are meant, left as they are.
    """

    here: Names
    changed: Mapping[str, CorrectedImage]
    key: Callable[[str], str]
    style: Style
    head: list[str]
    misread: set[str] = field(default_factory=set)

    def corrected(self, raw: str, row: list[str]) -> str:
        """A row of the table; as it was where nothing in it changes."""
        path, at = self.head.index(COLUMNS[0]), self.head.index(COLUMNS[1])
        name = image_of(row[path], self.here) if max(path, at) < len(row) else None
        entry = self.changed.get(name) if name is not None else None
        if entry is None:
            return raw
        before, fields = row[at], list(row)
        fields[at] = Caption(before, self.style, self.key).edited(entry.added, entry.removed)
        if self._tags(fields[at]) != (self._tags(before) | set(entry.added)) - set(entry.removed):
            self.misread.add(entry.image.path)
            return raw
        rating = self.head.index(RATING) if RATING in self.head else len(fields)
        if entry.rating and rating < len(fields):
            fields[rating] = write.same_words(fields[rating], entry.rating)
        if fields == row:
            return raw
        text = io.StringIO()
        end = raw[len(raw.rstrip("\r\n")) :]
        csv.writer(text, lineterminator=end).writerow(fields)
        return text.getvalue()

    def _tags(self, written: str) -> set[str]:
        return set(Caption(written, self.style, self.key).tags())


def _files(library: Library, entries: list[CorrectedImage]) -> dict[str, Path]:
    return {entry.image.path: library.folder / entry.image.path for entry in entries}


_RATED = frozenset({"tags.csv", "gallery-dl"})
"""Sources whose files have a place for a rating that is no tag."""

_READERS: dict[str, Reader] = {
    "tags.csv": _table,
    **dict.fromkeys(("captions", *(source.name for source in STYLED)), _captions),
    "untagged": _captions,
    "hydrus": _hydrus,
    "gallery-dl": _gallery_dl,
    "xmp": _xmp,
}
"""By source."""
