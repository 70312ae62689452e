"""What a pass over scores has found so far, and from which byte of each tag on a pair counts.

A pair is one number (tag, row and score, from the highest bits down), so that dropping, sorting
and growing move a single array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.ranking import scanloops as loops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.presentpairs import PresentPairs
    from reviewer.core.scoreblock import Block

MARGIN = 1.5
"""How many more pairs than wanted the first lowest bytes are to let through: they rest on a
sample."""

AT_ONCE = 1 << 16
"""Pairs that are listed before they are kept or dropped: what a core's cache holds."""

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


class Search:
    """The best pairs of the blocks that were looked at."""

    def __init__(
        self, levels: NDArray[np.float32], expected: NDArray[np.float64], wanted: Wanted
    ) -> None:
        """Has seen nothing.

        Args:
            levels: (T, 256) float32, what each byte of each tag is worth; never falls in a line.
            expected: (T, 256), about how many pairs will have each byte.
            wanted: How many.
        """
        self._levels = levels
        self._wanted = wanted
        self._least = _first_bytes(levels, expected, wanted)
        self._kept = np.zeros(levels.shape, np.int64)
        self._of_tag = np.zeros(len(levels), np.int64)
        self._keys = np.empty(2 * wanted.total + AT_ONCE, np.uint64)
        self._found = np.empty(AT_ONCE, np.uint64)
        self._count = 0

    def look(self, block: Block) -> None:
        """Goes through one block."""
        found, tag = self._room(block.scores.shape[1]), 0
        while tag < len(block.scores):
            tag, many = compiled(loops.find)(block.scores, block.first, self._least, found, tag)
            self._admit(found[:many])

    def look_at_present(self, pairs: PresentPairs, alive: NDArray[np.bool_]) -> None:
        """Goes through all present pairs of the images (N,) that count."""
        parts = (pairs.ends, pairs.column, pairs.score, alive)
        found, row = self._room(int(np.diff(pairs.ends, prepend=0).max(initial=0))), 0
        while row < len(pairs.ends):
            row, many = compiled(loops.find_present)(parts, self._least, found, row)
            self._admit(found[:many])

    def _room(self, line: int) -> NDArray[np.uint64]:
        """Where pairs are listed before they are kept: some lines of them, one or more."""
        if len(self._found) < line:
            self._found = np.empty(line, np.uint64)
        return self._found

    def _admit(self, found: NDArray[np.uint64]) -> None:
        """Keeps what may be among the wanted."""
        if self._count + len(found) > len(self._keys):
            self._raise(len(found))
        limits = (self._least, self._kept, self._of_tag, self._wanted.per_tag)
        self._count = compiled(loops.admit)(found, limits, self._keys, self._count)

    def _raise(self, more: int) -> None:
        """Makes room for so many pairs: what cannot be among the wanted is dropped."""
        wanted = self._wanted
        line = _level_with(self._levels, self._kept, wanted.per_tag, wanted.total)
        np.maximum(self._least, _first_at_least(self._levels, line), out=self._least)
        self._drop()
        # Room for twice as much as there is, so that making room is rare.
        room = np.empty(max(len(self._keys), 2 * (self._count + more)), np.uint64)
        room[: self._count] = self._keys[: self._count]
        self._keys = room
        self._kept[np.arange(256) < self._least[:, None]] = 0
        self._of_tag[:] = self._kept.sum(axis=1)

    def _drop(self) -> None:
        """Leaves the pairs that still count."""
        self._count = compiled(loops.drop_below)(self._keys, self._count, self._least)

    def result(self) -> Pairs:
        """Exactly the wanted pairs, sorted by tag and row."""
        self._drop()
        crowded = self._of_tag > self._wanted.per_tag
        keys = _capped(self._keys[: self._count], crowded, self._wanted.per_tag)
        keys = _highest(keys, self._levels, self._wanted.total)
        keys.sort()
        many = len(keys)
        found = Pairs(np.empty(many, np.int32), np.empty(many, np.int32), np.empty(many, np.uint8))
        compiled(loops.unpack)(keys, found.tag, found.row, found.score)
        return found


def _highest(
    keys: NDArray[np.uint64], levels: NDArray[np.float32], total: int
) -> NDArray[np.uint64]:
    """The pairs of highest level, so many at most, in any order; first ones of those that tie."""
    surplus = len(keys) - total
    if surplus <= 0:
        return keys
    level = np.empty(len(keys), np.float32)
    compiled(loops.levels_of)(keys, levels, level)
    line = np.partition(level, surplus)[surplus]
    above, ties = keys[level > line], np.sort(keys[level == line])
    return np.concatenate([above, ties[: total - len(above)]])


def _capped(
    keys: NDArray[np.uint64], crowded: NDArray[np.bool_], per_tag: int
) -> NDArray[np.uint64]:
    """The best of each tag that has too many (T,), first ones of those that tie."""
    if not crowded.any():
        return keys
    several = crowded[(keys >> 40).astype(np.int64)]
    chosen = keys[several]
    order = np.lexsort((chosen, 255 - (chosen & 255), chosen >> 40))
    chosen = chosen[order]
    starts = np.searchsorted(chosen >> 40, chosen >> 40)
    return np.concatenate([keys[~several], chosen[np.arange(len(chosen)) - starts < per_tag]])


def _first_bytes(
    levels: NDArray[np.float32], expected: NDArray[np.float64], wanted: Wanted
) -> NDArray[np.int32]:
    """(T,) lowest bytes that are expected to let a little more than what is wanted through."""
    own = np.ones(len(levels), np.int32)
    compiled(loops.bytes_with)(expected, _counted_safely(MARGIN * wanted.per_tag, expected), own)
    total = _counted_safely(MARGIN * wanted.total, expected)
    line = _level_with(levels, expected, MARGIN * wanted.per_tag, total)
    return np.maximum(own, _first_at_least(levels, max(line, wanted.floor)))


def _counted_safely(wanted: float, expected: NDArray[np.float64]) -> float:
    """A number of expected pairs that stands for so many real ones: a sample's chance put in."""
    # What one pair of the sample stands for; six standard deviations of what is counted with it.
    step = float(np.min(expected, initial=np.inf, where=expected > 0))
    return wanted + 6.0 * float(np.sqrt(wanted * step)) if 1.0 < step < np.inf else wanted


def _level_with(
    levels: NDArray[np.float32], counts: NDArray[np.number], per_tag: float, total: float
) -> float:
    """The highest level that so many pairs reach, so many of a tag counted at most.

    Minus infinity if there are fewer.
    """
    values, counted = np.empty(levels.size, np.float32), np.empty(levels.size)
    many = compiled(loops.counted_levels)(levels, counts, per_tag, values, counted)
    if not many:
        return -np.inf
    values, counted = values[:many], counted[:many]
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


def _first_at_least(levels: NDArray[np.float32], line: float) -> NDArray[np.int32]:
    """(T,) the first byte of each tag, from 1, whose level reaches a line; 256 where none does."""
    first = np.empty(len(levels), np.int32)
    compiled(loops.bytes_reaching)(levels, np.float32(line), first)
    return first
