"""The pairs of images and tags that are present, a hundred million of them in a few arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.ranking import scanloops as loops

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PresentPairs:
    """The pairs of images and tags that are present, image after image.

    Attributes:
        ends: (N,) int64; image n has the pairs from `ends[n - 1]` (0 for the first) to `ends[n]`.
        column: (I,) any unsigned type.
        score: (I,) int16, the logit in steps of 1/256.
    """

    ends: NDArray[np.int64]
    column: NDArray[np.unsignedinteger]
    score: NDArray[np.int16]


class Postings(NamedTuple):
    """The present pairs of each tag.

    Attributes:
        starts: (T + 1,) int64; tag t has the places `starts[t]:starts[t + 1]`.
        places: (I,) uint32, places in the present pairs, ascending within a tag.
    """

    starts: NDArray[np.int64]
    places: NDArray[np.uint32]


def postings(pairs: PresentPairs, n_tags: int) -> Postings:
    """Where each of T tags is among the present pairs."""
    starts = np.zeros(n_tags + 1, np.int64)
    compiled(loops.count_columns)(pairs.column, starts)
    np.cumsum(starts, out=starts)
    places = np.empty(len(pairs.column), np.uint32)
    compiled(loops.fill_postings)(pairs.column, starts[:-1].copy(), places)
    return Postings(starts, places)


def doubts(score: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Doubts (`present_histograms`) of the scores of present pairs."""
    byte = np.clip(((score.astype(np.int64) * 10 + 128) >> 8) + 128, 1, 255)
    found: NDArray[np.uint8] = (256 - byte).astype(np.uint8)
    return found


def present_histograms(
    pairs: PresentPairs, alive: NDArray[np.bool_], n_tags: int
) -> NDArray[np.int64]:
    """(T, 256) int64: how often each *doubt* occurs among the present pairs of each tag.

    The doubt of a present pair is 256 less the byte that its score would have: 1 to 255, the
    higher the less the image seems to show the tag.

    Args:
        pairs: The pairs.
        alive: (N,) images that count.
        n_tags: T.
    """
    counts = np.zeros((n_tags, 256), np.int64)
    compiled(loops.count_doubts)(pairs.ends, pairs.column, pairs.score, alive, counts)
    return counts
