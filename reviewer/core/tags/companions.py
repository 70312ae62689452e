"""What an image's other tags say of a tag: in words, by how often the two go together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carriers

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

SHOWN = 3
"""Companions that are named for a pair."""
FEWEST = 20
"""Images that a tag needs before it says anything of others."""
TELLING = 1.5
"""A companion is named if the tag is so many times more or less frequent beside it."""
PRIOR = 5.0
"""Images by which shares are drawn to the usual one, so that a few images say little."""
_KEPT = 8
"""Tags whose counts are kept: questions come in runs of one tag."""


@dataclass(frozen=True, slots=True)
class Companion:
    """Another tag of the image.

    Attributes:
        column: Of that tag.
        share: Share of the images with it that carry the asked tag, 0..1.
    """

    column: int
    share: float


class Companions:
    """How often tags go together in a collection, by the original tags."""

    def __init__(self, tags: sparse.csc_matrix) -> None:
        """Counts every tag.

        Args:
            tags: (N, T) non-zero where an image carries a tag.
        """
        self._by_tag = tags.tocsc()
        self._by_image = tags.tocsr()
        self._counts = np.diff(self._by_tag.indptr).astype(np.int64)
        self._together = lru_cache(_KEPT)(self._count_together)

    def usual(self, column: int) -> float:
        """Share of all images that carry a tag, 0..1."""
        return int(self._counts[column]) / max(int(self._by_tag.shape[0]), 1)

    def of(self, row: int, column: int) -> list[Companion]:
        """The tags of an image that say most of another tag, the most telling first.

        Args:
            row: Of the image.
            column: Of the asked tag.

        Returns:
            At most `SHOWN`; those that make the tag about as likely as usual are left out.
        """
        low, high = self._by_image.indptr[row : row + 2]
        others = self._by_image.indices[low:high]
        others = others[(others != column) & (self._counts[others] >= FEWEST)]
        usual = self.usual(column)
        if not len(others) or not 0 < usual < 1:
            return []
        share = (self._together(column)[others] + PRIOR * usual) / (self._counts[others] + PRIOR)
        # The share itself may be 0 or 1: the telling is measured on odds.
        telling = np.abs(_logit(share) - _logit(np.array([usual])))
        order = np.argsort(-telling, kind="stable")[:SHOWN]
        return [
            Companion(int(others[place]), float(share[place]))
            for place in order
            if telling[place] >= np.log(TELLING)
        ]

    def _count_together(self, column: int) -> NDArray[np.int64]:
        """(T,) images that carry both a tag and the asked one."""
        images = self._by_image[carriers(self._by_tag, column)]
        return np.bincount(images.indices, minlength=self._by_tag.shape[1])


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))
