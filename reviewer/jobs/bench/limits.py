"""What this machine can do at most: memory and disk, measured by doing nothing else."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

READ_BYTES = 32 << 20


def read_rate(array: NDArray[np.uint64]) -> float:
    """Bytes a second at which one core reads an array that no cache holds."""
    began = time.perf_counter()
    compiled(_total)(array)
    return array.nbytes / (time.perf_counter() - began)


def stream_rate(path: Path) -> float:
    """Bytes a second at which a file comes from the disk, read in order."""
    forget(path)
    room = memoryview(bytearray(READ_BYTES))
    done = 0
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while some := file.readinto(room):
            done += some
    return done / (time.perf_counter() - began)


def forget(path: Path) -> None:
    """Takes a file out of the memory, so that it is read from the disk; where the system can."""
    if hasattr(os, "posix_fadvise"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def peak_mb() -> float:
    """The most memory that this process had at any time; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _total(array: NDArray[np.uint64]) -> np.uint64:
    total = np.uint64(0)
    for value in array:
        total += value
    return total
