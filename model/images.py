"""From a picture to the square array that a tagger sees, and to a hash that finds its duplicates.

Training, evaluation and the scan all come through `prepare_hashed`, so they see the same pixels.
No torch here: decoding runs in threads that need nothing but Pillow, numpy and, for long runs,
loops in machine code (`model.resizing`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from model.resizing import Resize, pillow_resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.config import Fit, Resample, TaggerConfig

OpenImage = Callable[[Path, int], Image.Image]
"""Opens a file upright, in RGB, with at least the given long side in pixels if the file has it.

May raise `OSError` or `ValueError` for a file that cannot be read."""


class Prepared(NamedTuple):
    """A picture as the tagger sees it.

    Attributes:
        pixels: (S, S, 3) uint8, RGB.
        hash: 64-bit difference hash of the picture without its padding.
    """

    pixels: NDArray[np.uint8]
    hash: int


class Failure(NamedTuple):
    """An image that could not be read: its position in the caller's list, and why, for people."""

    position: int
    reason: str


def prepare(picture: Image.Image, config: TaggerConfig) -> NDArray[np.uint8]:
    """Fit a picture into the tagger's square; nothing is cut off.

    Args:
        picture: Any size; converted to RGB if it is not.
        config: Says the side S, the filter and the colour of the padding.

    Returns:
        (S, S, 3) uint8, RGB, the picture centred.
    """
    return prepare_hashed(picture, config).pixels


def prepare_hashed(
    picture: Image.Image, config: TaggerConfig, resize: Resize = pillow_resize
) -> Prepared:
    """Fit a picture into the tagger's square, and hash what is inside the padding.

    Args:
        picture: Any size; converted to RGB if it is not.
        config: Says the side S, the filter, and how the picture is fitted.
        resize: How it is made smaller; all give the same.

    Returns:
        The (S, S, 3) uint8 pixels and the 64-bit hash.
    """
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    if config.first_side:
        return _by_way_of_a_square(rgb, config, resize)
    return _FITS[config.fit](rgb, config, resize)


def _inside(rgb: Image.Image, config: TaggerConfig, resize: Resize) -> Prepared:
    """Resize until it fits, then pad."""
    content = _shrunk(rgb, config.input_size, config.resample, config, resize)
    square = _padded(content, config.input_size, config)
    return Prepared(square, difference_hash(content))


def _square(rgb: Image.Image, config: TaggerConfig, resize: Resize) -> Prepared:
    """Pad to a square of the longer side, then resize."""
    side, longest = config.input_size, max(rgb.size)
    canvas = Image.new("RGB", (longest, longest), config.pad_colour)
    left, top = ((longest - length) // 2 for length in rgb.size)
    canvas.paste(rgb, (left, top))
    pixels = resize(canvas, (side, side), config.resample, config.reducing_gap or None)
    return Prepared(pixels, difference_hash(_without_padding(pixels, rgb.size)))


def _stretch(rgb: Image.Image, config: TaggerConfig, resize: Resize) -> Prepared:
    pixels = resize(
        rgb, (config.input_size, config.input_size), config.resample, config.reducing_gap or None
    )
    return Prepared(pixels, difference_hash(pixels))


def _crop(rgb: Image.Image, config: TaggerConfig, resize: Resize) -> Prepared:
    """Resize the shorter side, then take the middle, as torchvision's presets do."""
    shortest = min(rgb.size)
    width, height = (int(config.crop_from * length / shortest) for length in rgb.size)
    whole = resize(rgb, (width, height), config.resample, config.reducing_gap or None)
    side = config.input_size
    top, left = round((height - side) / 2), round((width - side) / 2)
    return Prepared(
        np.ascontiguousarray(whole[top : top + side, left : left + side]), difference_hash(whole)
    )


def _by_way_of_a_square(rgb: Image.Image, config: TaggerConfig, resize: Resize) -> Prepared:
    """Fit inside a first square with its own filter, pad, and resize that square."""
    content = _shrunk(rgb, config.first_side, config.first_resample, config, resize)
    first = Image.fromarray(_padded(content, config.first_side, config))
    pixels = resize(
        first, (config.input_size, config.input_size), config.resample, config.reducing_gap or None
    )
    return Prepared(pixels, difference_hash(content))


_FITS: dict[Fit, Callable[[Image.Image, TaggerConfig, Resize], Prepared]] = {
    "inside": _inside,
    "square": _square,
    "stretch": _stretch,
    "crop": _crop,
}


def _shrunk(
    rgb: Image.Image, side: int, resample: Resample, config: TaggerConfig, resize: Resize
) -> NDArray[np.uint8]:
    """Resize so that the longer side is `side`."""
    scale = side / max(rgb.size)
    width, height = (max(1, min(side, round(length * scale))) for length in rgb.size)
    return resize(rgb, (width, height), resample, config.reducing_gap or None)


def _padded(content: NDArray[np.uint8], side: int, config: TaggerConfig) -> NDArray[np.uint8]:
    """Put (H, W, 3) pixels in the middle of a square."""
    height, width = content.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    if config.pad_edge:
        around = ((top, side - height - top), (left, side - width - left), (0, 0))
        return np.pad(content, around, mode="edge")
    if height == width == side:
        return content
    square = np.empty((side, side, 3), dtype=np.uint8)
    # The bars alone: colours are written one value at a time, the picture in rows.
    square[:top] = square[top + height :] = config.pad_colour
    square[:, :left] = square[:, left + width :] = config.pad_colour
    square[top : top + height, left : left + width] = content
    return square


def _without_padding(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The part of a square that a picture of some size fills in its middle."""
    side, longest = len(pixels), max(size)
    width, height = (max(1, round(length * side / longest)) for length in size)
    top, left = (side - height) // 2, (side - width) // 2
    return pixels[top : top + height, left : left + width]


def difference_hash(content: NDArray[np.uint8]) -> int:
    """Hash a picture so that its resized and recompressed copies differ in a few bits only.

    Source: the "dHash" of Neal Krawetz: grey, 9 x 8 pixels, one bit for each pixel that is
    brighter than its right neighbour.

    Args:
        content: (H, W, 3) uint8, RGB, without padding.

    Returns:
        64 bits, the first row in the highest byte.
    """
    grey = Image.fromarray(content).convert("L").resize((9, 8), Image.Resampling.BOX)
    values = np.asarray(grey, dtype=np.int16)
    bits = values[:, :-1] > values[:, 1:]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def read_prepared(
    path: Path, open_image: OpenImage, config: TaggerConfig, resize: Resize = pillow_resize
) -> Prepared | str:
    """Open one file and prepare it.

    Args:
        path: The file.
        open_image: Opens it.
        config: As for `prepare_hashed`.
        resize: Likewise.

    Returns:
        The prepared picture, or the reason why the file cannot be used, for people.
    """
    try:
        return prepare_hashed(open_image(path, config.wanted_px), config, resize)
    except FileNotFoundError:
        return f"The file {path} is not there."
    except (OSError, ValueError) as problem:
        return f"The file {path} cannot be read as an image: {problem}"
