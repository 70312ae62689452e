"""What whole networks say of images that they never saw, kept beside a version's scan.

images.npy         (N,) ids, ascending, and tags.npy (T,)
logits.npy         (T, N) float16, tag-major
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.store.columns import read_columns, write_columns
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_COLUMNS = ("images", "tags", "logits")


@dataclass(frozen=True)
class WholeFit:
    """Scores of networks that learnt from no label of the image, nor of its near-duplicates.

    Attributes:
        images: (N,) int64 image ids, ascending.
        tags: (T,) int64 tag ids.
        logits: (T, N) float16.
    """

    images: NDArray[np.int64]
    tags: NDArray[np.int64]
    logits: NDArray[np.float16]


class WholeFitFiles:
    """Where the scores are kept."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def load(self) -> WholeFit | None:
        """The scores, memory-mapped where they are large; `None` if there are none."""
        try:
            return WholeFit(**read_columns(self._folder, _COLUMNS, mapped=True))
        except FileNotFoundError:
            return None

    def save(self, fit: WholeFit) -> None:
        """Writes all aside, then renames it into place.

        Raises:
            StoreFullError: The disk is full; the scores before stay.
            StoreError: It cannot be written; the scores before stay.
        """
        with replacing(self._folder) as aside:
            write_columns(aside, fit, _COLUMNS)
