"""Array files that are mapped into memory, with their room on the disk taken beforehand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


_PIECE = 1 << 20
"""Zeros that are written at a time."""


def _fill(file: BinaryIO, size: int) -> None:
    """Writes zeros: where room cannot be taken (macOS), only what is written has its own."""
    file.writelines(bytes(min(_PIECE, size - start)) for start in range(0, size, _PIECE))
    file.flush()


def map_file(
    path: Path, kind: type[np.generic], shape: tuple[int, ...]
) -> tuple[NDArray[Any], bool]:
    """Opens an array file to be written through memory, or makes one of zeros.

    A file that is merely long takes its room when its pages are written, and a disk that is full
    by then ends the process without a word.

    Args:
        path: The file.
        kind: Of its numbers.
        shape: Of the array; no file is made of an empty one.

    Returns:
        The array, and whether it was there with the right length.

    Raises:
        OSError: There is no room for it, with the file's name; one that was made is gone.
    """
    needed = int(np.dtype(kind).itemsize * np.prod(shape, dtype=np.int64))
    if needed == 0:
        return np.zeros(shape, dtype=kind), True
    there = path.is_file() and path.stat().st_size == needed
    try:
        with path.open("r+b" if there else "wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, needed)
            elif not there:
                _fill(file, needed)
    except OSError as error:
        if not there:
            path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return np.memmap(path, dtype=kind, mode="r+", shape=shape), there
