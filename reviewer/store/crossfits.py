"""Out-of-sample scores of every (image, tag) pair on one scan, replaced as a whole.

crossfit.json      the last decision that they were fitted with
logits.npy         (T, N) float16, tag-major: a tag's scores are read in one piece
images.npy         (N,) and tags.npy (T,): ids in the order of the scores
groups.npy         (N,) near-duplicate groups
neighbours.npy     (N, K) and similarities.npy: neighbours in embedding space
learnt.npy         (T,) what each tag's heads rest on, in large collections
fitted.npy         (T,) when they were fitted, likewise
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.store.columns import (
    let_go,
    read_columns,
    read_record,
    write_columns,
    write_record,
)
from reviewer.store.disk import replacing
from reviewer.store.piecefile import PieceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Crossfit:
    """Scores that no label of their own image went into.

    Attributes:
        images: (N,) int64 image ids.
        tags: (T,) int64 tag ids.
        logits: (T, N) float16.
        groups: (N,) int64; images of one group are near-duplicates.
        neighbours: (N, K) int32 positions in `images`.
        similarities: (N, K) float16 cosine.
        decided: Id of the last decision that the heads were fitted with.
        learnt: (T,) uint64 digests of what each tag's heads rest on; `None` if all were fitted at
            once.
        fitted: (T,) int64, when each tag's heads were fitted, nanoseconds of unix time; likewise.
    """

    images: NDArray[np.int64]
    tags: NDArray[np.int64]
    logits: NDArray[np.float16]
    groups: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    similarities: NDArray[np.float16]
    decided: int
    learnt: NDArray[np.uint64] | None = None
    fitted: NDArray[np.int64] | None = None

    def scores(self, column: int, rows: NDArray[np.integer] | None = None) -> NDArray[np.float16]:
        """Logits of the tag in a column; no more of their file stays in memory.

        Args:
            column: Of the tag.
            rows: Of the images (n,); `None` for all.

        Returns:
            (N,) or (n,).
        """
        found = np.array(self.logits[column] if rows is None else self.logits[column][rows])
        let_go(self.logits)
        return found


_ARRAYS = ("images", "tags", "logits", "groups", "neighbours", "similarities")
_MORE = ("learnt", "fitted")


class CrossfitFiles:
    """Where the out-of-sample scores of one scan are kept."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def load(self) -> Crossfit | None:
        """The scores, large arrays memory-mapped; `None` if there are none yet."""
        record = read_record(self._folder / "crossfit.json")
        if not record:
            return None
        arrays = read_columns(self._folder, _ARRAYS, _MORE, mapped=True)
        return Crossfit(**arrays, decided=int(record["decided"]))

    def save(self, crossfit: Crossfit) -> None:
        """Writes all aside, then renames it into place.

        Raises:
            StoreFullError: The disk is full; the scores before stay.
            StoreError: It cannot be written; the scores before stay.
        """
        with replacing(self._folder) as aside:
            write_columns(aside, crossfit, (*_ARRAYS, *_MORE))
            write_record(aside / "crossfit.json", {"decided": crossfit.decided})

    @contextmanager
    def saving(self, crossfit: Crossfit) -> Iterator[PieceFile]:
        """Does as `save`, but the block writes the logits (T, N), which `crossfit` need not have.

        Raises:
            StoreFullError: The disk is full; the scores before stay.
            StoreError: It cannot be written; the scores before stay.
        """
        rest = tuple(name for name in (*_ARRAYS, *_MORE) if name != "logits")
        shape = (len(crossfit.tags), len(crossfit.images))
        with replacing(self._folder) as aside:
            write_columns(aside, crossfit, rest)
            with PieceFile(aside / "logits.npy", np.float16, shape) as logits:
                yield logits
            write_record(aside / "crossfit.json", {"decided": crossfit.decided})
