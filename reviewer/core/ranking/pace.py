"""How long answers take: seconds an answer on each tag, and what a change of tag costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

USUAL_SECONDS = 1.2
USUAL_CHANGE = 1.5
"""Seconds taken for granted before anything is measured: a plain question, and the first one of
another tag on top of that."""

LIKE_ANSWERS = 20.0
"""Answers that what is taken for granted, or is known of all tags, is worth."""

LONGEST_MS = 60_000
"""A longer pause says that the person was away."""

RUN = 25
"""Questions of one tag that follow each other, over which the change is spread."""


@dataclass(frozen=True)
class Pace:
    """Measured times.

    Attributes:
        seconds: For an answer on each tag, shape (T,), above 0.
        change: Seconds more for the first answer after a change of tag, 0 or more.
    """

    seconds: NDArray[np.float64]
    change: float

    @classmethod
    def usual(cls, n_tags: int) -> Pace:
        """What is taken for granted before any answer."""
        return cls(np.full(n_tags, USUAL_SECONDS), USUAL_CHANGE)

    def cost(self, tag: NDArray[np.int32]) -> NDArray[np.float64]:
        """Seconds that each question costs, its share of the change of tag included.

        Args:
            tag: Tag column of every question that is left, shape (M,).

        Returns:
            Shape (M,), above 0. A tag with few questions left bears its change alone.
        """
        left = np.bincount(tag, minlength=self.seconds.size)
        share = self.change / np.clip(left, 1, RUN)
        cost: NDArray[np.float64] = (self.seconds + share)[tag]
        return cost


def measured_pace(tag: NDArray[np.int64], elapsed_ms: NDArray[np.int64], n_tags: int) -> Pace:
    """Learn the pace from the log.

    Times are averaged as logarithms, because one distraction outweighs many answers otherwise,
    and pulled towards the mean of all tags, and that towards what is taken for granted.

    Args:
        tag: Tag column of each answer in the order given, shape (A,).
        elapsed_ms: From the picture to the key, shape (A,); 0 where not measured.
        n_tags: Number of tags, T.

    Returns:
        The pace.
    """
    first = np.ones(tag.size, dtype=np.bool_)
    first[1:] = tag[1:] != tag[:-1]
    real = (elapsed_ms > 0) & (elapsed_ms <= LONGEST_MS)
    time = np.log(np.maximum(elapsed_ms, 1) / 1000.0)
    usual = np.log(USUAL_SECONDS)
    steady = real & ~first
    overall = _pulled(time[steady].sum(), steady.sum(), usual)
    count = np.bincount(tag[steady], minlength=n_tags)
    total = np.bincount(tag[steady], weights=time[steady], minlength=n_tags)
    seconds = np.exp((total + LIKE_ANSWERS * overall) / (count + LIKE_ANSWERS))
    begun = real & first
    opening = np.log(USUAL_SECONDS + USUAL_CHANGE)
    change = np.exp(_pulled(time[begun].sum(), begun.sum(), opening)) - np.exp(overall)
    return Pace(seconds, float(max(change, 0.0)))


def _pulled(total: float, count: int, towards: float) -> float:
    """A mean pulled towards a value."""
    return float((total + LIKE_ANSWERS * towards) / (count + LIKE_ANSWERS))
