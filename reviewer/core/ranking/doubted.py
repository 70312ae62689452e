"""Answers that look wrong: what the other answers and the scores say of each answered pair.

The feedback's model is fitted to the answers on four fifths of the images and applied to the rest,
so that no answer speaks for itself; near-duplicates are on the same side. What it expects of a
pair, the share of answers that are wrong, and the answers to near-duplicates of the image give the
chance that this answer is a slip (Bayes' rule; the share is found together with the chances, as by
Dawid and Skene 1979 with one reviewer). An answer that is wrong in the same way on all images of a
kind is expected by the others, and not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from reviewer.core.ranking.feedback import learn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates
    from reviewer.core.ranking.evidence import Answers

FOLDS = 5
FEWEST = 100
"""Answers before anything is said of one: the model has to know the tags."""

SLIPS, SLIPS_WORTH = 0.03, 200.0
"""Share of answers that is taken to be wrong beforehand, and so many answers' worth of that."""

SUREST = 0.002
"""No pair is expected more surely than this to be right or wrong: the model is smooth."""

UNLIKE = 0.15
"""Share of near-duplicates that differ in a tag, or were answered wrong."""

ROUNDS = 20

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


def _twins(settled: Answers, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """(A,) near-duplicates answered otherwise, less those answered alike."""
    key = np.stack([settled.tag.astype(np.int64), group], axis=1)
    _, place = np.unique(key, axis=0, return_inverse=True)
    place = place.ravel()
    shows = settled.shows()
    votes = np.where(shows, 1, -1)
    others = (
        np.bincount(place, weights=votes, minlength=int(place.max(initial=-1)) + 1)[place] - votes
    )
    return (-votes * others).astype(np.int64)


def _wrong(
    expected: NDArray[np.float64], changed: NDArray[np.bool_], otherwise: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(A,) chance of each answer to be wrong, by Bayes' rule."""
    slips = SLIPS
    said = np.where(changed, expected, 1.0 - expected)
    against = np.clip(otherwise, -2, 2) * float(logit(1.0 - UNLIKE))
    wrong = np.zeros(expected.size)
    for _ in range(ROUNDS):
        # The model has learnt from answers of which as many are wrong.
        right = np.clip((said - slips) / (1.0 - 2.0 * slips), SUREST, 1.0 - SUREST)
        wrong = expit(logit(slips) - logit(right) + against)
        before, slips = slips, (wrong.sum() + SLIPS * SLIPS_WORTH) / (wrong.size + SLIPS_WORTH)
        slips = float(np.clip(slips, 0.002, 0.3))
        if abs(before - slips) < 1e-5:
            break
    return wrong
