"""What a collection takes on disk, and what of it can be freed.

Most of what gathers can be made again: scans of versions that are not in use above all. What a
training that was cut off has done, and weights of versions that are neither in use nor the way
back, can not; they go only when that is asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError, TaggerError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.questions.begun_scores import BEGUN
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.columns import read_record
from reviewer.store.disk import remove, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

WEIGHTS = "model.safetensors"
"""Of a version; see `model.version`."""
DAY_S = 24 * 3600
"""What a write that was cut off has left is surely nobody's after so long."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that takes space.

    Attributes:
        words: What it is.
        size: Bytes.
        again: What becomes of it when it is freed, or why it must stay, for people.
        places: What is removed to free it; empty where it must stay.
        lost: Whether it cannot be made again as it was.
    """

    words: str
    size: int
    again: str = ""
    places: tuple[Path, ...] = ()
    lost: bool = False

    def is_spare(self, *, old: bool) -> bool:
        """Whether it may be freed; what is lost then only where `old` things are to go too."""
        return bool(self.places) and (old or not self.lost)


def space_parts(library: Library) -> list[Part]:
    """What the workspace holds, the largest first.

    Raises:
        TaggerError: A version's record cannot be read.
    """
    place = library.workspace
    left = tuple(_leftovers(place.path))
    cut_off = _cut_off(library)
    written = sum(map(_size, place.backups.glob("write-back-*")))
    parts = [
        Part("images, tags and answers", sum(map(_size, place.path.glob("collection*.db*")))),
        Part("copies of the database", sum(map(_size, place.backups.glob("*.db")))),
        Part("files as they were before they were corrected", written),
        Part("questions", _size(place.rankings)),
        Part("previews and other things at hand", _size(place.cache) - sum(map(_size, cut_off))),
        Part(
            "a training that was cut off",
            sum(map(_size, cut_off)),
            "goes on from there when it is started again; else from its beginning",
            cut_off,
            lost=True,
        ),
        Part("writes that were cut off", sum(map(_size, left)), "nobody needs it", left),
        *_of_versions(library),
    ]
    return sorted((part for part in parts if part.size), key=lambda part: -part.size)


def free_space(library: Library, listener: Listener, *, old: bool = False) -> ChangeSet:
    """Removes what can be made again: the scans of versions that are not in use, above all.

    Args:
        library: The collection, held for jobs.
        listener: Hears of progress.
        old: Remove also what a training that was cut off has done, and the weights of versions
            that are neither in use nor the way back.

    What cannot be removed is told, and stays.

    Raises:
        TaggerError: A version's record cannot be read.
    """
    spare = [part for part in space_parts(library) if part.is_spare(old=old)]
    freed = 0
    with stage(listener, "free", len(spare), "things") as progress:
        for part in spare:
            try:
                for path in part.places:
                    _remove(path)
            except StoreError as error:
                listener.note(
                    f"Left where it is: {part.words}. {error} Where a window looks at it, close "
                    "that and free it again."
                )
            else:
                freed += part.size
                listener.note(f"Removed: {part.words} ({part.again}).")
            progress.advance()
    return ChangeSet(summary={"freed_bytes": freed})


def _of_versions(library: Library) -> Iterator[Part]:
    place, active = library.workspace, library.versions.active()
    needed, kept = _needed(library), kept_versions(library)
    for version in library.versions.all():
        name = version.name
        yield from _weights(library, name, kept.get(name, ""))
        scan, engines = place.scans / name, place.engines / name
        again = "" if scan in needed else "scanned again if it is put into use"
        spare = () if scan in needed else (scan,)
        # With a scan that can go, what was begun beside it goes too.
        begun = tuple(scan.glob(BEGUN)) if scan in needed else ()
        cut_off = sum(map(_size, begun))
        yield Part(f"version {name}: scan", _size(scan) - cut_off, again, spare)
        yield Part(
            f"version {name}: scores of every tag that were cut off",
            cut_off,
            "goes on from there with refresh --every-tag; else from its beginning",
            begun,
            lost=True,
        )
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


def kept_versions(library: Library) -> dict[str, str]:
    """Why the weights of versions stay, by their names; of others they may go."""
    versions, active = library.versions.all(), library.versions.active()
    brought = [v.name for v in versions if not v.parent and _is_brought(library, v.name)]
    kept = dict.fromkeys(brought, "brought from elsewhere")
    if versions:
        kept[versions[-1].name] = "the newest"
    if active is None:
        return dict.fromkeys((version.name for version in versions), "none is in use")
    if active.parent:
        kept[active.parent] = "the way back"
    return kept | {active.name: "in use"}


def has_weights(library: Library, name: str) -> bool:
    """Whether the weights of a version are there, and were not removed to free space."""
    return _size(library.version_folder(name) / WEIGHTS) > 0


def refuse_without_weights(library: Library, name: str) -> None:
    """Refuses to put a version into use whose weights were removed or whose files are not whole.

    Raises:
        UsageError: There is no such version.
        TaggerError: It cannot be used.
    """
    from model.record import read_record as read_version

    library.versions.get(name)
    with tagger_errors():
        read_version(library.version_folder(name))
    if not has_weights(library, name):
        raise TaggerError(
            f"The weights of version {name} were removed to free space. Choose another version: "
            "reviewer versions"
        )


def _weights(library: Library, name: str, why: str) -> Iterator[Part]:
    folder = library.version_folder(name)
    weights = folder / WEIGHTS
    removable = 0 if why else _size(weights)
    stays = f"stay: {why}" if why else ""
    yield Part(f"version {name}: weights and records", _size(folder) - removable, stays)
    lost = "gone for good: it cannot be put into use again"
    yield Part(f"version {name}: weights", removable, lost, (weights,), lost=True)


def _is_brought(library: Library, name: str) -> bool:
    return bool(read_record(library.version_folder(name) / "train.json").get("brought"))


def _remove(path: Path) -> None:
    if path.name == WEIGHTS:
        # What a version says of itself is asked for as long as others go back to it.
        with writing(path):
            path.write_bytes(b"")
    else:
        remove(path)


def _cut_off(library: Library) -> tuple[Path, ...]:
    """What trainings have left that did not get to their end."""
    cache = library.workspace.cache
    return tuple(sorted([*cache.glob("train-*/"), *cache.glob("whole-*/")]))


def _leftovers(workspace: Path) -> Iterator[Path]:
    """What writes have left that were killed (see `store.disk.replacing`, `model.version`)."""
    before = time.time() - DAY_S
    for ending in ("tmp", "old", "part"):
        for path in workspace.rglob(f".*.{ending}"):
            if path.stat().st_mtime < before:
                yield path


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(_size(entry) for entry in path.iterdir() if not entry.is_symlink())
    return path.stat().st_size if path.is_file() else 0
