"""What this machine can do at most: memory and disk, measured by doing nothing else."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.store.blockreader import read_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

READ_BYTES = 32 << 20


def read_rate(array: NDArray[np.uint64]) -> float:
    """Bytes a second at which one core reads an array that no cache holds."""
    began = time.perf_counter()
    compiled(_total)(array)
    return array.nbytes / (time.perf_counter() - began)


def stream_rate(path: Path) -> float:
    """Bytes a second at which a file comes from the disk, read in order.

    The better of two ways: one thread through the system's cache, and direct reads side by side.
    """
    return max(_rate(path, _plainly(path)), _rate(path, _side_by_side(path)))


def _rate(path: Path, reads: Iterator[int]) -> float:
    forget(path)
    began = time.perf_counter()
    done = sum(reads)
    return done / (time.perf_counter() - began)


def _plainly(path: Path) -> Iterator[int]:
    room = memoryview(bytearray(READ_BYTES))
    with path.open("rb", buffering=0) as file:
        while some := file.readinto(room):
            yield some


def _side_by_side(path: Path) -> Iterator[int]:
    for block in read_blocks(path, 1, READ_BYTES, range(path.stat().st_size // READ_BYTES)):
        yield block.scores.nbytes


def forget(path: Path) -> None:
    """Takes a file out of the memory, so that it is read from the disk; where the system can."""
    if sys.platform == "linux":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def peak_mb() -> float:
    """The most memory that this process had at any time; 0 where the system does not tell."""
    most = 0.0
    if sys.platform != "win32":
        import resource

        told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        most = told / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return most


def _total(array: NDArray[np.uint64]) -> np.uint64:
    total = np.uint64(0)
    for value in array:
        total += value
    return total
