"""Ranked questions as columns, grouped by tag, with what each queue promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates
    from reviewer.core.ranking.feedback import Belief

NEXT = 25
"""The queue list is ordered by what the next so many questions promise."""

WIDTH = 1.96
"""Standard deviations on each side of an expectation: a 95 % interval."""


@dataclass(frozen=True)
class RankedQueues:
    """Questions grouped by tag, best queue first, best question first within a queue.

    Queue q holds the questions `offsets[q]` to `offsets[q + 1]`, both sides together.

    Attributes:
        tag: Tag column of each question, shape (M,), int32.
        row: Image row, shape (M,), int32.
        side: `Side`, shape (M,), uint8.
        score: The evidence's score as a chance, shape (M,), float32, 0..1.
        suspicion: Calibrated chance that the metadata is wrong, shape (M,), float32, 0..1.
        priority: What the order sorted by, shape (M,), float32, 0 or more.
        spread: Standard deviation of the suspicion's log-odds, shape (M,), float32.
        queue_tag: Tag of each queue, shape (Q,), int32.
        offsets: Shape (Q + 1,), int64.
        expected: Fixes expected among each queue's next 25 questions, shape (Q,), float32.
        expected_low, expected_high: A 95 % interval of that number, chance in the answers
            included, shape (Q,), float32.
    """

    tag: NDArray[np.int32]
    row: NDArray[np.int32]
    side: NDArray[np.uint8]
    score: NDArray[np.float32]
    suspicion: NDArray[np.float32]
    priority: NDArray[np.float32]
    spread: NDArray[np.float32]
    queue_tag: NDArray[np.int32]
    offsets: NDArray[np.int64]
    expected: NDArray[np.float32]
    expected_low: NDArray[np.float32]
    expected_high: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.tag.size)

    def queue(self, tag: int) -> slice:
        """Where a tag's questions lie; an empty slice where it has none.

        Args:
            tag: Tag column.
        """
        which = np.flatnonzero(self.queue_tag == tag)
        if not which.size:
            return slice(0, 0)
        return slice(int(self.offsets[which[0]]), int(self.offsets[which[0] + 1]))

    def best(self, count: int) -> NDArray[np.int64]:
        """Positions of the best questions over all queues, best first.

        Args:
            count: How many at most.
        """
        return np.lexsort((self.row, self.tag, -self.priority))[:count]


def queues_from(
    candidates: Candidates,
    belief: Belief,
    order: NDArray[np.int64],
    priority: NDArray[np.float64],
) -> RankedQueues:
    """Lay the queues out, best first.

    Args:
        candidates: The pairs.
        belief: About every candidate.
        order: Positions of the questions, sorted by tag and then as they are to be asked, (M,).
        priority: Of each of those, shape (M,).

    Returns:
        The queues.
    """
    tag = candidates.tag[order]
    start = np.flatnonzero(np.diff(tag, prepend=-1) != 0)
    length = np.diff(np.append(start, tag.size))
    within = np.arange(tag.size) - np.repeat(start, length)
    promise = _sums(np.where(within < NEXT, priority, 0.0), start)
    rank = np.lexsort((tag[start], -promise))
    moved = np.repeat(start[rank], length[rank]) + _counting(length[rank])
    order, priority = order[moved], priority[moved]
    offsets = np.concatenate([[0], np.cumsum(length[rank])]).astype(np.int64)
    soon = _counting(length[rank]) < NEXT
    expected, low, high = _promise(belief, order, soon, offsets[:-1])
    suspicion = belief.suspicion()[order]
    return RankedQueues(
        tag=candidates.tag[order],
        row=candidates.row[order],
        side=candidates.side[order],
        score=expit(candidates.score[order]).astype(np.float32),
        suspicion=suspicion.astype(np.float32),
        priority=priority.astype(np.float32),
        spread=belief.sd[order].astype(np.float32),
        queue_tag=tag[start][rank],
        offsets=offsets,
        expected=expected.astype(np.float32),
        expected_low=low.astype(np.float32),
        expected_high=high.astype(np.float32),
    )


def _counting(length: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2, ... within each of some runs of the given lengths, one after another."""
    total = np.cumsum(length)
    return np.arange(int(total[-1]) if total.size else 0) - np.repeat(total - length, length)


def _sums(values: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of each run; every run holds at least one value."""
    return np.add.reduceat(values, start) if start.size else np.zeros(0)


def _promise(
    belief: Belief, order: NDArray[np.int64], soon: NDArray[np.bool_], start: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Expected fixes among the next questions of each queue, with an interval.

    Two things are unsure: the tag's level, which moves all of a side's questions together, and
    the toss of each single answer.
    """
    chance = np.where(soon, belief.suspicion()[order], 0.0)
    logit, sd = belief.logit[order], belief.sd[order]
    lower = _sums(np.where(soon, expit(logit - WIDTH * sd), 0.0), start)
    upper = _sums(np.where(soon, expit(logit + WIDTH * sd), 0.0), start)
    expected = _sums(chance, start)
    toss = WIDTH**2 * _sums(chance * (1.0 - chance), start)
    low = expected - np.sqrt((expected - np.minimum(lower, expected)) ** 2 + toss)
    high = expected + np.sqrt((np.maximum(upper, expected) - expected) ** 2 + toss)
    most = _sums(soon.astype(np.float64), start)
    return expected, np.maximum(low, 0.0), np.minimum(high, most)
