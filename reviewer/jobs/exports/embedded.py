"""Corrections written into the image files themselves, for collections whose tags are there.

Only where a person asks for it: the pixels stay, but the file is another one, and sites and Hydrus
know files by their hash. exiftool writes a copy of each file; the copy must show the same pixels
and hold the tags that were meant before it takes the place of the file, which is kept for undo.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.changes import corrected_images
from reviewer.jobs.context import stage
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.exiftool import LISTS, find_exiftool, read_lists, write_copy
from reviewer.jobs.exports.in_place import LINK
from reviewer.pictures import FORMATS
from reviewer.sources.embedded import embedded_tags
from reviewer.sources.text import name_key, spaced
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reviewer.jobs.changes import CorrectedImage
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

WARNING = (
    "This changes the image files themselves. Their pixels stay, their hashes do not: sites, "
    "Hydrus and other programs that know files by hash will not know these again. A copy of each "
    "is kept; put them back with: reviewer embed --undo"
)

_TREES = {"XMP-digiKam:TagsList": "/", "XMP-lr:HierarchicalSubject": "|"}
"""Lists whose items may be paths, with what sets the parts apart."""


@dataclass(frozen=True, slots=True)
class StagedEdit:
    """A file and the copy that is to take its place; both are read when they are needed.

    Attributes:
        path: Of the image.
        copy: With the corrected tags.
        digest: SHA-256 of the image as it was when the copy was made, hexadecimal.
        added, removed: Tags.
    """

    path: Path
    copy: Path
    digest: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def before(self) -> bytes:
        """The image.

        Raises:
            UsageError: It changed since the copy was made.
        """
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise UsageError(
                f"{self.path} was changed by another program meanwhile: nothing is written. Begin "
                "again: reviewer embed"
            )
        return content

    @property
    def after(self) -> bytes:
        """The copy."""
        return self.copy.read_bytes()

    @property
    def line(self) -> str:
        """For people."""
        words = [*(f"+{tag}" for tag in self.added), *(f"-{tag}" for tag in self.removed)]
        return f"{self.path.name}: {' '.join(words)}"


@dataclass(frozen=True, slots=True)
class Staged:
    """What is ready to be written.

    Attributes:
        edits: An image each.
        left_out: (path, reason) of those that cannot be written.
    """

    edits: list[StagedEdit]
    left_out: list[tuple[str, str]]


@contextmanager
def staged(library: Library, listener: Listener) -> Iterator[Staged]:
    """Copies of the corrected images with their tags; they are gone at the end.

    Args:
        library: The collection; its tags were read from the image files.
        listener: Hears of progress.

    Raises:
        UsageError: Its tags are elsewhere, or exiftool is not installed.
        StoreError: The copies cannot be written.
    """
    if library.state.get("source") != "embedded":
        raise UsageError(
            "The tags of this collection are not inside its images, so they are not written "
            "there. Correct its own files: reviewer export --in-place"
        )
    program = find_exiftool()
    place = library.workspace.cache / "embed"
    shutil.rmtree(place, ignore_errors=True)
    with writing(place):
        place.mkdir(parents=True)
    entries = [
        entry
        for entry in corrected_images(library, changed_only=True)
        if entry.image.state is not ImageState.GONE and entry.effective != entry.original
    ]
    found = Staged([], [])
    try:
        with stage(listener, "embed", len(entries), "images") as progress, writing(place):
            for number, entry in enumerate(entries):
                path = library.folder / entry.image.path
                try:
                    edit = _stage(program, path, place / f"{number:06d}{path.suffix}", entry)
                    found.edits.append(edit)
                except (SourceError, OSError) as error:
                    found.left_out.append((entry.image.path, str(error)))
                progress.advance()
        yield found
    finally:
        shutil.rmtree(place, ignore_errors=True)


def embed(library: Library, listener: Listener, ready: Staged) -> ChangeSet:
    """Puts the copies in the place of the files, each kept first.

    Raises:
        StoreError: A file or its copy cannot be written; what was written can be undone.
        UsageError: A file changed meanwhile; nothing was written.
    """
    changes = write_back.apply(library, listener, ready.edits, "reviewer embed --undo")
    listener.note(
        f"The files have other hashes now; take that in with: reviewer import {library.folder}"
    )
    return ChangeSet(images=True, summary={**changes.summary, "left_out": len(ready.left_out)})


def _stage(program: str, path: Path, copy: Path, entry: CorrectedImage) -> StagedEdit:
    if path.is_symlink():
        raise SourceError(f"{path.name}: {LINK}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    added, removed = tuple(entry.added), tuple(entry.removed)
    lists = corrected_lists(read_lists(program, path), added, removed)
    write_copy(program, path, copy, lists)
    wanted = (embedded_tags(path) | set(added)) - set(removed)
    found = embedded_tags(copy)
    if found != wanted:
        odd = min(found ^ wanted)
        raise SourceError(f"{path.name}: {odd} cannot be written there as it is")
    if _pixels(copy) != _pixels(path):
        raise SourceError(f"{path.name}: the copy would not show the same picture")
    return StagedEdit(path, copy, digest, added, removed)


def corrected_lists(
    lists: Mapping[str, Sequence[str]], added: Sequence[str], removed: Sequence[str]
) -> dict[str, list[str]]:
    """The lists of a file with tags added and taken away; each item else as it was written.

    Args:
        lists: As the file holds them, by exiftool's names.
        added: Matching names.
        removed: Matching names.

    Returns:
        The lists that the file has; `dc:subject` alone where it has none.
    """
    held = dict(lists) or {LISTS[0]: []}
    gone = set(removed)
    found = {}
    for name, items in held.items():
        separator = _TREES.get(name, "")
        leaves = [_leaf(item, separator) for item in items]
        kept = [item for item, leaf in zip(items, leaves, strict=True) if leaf not in gone]
        there = set(leaves) - gone
        spaces = any(" " in item for item in items) or not any("_" in item for item in items)
        new = [spaced(tag) if spaces else tag for tag in added if tag not in there]
        # A name that holds the separator would be read as a path.
        found[name] = kept + [tag for tag in new if not separator or separator not in tag]
    return found


def _leaf(item: str, separator: str) -> str:
    return name_key(item.rpartition(separator)[2] if separator else item)


def _pixels(path: Path) -> str:
    """A digest of what a picture shows: size, mode and values of its first frame."""
    with Image.open(path, formats=FORMATS) as picture:
        content = f"{picture.size} {picture.mode}".encode() + picture.tobytes()
    return hashlib.sha256(content).hexdigest()
