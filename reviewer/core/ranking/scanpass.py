"""The most suspicious pairs of billions, in one pass over scores of one byte each.

Scores come in blocks, tag-major inside: (T, B) uint8, where a higher byte is a higher score and 0
is no candidate (the tag is present, the pair is answered, the image is gone). What a byte is
worth is told by `levels`, one line a tag, so that tags compare. The pass keeps, of every tag, a
lowest byte that still counts; whole stretches below it cost no more than reading them, so the pass
runs near the memory's bandwidth. The lowest bytes start from the histograms of a sample and rise
as better pairs are found (`scansearch`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.ranking import scanloops as loops
from reviewer.core.ranking.scansearch import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from reviewer.core.ranking.presentpairs import PresentPairs
    from reviewer.core.ranking.scansearch import Pairs, Wanted
    from reviewer.core.scoreblock import Block


def histograms(blocks: Iterable[Block], n_tags: int) -> NDArray[np.int64]:
    """(T, 256) int64: how often each byte occurs among the scores of each tag."""
    counts = np.zeros((n_tags, 256), np.int64)
    for block in blocks:
        compiled(loops.count_bytes)(block.scores, counts)
    return counts


def best_pairs(
    blocks: Iterable[Block],
    levels: NDArray[np.float32],
    expected: NDArray[np.float64],
    wanted: Wanted,
    told: Callable[[int], None] | None = None,
) -> Pairs:
    """The pairs of highest level, in one pass.

    Args:
        blocks: The scores; none of them is changed.
        levels: (T, 256) float32, what each byte of each tag is worth; never falls within a line.
        expected: (T, 256), about how many pairs have each byte (`histograms`, scaled from a
            sample). Where it promises too many, fewer than `wanted` may be found.
        wanted: How many.
        told: Hears the number of images that are done, after each block.

    Returns:
        The pairs, sorted by tag and row; of pairs that tie at the cut the first ones are kept.
    """
    search = Search(levels, expected, wanted)
    for block in blocks:
        search.look(block)
        if told is not None:
            told(block.first + block.scores.shape[1])
    return search.result()


def best_present(
    pairs: PresentPairs,
    alive: NDArray[np.bool_],
    levels: NDArray[np.float32],
    counts: NDArray[np.int64],
    wanted: Wanted,
) -> Pairs:
    """The present pairs of highest level.

    Args:
        pairs: The pairs.
        alive: (N,) images that count.
        levels: (T, 256) float32, what each doubt of each tag is worth; never falls in a line.
        counts: (T, 256), `present_histograms`.
        wanted: How many.

    Returns:
        As for `best_pairs`; the scores are doubts.
    """
    search = Search(levels, counts.astype(np.float64), wanted)
    search.look_at_present(pairs, alive)
    return search.result()


def best_of_tag(scores: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Rows of the highest scores of one tag, highest first, ties by row.

    Args:
        scores: (N,) uint8; 0 is no candidate.
        count: How many at most.
    """
    rows = np.empty(min(count, len(scores)), np.int64)
    found: int = compiled(loops.counted)(scores, rows)
    return rows[:found]
