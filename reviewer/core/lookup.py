"""Where ids stand in a column of ids, and who carries a tag: joins of arrays, without objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse


def places_of(
    ids: NDArray[Any], among: NDArray[Any], order: NDArray[np.intp] | None = None
) -> NDArray[np.int64]:
    """Where each id stands among others.

    Args:
        ids: (n,) integers, in any order.
        among: (m,) integers, each once; ascending, unless `order` is given.
        order: (m,) `np.argsort` of `among`.

    Returns:
        (n,) int64 places in `among`; -1 for what is not there.
    """
    if not len(among):
        return np.full(len(ids), -1, np.int64)
    at = np.minimum(np.searchsorted(among, ids, sorter=order), len(among) - 1)
    if order is not None:
        at = order[at]
    return np.where(among[at] == ids, at, -1).astype(np.int64)


def place_of(one: int, among: NDArray[Any]) -> int | None:
    """Where an id stands among others, which ascend; `None` if it is not there."""
    # In the type of the column: a mixture with uint64 would be compared as floats.
    at = int(np.searchsorted(among, among.dtype.type(one)))
    return at if at < len(among) and int(among[at]) == one else None


def carriers(columns: sparse.csc_matrix, column: int) -> NDArray[np.int32]:
    """(n,) int32 rows that have something in a column, ascending."""
    low, high = columns.indptr[column : column + 2]
    rows: NDArray[np.int32] = columns.indices[low:high]
    return rows


def carries(columns: sparse.csc_matrix, column: int) -> NDArray[np.bool_]:
    """(N,) bool, whether each row has something in a column."""
    there = np.zeros(columns.shape[0], np.bool_)
    there[carriers(columns, column)] = True
    return there
