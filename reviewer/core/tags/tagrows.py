"""The tags of many images as two flat arrays: four bytes a tag, no object an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled, is_worthwhile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse


@dataclass(frozen=True)
class TagRows:
    """Tag ids of N images, image after image.

    Attributes:
        starts: (N + 1,) int64; image n has the tags `starts[n]:starts[n + 1]`.
        tags: (I,) uint32 tag ids, ascending within an image.
    """

    starts: NDArray[np.int64]
    tags: NDArray[np.uint32]

    @classmethod
    def of(cls, images: Iterable[Iterable[int]]) -> TagRows:
        """From tag ids of each image, in any order."""
        rows = [sorted(tags) for tags in images]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        return cls(starts, np.array([tag for row in rows for tag in row], np.uint32))

    def __len__(self) -> int:
        """Images."""
        return len(self.starts) - 1

    @property
    def instances(self) -> int:
        """I, the number of (image, tag) pairs."""
        return len(self.tags)

    def of_image(self, row: int) -> NDArray[np.uint32]:
        """(K,) tag ids of one image, ascending."""
        return self.tags[self.starts[row] : self.starts[row + 1]]

    def take(self, rows: NDArray[np.int64]) -> TagRows:
        """The tags of some images (n,), in the given order."""
        whole = len(rows) == len(self) and np.array_equal(rows, np.arange(len(self)))
        if whole:
            return self
        lengths = np.diff(self.starts)[rows]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        if not is_worthwhile(int(starts[-1])):
            first = np.repeat(self.starts[rows] - starts[:-1], lengths)
            return TagRows(starts, self.tags[first + np.arange(len(first))])
        tags = np.empty(int(starts[-1]), np.uint32)
        compiled(_take)(self.starts, self.tags, np.asarray(rows, np.int64), tags)
        return TagRows(starts, tags)

    def counts(self) -> NDArray[np.int64]:
        """(largest id + 1,) images that carry each tag id."""
        size = int(self.tags.max()) + 1 if len(self.tags) else 0
        if not is_worthwhile(self.instances):
            return np.bincount(self.tags, minlength=size).astype(np.int64, copy=False)
        counts = np.zeros(size, np.int64)
        compiled(_count)(self.tags, counts)
        return counts

    def columns(self, tags: Sequence[int] | NDArray[np.int64]) -> sparse.csc_matrix:
        """(N, T) sparse bool, True where an image has the tag of a column.

        Args:
            tags: (T,) tag ids in the order of the columns; each once.
        """
        from scipy import sparse  # noqa: PLC0415 - the window must not wait for it

        numbers = self.column_numbers(tags)
        if not is_worthwhile(self.instances):
            return self._few_columns(numbers, len(tags))
        indptr = np.zeros(len(tags) + 1, np.int64)
        compiled(_count_columns)(self.tags, numbers, indptr)
        np.cumsum(indptr, out=indptr)
        rows = np.empty(int(indptr[-1]), np.int32)
        compiled(_fill_columns)(self.starts, self.tags, numbers, indptr[:-1].copy(), rows)
        ones = np.ones(len(rows), bool)
        return sparse.csc_matrix((ones, rows, indptr), shape=(len(self), len(tags)), copy=False)

    def _few_columns(self, numbers: NDArray[np.int32], count: int) -> sparse.csc_matrix:
        from scipy import sparse  # noqa: PLC0415 - the window must not wait for it

        places = numbers[self.tags]
        kept = places >= 0
        rows = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))[kept]
        order = np.argsort(places[kept], kind="stable")
        indptr = np.concatenate([[0], np.cumsum(np.bincount(places[kept], minlength=count))])
        ones = np.ones(len(rows), bool)
        return sparse.csc_matrix((ones, rows[order], indptr), shape=(len(self), count), copy=False)

    def column_numbers(self, tags: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int32]:
        """Column of each tag id among some tags, -1 for others; (largest id + 1,)."""
        wanted = np.asarray(tags, np.int64)
        here = int(self.tags.max()) if len(self.tags) else 0
        numbers = np.full(max(here, int(wanted.max(initial=0))) + 1, -1, np.int32)
        numbers[wanted] = np.arange(len(wanted), dtype=np.int32)
        return numbers


def _take(
    starts: NDArray[np.int64],
    tags: NDArray[np.uint32],
    rows: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    at = 0
    for row in rows:
        for place in range(starts[row], starts[row + 1]):
            out[at] = tags[place]
            at += 1


def _count(tags: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
    for tag in tags:
        counts[tag] += 1


def _count_columns(
    tags: NDArray[np.uint32], numbers: NDArray[np.int32], indptr: NDArray[np.int64]
) -> None:
    for tag in tags:
        column = numbers[tag]
        if column >= 0:
            indptr[column + 1] += 1


def _fill_columns(
    starts: NDArray[np.int64],
    tags: NDArray[np.uint32],
    numbers: NDArray[np.int32],
    free: NDArray[np.int64],
    rows: NDArray[np.int32],
) -> None:
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            column = numbers[tags[place]]
            if column >= 0:
                rows[free[column]] = row
                free[column] += 1
