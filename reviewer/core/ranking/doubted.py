"""Answers that look wrong: what the other answers and the scores say of each answered pair.

The feedback's model is fitted to the answers on four fifths of the images and applied to the rest,
so that no answer speaks for itself; near-duplicates are on the same side. What it expects of a
pair, and what was answered for near-duplicates of the image, give the chance that the answer is a
slip; how far the model is off and the share of slips are found together, by the likelihood of all
answers (a mixture of right ones and slips). What is answered wrong in the same way on all images of
a kind is expected by the others, and not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.feedback import learn
from reviewer.core.ranking.pooled import PooledProblem, fit_pooled
from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates

FOLDS = 5
FEWEST = 100
"""Answers before anything is said of one: the model has to know the tags."""

SLIPS, SLIPS_WORTH = 0.03, 100.0
"""Share of answers that is taken to be wrong beforehand, and so many answers' worth of that."""

SLOPE_SD, SHIFT_SD, FIXED_SD = 1.0, 0.5, 1e-3
"""Of the priors of how far the model's log-odds are off: their slope, which is mostly too low as it
is fitted with slips among the answers, their level, and what is not to be fitted."""

LEAST_EXPECTED, SUREST = 1e-4, 9.0
"""Chances and log-odds beyond which nothing is expected more surely."""

ROUNDS, STILL = 100, 1e-6
"""Most rounds, and the change of the share of slips that ends them."""

UNLIKE = 0.15
"""Share of near-duplicates that differ in a tag, or were answered wrong."""

MOST_TWINS = 2
"""Near-duplicates that count."""

DOUBTED = np.dtype(
    [
        ("image", "<i8"),
        ("tag", "<i8"),
        ("side", "u1"),
        ("score", "<f4"),
        ("suspicion", "<f4"),
        ("wrong", "<f4"),
    ]
)
"""An answer that looks wrong: its question as it stands now, and the chance of that."""


@dataclass(frozen=True)
class Doubts:
    """What is believed of the answers, in the order of `Answers.latest` without the unsure ones.

    Attributes:
        row, tag: The pairs, shape (A,), int32.
        side: Of the question, shape (A,), uint8.
        position: Of each among the candidates, shape (A,), int64.
        expected: Chance that the metadata is wrong, this answer left out, shape (A,), 0..1.
        wrong: Chance that the answer is wrong, shape (A,), 0..1.
    """

    row: NDArray[np.int32]
    tag: NDArray[np.int32]
    side: NDArray[np.uint8]
    position: NDArray[np.int64]
    expected: NDArray[np.float64]
    wrong: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.row.size)


def doubt_answers(candidates: Candidates, answers: Answers, seed: int = 0) -> Doubts:
    """The chance of each answer to be wrong.

    Args:
        candidates: The pairs with their evidence; answered ones are among them.
        answers: One answer a pair (`Answers.latest`).
        seed: Of the folds.

    Returns:
        Those of the answered pairs that are candidates; none where there are too few answers.
    """
    settled = answers.settled()
    position = candidates.find(settled.tag, settled.row)
    settled, position = settled.take(position >= 0), position[position >= 0]
    if len(settled) < FEWEST:
        settled, position = Answers.none(), position[:0]
    part = candidates.take(position)
    group = np.asarray(settled.row if part.groups is None else part.groups[settled.row], np.int64)
    expected = _expected(part, settled, group, seed)
    wrong = _wrong(expected, settled.changed == 1, _twins(settled, group))
    return Doubts(settled.row, settled.tag, settled.side, position, expected, wrong)


def _expected(
    candidates: Candidates, settled: Answers, group: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """(A,) chance of each answer to change the metadata, as answers on other images have it."""
    known, place = np.unique(group, return_inverse=True)
    fold = np.random.default_rng(seed).integers(0, FOLDS, known.size)[place]
    expected = np.full(len(settled), 0.5)
    for one in np.unique(fold).tolist():
        belief = learn(candidates, settled.take(fold != one))
        expected[fold == one] = belief.suspicion()[fold == one]
    return expected


def _twins(settled: Answers, group: NDArray[np.int64]) -> NDArray[np.float64]:
    """(A,) log-odds of a change by the answers to near-duplicates of the image."""
    key = np.stack([settled.tag.astype(np.int64), group], axis=1)
    place = np.unique(key, axis=0, return_inverse=True)[1].ravel()
    vote = np.where(settled.shows(), 1, -1)
    others = np.bincount(place, weights=vote, minlength=vote.size)[place] - vote
    # What shows the tag is an error where it is missing.
    change = np.where(settled.side == Side.MISSING, others, -others)
    return np.clip(change, -MOST_TWINS, MOST_TWINS) * float(logit(1.0 - UNLIKE))


def _wrong(
    expected: NDArray[np.float64], changed: NDArray[np.bool_], twins: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(A,) chance of each answer to be wrong, by expectation and maximisation."""
    odds = logit(np.clip(expected, LEAST_EXPECTED, 1.0 - LEAST_EXPECTED))
    change, slips = odds + twins, SLIPS
    wrong = np.zeros(expected.size)
    for _ in range(ROUNDS if expected.size else 0):
        # What speaks for the answer, and what the usual slip is worth against that.
        wrong = expit(logit(slips) - np.where(changed, change, -change))
        before, slips = slips, (wrong.sum() + SLIPS * SLIPS_WORTH) / (wrong.size + SLIPS_WORTH)
        change = _sharpened(odds, twins, np.where(changed, 1.0 - wrong, wrong))
        if abs(before - slips) < STILL:
            break
    return wrong


def _sharpened(
    odds: NDArray[np.float64], twins: NDArray[np.float64], is_error: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(A,) log-odds of an error, as far as the model is off by what the answers are taken for."""
    nobody = np.zeros(odds.size, np.int64)
    problem = PooledProblem(
        design=np.stack([odds, np.ones(odds.size), twins], axis=1),
        local=np.zeros((odds.size, 1)),
        group=nobody,
        n_groups=1,
        target=is_error,
        weight=np.ones(odds.size),
        prior_mean=np.array([1.0, 0.0, 1.0]),
        prior_precision=1.0 / np.array([SLOPE_SD, SHIFT_SD, FIXED_SD]) ** 2,
        own_precision=np.ones(1),
    )
    fit = fit_pooled(problem)
    change: NDArray[np.float64] = np.clip(problem.logit(fit.beta, fit.own), -SUREST, SUREST)
    return change
