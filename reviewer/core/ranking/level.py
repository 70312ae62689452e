"""What the opinions of the cold start are worth, as chances, before any answer.

The opinions say how likely an image would carry a tag if it were thoroughly tagged. The metadata
themselves tell how often images do, so one slope and one constant for all tags are fitted to
them. How many tags are missing or wrong they cannot tell: that is taken from two shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from reviewer.core.ranking.pooled import PooledProblem, fit_pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.calibration import FitSample

MISSING_SHARE = 0.4
"""Share of a tag's true instances that are taken to be missing before any answer."""

MIN_SLOPE = 0.2
"""No evidence is turned round, and none thrown away."""

HALVINGS = 50
"""Of the interval in which a tag's level is looked for: far below what matters."""

FARTHEST = 30.0
"""Log-odds beyond which no level is looked for."""


@dataclass(frozen=True)
class Level:
    """How opinions become the log-odds of an error.

    Attributes:
        slope: Of an opinion.
        offset: With the slope it gives the log-odds that an image carries the tag.
        missing: Added to those where the tag is absent.
        wrong: From which those are taken where the tag is present, shape (T,).
    """

    slope: float
    offset: float
    missing: float
    wrong: NDArray[np.float64]

    def suspicions(
        self, tag: int, opinions: NDArray[np.floating], present: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Log-odds that the metadata is wrong.

        Args:
            tag: Column of the tag.
            opinions: Log-odds that images show the tag, shape (n, C).
            present: Whether each carries it, shape (n,).

        Returns:
            Shape (n, C), float32.
        """
        carries = self.slope * opinions.astype(np.float64) + self.offset
        wrong = self.wrong[tag] - carries
        return np.where(present[:, None], wrong, carries + self.missing).astype(np.float32)


def fit_level(
    sample: FitSample, mean: NDArray[np.float64], n_tags: int, wrong_share: float
) -> Level:
    """Fit the level to the metadata and to the share of wrong tags.

    Args:
        sample: Pairs with importance weights.
        mean: The opinions' weighted mean on each, shape (n,), from fits that did not see it.
        n_tags: Number of tags, T.
        wrong_share: Share of a tag's instances that are taken to be wrong, inside 0..1.

    Returns:
        The level.
    """
    fit = fit_pooled(
        PooledProblem(
            design=np.stack([np.ones(mean.size), mean], axis=1),
            # One group without a say: what tags differ in, the stack has fitted already.
            local=np.zeros((mean.size, 1)),
            group=np.zeros(mean.size, dtype=np.int64),
            n_groups=1,
            target=sample.target,
            weight=sample.weight,
            prior_mean=np.array([0.0, 1.0]),
            prior_precision=np.array([0.1, 0.1]),
            own_precision=np.array([1.0]),
        )
    )
    slope, offset = max(float(fit.beta[1]), MIN_SLOPE), float(fit.beta[0])
    wrong = _wrong_level(sample, slope * mean + offset, n_tags, wrong_share)
    # A tag of which this share is missing is carried by 1 - share of the images that show it.
    return Level(slope, offset, float(logit(MISSING_SHARE)), wrong)


def _wrong_level(
    sample: FitSample, carries: NDArray[np.float64], n_tags: int, wrong_share: float
) -> NDArray[np.float64]:
    """For each tag, the level at which the chances of its instances sum to the share, (T,).

    A tagger that cannot see a tag gives a low chance to every image; what counts is how far
    below the tag's other instances an image lies.
    """
    there = sample.target > 0.5
    tag, weight, carries = sample.tag[there], sample.weight[there], carries[there]
    wanted = wrong_share * np.bincount(tag, weights=weight, minlength=n_tags)
    low, high = np.full(n_tags, -FARTHEST), np.full(n_tags, FARTHEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        chance = weight * expit(middle[tag] - carries)
        above = np.bincount(tag, weights=chance, minlength=n_tags) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    # A tag that nobody carries has no instances to be wrong.
    return np.where(wanted > 0.0, low, -FARTHEST)
