"""Some rows of a large array file, read piece by piece.

What was once touched of a file that is mapped counts as memory in use until it is closed: of the
embeddings of three million images that is all of them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

AT_ONCE = 1 << 16
"""Rows that are read at once at most."""


def read_rows(
    path: Path,
    kind: type[Number],
    width: int,
    rows: NDArray[np.integer],
    at_once: int = AT_ONCE,
) -> NDArray[Number]:
    """Rows of a file that holds rows of so many numbers and nothing else.

    Args:
        path: The file.
        kind: Of its numbers.
        width: D, numbers in a row; 0 for a file without any.
        rows: (n,) positions, in any order, the same as often as wanted.
        at_once: Rows that are read at once at most.

    Returns:
        (n, D).

    Raises:
        OSError: It cannot be read.
    """
    found = np.empty((len(rows), width), kind)
    if not found.size:
        return found
    order = np.argsort(rows, kind="stable")
    at, line = rows[order].astype(np.int64), width * found.itemsize
    cuts = np.searchsorted(at, np.arange(at[0], at[-1] + 1 + at_once, at_once))
    with path.open("rb") as file:
        for low, high in pairwise(cuts.tolist()):
            if low < high:
                first, last = int(at[low]), int(at[high - 1])
                file.seek(line * first)
                part = np.fromfile(file, kind, (last - first + 1) * width)
                found[order[low:high]] = part.reshape(-1, width)[at[low:high] - first]
    return found
