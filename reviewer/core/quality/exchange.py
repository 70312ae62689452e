"""What a tag is worth in images: one law for quality over images and noise, and its exchange rate.

Quality rises with the number of images n as `ceiling - scale * n ** -exponent` (a power law of what
is still missing, as is usual for learning curves); noise multiplies the scale and leaves the rest.
Noise that multiplies the scale by `m` is then as bad as having `m ** (1 / exponent)` times fewer
images, at every number of images: that is the exchange rate. How well the law holds is told with
it (`Law.residual`, `Law.explained`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLATTEST, STEEPEST = 0.02, 2.0
"""Exponents tried; near the lower end the law is a logarithm."""

DRAWS = 400
"""Of the bootstrap."""

MOST = 1e6
"""A factor on the images beyond this is only called more."""


@dataclass(frozen=True)
class Trials:
    """Taggers that were trained and measured, one a row.

    Attributes:
        images: (C,) int64, trained on.
        level: (C,) int64, which noise: 0 for none, at least one of them.
        seed: (C,) int64, of the images and of the noise.
        precision: (C, T) float64, average precision of each tag on the clean held-out, 0..1.
        counts: (C, T, 3) float64: right, said, there; of each tag at its threshold.
    """

    images: NDArray[np.int64]
    level: NDArray[np.int64]
    seed: NDArray[np.int64]
    precision: NDArray[np.float64]
    counts: NDArray[np.float64]

    def quality(self) -> NDArray[np.float64]:
        """(C,) mean average precision."""
        mean: NDArray[np.float64] = self.precision.mean(axis=1)
        return mean

    def f1(self) -> NDArray[np.float64]:
        """(C,) F1 over all pairs (micro)."""
        right, said, there = self.counts.sum(axis=1).T
        told: NDArray[np.float64] = 2 * right / np.maximum(said + there, 1e-12)
        return told

    def of_tags(self, tags: NDArray[np.bool_]) -> Trials:
        """The same for some tags: (T,) bool."""
        return Trials(
            self.images, self.level, self.seed, self.precision[:, tags], self.counts[:, tags]
        )


@dataclass(frozen=True)
class Law:
    """Quality over images and noise.

    Attributes:
        ceiling: Quality with images without end.
        exponent: How fast it is approached, above 0.
        scale: (L,) float64 of each level; the first is without noise.
        residual: Root mean square of what the law leaves unexplained, in quality.
        explained: Share of the variance that it explains, at most 1.
    """

    ceiling: float
    exponent: float
    scale: NDArray[np.float64]
    residual: float = 0.0
    explained: float = 1.0

    def quality(self, images: NDArray[np.float64], level: int) -> NDArray[np.float64]:
        """Quality with so many images, (n,), at a level."""
        told: NDArray[np.float64] = self.ceiling - self.scale[level] * images**-self.exponent
        return told

    def factor(self, level: int) -> float:
        """How many times more images make up for the noise of a level; 1 for none.

        Above `MOST` it is infinite; it is nan where more images do not help at all.
        """
        if self.scale[0] <= 0:
            return math.nan
        ratio = max(float(self.scale[level] / self.scale[0]), 1e-12)
        power = math.log(ratio) / self.exponent
        return math.exp(power) if power < math.log(MOST) else math.inf


def fit_law(
    images: NDArray[np.int64],
    level: NDArray[np.int64],
    quality: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
) -> Law:
    """The law that fits best, by least squares.

    For a given exponent the rest is linear, so one number is searched for.

    Args:
        images: (C,) of at least two different numbers.
        level: (C,) from 0, none left out.
        quality: (C,).
        weight: (C,) 0 or more; all 1 if not given.
    """
    used = np.sqrt(np.ones(len(images)) if weight is None else weight)
    levels = int(level.max()) + 1
    spread = np.zeros((len(images), levels + 1))
    spread[:, 0] = 1.0
    # Counted in the largest number of images, so that all columns are of one size.
    relative = images / images.max()

    def solved(exponent: float) -> tuple[float, NDArray[np.float64]]:
        spread[np.arange(len(images)), level + 1] = -(relative**-exponent)
        found = np.linalg.lstsq(spread * used[:, None], quality * used, rcond=None)[0]
        rest = (spread @ found - quality) * used
        return float(rest @ rest), found.astype(np.float64)

    best = minimize_scalar(
        lambda power: solved(math.exp(power))[0],
        bounds=(math.log(FLATTEST), math.log(STEEPEST)),
        method="bounded",
    )
    exponent = math.exp(float(best.x))
    error, found = solved(exponent)
    total = float(np.sum(used**2))
    around = quality - np.average(quality, weights=used**2)
    variance = float(np.sum((around * used) ** 2))
    return Law(
        ceiling=float(found[0]),
        exponent=exponent,
        scale=found[1:] * float(images.max()) ** exponent,
        residual=math.sqrt(error / total),
        explained=1 - error / variance if variance else 0.0,
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with what it may as well be, 95 of 100 times."""

    value: float
    low: float
    high: float


def exchange(trials: Trials, *, seed: int = 0) -> tuple[Law, tuple[Interval, ...]]:
    """The law, and how many times more images make up for each level's noise.

    The intervals are those of a bootstrap over the tags and over the seeds together: other tags
    and other draws of images and noise.

    Args:
        trials: With the levels from 0, none left out.
        seed: Of the bootstrap.

    Returns:
        The law and a factor for each level, the first of them 1.
    """
    law = fit_law(trials.images, trials.level, trials.quality())
    rng = np.random.default_rng(seed)
    tags, seeds = trials.precision.shape[1], np.unique(trials.seed)
    place = np.searchsorted(seeds, trials.seed)
    factors = np.full((DRAWS, len(law.scale)), np.nan)
    for draw in range(DRAWS):
        drawn = np.bincount(rng.integers(0, tags, tags), minlength=tags) / tags
        often = np.bincount(rng.integers(0, len(seeds), len(seeds)), minlength=len(seeds))
        again = fit_law(
            trials.images, trials.level, trials.precision @ drawn, often[place].astype(np.float64)
        )
        factors[draw] = [again.factor(level) for level in range(len(law.scale))]
    return law, tuple(_interval(law.factor(n), factors[:, n]) for n in range(len(law.scale)))


def _interval(value: float, draws: NDArray[np.float64]) -> Interval:
    # A draw in which images do not help at all says that no number of them is enough.
    known = np.sort(np.where(np.isnan(draws), np.inf, draws))
    low, high = known[int(0.025 * len(known))], known[min(int(0.975 * len(known)), len(known) - 1)]
    return Interval(value, float(low), float(high))


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Mean of some repetitions, with Student's interval; of one alone the interval is the value."""
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, mean, mean)
    reach = float(stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / math.sqrt(len(values)))
    return Interval(mean, mean - reach, mean + reach)
