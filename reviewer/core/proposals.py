"""From which score on a tag may be proposed: only where its precision is known to be high enough.

Fail-open: whatever is not known counts as wrong, and a tag without enough to go by is not proposed
at all. The floor of a tag is found on images that no version was trained on, going down from the
highest scores and stopping at the first step whose precision cannot be shown to reach the level
(fixed sequence testing; Angelopoulos et al. 2021, "Learn then Test"): looking at many steps then
does not make the promise any weaker.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DOUBT = 0.05
"""Chance that a floor promises too much, for each tag."""
CHAINS = 2
"""Beginnings of the sequence, which share the doubt: one wrong label at the very top of the scores
does not close a tag."""
STEP = 1.15
"""Each step of the sequence has so many times the pairs of the one before."""


@dataclass(frozen=True, slots=True)
class Floor:
    """From where on a tag is proposed, and what that rests on.

    Attributes:
        tag: Its name.
        logit: Proposed at this or more.
        pairs: Held-out pairs at or above it.
        share: Its precision there, the best guess.
        low: The lower end of its 95 % interval, which reaches the level.
        steps: (logit, share) of the sequence, highest first: what a proposal is worth.
    """

    tag: str
    logit: float
    pairs: int
    share: float
    low: float
    steps: tuple[tuple[float, float], ...] = ()

    def worth(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """The chance that proposals at these logits (n,) are right, 0..1."""
        found = np.zeros(len(logits), np.float32)
        for logit, share in reversed(self.steps):
            found[logits >= logit] = share
        return found


@dataclass(frozen=True, slots=True)
class Trust:
    """What metadata that nobody reviewed are worth as evidence, from answers of a person.

    Attributes:
        present, present_low: Share of present tags with a high score that are right, and the lower
            end of its interval.
        absent, absent_low: Share of absent tags with a high score that are only missing.
        answers: How many answers that rests on.
    """

    present: float = 0.0
    present_low: float = 0.0
    absent: float = 0.0
    absent_low: float = 0.0
    answers: int = 0

    @classmethod
    def of(cls, present: tuple[int, int], absent: tuple[int, int]) -> Trust:
        """From answers to pairs with a high score.

        Args:
            present: (Yes, all) of present tags.
            absent: (Yes, all) of absent tags.
        """
        return cls(
            _share(*present),
            lower_end(*present, DOUBT / CHAINS),
            _share(*absent),
            lower_end(*absent, DOUBT / CHAINS),
            present[1] + absent[1],
        )


def _share(hits: int, trials: int) -> float:
    """A share as a guess: drawn a little to the middle (Jeffreys), as none is ever certain."""
    return (hits + 0.5) / (trials + 1) if trials else 0.0


def lower_end(hits: float, trials: float, doubt: float) -> float:
    """The lower end of a share's interval (Clopper and Pearson 1934), 0..1.

    Args:
        hits: Successes; parts of one are allowed.
        trials: All; with none the end is 0.
        doubt: Chance that the share is lower.
    """
    if trials <= 0 or hits <= 0:
        return 0.0
    # The window reads stored floors and must not wait for it.
    from scipy.special import betaincinv  # noqa: PLC0415 - see above

    return float(betaincinv(hits, trials - hits + 1, doubt))


def fewest_pairs(level: float, doubt: float) -> int:
    """So many pairs, all right, are needed to show a precision."""
    return math.ceil(math.log(doubt) / math.log(level))


def find_floor(
    tag: str,
    logits: NDArray[np.float32],
    sure: NDArray[np.float32],
    likely: NDArray[np.float32],
    level: float,
) -> Floor | None:
    """The lowest score at which a tag still reaches a precision.

    Args:
        tag: Its name.
        logits: (n,) of all held-out images.
        sure: (n,) what each pair surely counts for, 0..1: 1 for a Yes, 0 for a No.
        likely: (n,) the same by the best guess.
        level: Precision to reach, 0 < level < 1.

    Returns:
        The floor; `None` where the level cannot be shown.
    """
    order = np.argsort(-logits, kind="stable")
    ranked, surely, rather = logits[order], np.cumsum(sure[order]), np.cumsum(likely[order])
    doubt = DOUBT / CHAINS
    first = fewest_pairs(level, doubt)
    best: tuple[int, float] | None = None
    for chain in range(CHAINS):
        for count in _counts(ranked, first * 2**chain):
            low = _low(float(surely[count - 1]), float(rather[count - 1]), count, doubt)
            if low < level:
                break
            if best is None or count > best[0]:
                best = (count, low)
    if best is None:
        return None
    count, low = best
    steps = tuple(
        (float(ranked[end - 1]), _part(rather, start, end)) for start, end in _parts(ranked, count)
    )
    share = float(rather[count - 1]) / count
    return Floor(tag, float(ranked[count - 1]), count, share, low, steps)


def _low(surely: float, rather: float, count: int, doubt: float) -> float:
    """The lower end of a precision that is unsure for two reasons: few pairs, and what they count.

    Two independent distances to a lower end are added as squares (Zou and Donner 2008, MOVER).
    """
    share = rather / count
    few = share - lower_end(rather, count, doubt)
    worth = share - surely / count
    return share - math.hypot(few, worth)


def _counts(ranked: NDArray[np.float32], first: int) -> Sequence[int]:
    """Numbers of pairs of the steps; pairs with equal scores are never parted."""
    counts: list[int] = []
    wanted = float(first)
    while wanted <= len(ranked):
        end = int(np.searchsorted(-ranked, -ranked[int(wanted) - 1], side="right"))
        if not counts or end > counts[-1]:
            counts.append(end)
        wanted = max(wanted * STEP, wanted + 1)
    return counts


def _parts(ranked: NDArray[np.float32], count: int, pieces: int = 4) -> list[tuple[int, int]]:
    """Up to four runs of the pairs above a floor, of about the same length."""
    ends = {
        int(np.searchsorted(-ranked, -ranked[max(count * n // pieces, 1) - 1], side="right"))
        for n in range(1, pieces + 1)
    }
    edges = [0, *sorted(end for end in ends if end <= count)]
    return list(itertools.pairwise(edges))


def _part(rather: NDArray[np.float32], start: int, end: int) -> float:
    before = float(rather[start - 1]) if start else 0.0
    # As if one more pair were right and one wrong: no run of a few is a certainty.
    return min((float(rather[end - 1]) - before + 1) / (end - start + 2), 0.999)
