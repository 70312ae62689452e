"""What a collection takes on disk, and what of it can be freed because it can be made again."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

DAY_S = 24 * 3600
"""What a write that was cut off has left is surely nobody's after so long."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that takes space.

    Attributes:
        words: What it is.
        size: Bytes.
        again: What becomes of it when it is freed, for people; empty where it must stay.
        places: What is removed to free it; empty where it must stay.
    """

    words: str
    size: int
    again: str = ""
    places: tuple[Path, ...] = ()


def space_parts(library: Library) -> list[Part]:
    """What the workspace holds, the largest first.

    Raises:
        TaggerError: A version's record cannot be read.
    """
    place = library.workspace
    left = tuple(_leftovers(place.path))
    written = sum(map(_size, place.backups.glob("write-back-*")))
    parts = [
        Part("images, tags and answers", sum(map(_size, place.path.glob("collection*.db*")))),
        Part("copies of the database", sum(map(_size, place.backups.glob("*.db")))),
        Part("files as they were before they were corrected", written),
        Part("questions", _size(place.rankings)),
        Part("previews and other things at hand", _size(place.cache)),
        Part("writes that were cut off", sum(map(_size, left)), "nobody needs it", left),
        *_of_versions(library),
    ]
    return sorted((part for part in parts if part.size), key=lambda part: -part.size)


def free_space(library: Library, listener: Listener) -> ChangeSet:
    """Removes what can be made again: the scans of versions that are not in use, above all.

    Raises:
        TaggerError: A version's record cannot be read.
        StoreError: Something cannot be removed.
    """
    spare = [part for part in space_parts(library) if part.places]
    with stage(listener, "free", len(spare), "things") as progress:
        for part in spare:
            for path in part.places:
                with writing(path):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            listener.note(f"Removed: {part.words} ({part.again}).")
            progress.advance()
    return ChangeSet(summary={"freed_bytes": sum(part.size for part in spare)})


def _of_versions(library: Library) -> Iterator[Part]:
    place, active = library.workspace, library.versions.active()
    needed = _needed(library)
    for version in library.versions.all():
        name = version.name
        yield Part(f"version {name}: weights", _size(library.version_folder(name)))
        scan, engines = place.scans / name, place.engines / name
        again = "" if scan in needed else "scanned again if it is put into use"
        spare = () if scan in needed else (scan,)
        yield Part(f"version {name}: scan", _size(scan), again, spare)
        used = active is not None and active.name == name
        again = "" if used else "written again when it is needed"
        spare = () if used else (engines,)
        yield Part(f"version {name}: other forms of its network", _size(engines), again, spare)


def _needed(library: Library) -> set[Path]:
    """The scans that the version in use looks through: of its own, or of the network it shares."""
    active = library.versions.active()
    if active is None:
        return {library.workspace.scans / version.name for version in library.versions.all()}
    with tagger_errors():
        shared = embedded_by(library, active.name)
    own = library.workspace.scans / active.name
    return {own} if shared is None else {own, shared.folder}


def _leftovers(workspace: Path) -> Iterator[Path]:
    """What writes have left that were killed (see `store.disk.replacing`)."""
    before = time.time() - DAY_S
    for ending in ("tmp", "old"):
        for path in workspace.rglob(f".*.{ending}"):
            if path.stat().st_mtime < before:
                yield path


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(_size(entry) for entry in path.iterdir() if not entry.is_symlink())
    return path.stat().st_size if path.is_file() else 0
