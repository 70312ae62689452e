"""A run of images with their scores, as a scan keeps them and a ranking reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Block(NamedTuple):
    """Scores of some images that follow each other.

    Attributes:
        first: Row of the first image.
        scores: (T, B) uint8, C-contiguous.
    """

    first: int
    scores: NDArray[np.uint8]
