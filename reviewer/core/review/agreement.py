"""How far reviewers agree, and how often each is right: Cohen's kappa, and Dawid and Skene's EM.

Dawid and Skene (1979) take what is right for unknown and find it together with each reviewer's
chances of saying Yes where it is right and No where it is not. Here with two classes, priors that
keep chances off 0 and 1, and pairs that a trusted reviewer settled held to that answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.statistics import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RIGHT, WRONG = 9.0, 1.0
"""What is assumed of a reviewer before anything is known: so many right and wrong answers."""
ROUNDS = 200
STILL = 1e-7
"""A change of every posterior below this ends the rounds."""
FEWEST = 30
"""Shared answers of a reviewer before anything is said of them."""
CAREFUL = 0.05
"""Share of wrong answers that careful people have too: nobody is named for fewer."""


@dataclass(frozen=True)
class Votes:
    """Yes and No of reviewers on pairs, one a reviewer and pair.

    Attributes:
        pair: (V,) int64, 0..n_pairs - 1.
        reviewer: (V,) int64, 0..n_reviewers - 1.
        yes: (V,) bool.
    """

    pair: NDArray[np.int64]
    reviewer: NDArray[np.int64]
    yes: NDArray[np.bool_]
    n_pairs: int
    n_reviewers: int


@dataclass(frozen=True)
class Estimate:
    """What the votes tell of reviewers and pairs.

    Attributes:
        sees: (R,) float64, chance of Yes where the tag is right, 0..1.
        denies: (R,) float64, chance of No where it is not, 0..1.
        share: Of pairs whose tag is right, 0..1.
        posterior: (P,) float64, chance that each pair's tag is right, 0..1.
        wrong: (R,) float64, wrong answers expected of each reviewer.
        doubt: (R,) float64, variance of that number, as no posterior is quite 0 or 1.
        counted: (R,) int64, votes of each reviewer.
    """

    sees: NDArray[np.float64]
    denies: NDArray[np.float64]
    share: float
    posterior: NDArray[np.float64]
    wrong: NDArray[np.float64]
    doubt: NDArray[np.float64]
    counted: NDArray[np.int64]

    def error(self, reviewer: int) -> Interval:
        """Share of wrong answers of a reviewer, with its 95 % interval.

        As wide as that of so many fewer answers as the doubt about what is right takes away.
        """
        counted, wrong = int(self.counted[reviewer]), float(self.wrong[reviewer])
        if not counted:
            return wilson(0, 0)
        # The variance of a count of independent errors, with half an error each way.
        spread = (wrong + 0.5) * (counted - wrong + 0.5) / (counted + 1)
        worth = counted * spread / (spread + float(self.doubt[reviewer]))
        found = wilson(round(wrong * worth / counted), round(worth))
        share = wrong / counted
        return Interval(share, min(found.low, share), max(found.high, share))


def estimate(votes: Votes, known: NDArray[np.float64] | None = None) -> Estimate:
    """Dawid and Skene's estimate by expectation and maximisation.

    Args:
        votes: Of pairs that two or more answered; others tell nothing.
        known: (P,) float64, 1 or 0 where a pair is settled otherwise, NaN where it is not.
    """
    fixed = np.full(votes.n_pairs, np.nan) if known is None else known
    held = ~np.isnan(fixed)
    posterior = _start(votes)
    posterior[held] = fixed[held]
    for _ in range(ROUNDS):
        sees, denies, share = _chances(votes, posterior)
        after = _posterior(votes, sees, denies, share)
        after[held] = fixed[held]
        moved = float(np.abs(after - posterior).max(initial=0.0))
        posterior = after
        if moved < STILL:
            break
    sees, denies, share = _chances(votes, posterior)
    right = posterior[votes.pair]
    missed = np.where(votes.yes, 1 - right, right)
    return Estimate(
        sees,
        denies,
        share,
        posterior,
        np.asarray(np.bincount(votes.reviewer, missed, votes.n_reviewers), np.float64),
        np.asarray(
            np.bincount(votes.reviewer, missed * (1 - missed), votes.n_reviewers), np.float64
        ),
        np.bincount(votes.reviewer, minlength=votes.n_reviewers).astype(np.int64),
    )


def _start(votes: Votes) -> NDArray[np.float64]:
    """(P,) the share of Yes of each pair, with half a vote each way."""
    yes = np.bincount(votes.pair, votes.yes, votes.n_pairs)
    every = np.bincount(votes.pair, minlength=votes.n_pairs)
    return np.asarray((yes + 0.5) / (every + 1), np.float64)


def _chances(
    votes: Votes, posterior: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    right = posterior[votes.pair]
    n = votes.n_reviewers
    shown = np.bincount(votes.reviewer, right, n)
    absent = np.bincount(votes.reviewer, 1 - right, n)
    seen = np.bincount(votes.reviewer, right * votes.yes, n)
    denied = np.bincount(votes.reviewer, (1 - right) * ~votes.yes, n)
    prior = RIGHT + WRONG
    share = (float(posterior.sum()) + 1) / (votes.n_pairs + 2)
    return (seen + RIGHT) / (shown + prior), (denied + RIGHT) / (absent + prior), share


def _posterior(
    votes: Votes, sees: NDArray[np.float64], denies: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    for_yes = np.log(sees / (1 - denies))[votes.reviewer]
    for_no = np.log((1 - sees) / denies)[votes.reviewer]
    odds = np.bincount(votes.pair, np.where(votes.yes, for_yes, for_no), votes.n_pairs)
    odds = odds + np.log(share / (1 - share))
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)), np.float64)


@dataclass(frozen=True, slots=True)
class Accord:
    """How far two sets of answers to the same pairs agree.

    Attributes:
        pairs: That both answered Yes or No.
        alike: Of these, answered alike.
        kappa: Cohen's: 1 for always alike, 0 for as often as chance has it; `None` where it
            cannot be told (no pairs, or both always said the same).
    """

    pairs: int
    alike: int
    kappa: float | None

    @property
    def share(self) -> Interval:
        """Share answered alike, with its 95 % interval."""
        return wilson(self.alike, self.pairs)


def accord(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> Accord:
    """Compares two reviewers' answers.

    Args:
        one: (N,) bool, Yes of the first.
        other: (N,) bool, Yes of the second to the same pairs.
    """
    pairs, alike = len(one), int((one == other).sum())
    if not pairs:
        return Accord(0, 0, None)
    yes, no = float(one.mean()), float(other.mean())
    chance = yes * no + (1 - yes) * (1 - no)
    kappa = None if chance >= 1 else (alike / pairs - chance) / (1 - chance)
    return Accord(pairs, alike, kappa)


def accords(votes: Votes) -> dict[tuple[int, int], Accord]:
    """The accord of each two reviewers (lower number first) who share pairs."""
    table: list[dict[int, bool]] = [{} for _ in range(votes.n_reviewers)]
    for pair, reviewer, yes in zip(
        votes.pair.tolist(), votes.reviewer.tolist(), votes.yes.tolist(), strict=True
    ):
        table[reviewer][pair] = yes
    found = {}
    for first in range(votes.n_reviewers):
        for second in range(first + 1, votes.n_reviewers):
            shared = sorted(table[first].keys() & table[second].keys())
            if shared:
                found[first, second] = accord(
                    np.array([table[first][pair] for pair in shared]),
                    np.array([table[second][pair] for pair in shared]),
                )
    return found


def stand_out(found: Estimate, judged: Sequence[int]) -> list[int]:
    """Reviewers who are wrong clearly more often than the others together.

    A reviewer stands out if the lower end of their share of errors is above the upper end of the
    others', and above what careful people have. Between two there is no telling who is wrong,
    unless a third or a trusted one was asked: nobody is named then.

    Args:
        found: The estimate.
        judged: Reviewers whose share of errors rests on more than two people's word.
    """
    named = []
    for reviewer in judged:
        others = [other for other in range(len(found.wrong)) if other != reviewer]
        trials = int(found.counted[others].sum())
        if found.counted[reviewer] < FEWEST or trials < FEWEST:
            continue
        theirs = wilson(round(float(found.wrong[others].sum())), trials)
        if found.error(reviewer).low > max(theirs.high, CAREFUL):
            named.append(reviewer)
    return named
