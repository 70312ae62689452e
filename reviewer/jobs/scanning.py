"""Runs a version over the collection: only what was not scanned yet, or has changed since."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from reviewer.core.errors import StoreFullError, UsageError
from reviewer.core.tagrows import TagRows
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.rescoring import scores_again, seen_before
from reviewer.jobs.small_copies import SmallCopies
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.scans import ROW, ScanFiles, ScanShape, quantise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.predict import Predictor, ScanBatch
    from reviewer.store.images import ImageTable
    from reviewer.store.library import Library
    from reviewer.store.tagmatrix import StoredTags

WRITE_SECONDS = 2.0
"""What a killed scan loses at most."""

WRITE_IMAGES = 2048
"""Images kept in memory at most before they are written."""

ROOM_LEFT = 200 * 10**6
"""Bytes that a scan leaves free on the disk, for the answers."""

LEAST_FLOOR = 2
"""The lowest byte that leaves anything out."""


def scan(
    library: Library,
    listener: Listener,
    *,
    version: str = "",
    device: str = "auto",
    batch_size: int = 32,
    workers: int = 2,
    keep_above: float = 0.0,
    copies: Path | None = None,
) -> ChangeSet:
    """Scores every image with a version, and keeps the embeddings.

    A scan that was cut off goes on at the image where it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        version: Name; empty for the active one.
        device: "auto", "cpu", "cuda" or "mps".
        batch_size: Images at once.
        workers: Threads that decode.
        keep_above: Lowest score, 0..1, that is kept of a tag which an image has not; 0 for all.
            Much less disk: most pairs score next to nothing. A scan goes on as it was begun.
        copies: Folder of small copies (`jobs.rescaling`) to read where they are large enough.

    Raises:
        UsageError: There is no version yet, or its scan was begun with another `keep_above`.
        TaggerError: The version or the device cannot be used.
        StoreFullError: The disk is full; what was scanned so far is kept.
    """
    began = time.perf_counter()
    name = version or _active(library)
    from model.predict import Predictor

    with tagger_errors():
        predictor = Predictor.load(library.version_folder(name), device)
    listener.note(f"Scan with version {name} on {predictor.device.words}.")
    library.state.set("device", predictor.device.words)
    shape = _floored(library, _shape(library, name, predictor), keep_above)
    with tagger_errors():
        before = seen_before(library, name, shape)
    files = library.begin_scan(shape)
    waiting = _waiting(library, files)
    refuse_without_room(files, len(waiting.images))
    _say_room(listener, files, len(waiting.images))
    rescored = 0
    if before is not None:
        again = _Keeper(files, waiting, library.images.tag_rows())
        for batch in scores_again(predictor, before, waiting.images, waiting.digests):
            again.add(batch)
        again.write()
        left = _waiting(library, files)
        rescored = len(waiting.images) - len(left.images)
        listener.note(f"{rescored:,} images are scored from what the network saw of them before.")
        waiting = left
    broken: list[tuple[int, str]] = []
    loaded, cpu = time.perf_counter(), time.process_time()
    keeper = _Keeper(files, waiting, library.images.tag_rows())
    with stage(listener, "scan", len(waiting.images), "images") as progress:
        paths = _Paths(library.images, waiting.images)
        opened = open_for_tagger if copies is None else SmallCopies(copies, library.folder).open
        for batch in predictor.scan(paths, opened, batch_size=batch_size, workers=workers):
            keeper.add(batch)
            broken += [(int(waiting.images[f.position]), f.reason) for f in batch.failures]
            progress.advance(
                len(batch.indices) + len(batch.failures), note=keeper.spent.words(workers)
            )
        keeper.write()
    if len(waiting.images):
        listener.note(f"Where the time went: {keeper.spent.words(workers)}.")
    if broken:
        library.images.set_aside_many(broken)
        listener.note(
            f"{len(broken):,} images could not be read and were set aside, for example "
            f"{broken[0][1]}"
        )
    return ChangeSet(
        images=bool(broken),
        summary={
            "version": name,
            "scanned": len(waiting.images) - len(broken),
            "rescored": rescored,
            "set_aside": len(broken),
            "seconds_loading": round(loaded - began, 3),
            "seconds_scanning": round(time.perf_counter() - loaded, 3),
            "cpu_scanning": round(time.process_time() - cpu, 3),
            "seconds_writing": round(keeper.spent.writing, 3),
        },
    )


def _active(library: Library) -> str:
    active = library.versions.active()
    if active is None:
        raise UsageError("There is no tagger version yet. Train one first: reviewer train")
    return active.name


def _shape(library: Library, name: str, predictor: Predictor) -> ScanShape:
    ids = library.tags.ids()
    missing = [tag for tag, _ in predictor.tags if tag not in ids]
    if missing:
        ids = library.tags.add(dict.fromkeys(missing))
    return ScanShape(name, tuple(ids[tag] for tag, _ in predictor.tags), predictor.embedding_width)


def _floored(library: Library, shape: ScanShape, keep_above: float) -> ScanShape:
    """The shape with the floor that was asked for, or that the scan was begun with."""
    if not 0.0 <= keep_above < 1.0:
        raise UsageError("The lowest score that is kept lies between 0 and 1.")
    begun = library.scan(shape.version)
    if not keep_above:
        return replace(shape, floor=begun.shape.floor if begun is not None else 0)
    logit = np.log(np.float32(keep_above)) - np.log1p(-np.float32(keep_above))
    wanted = replace(shape, floor=max(int(quantise(np.atleast_1d(logit))[0]), LEAST_FLOOR))
    if begun is not None and len(begun) and begun.shape.floor != wanted.floor:
        raise UsageError(
            f"Version {shape.version} was scanned with other scores kept. Delete {begun.folder} "
            "to scan it again, or leave the option out."
        )
    return wanted


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Images that are to be scanned: ids (N,), ascending, and digests (N,) of their files."""

    images: NDArray[np.int64]
    digests: NDArray[np.uint64]


def _waiting(library: Library, files: ScanFiles) -> _Waiting:
    images, digests = library.images.digests()
    rows = files.rows()[files.latest()]
    rows = rows[np.argsort(rows["image"])]
    at = np.minimum(np.searchsorted(rows["image"], images), max(len(rows) - 1, 0))
    if len(rows):
        done = (rows["image"][at] == images) & (rows["digest"][at] == digests)
        images, digests = images[~done], digests[~done]
    return _Waiting(images, digests)


class _Paths(Sequence[Path]):
    """Where the files of some images are, looked up one at a time: no list of millions."""

    def __init__(self, table: ImageTable, images: NDArray[np.int64]) -> None:
        self._table = table
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    @overload
    def __getitem__(self, place: int) -> Path: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Path]: ...
    def __getitem__(self, place: int | slice) -> Path | Sequence[Path]:
        if isinstance(place, slice):
            return _Paths(self._table, self._images[place])
        return self._table.path(int(self._images[place]))


@dataclass
class Spent:
    """Seconds of a scan, by what they went into."""

    reading: float = 0.0
    computing: float = 0.0
    writing: float = 0.0

    def words(self, workers: int) -> str:
        """The share of each part in the whole, the largest first.

        Args:
            workers: Threads that read and compute side by side; one writes.
        """
        parts = {
            "tagger": self.computing,
            "reading images": self.reading,
            "writing scores": self.writing * workers,
        }
        whole = max(sum(parts.values()), 1e-9)
        ordered = sorted(parts.items(), key=lambda part: -part[1])
        return ", ".join(f"{name} {part / whole:.0%}" for name, part in ordered)


class _Keeper:
    """Keeps what the tagger says, a few seconds' worth at a time.

    Each write waits for the disk; one a batch would cost more than the scores are worth.
    """

    def __init__(self, files: ScanFiles, waiting: _Waiting, tags: StoredTags) -> None:
        self._files = files
        self._waiting = waiting
        self._tags = tags
        self._columns = tags.rows.column_numbers(files.shape.tags)
        self._batches: list[ScanBatch] = []
        self._began = time.monotonic()
        self.spent = Spent()

    def add(self, batch: ScanBatch) -> None:
        """Takes a batch; writes all that was taken if it is time."""
        self._batches.append(batch)
        self.spent.reading += batch.reading
        self.spent.computing += batch.computing
        images = sum(len(batch.indices) for batch in self._batches)
        if images >= WRITE_IMAGES or time.monotonic() - self._began >= WRITE_SECONDS:
            self.write()

    def write(self) -> None:
        """Writes what was taken."""
        batches, self._batches = self._batches, []
        if sum(len(batch.indices) for batch in batches):
            began = time.perf_counter()
            places = np.concatenate([batch.indices for batch in batches])
            rows = np.zeros(len(places), ROW)
            rows["image"] = self._waiting.images[places]
            rows["digest"] = self._waiting.digests[places]
            rows["hash"] = np.concatenate([batch.hashes for batch in batches])
            self._files.append(
                rows,
                np.concatenate([batch.embeddings for batch in batches]),
                np.concatenate([batch.logits for batch in batches]),
                self._present(rows["image"]),
            )
            self.spent.writing += time.perf_counter() - began
        self._began = time.monotonic()

    def _present(self, images: NDArray[np.int64]) -> TagRows:
        """The columns of the tags that some images have."""
        places = np.searchsorted(self._tags.images, images)
        taken = self._tags.rows.take(places)
        columns = self._columns[taken.tags]
        known = columns >= 0
        ends = np.concatenate([[0], np.cumsum(known)])[taken.starts]
        return TagRows(ends.astype(np.int64), columns[known].astype(np.uint32))


def _say_room(listener: Listener, files: ScanFiles, images: int) -> None:
    if images:
        needed = images * files.shape.bytes_an_image() / 1e6
        words = f"{needed:,.0f} MB" if needed < 1000 else f"{needed / 1000:,.1f} GB"
        listener.note(f"It will take about {words} in {files.folder}.")


def refuse_without_room(files: ScanFiles, images: int) -> None:
    """Tells before a scan begins if it would not fit on the disk.

    Args:
        files: The scan.
        images: To be scanned.

    Raises:
        StoreFullError: There is too little space; nothing was written.
    """
    needed = images * files.shape.bytes_an_image() + ROOM_LEFT
    free = shutil.disk_usage(files.folder).free
    if needed > free:
        raise StoreFullError(
            f"A scan of {images:,} images needs about {needed / 1e9:,.1f} GB in {files.folder}, "
            f"and {free / 1e9:,.1f} GB are free. Free some space, keep the workspace on a "
            "larger disk with --workspace, or keep fewer scores with --keep-above 0.01."
        )
