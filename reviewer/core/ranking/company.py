"""The company that tags keep: the one tag of an image that speaks most for another, and against it.

Two numbers for a pair: how much more often than by chance the asked tag goes with the one tag on
the image that it goes with most (an item-item model with one item), and how much less often with
the one that it goes with least (`1girl` with `1boy`, `blue_eyes` with `red_eyes`: what excludes
each other is learned, no list is needed). A linear model of all tags smooths both away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray

PRIOR_PAIRS = 2.0
"""Images with both tags that are added to what is seen and to what chance expects."""

STRONGEST = 3.0
"""Log ratios are cut off here: beyond it is the same certainty."""

MOST_VALUES = 48_000_000
"""Bound on tags times reasons: 192 MB of float32."""

COUNTED_IMAGES = 200_000
"""Images that are enough to count on how often tags meet."""


@dataclass(frozen=True)
class Company:
    """How often tags meet, and who carries what.

    Attributes:
        lift: Log ratio of meeting to chance for each tag and each reason, shape (T, R), float32;
            0 for a tag with itself.
        carried: Reasons on each image, shape (N, R), bool.
    """

    lift: FloatArray
    carried: csr_matrix

    def reasons(self, tag: int, rows: NDArray[np.int64]) -> FloatArray:
        """What speaks most for a tag on some images, and most against it.

        Args:
            tag: Column of the tag; it is no reason for itself.
            rows: Images, shape (n,).

        Returns:
            Shape (n, 2), float32: 0..`STRONGEST` and -`STRONGEST`..0.
        """
        start, end = self.carried.indptr[rows], self.carried.indptr[rows + 1]
        length = end - start
        first = np.cumsum(length) - length
        edges = np.repeat(start - first, length) + np.arange(int(length.sum()))
        # A zero behind each image's reasons: nothing speaks for it, nothing against it.
        value = np.zeros(int(length.sum()) + rows.size, dtype=np.float32)
        place = np.arange(edges.size) + np.repeat(np.arange(rows.size), length)
        value[place] = self.lift[tag][self.carried.indices[edges]]
        begin = first + np.arange(rows.size)
        if not rows.size:
            return np.zeros((0, 2), dtype=np.float32)
        return np.stack([np.maximum.reduceat(value, begin), np.minimum.reduceat(value, begin)], 1)


def make_company(
    carriers: Callable[[int], BoolArray], n_tags: int, n_images: int, seed: int
) -> Company:
    """Count how often tags meet.

    Memory: four bytes for each tag on each image, and `MOST_VALUES` floats.

    Args:
        carriers: Gives for a tag who carries it, shape (N,), bool.
        n_tags: Number of tags, T.
        n_images: Number of images, N.
        seed: Of the images counted on in a large collection.

    Returns:
        The company.
    """
    rows = [np.flatnonzero(carriers(tag)).astype(np.int32) for tag in range(n_tags)]
    size = np.array([part.size for part in rows], dtype=np.int64)
    flat = np.concatenate([*rows, np.zeros(0, np.int32)])
    starts = np.concatenate([[0], np.cumsum(size)])
    ones = np.ones(flat.size, dtype=np.bool_)
    matrix = csc_matrix((ones, flat, starts), shape=(n_images, n_tags))
    many = min(n_tags, max(MOST_VALUES // max(n_tags, 1), 1))
    # The commonest tags meet the others often enough to be reasons.
    reasons = np.sort(np.argsort(-size, kind="stable")[:many])
    carried = matrix[:, reasons].tocsr()
    return Company(_lift(matrix.tocsr(), carried, reasons, seed), carried)


def _lift(
    matrix: csr_matrix, carried: csr_matrix, reasons: NDArray[np.int64], seed: int
) -> FloatArray:
    """Log ratio of how often tags meet to how often they would by chance, shape (T, R)."""
    if matrix.shape[0] > COUNTED_IMAGES:
        rng = np.random.default_rng(seed)
        counted = np.sort(rng.choice(matrix.shape[0], COUNTED_IMAGES, replace=False))
        matrix, carried = matrix[counted], carried[counted]
    meet = (matrix.T.astype(np.float32) @ carried.astype(np.float32)).toarray()
    alone = np.asarray(matrix.sum(axis=0), dtype=np.float32).ravel()
    chance = np.outer(alone, alone[reasons]) / np.float32(max(matrix.shape[0], 1))
    lift = np.log((meet + PRIOR_PAIRS) / (chance + PRIOR_PAIRS)).astype(np.float32)
    lift[reasons, np.arange(reasons.size)] = 0.0
    bounded: FloatArray = np.clip(lift, -STRONGEST, STRONGEST)
    return bounded
