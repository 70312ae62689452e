"""What a scan has still to look at, and how what it finds is kept, some seconds at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from reviewer.core.lookup import places_of
from reviewer.core.tags.tagrows import TagRows
from reviewer.store.scans import ROW, ScanFiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.predict import ScanBatch
    from reviewer.store.images import ImageTable
    from reviewer.store.library import Library
    from reviewer.store.tagmatrix import StoredTags

WRITE_SECONDS = 2.0
"""What a killed scan loses at most."""

WRITE_IMAGES = 2048
"""Images kept in memory at most before they are written."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Images that are to be scanned: ids (N,), ascending, and digests (N,) of their files."""

    images: NDArray[np.int64]
    digests: NDArray[np.uint64]


def images_waiting(library: Library, files: ScanFiles) -> Waiting:
    """The askable images that a scan has not seen, or whose files have changed since."""
    images, digests = library.images.digests()
    rows = files.rows()[files.latest()]
    rows = rows[np.argsort(rows["image"])]
    at = places_of(images, rows["image"])
    done = at >= 0
    done[done] = rows["digest"][at[done]] == digests[done]
    return Waiting(images[~done], digests[~done])


def is_scanned(library: Library, version: str) -> bool:
    """Whether a version has seen every image that can be asked about, as the files are now."""
    files = library.scan(version)
    return files is not None and not len(images_waiting(library, files).images)


class Paths(Sequence[Path]):
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
            return Paths(self._table, self._images[place])
        return self._table.path(int(self._images[place]))


@dataclass
class Spent:
    """Seconds of a scan, by what they went into."""

    reading: float = 0.0
    computing: float = 0.0
    writing: float = 0.0

    def words(self) -> str:
        """The share of each part in the whole, the largest first: it is the bottleneck."""
        parts = {
            "tagger": self.computing,
            "reading images": self.reading,
            "writing scores": self.writing,
        }
        whole = max(sum(parts.values()), 1e-9)
        ordered = sorted(parts.items(), key=lambda part: -part[1])
        return ", ".join(f"{name} {part / whole:.0%}" for name, part in ordered)


class Keeper:
    """Keeps what the tagger says, a few seconds' worth at a time.

    Each write waits for the disk; one a batch would cost more than the scores are worth.
    """

    def __init__(self, files: ScanFiles, waiting: Waiting, tags: StoredTags) -> None:
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
        taken = self._tags.of(images)
        columns = self._columns[taken.tags]
        known = columns >= 0
        ends = np.concatenate([[0], np.cumsum(known)])[taken.starts]
        return TagRows(ends.astype(np.int64), columns[known].astype(np.uint32))
