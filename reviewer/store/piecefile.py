"""A matrix written to its file piece by piece: it is never in memory as a whole, nor mapped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class PieceFile:
    """A `.npy` file of a matrix that is being written. Use it in a `with` statement."""

    def __init__(self, path: Path, kind: type[np.generic], shape: tuple[int, int]) -> None:
        """Begins a file of zeros, and takes its room on the disk.

        Args:
            path: There is no such file yet.
            kind: Of the numbers.
            shape: Rows and columns.

        Raises:
            OSError: There is no room for it.
        """
        self._kind, self._columns = np.dtype(kind), shape[1]
        self._file = path.open("xb")
        header = {
            "descr": np.lib.format.dtype_to_descr(self._kind),
            "fortran_order": False,
            "shape": shape,
        }
        try:
            np.lib.format.write_array_header_1_0(self._file, header)
            self._begin = self._file.tell()
            whole = self._begin + shape[0] * shape[1] * self._kind.itemsize
            self._file.flush()
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file.fileno(), 0, whole)
            else:
                self._file.truncate(whole)
        except OSError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, rows: Sequence[int], column: int, values: NDArray[np.generic]) -> None:
        """Writes some columns of some rows.

        Args:
            rows: R of the rows.
            column: The first of the columns.
            values: (R, n), of the file's kind.

        Raises:
            OSError: It cannot be written.
        """
        piece = np.ascontiguousarray(values, self._kind)
        for row, line in zip(rows, piece, strict=True):
            self._file.seek(self._begin + (row * self._columns + column) * self._kind.itemsize)
            self._file.write(line.data)
