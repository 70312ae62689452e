"""What an image's other tags say about a tag.

Images are placed in a space of a few dimensions by their tags (a truncated singular value
decomposition of the scaled image-by-tag matrix, found by subspace iteration: Halko, Martinsson
and Tropp 2011). In that space each tag gets a linear discriminant (Fisher) with the tag's own
share in an image's place taken out, so that no pair gives itself away. The discriminant of one
half of the images is applied to the other half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray

MAX_DIMENSIONS = 64
"""More dimensions still helped a little up to here."""

PLACE_VALUES = 64_000_000
"""Bound on images times dimensions: 256 MB of float32."""

MIN_DIMENSIONS = 8
ROUNDS = 4
"""Rounds of subspace iteration; the space only has to be good, not exact."""

RIDGE = 20.0
"""Ridge on a tag's discriminant, divided by the number of images that carry the tag."""

FEW = 5.0
"""Images with a tag at which its discriminant counts half."""


@dataclass(frozen=True)
class TagSpace:
    """The images' places by their tags, and each half's moments.

    Attributes:
        places: Shape (N, R), float32.
        loading: What one tag adds to the place of an image that carries it, shape (T, R), float32.
        half: Half of each image, shape (N,), uint8.
        count: Images of each half, shape (2,).
        total: Sum of each half's places, shape (2, R), float64.
        moment: Sum of each half's outer products, shape (2, R, R), float64.
    """

    places: FloatArray
    loading: FloatArray
    half: NDArray[np.uint8]
    count: NDArray[np.float64]
    total: NDArray[np.float64]
    moment: NDArray[np.float64]

    def logit(self, tag: int, present: BoolArray, rows: NDArray[np.int64]) -> FloatArray:
        """Log-odds that images carry a tag, judged by their other tags.

        Args:
            tag: Column of the tag.
            present: Who carries it, as the space was made with, shape (N,), bool.
            rows: Images wanted, shape (n,).

        Returns:
            Shape (n,), float32; each half judged by the other half's discriminant.
        """
        own = self.loading[tag].astype(np.float64)
        fits = [self._discriminant(1 - side, own, present) for side in (0, 1)]
        weights = np.stack([weights for weights, _ in fits])
        # To pick all rows one by one takes longer than what is done with them.
        every = np.array_equal(rows, np.arange(len(self.places)))
        both = (self.places if every else self.places[rows]) @ weights.T.astype(np.float32)
        both += np.array([constant for _, constant in fits], np.float32)
        both[present[rows]] -= (weights @ own).astype(np.float32)
        return np.where(self.half[rows] == 0, both[:, 0], both[:, 1])

    def _discriminant(
        self, side: int, own: NDArray[np.float64], present: BoolArray
    ) -> tuple[NDArray[np.float64], float]:
        """Weights (R,) and constant from one half's images, the tag's own share taken out."""
        places = self.places[present & (self.half == side)].astype(np.float64)
        many, count = len(places), max(float(self.count[side]), 1.0)
        with_tag = places.sum(axis=0) - many * own
        mean = (self.total[side] - many * own) / count
        cross = np.outer(places.sum(axis=0), own)
        moment = self.moment[side] - cross - cross.T + many * np.outer(own, own)
        covariance = moment / count - np.outer(mean, mean)
        scale = np.sqrt(np.maximum(np.diag(covariance), 1e-12)) + 1e-6
        alike = covariance / np.outer(scale, scale) + RIDGE / max(many, 1) * np.eye(own.size)
        shift = (with_tag / max(many, 1) - mean) / scale if many else np.zeros(own.size)
        weights = np.linalg.solve(alike, shift) * (many / (many + FEW))
        prior = np.log((many + 1.0) / (count - many + 1.0))
        constant = prior - 0.5 * shift @ weights - (weights / scale) @ mean
        return weights / scale, float(constant)


def make_tag_space(
    carriers: Callable[[int], BoolArray], n_tags: int, half: NDArray[np.uint8], seed: int
) -> TagSpace | None:
    """Place the images by their tags.

    Memory: four bytes for each tag on each image twice over, and `PLACE_VALUES` floats.

    Args:
        carriers: Gives for a tag who carries it, shape (N,), bool.
        n_tags: Number of tags, T.
        half: Half of each image, shape (N,), uint8.
        seed: Of the first guess at the space.

    Returns:
        The space; `None` where there are too few tags to speak of other tags.
    """
    n_images = half.size
    room = PLACE_VALUES // max(n_images, 1)
    dimensions = int(min(MAX_DIMENSIONS, max(room, MIN_DIMENSIONS), n_tags // 3, n_images // 10))
    if dimensions < 2:
        return None
    rows = [np.flatnonzero(carriers(tag)).astype(np.int32) for tag in range(n_tags)]
    size = np.array([part.size for part in rows])
    # A common tag says less about an image than a rare one.
    scale = (1.0 / np.sqrt(size + 5.0)).astype(np.float32)
    matrix = csc_matrix(
        (np.repeat(scale, size), np.concatenate(rows), np.concatenate([[0], np.cumsum(size)])),
        shape=(n_images, n_tags),
    )
    del rows
    guess = np.random.default_rng(seed).normal(size=(n_tags, dimensions))
    basis = np.linalg.qr(guess)[0].astype(np.float32)
    for _ in range(ROUNDS):
        basis = np.linalg.qr(matrix.T @ (matrix @ basis))[0].astype(np.float32)
    places = np.asarray(matrix @ basis, dtype=np.float32)
    count, total, moment = _moments(places, half)
    return TagSpace(places, basis * scale[:, None], half, count, total, moment)


def _moments(
    places: FloatArray, half: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Count (2,), sum (2, R) and sum of outer products (2, R, R) of each half's places."""
    parts = [places[half == side] for side in (0, 1)]
    count = np.array([len(part) for part in parts], dtype=np.float64)
    total = np.stack([part.sum(axis=0, dtype=np.float64) for part in parts])
    moment = np.stack([(part.T @ part).astype(np.float64) for part in parts])
    return count, total, moment
