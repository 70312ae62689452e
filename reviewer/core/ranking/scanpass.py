"""The most suspicious pairs of billions, in one pass over scores of one byte each.

Scores come in blocks, tag-major inside: (T, B) uint8, where a higher byte is a higher score and 0
is no candidate (the tag is present, the pair is answered, the image is gone). What a byte is
worth is told by `levels`, one line a tag, so that tags compare. The pass keeps, of every tag, a
lowest byte that still counts; whole stretches below it cost no more than reading them, so the pass
runs near the memory's bandwidth. The lowest bytes start from the histograms of a sample and rise
as better pairs are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.ranking import scanloops as loops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from reviewer.core.scoreblock import Block

STRETCH = 256
"""Scores that are looked at together: their largest one tells whether any counts."""

MARGIN = 1.5
"""How many more pairs than wanted the first lowest bytes are to let through: they rest on a
sample."""

_COARSE = 1023
"""Steps from the highest level to the lowest, to find about where a line is."""


@dataclass(frozen=True)
class Wanted:
    """Which pairs are looked for.

    Attributes:
        total: How many in all.
        per_tag: How many of one tag at most.
        floor: Level below which a pair is not worth keeping.
    """

    total: int
    per_tag: int
    floor: float = -np.inf


@dataclass(frozen=True)
class Pairs:
    """Pairs with their scores.

    Attributes:
        tag: (M,) int32 columns.
        row: (M,) int32 rows.
        score: (M,) uint8.
    """

    tag: NDArray[np.int32]
    row: NDArray[np.int32]
    score: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.tag)

    def take(self, which: NDArray[np.generic]) -> Pairs:
        """The pairs at positions or at a mask."""
        return Pairs(self.tag[which], self.row[which], self.score[which])


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
    search = _Search(levels, wanted, _starting(levels, expected, wanted))
    for block in blocks:
        search.look(block)
        if told is not None:
            told(block.first + block.scores.shape[1])
    return search.result()


def _starting(
    levels: NDArray[np.float32], expected: NDArray[np.float64], wanted: Wanted
) -> NDArray[np.int32]:
    """(T,) lowest bytes that are expected to let a little more than what is wanted through."""
    enough = np.cumsum(expected[:, :0:-1], axis=1)[:, ::-1] >= _counted_safely(
        MARGIN * wanted.per_tag, expected
    )
    # The highest byte with enough pairs from it on; 1 where all pairs together are too few.
    own = np.where(enough.any(axis=1), 255 - np.argmax(enough[:, ::-1], axis=1), 1)
    total = _counted_safely(MARGIN * wanted.total, expected)
    line = _level_with(levels, expected, MARGIN * wanted.per_tag, total)
    shared = _first_at_least(levels, max(line, wanted.floor))
    return np.maximum(np.maximum(own, shared), 1).astype(np.int32)


def _counted_safely(wanted: float, expected: NDArray[np.float64]) -> float:
    """A number of expected pairs that stands for so many real ones: a sample's chance put in."""
    steps = expected[expected > 0]
    # What one pair of the sample stands for; six standard deviations of what is counted with it.
    step = float(steps.min()) if len(steps) else 0.0
    return wanted + 6.0 * float(np.sqrt(wanted * step)) if step > 1.0 else wanted


def _level_with(
    levels: NDArray[np.float32], counts: NDArray[np.generic], per_tag: float, total: float
) -> float:
    """The highest level that so many pairs reach, so many of a tag counted at most.

    Minus infinity if there are fewer.
    """
    above = np.minimum(np.cumsum(counts[:, :0:-1], axis=1), per_tag)
    counted = np.diff(above, axis=1, prepend=0)[:, ::-1].ravel()
    there = np.flatnonzero((counted > 0) & np.isfinite(levels[:, 1:].ravel()))
    if not len(there):
        return -np.inf
    values, counted = levels[:, 1:].ravel()[there], counted[there]
    # Coarsely first: to put all values in order would take as long as reading all the scores.
    low, high = float(values.min()), float(values.max())
    steps = ((high - values) * (_COARSE / max(high - low, 1e-9))).astype(np.int64)
    reached = np.cumsum(np.bincount(steps, counted))
    step = int(np.searchsorted(reached, total))
    mine = np.flatnonzero(steps == step)
    before = float(reached[step - 1]) if step else 0.0
    order = mine[np.argsort(-values[mine])]
    place = int(np.searchsorted(before + np.cumsum(counted[order]), total))
    return float(values[order[place]]) if place < len(order) else -np.inf


def _first_at_least(levels: NDArray[np.float32], line: float) -> NDArray[np.int64]:
    """(T,) the first byte of each tag whose level reaches a line; 256 where none does."""
    below: NDArray[np.int64] = (levels < line).sum(axis=1)
    return below


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
    search = _Search(levels, wanted, _starting(levels, counts.astype(np.float64), wanted))
    search.look_at_present(pairs, alive)
    return search.result()


class _Search:
    """What was found so far, and the lowest byte of each tag that still counts."""

    def __init__(
        self, levels: NDArray[np.float32], wanted: Wanted, least: NDArray[np.int32]
    ) -> None:
        self._levels = levels
        self._wanted = wanted
        self._least = least
        self._kept = np.zeros(levels.shape, np.int64)
        self._of_tag = np.zeros(len(levels), np.int64)
        self._make_room(2 * wanted.total + 16 * STRETCH)
        self._count = 0

    def _make_room(self, size: int) -> None:
        self._tag = np.empty(size, np.int32)
        self._row = np.empty(size, np.int32)
        self._score = np.empty(size, np.uint8)

    def look(self, block: Block) -> None:
        """Goes through one block."""
        tag = 0
        while True:
            tag, self._count = compiled(loops.collect)(
                block.scores,
                np.int32(block.first),
                (self._least, self._kept, self._of_tag, self._wanted.per_tag),
                (self._tag, self._row, self._score),
                (tag, self._count),
            )
            if tag >= len(block.scores):
                return
            self._raise(block.scores.shape[1])

    def look_at_present(self, pairs: PresentPairs, alive: NDArray[np.bool_]) -> None:
        """Goes through all present pairs."""
        row = 0
        while True:
            row, self._count = compiled(loops.collect_present)(
                (pairs.ends, pairs.column, pairs.score, alive),
                (self._least, self._kept, self._of_tag, self._wanted.per_tag),
                (self._tag, self._row, self._score),
                (row, self._count),
            )
            if row >= len(pairs.ends):
                return
            start = pairs.ends[row - 1] if row else 0
            self._raise(int(pairs.ends[row] - start))

    def _raise(self, width: int) -> None:
        """Makes room for another tag's pairs: what cannot be among the wanted is dropped."""
        wanted = self._wanted
        line = _level_with(self._levels, self._kept, wanted.per_tag, wanted.total)
        shared = _first_at_least(self._levels, line)
        np.maximum(self._least, shared, out=self._least)
        found = self._found()
        kept = found.take(found.score >= self._least[found.tag])
        # Room for twice as much as there is, so that making room is rare.
        self._make_room(max(len(self._tag), 2 * (len(kept) + width)))
        self._count = len(kept)
        self._tag[: len(kept)] = kept.tag
        self._row[: len(kept)] = kept.row
        self._score[: len(kept)] = kept.score
        self._kept[np.arange(256) < self._least[:, None]] = 0
        self._of_tag[:] = self._kept.sum(axis=1)

    def _found(self) -> Pairs:
        part = slice(0, self._count)
        return Pairs(self._tag[part], self._row[part], self._score[part])

    def result(self) -> Pairs:
        """Exactly the wanted pairs, sorted by tag and row."""
        found = self._found()
        found = _sorted(found.take(found.score >= self._least[found.tag]))
        found = _capped(found, self._wanted.per_tag)
        surplus = len(found) - self._wanted.total
        if surplus <= 0:
            return found
        level = self._levels[found.tag, found.score]
        line = np.partition(level, surplus)[surplus]
        kept = level > line
        ties = np.flatnonzero(level == line)
        kept[ties[: self._wanted.total - int(kept.sum())]] = True
        return found.take(kept)


def _sorted(found: Pairs) -> Pairs:
    """By tag and row; as single numbers, which are sorted many times faster than columns."""
    key = found.tag.astype(np.uint64) << 40 | found.row.astype(np.uint64) << 8 | found.score
    key.sort()
    return Pairs(
        (key >> 40).astype(np.int32),
        (key >> 8 & 0xFFFFFFFF).astype(np.int32),
        (key & 0xFF).astype(np.uint8),
    )


def _capped(found: Pairs, per_tag: int) -> Pairs:
    """The best of each tag, in the order they were in."""
    crowded = np.bincount(found.tag) > per_tag if len(found) else np.zeros(0, bool)
    if not crowded.any():
        return found
    kept = ~crowded[found.tag]
    several = np.flatnonzero(~kept)
    order = several[np.lexsort((-found.score[several].astype(np.int16), found.tag[several]))]
    tags = found.tag[order]
    starts = np.searchsorted(tags, tags)
    kept[order[np.arange(len(order)) - starts < per_tag]] = True
    return found.take(kept)


def best_of_tag(scores: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Rows of the highest scores of one tag, highest first, ties by row.

    Args:
        scores: (N,) uint8; 0 is no candidate.
        count: How many at most.
    """
    rows = np.empty(min(count, len(scores)), np.int64)
    found: int = compiled(loops.counted)(scores, rows)
    return rows[:found]
