"""What an audit tells of single tags: a small-area estimate, wide and honest.

A sample of some hundred pairs has one or two of each tag: by itself it says nothing of one. What
is known besides is how many errors the ranking expects of each tag, and how many were found. So a
stratum's errors, which the sample does estimate, are shared out over its tags in proportion to
what is expected of each, and a tag may differ from its share by a factor of its own. How far such
factors spread is learned from the sample's answers, tag by tag, and averaged over where they leave
it open (a logistic model with random effects of areas, benchmarked to the design's own totals: Rao
and Molina, Small Area Estimation, chapters 6 and 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from reviewer.core.quality.audit import PRIOR, Quality, TagQuality
from reviewer.core.statistics import Interval
from reviewer.core.types import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.quality.audit import Outcome

DRAWS = 600
"""Random draws of what is not known of a tag."""
SPREADS = (0.3, 0.6, 0.9, 1.2, 1.6)
"""Standard deviations of the tags' factors, in log-odds, that are weighed against each other."""
NODES = np.linspace(-3.5, 3.5, 29)
"""Where a tag's factor is looked at, in standard deviations."""
LEAST = 1e-7
"""Chances are kept this far from 0 and 1."""
AT_ONCE = 500
"""Tags that are drawn at once: some ten million values."""


@dataclass(frozen=True)
class TagCells:
    """What is known of each tag by now, on each side (missing, wrong) and in each part.

    Attributes:
        carriers: (T,) images that carry each tag originally.
        stratum: (T, 2, 3) number of the stratum, -1 where there is none.
        unknown: (T, 2, 3) pairs that nobody answered.
        expected: (T, 2, 3) errors expected among these, in any unit that is one within a stratum.
        answered: (T, 2, 3) pairs answered for the audit alone.
        errors: (T, 2, 3) of those, errors.
        fixed: (T, 2) errors of the original tags that are known and corrected.
    """

    carriers: NDArray[np.int64]
    stratum: NDArray[np.int64]
    unknown: NDArray[np.int64]
    expected: NDArray[np.float64]
    answered: NDArray[np.int64]
    errors: NDArray[np.int64]
    fixed: NDArray[np.int64]


def estimate_tags(cells: TagCells, outcomes: Sequence[Outcome], seed: int = 0) -> list[TagQuality]:
    """Estimates of every tag, in the order of the cells.

    Args:
        cells: Counts of the tags; those of a stratum add up to its outcome.
        outcomes: Every stratum, by number.
        seed: Of the random draws.
    """
    rng = np.random.default_rng(seed)
    missing, wrong = (_Left(cells, outcomes, side, rng) for side in Side)
    found: list[TagQuality] = []
    for start in range(0, len(cells.carriers), AT_ONCE):
        tags = np.arange(start, min(start + AT_ONCE, len(cells.carriers)))
        found += _qualities(cells, tags, missing.draws(tags), wrong.draws(tags))
    return found


def _qualities(
    cells: TagCells,
    tags: NDArray[np.int64],
    missing: NDArray[np.float64],
    wrong: NDArray[np.float64],
) -> list[TagQuality]:
    """Of some tags (n,), from their errors that nobody answered, both (n, D)."""
    known_missing, known_wrong = cells.fixed[tags].T[:, :, None]
    carriers = cells.carriers[tags][:, None].astype(np.float64)
    right = np.maximum(carriers - wrong - known_wrong, 0.0)
    there = right + known_missing
    shown = np.maximum(there + missing, 1.0)
    figures = (
        _intervals(right / np.maximum(carriers, 1.0)),
        _intervals(right / shown),
        _intervals(there / np.maximum(there + wrong, 1.0)),
        _intervals(there / shown),
    )
    return [
        TagQuality(Quality(before, recall), Quality(after, recall_after))
        for before, recall, after, recall_after in zip(*figures, strict=True)
    ]


def _intervals(draws: NDArray[np.float64]) -> list[Interval]:
    """Of each row (n, D): the median and the ends of the 95 % interval."""
    low, middle, high = np.quantile(draws, (0.025, 0.5, 0.975), axis=1)
    return [
        Interval(float(share), float(least), float(most))
        for share, least, most in zip(middle, low, high, strict=True)
    ]


class _Left:
    """Errors of one side that nobody answered, tag by tag, in draws of what is not known."""

    def __init__(
        self, cells: TagCells, outcomes: Sequence[Outcome], side: Side, rng: np.random.Generator
    ) -> None:
        self._rng = rng
        self._number = cells.stratum[:, int(side)]
        self._unknown = np.where(self._number >= 0, cells.unknown[:, int(side)], 0)
        self._shares = np.stack([_shares(outcome, rng) for outcome in outcomes])
        self._relative = _relative(
            self._number, self._unknown, cells.expected[:, int(side)], len(outcomes)
        )
        base = logit(np.median(self._chances(np.arange(len(self._number))), axis=2))
        answers = cells.answered[:, int(side)], cells.errors[:, int(side)]
        self._factors, evidence = _factors(base, *answers)
        self._which = rng.choice(len(SPREADS), DRAWS, p=evidence)

    def draws(self, tags: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, D) likely numbers of errors of some tags (n,)."""
        chance = self._chances(tags)
        factor = self._toss(tags)
        spread = np.array(SPREADS)[self._which]
        # The mean over factors exp(u) is above 1 where errors are few; that is taken off again.
        centre = np.maximum(spread**2 / 2 * (1 - 2 * chance), 0.0)
        moved = expit(logit(chance) - centre + factor[:, None, :])
        errors = self._rng.binomial(self._unknown[tags][:, :, None], moved).sum(axis=1)
        counts: NDArray[np.float64] = errors.astype(np.float64)
        return counts

    def _chances(self, tags: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, 3, D) what the sample says of a stratum, in proportion to what is expected."""
        shares = self._shares[self._number[tags]] * self._relative[tags][:, :, None]
        chances: NDArray[np.float64] = np.clip(shares, LEAST, 1 - LEAST)
        return chances

    def _toss(self, tags: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, D) the tags' factors, in log-odds."""
        factors = np.empty((len(tags), DRAWS))
        for place, spread in enumerate(SPREADS):
            mine = np.flatnonzero(self._which == place)
            tossed = self._rng.random((len(tags), mine.size, 1))
            node = (tossed > self._factors[place][tags][:, None, :]).sum(axis=2)
            factors[:, mine] = spread * NODES[np.minimum(node, len(NODES) - 1)]
        return factors


def _shares(outcome: Outcome, rng: np.random.Generator) -> NDArray[np.float64]:
    """(D,) likely shares of errors of a stratum."""
    right = outcome.answered - outcome.errors
    return rng.beta(outcome.errors + PRIOR, right + PRIOR, DRAWS)


def _relative(
    number: NDArray[np.int64],
    unknown: NDArray[np.int64],
    expected: NDArray[np.float64],
    n_strata: int,
) -> NDArray[np.float64]:
    """(T, 3) share of errors expected of a tag over that of its whole stratum; 1 for none."""
    known = number >= 0
    flat = number[known]
    pairs = np.bincount(flat, weights=unknown[known], minlength=n_strata)
    errors = np.bincount(flat, weights=expected[known], minlength=n_strata)
    whole = (errors / np.maximum(pairs, 1.0))[number]
    own = expected / np.maximum(unknown, 1.0)
    told = known & (whole > 0)
    return np.where(told, own / np.where(told, whole, 1.0), 1.0)


def _factors(
    base: NDArray[np.float64], answered: NDArray[np.int64], errors: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the audit's answers say of the tags' factors.

    Args:
        base: (T, 3) log-odds of an error before a tag's factor.
        answered: (T, 3) answers of the audit.
        errors: (T, 3) errors among them.

    Returns:
        For each spread the cumulated chances of the nodes, (5, T, 29), and how likely each spread
        is, (5,).
    """
    prior = np.exp(-(NODES**2) / 2)
    prior /= prior.sum()
    summed, evidence = [], []
    for spread in SPREADS:
        likely = np.zeros((len(base), len(NODES)))
        for part in range(base.shape[1]):
            moved = base[:, part, None] + spread * NODES - spread**2 / 2
            likely += errors[:, part, None] * moved
            likely -= answered[:, part, None] * np.logaddexp(0.0, moved)
        top = likely.max(axis=1, keepdims=True)
        weight = np.exp(likely - top) * prior
        total = weight.sum(axis=1, keepdims=True)
        summed.append((weight / total).cumsum(axis=1))
        evidence.append(float((np.log(total) + top).sum()))
    chances = np.exp(np.array(evidence) - max(evidence))
    return np.array(summed), chances / chances.sum()
