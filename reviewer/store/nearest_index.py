"""An index over the embeddings of a scan, for collections too large to compare with every image.

nearest/index.usearch   directions of the embeddings, a graph of near ones (HNSW); keys are places
nearest/nearest.json    how many records of the scan are in it
nearest/mean.npy        (D,) float32, what was taken from the embeddings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.store.columns import read_record, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

CONNECTED = 16
"""Neighbours that a place of the graph keeps."""
BUILT_WITH = 96
SEARCHED_WITH = 768
"""Places looked at while the graph is built, and while it is searched."""
AT_ONCE = 4096


class NearestIndex:
    """The index of one scan: built whole, read from the disk."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder
        self._index: Any = None
        self._mean: NDArray[np.float32] | None = None

    def count(self) -> int:
        """Records of the scan that are in the index; 0 if there is none."""
        return int(read_record(self._folder / "nearest.json").get("records", 0))

    def build(
        self,
        embeddings: NDArray[np.float16],
        mean: NDArray[np.float32],
        *,
        threads: int,
        told: Callable[[int], None],
    ) -> None:
        """Builds the index anew, aside, and puts it in the place of the one before.

        Args:
            embeddings: (N, D) of all records of the scan.
            mean: (D,) of them.
            threads: To build with.
            told: Hears how many are in.

        Raises:
            StoreError: It cannot be written.
        """
        index = _empty(embeddings.shape[1])
        for start in range(0, len(embeddings), AT_ONCE):
            part = embeddings[start : start + AT_ONCE].astype(np.float32) - mean
            keys = np.arange(start, start + len(part), dtype=np.uint64)
            index.add(keys, part, threads=threads)
            told(start + len(part))
        with replacing(self._folder) as aside:
            aside.mkdir()
            index.save(str(aside / "index.usearch"))
            np.save(aside / "mean.npy", mean)
            write_record(aside / "nearest.json", {"records": len(embeddings)})
        self._index = self._mean = None

    def mean(self) -> NDArray[np.float32]:
        """(D,) what was taken from the embeddings before they were put in."""
        if self._mean is None:
            self._mean = np.load(self._folder / "mean.npy")
        return self._mean

    def search(self, embedding: NDArray[np.floating], count: int) -> NDArray[np.int64]:
        """(n,) places of records that are near, about the nearest first.

        Args:
            embedding: (D,).
            count: How many at most.

        Raises:
            StoreError: The index is there and cannot be read.
        """
        mean = self.mean()
        if self._index is None:
            index = _empty(len(mean))
            try:
                index.load(str(self._folder / "index.usearch"))
            except RuntimeError as error:
                raise StoreError(
                    f"The index in {self._folder} cannot be read ({error}). Delete that folder and "
                    "build it again: reviewer similar --build"
                ) from error
            self._index = index
        towards = np.asarray(embedding, np.float32) - mean
        found = self._index.search(towards, max(count, 1), threads=1)
        return np.asarray(found.keys, np.int64)


def can_build() -> bool:
    """Whether the library that the index needs is installed."""
    try:
        import usearch.index  # noqa: PLC0415, F401 - asked for here alone
    except ImportError:
        return False
    return True


def _empty(width: int) -> Any:  # noqa: ANN401 - usearch's, without types that can be trusted
    from usearch.index import Index  # noqa: PLC0415 - large collections alone pay for it

    return Index(
        ndim=width,
        metric="cos",
        dtype="f16",
        connectivity=CONNECTED,
        expansion_add=BUILT_WITH,
        expansion_search=SEARCHED_WITH,
    )
