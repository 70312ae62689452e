"""When to stop: what a queue still promises, at which pace, and whether another is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.statistics import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.queues import QueueBook

NEXT = 100
"""Questions that advice looks ahead."""
LAST = 100
"""Answers of a queue that its yield rests on, at most."""
ENOUGH = 50
"""Answers from which on a low yield alone is a reason to go on elsewhere."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a queue gave lately, and what may be expected of it.

    Attributes:
        gain: Share of fixes among its last `counted` answers, with its interval.
        counted: Answers that `gain` rests on, at most `LAST`.
        left: Questions left.
        next_fixes: Fixes expected among the next `NEXT` questions, or of all if fewer are left.
        worth: Questions until a hundred promise too little.
        worth_fixes: Fixes expected among those.
        seconds: Time for those at the present pace; `None` where that cannot be told.
        move_on: Whether the next hundred questions promise less than was set.
    """

    gain: Interval
    counted: int
    left: int
    next_fixes: float
    worth: int
    worth_fixes: float
    seconds: float | None
    move_on: bool


def outlook(
    promises: NDArray[np.float64], recent: Sequence[bool], per_minute: float, few: int
) -> Outlook:
    """What to expect of a queue.

    Args:
        promises: (L,) chances that the open questions change the metadata, 0..1, in their order.
        recent: Whether each of its last answers did, newest first.
        per_minute: Answers a minute; 0 where it is not known.
        few: Fixes in a hundred questions below which a queue is better left; 0 for never. A
            queue with fewer questions left is judged by its share.
    """
    last = list(recent[:LAST])
    gain = wilson(sum(last), len(last))
    left = len(promises)
    ahead = promises[:NEXT]
    share = few / NEXT
    worth = _worth(promises, share)
    dried_up = len(last) >= ENOUGH and gain.high < share
    if dried_up:
        worth = 0
    return Outlook(
        gain=gain,
        counted=len(last),
        left=left,
        next_fixes=float(ahead.sum()),
        worth=worth,
        worth_fixes=float(promises[:worth].sum()),
        seconds=60 * worth / per_minute if per_minute > 0 else None,
        move_on=left > 0 and worth == 0,
    )


def best_other(book: QueueBook, tag_id: int | None) -> int | None:
    """The tag that promises most in its next block beside a given one; `None` without another."""
    order = (entry.tag_id for entry in book.summaries())
    return next((other for other in order if other != tag_id), None)


def _worth(promises: NDArray[np.float64], share: float) -> int:
    """Questions until the next hundred promise less than a share, 0..1, of fixes."""
    if len(promises) == 0:
        return 0
    sums = np.concatenate([[0.0], np.cumsum(promises)])
    begins = np.arange(len(promises))
    ends = np.minimum(begins + NEXT, len(promises))
    low = np.flatnonzero((sums[ends] - sums[begins]) / (ends - begins) < share)
    return int(low[0]) if len(low) else len(promises)
