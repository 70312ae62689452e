"""The arithmetic of a resize as machine code; imported where it is first used.

Source: `src/libImaging/Resample.c` of Pillow, whose weights, fixed point and rounding these are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Loop = TypeVar("Loop", bound=Callable[..., Any])

_BITS = 22
"""Of the weights' fixed point: of 32, 8 are the values' and 2 for sums beyond them."""


_BOX, _BILINEAR, _BICUBIC = 0, 1, 2
FILTERS = {"box": _BOX, "bilinear": _BILINEAR, "bicubic": _BICUBIC}
"""Pillow's filters that are here, by name."""


def _compiled(loop: Loop) -> Loop:
    try:
        code: Any = numba.njit(cache=True, nogil=True, boundscheck=False)(loop)
    except RuntimeError:
        # Nothing can be kept, neither beside the module nor at home: each process compiles again.
        code = numba.njit(nogil=True, boundscheck=False)(loop)
    same: Loop = code
    return same


@_compiled
def _shape(filter_: int, x: float) -> float:
    """A filter at a distance from its middle."""
    x = abs(x) if filter_ != _BOX else x
    if filter_ == _BOX:
        return 1.0 if -0.5 < x <= 0.5 else 0.0
    if filter_ == _BILINEAR:
        return 1.0 - x if x < 1.0 else 0.0
    if x < 1.0:
        return (1.5 * x - 2.5) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * -0.5 if x < 2.0 else 0.0


@_compiled
def _reach(filter_: int) -> float:
    """The distance from where on a filter is zero."""
    return 0.5 if filter_ == _BOX else float(filter_)


@_compiled
def _weigh(
    place: int, before: int, after: int, filter_: int, exact: NDArray[np.float64]
) -> tuple[int, int]:
    """Puts the weights of one pixel into `exact`; gives the first pixel they are for, and many."""
    scale = before / after
    stretch = max(scale, 1.0)
    support = _reach(filter_) * stretch
    centre = (place + 0.5) * scale
    first = max(int(centre - support + 0.5), 0)
    count = min(int(centre + support + 0.5), before) - first
    whole = 0.0
    for x in range(count):
        exact[x] = _shape(filter_, (x + first - centre + 0.5) * (1.0 / stretch))
        whole += exact[x]
    for x in range(count):
        exact[x] = exact[x] / whole if whole != 0.0 else exact[x]
    return first, count


@_compiled
def _fitted(lines: Pixels, after: int, filter_: int) -> Pixels:
    """(L, N) values as (after, N), each line the weighted sum of some that follow each other."""
    before, many = lines.shape
    reach = math.ceil(_reach(filter_) * max(before / after, 1.0))
    exact = np.empty(2 * reach + 1, np.float64)
    sums = np.empty(many, np.int32)
    fitted = np.empty((after, many), np.uint8)
    for place in range(after):
        first, count = _weigh(place, before, after, filter_, exact)
        sums[:] = 1 << (_BITS - 1)
        for x in range(count):
            scaled = exact[x] * (1 << _BITS)
            weight = np.int32(int(scaled - 0.5) if scaled < 0 else int(scaled + 0.5))
            line = lines[first + x]
            for n in range(many):
                sums[n] += np.int32(line[n]) * weight
        out = fitted[place]
        for n in range(many):
            out[n] = min(max(sums[n] >> _BITS, 0), 255)
    return fitted


@_compiled
def _turned(pixels: Pixels) -> Pixels:
    """(H, W, 3) as (W, H, 3)."""
    height, width, _ = pixels.shape
    turned = np.empty((width, height, 3), np.uint8)
    for y in range(height):
        for x in range(width):
            turned[x, y, 0] = pixels[y, x, 0]
            turned[x, y, 1] = pixels[y, x, 1]
            turned[x, y, 2] = pixels[y, x, 2]
    return turned


@_compiled
def resized(pixels: Pixels, width: int, height: int, filter_: int) -> Pixels:
    """Pixels of another size, first across and then down, rounded in between.

    Args:
        pixels: (H, W, 3) uint8, C-contiguous.
        width: Of what comes out, 1 or more.
        height: Likewise.
        filter_: A value of `FILTERS`.

    Returns:
        (height, width, 3) uint8.
    """
    before = pixels.shape[0]
    columns = _turned(pixels).reshape(pixels.shape[1], before * 3)
    rows = _turned(_fitted(columns, width, filter_).reshape(width, before, 3))
    return _fitted(rows.reshape(before, width * 3), height, filter_).reshape(height, width, 3)
