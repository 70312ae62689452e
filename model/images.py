"""From a picture to the square array that a tagger sees, and to a hash that finds its duplicates.

Training, evaluation and the scan all come through `prepare_hashed`, so they see the same pixels.
No torch here: decoding runs in threads that need nothing but Pillow and numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.config import TaggerConfig

OpenImage = Callable[[Path, int], Image.Image]
"""Opens a file upright, in RGB, with at least the given long side in pixels if the file has it.

May raise `OSError` or `ValueError` for a file that cannot be read."""

_FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


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


def prepare_hashed(picture: Image.Image, config: TaggerConfig) -> Prepared:
    """Fit a picture into the tagger's square, and hash what is inside the padding.

    Args:
        picture: Any size; converted to RGB if it is not.
        config: Says the side S, the filter and the colour of the padding.

    Returns:
        The (S, S, 3) uint8 pixels and the 64-bit hash.
    """
    side = config.input_size
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    scale = side / max(rgb.size)
    width, height = (max(1, min(side, round(length * scale))) for length in rgb.size)
    # A gap of three makes large reductions several times cheaper and cannot be told from none.
    small = rgb.resize((width, height), _FILTERS[config.resample], reducing_gap=3.0)
    content = np.asarray(small, dtype=np.uint8)
    square = np.empty((side, side, 3), dtype=np.uint8)
    square[:] = config.pad_colour
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = content
    return Prepared(square, difference_hash(content))


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


def read_prepared(path: Path, open_image: OpenImage, config: TaggerConfig) -> Prepared | str:
    """Open one file and prepare it.

    Returns:
        The prepared picture, or the reason why the file cannot be used, for people.
    """
    try:
        return prepare_hashed(open_image(path, config.input_size), config)
    except FileNotFoundError:
        return f"The file {path} is not there."
    except (OSError, ValueError) as problem:
        return f"The file {path} cannot be read as an image: {problem}"
