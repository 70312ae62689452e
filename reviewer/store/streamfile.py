"""Large files that are read once, in order: past the system's cache, where that can be.

A read through the cache costs a core as much as the work on what was read, and throws out of the
memory what other programs have there. A direct read costs a tenth of that, and two of them at a
time keep a disk busy. What the cache holds already is taken from there.
"""

from __future__ import annotations

import errno
import mmap
import os
import sys
from contextlib import suppress
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ALIGNED = 4096
"""Direct reads begin and end at multiples of this, in the file and in the memory."""


PROBES = 3
"""Places of a stretch that are looked for in the cache before it is read past it."""


HUGE_PAGE = 2 << 20
"""Bytes that lie side by side in the machine's memory, where the system can arrange it."""


def aligned_room(n_bytes: int) -> NDArray[np.uint8]:
    """An array of bytes that direct reads can fill.

    On Linux it lies in huge pages: a disk then fills it in a few long strokes and not in pages of
    four kilobytes (2.2 GB/s instead of 0.9, measured on a virtual disk).
    """
    if sys.platform == "linux":
        # Memory that processes share has its own rules for huge pages: this is private.
        room = mmap.mmap(-1, n_bytes + HUGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        # A system without huge pages refuses; the room serves all the same.
        with suppress(OSError):
            room.madvise(mmap.MADV_HUGEPAGE)
    else:
        room = mmap.mmap(-1, n_bytes + HUGE_PAGE)
    flat = np.frombuffer(room, np.uint8)
    start = -flat.ctypes.data % HUGE_PAGE
    return flat[start : start + n_bytes]


class StreamFile:
    """A file open for reading by several threads. Use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        """Opens a file.

        Raises:
            OSError: It cannot be opened.
        """
        self._file = path.open("rb", buffering=0)
        self._lock = Lock()
        self._chance = Random()
        self._direct = -1
        if sys.platform == "linux":
            # Some file systems have no direct reads.
            with suppress(OSError):
                self._direct = os.open(path, os.O_RDONLY | os.O_DIRECT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._direct >= 0:
            os.close(self._direct)

    def read(self, offset: int, into: NDArray[np.uint8]) -> int:
        """Fills an array with what stands from an offset on.

        Returns:
            How many bytes there were.

        Raises:
            OSError: They cannot be read.
        """
        view = into.data
        done = 0
        while done < len(view) and (some := self._read_some(offset + done, view[done:])):
            done += some
        return done

    if sys.platform == "linux":

        def _read_some(self, offset: int, view: memoryview) -> int:
            if self._direct >= 0 and not (offset % ALIGNED or len(view) % ALIGNED):
                try:
                    if not self._in_memory(offset, len(view)):
                        return os.preadv(self._direct, [view], offset)
                except OSError as error:
                    if error.errno != errno.EINVAL:
                        raise
            return os.preadv(self._file.fileno(), [view], offset)

        def _in_memory(self, offset: int, size: int) -> bool:
            """Whether the system's cache has what stands there, by a few places of it."""
            byte, file = bytearray(1), self._file.fileno()
            try:
                # Asking brings a place into the cache: the same ones are not asked for again.
                places = [offset + self._chance.randrange(size) for _ in range(PROBES)]
                return all(os.preadv(file, [byte], place, os.RWF_NOWAIT) for place in places)
            except OSError:
                # It would have to wait, or this file system cannot tell.
                return False

    else:

        def _read_some(self, offset: int, view: memoryview) -> int:
            with self._lock:
                self._file.seek(offset)
                return self._file.readinto(view) or 0
