"""Decoded pictures go back to the system when they are forgotten.

Glibc asks the system for large pieces of memory one by one, and gives each back when it is freed;
but after the first was freed it cuts pieces of that size out of a heap, which small ones that
stay keep from shrinking. A sitting of some thousand answers held a tenth more than at its start.
"""

from __future__ import annotations

import ctypes
import sys

LARGE = 1 << 20
"""Bytes from which on a piece is a large one: smaller than a picture, larger than what is small."""
_MMAP_THRESHOLD = -3
"""The number of that setting (malloc.h, M_MMAP_THRESHOLD)."""


def give_pictures_back() -> bool:
    """Has this process give each large piece of memory back as soon as it is freed.

    Returns:
        Whether that could be set: only glibc's memory knows it, and needs it.
    """
    done = False
    if sys.platform == "linux":
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)
        done = set_option is not None and bool(set_option(_MMAP_THRESHOLD, LARGE))
    return done
