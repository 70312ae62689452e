"""From raw logits to comparable log-odds: a hierarchical Platt calibration.

Scores of different tags do not compare, and a tagger's score alone ignores what the neighbours
carry. The *stack* is a logistic regression on the observed tags with shared slopes and, for each
tag, an offset and a slope of its own that are pulled towards the shared ones. It is fitted on
half of the images and applied to the other half, so that no pair sees its own tag.

What the observed tags cannot say (how often a tag was forgotten) only the reviewer's answers can;
`feedback` learns it. Corrections for label frequency in the manner of Elkan and Noto (2008) are
left out on purpose: measured, they ruin the order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from reviewer.core.ranking.pooled import PooledFit, PooledProblem, fit_pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray

LOGIT_LIMIT = 15.0
"""Logits are cut off here: beyond it they carry no information, only overflow."""

COVERAGE_SMOOTHING = 2.0
"""Tags added to both sides of an image's coverage, so that sparse images are not extreme."""

HIGH_COVERAGE = 0.9
"""Quantile of the images' coverage that counts as thoroughly tagged."""


@dataclass(frozen=True)
class Columns:
    """What is known about one tag on some images.

    Attributes:
        score: Out-of-sample logit, shape (n,), float32.
        near: Neighbours' logit, or `None` without a graph.
        others: Logit from the image's other tags, or `None`.
    """

    score: FloatArray
    near: FloatArray | None = None
    others: FloatArray | None = None

    def matrix(self) -> NDArray[np.float64]:
        """The inputs that are there, side by side, shape (n, 1 to 3), float64."""
        given = [self.score, self.near, self.others]
        kept = [np.asarray(column, dtype=np.float64) for column in given if column is not None]
        return np.clip(np.stack(kept, axis=1), -LOGIT_LIMIT, LOGIT_LIMIT)


def draw_rows(
    present: BoolArray, score: FloatArray, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Choose the pairs of one tag to fit on, with importance weights that undo the choice.

    Up to `size` present images (all, or a random part), the absent images with the highest
    scores, and a random part of the other absent ones: half and half of `size`.

    Args:
        present: Shape (N,), bool.
        score: Shape (N,), float32.
        size: Present, and absent, images wanted at most; at least 2.
        rng: The source of chance.

    Returns:
        Rows (n,), int64, and their weights (n,), whose sum is N.
    """
    with_tag = np.flatnonzero(present)
    without = np.flatnonzero(~present)
    chosen, weights = [], []
    if with_tag.size:
        part = rng.choice(with_tag, size, replace=False) if with_tag.size > size else with_tag
        chosen.append(part)
        weights.append(np.full(part.size, with_tag.size / part.size))
    top = min(size // 2, without.size)
    if without.size > size:
        cut = np.argpartition(score[without], -top)
        high, rest = without[cut[-top:]], without[cut[:-top]]
        part = rng.choice(rest, size - top, replace=False)
        chosen += [high, part]
        weights += [np.ones(high.size), np.full(part.size, rest.size / part.size)]
    elif without.size:
        chosen.append(without)
        weights.append(np.ones(without.size))
    return np.concatenate(chosen), np.concatenate(weights)


@dataclass
class CoverageCount:
    """How many tags each image has, and how many the scores expect.

    Attributes:
        n_images: Number of images.
        tags: Present tags so far, shape (N,), float64.
        expected: Sum of the chances so far, shape (N,), float64.
    """

    n_images: int
    tags: NDArray[np.float64] = field(init=False)
    expected: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.tags = np.zeros(self.n_images)
        self.expected = np.zeros(self.n_images)

    def add(self, present: BoolArray, score: FloatArray) -> None:
        """Count one tag, given who carries it and its logit on every image."""
        self.tags += present
        self.expected += expit(score)

    def coverage(self) -> FloatArray:
        """Log ratio of tags to expected tags, shape (N,), float32; 0 is as tagged as most."""
        ratio = (self.tags + COVERAGE_SMOOTHING) / (self.expected + COVERAGE_SMOOTHING)
        return np.log(ratio).astype(np.float32)

    def without(
        self, rows: NDArray[np.int64], present: BoolArray, score: FloatArray
    ) -> NDArray[np.float64]:
        """The same with the asked tag itself left out, so that it does not give itself away.

        Args:
            rows: Images, shape (n,).
            present: Whether each carries the asked tag, shape (n,).
            score: The asked tag's logit on each, shape (n,).
        """
        tags = self.tags[rows] - present + COVERAGE_SMOOTHING
        expected = np.maximum(self.expected[rows] - expit(score), 0.0) + COVERAGE_SMOOTHING
        ratio: NDArray[np.float64] = np.log(tags / expected)
        return ratio


@dataclass(frozen=True)
class FitSample:
    """Pairs to fit the stack on.

    Attributes:
        tag, row: The pairs, shape (n,), int64.
        target: 1.0 where the tag is present, shape (n,).
        weight: Importance, shape (n,).
        inputs: `Columns.matrix` of the pairs, shape (n, C).
        coverage: Of the images with the asked tag left out, shape (n,).
        graph: Whether the second of the inputs is the neighbours'.
    """

    tag: NDArray[np.int64]
    row: NDArray[np.int64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    inputs: NDArray[np.float64]
    coverage: NDArray[np.float64]
    graph: bool = False


@dataclass(frozen=True)
class Calibration:
    """The fitted stack, one fit for each half of the images.

    Attributes:
        half: Which fit applies to an image (the one that did not see it), shape (N,), 0 or 1.
        offset: Of each tag, coverage at its high value included, shape (2, T).
        slope: Of each tag's score, at least 0, shape (2, T).
        shared: Slopes of the other inputs, at least 0, shape (2, C - 1).
    """

    half: NDArray[np.uint8]
    offset: NDArray[np.float64]
    slope: NDArray[np.float64]
    shared: NDArray[np.float64]

    def stack(self, tag: int, columns: Columns, rows: NDArray[np.int64]) -> FloatArray:
        """Calibrated logit of "this image would carry the tag if it were thoroughly tagged".

        Args:
            tag: Column of the tag.
            columns: The inputs on those rows.
            rows: Images, shape (n,).

        Returns:
            Shape (n,), float32; never falls as the score rises.
        """
        return self.logit(np.full(rows.size, tag), columns.matrix(), rows)

    def logit(
        self, tag: NDArray[np.int64], inputs: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> FloatArray:
        """The same for pairs of several tags.

        Args:
            tag: Column of each pair, shape (n,).
            inputs: `Columns.matrix` of the pairs, shape (n, C).
            rows: Image of each, shape (n,).

        Returns:
            Shape (n,), float32.
        """
        half = self.half[rows]
        logit = self.offset[half, tag] + self.slope[half, tag] * inputs[:, 0]
        logit += np.einsum("nc,nc->n", inputs[:, 1:], self.shared[half])
        calibrated: FloatArray = logit.astype(np.float32)
        return calibrated


def halves(n_images: int, groups: NDArray[np.int64] | None, seed: int) -> NDArray[np.uint8]:
    """Split the images in two at random, near-duplicates together.

    Args:
        n_images: Number of images.
        groups: Group of each image, shape (N,), or `None`.
        seed: Of the split.

    Returns:
        0 or 1 for each image, shape (N,), uint8.
    """
    rng = np.random.default_rng(seed)
    if groups is None:
        return rng.integers(0, 2, n_images, dtype=np.uint8)
    values, which = np.unique(groups, return_inverse=True)
    return rng.integers(0, 2, values.size, dtype=np.uint8)[which]


def fit_calibration(
    sample: FitSample, half: NDArray[np.uint8], n_tags: int, coverage: FloatArray
) -> Calibration:
    """Fit the stack on each half of the images, for use on the other.

    Args:
        sample: Pairs to fit on.
        half: Half of each image, shape (N,).
        n_tags: Number of tags, T.
        coverage: Of every image, shape (N,); its high quantile is what the stack is read at.

    Returns:
        The calibration.
    """
    high = float(np.quantile(coverage, HIGH_COVERAGE)) if coverage.size else 0.0
    fits = [_fit_half(sample, half[sample.row] != side, n_tags) for side in (0, 1)]
    width = sample.inputs.shape[1]
    return Calibration(
        half=half,
        offset=np.stack([f.beta[0] + f.beta[-1] * high + f.own[:, 0] for f in fits]),
        slope=np.stack([np.maximum(f.beta[1] + f.own[:, 1], 0.0) for f in fits]),
        shared=np.stack([np.maximum(f.beta[2 : width + 1], 0.0) for f in fits]),
    )


def _fit_half(sample: FitSample, which: NDArray[np.bool_], n_tags: int) -> PooledFit:
    """One fit: shared weights for (1, score, others..., coverage), own for (1, score)."""
    inputs = sample.inputs[which]
    one = np.ones((inputs.shape[0], 1))
    width = inputs.shape[1] + 2
    mean = np.zeros(width)
    mean[1] = 1.0
    return fit_pooled(
        PooledProblem(
            design=np.hstack([one, inputs, sample.coverage[which][:, None]]),
            local=np.hstack([one, inputs[:, :1]]),
            group=sample.tag[which],
            n_groups=n_tags,
            target=sample.target[which],
            weight=sample.weight[which],
            prior_mean=mean,
            # Weak on what all tags share; a tag's own offset about 1 and slope about 0.3.
            prior_precision=np.full(width, 0.1),
            own_precision=np.array([1.0, 10.0]),
        )
    )
