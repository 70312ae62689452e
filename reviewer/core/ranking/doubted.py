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
from scipy.optimize import minimize
from scipy.special import expit, logit

from reviewer.core.ranking.feedback import learn
from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates
    from reviewer.core.ranking.evidence import Answers

FOLDS = 5
FEWEST = 100
"""Answers before anything is said of one: the model has to know the tags."""

SLIPS, SLIPS_WORTH = 0.03, 100.0
"""Share of answers that is taken to be wrong beforehand, and so many answers' worth of that."""

SHIFT_SD, SLOPE_SD = 0.5, 0.7
"""Of the prior of how far the model's log-odds are off, and of the logarithm of their slope: it is
fitted with slips among the answers, and says less than it knows."""

SUREST = 9.0
"""Log-odds beyond which nothing is expected more surely."""

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
        settled, position = settled.take(slice(0)), position[:0]
    part = candidates.take(position)
    group = settled.row if part.groups is None else part.groups[settled.row]
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
    """(A,) chance of each answer to be wrong: the most likely share of slips, and what is right."""
    if not expected.size:
        return np.zeros(0)
    odds = np.clip(logit(np.clip(expected, 1e-4, 1.0 - 1e-4)), -SUREST, SUREST)

    def right(shift: float, slope: float) -> NDArray[np.float64]:
        """Chance that what was answered is so, (A,)."""
        change = np.clip(shift + np.exp(slope) * odds + twins, -SUREST, SUREST)
        chance: NDArray[np.float64] = expit(np.where(changed, change, -change))
        return chance

    def loss(given: NDArray[np.float64]) -> float:
        shift, slope, slips = given[0], given[1], expit(given[2])
        is_right = right(shift, slope)
        said = (1.0 - slips) * is_right + slips * (1.0 - is_right)
        usual = SLIPS * np.log(slips) + (1.0 - SLIPS) * np.log1p(-slips)
        priors = (shift / SHIFT_SD) ** 2 / 2.0 + (slope / SLOPE_SD) ** 2 / 2.0
        return float(priors - np.log(said).sum() - SLIPS_WORTH * usual)

    begin, bounds = [0.0, 0.0, logit(SLIPS)], [(-3.0, 3.0), (-2.0, 2.0), (-8.0, 0.0)]
    shift, slope, slips = minimize(loss, begin, method="L-BFGS-B", bounds=bounds).x
    wrong: NDArray[np.float64] = expit(slips - logit(right(shift, slope)))
    return wrong
