"""Questions about images that no version is trained on, as a queue of their own.

What proposals may promise and which version is better is told on these images alone, so an answer
about one of them tells more of a tagger than any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.queues import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.queues import Ranking

MOST = 2000
"""Questions of the queue; the next ranking brings others in place of those that were answered."""


def apart_places(
    ranking: Ranking, kept_out: NDArray[np.int64], most: int = MOST
) -> NDArray[np.int64]:
    """Places in a ranking of the questions about some images, in the order to ask them.

    They come in blocks of one tag, as from all queues: the block that promises most first.

    Args:
        ranking: The ranked questions.
        kept_out: (K,) ids of the images, ascending.
        most: Places at most.

    Returns:
        (n,) int64.
    """
    if not len(kept_out) or not len(ranking):
        return np.zeros(0, np.int64)
    among = np.zeros(int(max(kept_out[-1], np.max(ranking.images))) + 1, bool)
    among[kept_out] = True
    places = np.flatnonzero(among[ranking.images])
    queue = np.searchsorted(ranking.offsets, places, side="right") - 1
    first = np.searchsorted(queue, queue, side="left")
    block = (np.arange(len(places)) - first) // BLOCK
    worth = ranking.suspicions if ranking.priorities is None else ranking.priorities
    starts = np.flatnonzero(np.diff(queue, prepend=-1) | np.diff(block, prepend=-1))
    if not len(starts):
        return np.zeros(0, np.int64)
    promised = np.add.reduceat(np.asarray(worth[places], np.float64), starts)
    length = np.diff(np.append(starts, len(places)))
    order = np.argsort(-promised, kind="stable")
    chosen = [np.arange(starts[n], starts[n] + length[n]) for n in order[:most].tolist()]
    found: NDArray[np.int64] = places[np.concatenate(chosen)[:most]]
    return found
