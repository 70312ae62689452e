"""Pillow's resize of RGB pictures, and the same to the bit in a fraction of the time.

Pillow multiplies one value at a time; the other way gives whole rows to the processor's vectors.
What was trained or scanned with the one fits what is scanned with the other. Compiling takes a
moment at first, so short runs stay with Pillow.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from model.config import Resample

Pixels = NDArray[np.uint8]
Resize = Callable[[Image.Image, tuple[int, int], "Resample", float | None], Pixels]
"""A picture in RGB, (width, height), filter and Pillow's reducing gap, to (height, width, 3)."""

WORTHWHILE = 1000
"""Pictures from which on compiling is paid back."""

_FILTERS: dict[Resample, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


def pillow_resize(
    picture: Image.Image, size: tuple[int, int], resample: Resample, gap: float | None
) -> Pixels:
    """Resize by Pillow; see `Resize`."""
    return np.asarray(picture.resize(size, _FILTERS[resample], reducing_gap=gap), dtype=np.uint8)


def compiled_resize(
    picture: Image.Image, size: tuple[int, int], resample: Resample, gap: float | None
) -> Pixels:
    """Resize to the bits that Pillow gives; see `Resize`.

    Left to Pillow are what it makes smaller by a whole factor first, what it resizes down before
    across, and Lanczos, whose sines differ between C libraries.
    """
    before = picture.size
    if (
        resample == "lanczos"
        or before == size
        or _goes_down_first(before, size)
        or _is_reduced(before, size, gap)
    ):
        return pillow_resize(picture, size, resample, gap)
    # numba takes a moment to load, and short runs do without.
    loops = importlib.import_module("model.resize_loops")
    resized: Pixels = loops.resized(np.asarray(picture, np.uint8), *size, loops.FILTERS[resample])
    return resized


def resize_for(count: int) -> Resize:
    """The resize that is the quickest for so many pictures; all give the same.

    Another Pillow may round otherwise: the compiled one is tried against it first.
    """
    return compiled_resize if count >= WORTHWHILE and _is_the_same() else pillow_resize


def _is_the_same() -> bool:
    """Whether both give the same for a picture of noise, made smaller and larger."""
    noise = np.random.default_rng(0).integers(0, 256, (61, 47, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    return all(
        np.array_equal(way[0], way[1])
        for size in ((39, 50), (47, 61 * 2), (90, 99), (20, 24))
        for resample in ("bicubic", "bilinear", "box")
        if (way := [do(picture, size, resample, 3.0) for do in (compiled_resize, pillow_resize)])
    )


def _goes_down_first(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether Pillow, from release 13 on, makes lines fewer before it makes them shorter.

    It does for pictures that lose more than twice as many pixels of their height as of their width.
    """
    across, down = (old - new for old, new in zip(before, after, strict=True))
    return down > max(2 * across, 0)


def _is_reduced(before: tuple[int, int], after: tuple[int, int], gap: float | None) -> bool:
    """Whether Pillow takes means of whole pixels before the filter."""
    pairs = zip(before, after, strict=True)
    return gap is not None and any(int(old / new / gap) > 1 for old, new in pairs)
