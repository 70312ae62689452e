"""What is left of all queues of a ranking at once, before anything in them was answered.

A large tagger has thousands of queues with a million questions: their sums are taken over the
ranking's columns, not queue by queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import QueueSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from reviewer.core.queues import Ranking
    from reviewer.core.types import Side


def untouched_summaries(
    ranking: Ranking, side: Side | None, block: int, counts: Mapping[int, tuple[int, int]]
) -> list[QueueSummary]:
    """Sums up every queue of a ranking, to the last bit as if each were summed up by itself.

    Args:
        ranking: The ranked questions.
        side: The side that is asked about; `None` for both.
        block: Questions that count as the next ones.
        counts: Answers given on tags, and how many of them changed the metadata.

    Returns:
        One for each queue, in the order of the ranking.
    """
    worth = ranking.suspicions if ranking.priorities is None else ranking.priorities
    suspicions, starts = np.asarray(ranking.suspicions), np.asarray(ranking.offsets)
    if side is not None:
        places = np.flatnonzero(np.asarray(ranking.sides) == int(side))
        starts = np.searchsorted(places, starts)
        suspicions, worth = suspicions[places], worth[places]
    left = np.diff(starts)
    size = np.minimum(left, block)
    ends = np.cumsum(size)
    # The first questions of each queue, one queue after another.
    next_ones = np.repeat(starts[:-1] - (ends - size), size) + np.arange(int(size.sum()))
    heads = ends - size
    tags = ranking.tags.tolist()
    answered = [counts.get(tag_id, (0, 0)) for tag_id in tags]
    columns = (
        tags,
        left.tolist(),
        _sums(suspicions, starts[:-1], left).tolist(),
        (_sums(suspicions[next_ones], heads, size) / np.maximum(size, 1)).tolist(),
        [given for given, _ in answered],
        [fixed for _, fixed in answered],
        _sums(worth[next_ones], heads, size).tolist(),
    )
    return list(map(QueueSummary._make, zip(*columns, strict=True)))


def _sums(
    values: NDArray[np.floating], starts: NDArray[np.integer], lengths: NDArray[np.integer]
) -> NDArray[np.float64]:
    """(Q,) sums of stretches, one after another; 0 of those without values."""
    found = np.zeros(len(starts))
    some = np.flatnonzero(lengths)
    if some.size:
        found[some] = np.add.reduceat(np.asarray(values, np.float64), starts[some])
    return found
