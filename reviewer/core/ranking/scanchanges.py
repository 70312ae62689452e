"""Pairs of a scan that the search for missing tags must leave out, found row by row.

The scan left the tags that images had out of the search. Tags that came since, and tags that follow
from others, are found here; both are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from reviewer.core.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from reviewer.core.ranking.presentpairs import PresentPairs
    from reviewer.core.scoreblock import Block
    from reviewer.core.tags.tagrows import TagRows


_Named: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.unsignedinteger], NDArray[np.int32]]"
"""Where each row starts, its ids one after another, and the column of each id, -1 without."""


class RowPairs(NamedTuple):
    """Pairs by row and column, (n,) int64 each."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]

    def sorted(self) -> RowPairs:
        """The same by row."""
        order = np.argsort(self.row, kind="stable")
        return RowPairs(self.row[order], self.column[order])

    def keys(self, n_tags: int) -> NDArray[np.int64]:
        """One number for each pair."""
        return self.row * n_tags + self.column


def added_since(now: TagRows, columns: NDArray[np.int32], pairs: PresentPairs) -> RowPairs:
    """Pairs that are present now and were not when the scan was made.

    Args:
        now: Tag ids of the images of the scan.
        columns: Column of each tag id, -1 for tags that the scan has no score of.
        pairs: The pairs that were present then.
    """
    first, second = _named(now, columns, pairs)
    return _filled(_only_first, *first, *second)


def dropped_since(now: TagRows, columns: NDArray[np.int32], pairs: PresentPairs) -> RowPairs:
    """Pairs that were present when the scan was made and are not now; as `added_since`."""
    first, second = _named(now, columns, pairs)
    return _filled(_only_first, *second, *first)


def implied(
    pairs: PresentPairs, starts: NDArray[np.int64], ancestors: NDArray[np.int32]
) -> RowPairs:
    """Pairs that are absent and follow from a present tag.

    Args:
        pairs: The present pairs.
        starts: (T + 1,) where each column's ancestors begin.
        ancestors: Columns that a column implies, one after another.
    """
    if not len(ancestors):
        return RowPairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return _filled(_implied, pairs.ends, pairs.column, starts, ancestors)


def without(
    blocks: Iterable[Block], left_out: RowPairs, dead: NDArray[np.int64]
) -> Iterator[Block]:
    """Blocks with the scores of some pairs set to 0, in place.

    Args:
        blocks: May be written to.
        left_out: Sorted by row.
        dead: Rows that are left out whole, ascending.
    """
    for block in blocks:
        ends = [block.first, block.first + block.scores.shape[1]]
        low, high = np.searchsorted(left_out.row, ends)
        part = slice(low, high)
        block.scores[left_out.column[part], left_out.row[part] - block.first] = 0
        low, high = np.searchsorted(dead, ends)
        block.scores[:, dead[low:high] - block.first] = 0
        yield block


def _filled(loop: Callable[..., int], *arrays: NDArray[np.generic]) -> RowPairs:
    """Runs a loop twice: to count what it finds, then to keep it."""
    run = compiled(loop)
    empty = np.zeros(0, np.int64)
    count = run(*arrays, empty, empty)
    row, column = np.empty(count, np.int64), np.empty(count, np.int64)
    if count:
        run(*arrays, row, column)
    return RowPairs(row, column)


def _named(now: TagRows, columns: NDArray[np.int32], pairs: PresentPairs) -> tuple[_Named, _Named]:
    """What is present now and what was then: starts, ids, and the column of each id."""
    starts = np.concatenate([np.zeros(1, pairs.ends.dtype), pairs.ends])
    itself = np.arange(int(columns.max(initial=-1)) + 1, dtype=columns.dtype)
    return (now.starts, now.tags, columns), (starts, pairs.column, itself)


def _only_first(
    starts: NDArray[np.int64],
    ids: NDArray[np.unsignedinteger],
    columns: NDArray[np.int32],
    other_starts: NDArray[np.int64],
    other_ids: NDArray[np.unsignedinteger],
    other_columns: NDArray[np.int32],
    out_row: NDArray[np.int64],
    out_column: NDArray[np.int64],
) -> int:
    """Columns of each row of the first list that the row of the other list lacks."""
    count = 0
    for row in range(len(starts) - 1):
        at = other_starts[row]
        for place in range(starts[row], starts[row + 1]):
            column = columns[ids[place]]
            if column < 0:
                continue
            while at < other_starts[row + 1] and other_columns[other_ids[at]] < 0:
                at += 1
            # Both are in the same order: nearly always the next one is the same.
            if at < other_starts[row + 1] and other_columns[other_ids[at]] == column:
                at += 1
                continue
            known = False
            for other in range(other_starts[row], other_starts[row + 1]):
                known = known or other_columns[other_ids[other]] == column
            if not known:
                if count < len(out_row):
                    out_row[count] = row
                    out_column[count] = column
                count += 1
    return count


def _implied(
    ends: NDArray[np.int64],
    present: NDArray[np.unsignedinteger],
    starts: NDArray[np.int64],
    ancestors: NDArray[np.int32],
    out_row: NDArray[np.int64],
    out_column: NDArray[np.int64],
) -> int:
    count = 0
    for row in range(len(ends)):
        first = ends[row - 1] if row else 0
        for place in range(first, ends[row]):
            for at in range(starts[present[place]], starts[present[place] + 1]):
                known = False
                for other in range(first, ends[row]):
                    known = known or present[other] == ancestors[at]
                if not known:
                    if count < len(out_row):
                        out_row[count] = row
                        out_column[count] = ancestors[at]
                    count += 1
    return count
