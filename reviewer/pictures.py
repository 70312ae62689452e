"""Image files as pictures: upright, RGB, alpha over white, the first frame of an animation.

A drawing that would not be seen on white, because it is all white itself, is laid over grey.

The tagger and the eye see the same: both open files here.
"""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError, features

from reviewer.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"}
    | ({".avif"} if features.check("avif") else set())
)
"""Names that are looked at; what is inside is told by content."""

FORMATS = (
    *("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "JPEG2000", "PPM", "ICO", "TGA"),
    *(("AVIF",) if features.check("avif") else ()),
)
"""What a file may hold, whatever its name says. Pillow knows more, and for some of it
starts other programs: PostScript in a file called `.png` would run in Ghostscript."""

PIXEL_LIMIT = 512_000_000
"""More pixels than this are taken for a decompression bomb (1.5 GB decoded)."""

# The limit above is checked where files are opened; Pillow's own warns at 89 million pixels, which
# large scans exceed, and its warning would be printed once for the first of them only.
Image.MAX_IMAGE_PIXELS = None

# A picture that a program made of a long recipe keeps that in it; Pillow refuses one of a megabyte.
PngImagePlugin.MAX_TEXT_CHUNK = 16_000_000

STRIP = 1 << 22
"""Pixels that are worked on at a time where several copies of them are needed."""

PADDED_SET = "512px"
"""Danbooru20xx's folder of small copies: squares, padded with black or white bars."""
NEARLY = 6
"""How far from pure black or white JPEG takes a bar."""
STRAY = 0.05
"""Share of the values of a line that need not be pure."""
SMALLEST_BAR = 0.01
"""Bars less deep than this share of the side are left: they may be the drawing's own edge."""
UNEVEN = 0.01
"""The two bars of padding differ by a pixel at most; a drawing's own margins by more."""

PALE_GROUND = (112, 112, 112, 255)
"""Behind a drawing that would not be seen on white; dark lines stand out from it as well."""
FAINT = 24
"""What differs less from white, in every channel of 0..255, is hardly seen on it."""
SEEN = 0.05
"""Least share of a drawing, by alpha, that must be seen on white."""
LOOKED_AT = 128
"""Pixels of the longer side, or up to twice as many, that a drawing is judged by."""

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's decoders raise on broken files."""

_CUT_OFF = "the file is cut off"
_TURNING = (
    b"eXIf",
    *(kind + b"Raw profile type exif" for kind in (b"tEXt", b"zTXt", b"iTXt")),
    *(kind + b"XML:com.adobe.xmp" for kind in (b"tEXt", b"zTXt", b"iTXt")),
)
"""How the parts of a PNG begin that can tell how it is turned."""
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a file's header tells.

    Attributes:
        width, height: Pixels, upright; 0 where unknown.
        problem: Why it cannot be used, for people; empty if it can.
    """

    width: int = 0
    height: int = 0
    problem: str = ""


def open_picture(path: Path, want_px: int = 0) -> Image.Image:
    """Opens an image file as an upright RGB picture.

    Args:
        path: The file.
        want_px: Decode no larger than needed for a long side of this many pixels, where the format
            can (JPEG); the picture may still be larger. 0 for full size.

    Raises:
        SourceError: The file is gone, broken or too large; the text names it and says why.
    """
    with _opened(path) as picture:
        if want_px > 0:
            _decode_small(picture, want_px)
        whole = _to_rgb(_upright(picture))
        return without_bars(whole) if PADDED_SET in path.parts else whole


def open_with_alpha(path: Path, want_px: int = 0) -> Image.Image:
    """Opens an image file upright, as RGBA where pixels are transparent, else as RGB.

    Args:
        path: The file.
        want_px: As for `open_picture`.

    Raises:
        SourceError: The file is gone, broken or too large; the text names it and says why.
    """
    with _opened(path) as picture:
        if picture.has_transparency_data:
            return _upright(picture).convert("RGBA")
        if want_px > 0:
            _decode_small(picture, want_px)
        return _to_rgb(_upright(picture))


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The file as Pillow knows it; what goes wrong inside becomes a sentence."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            _refuse_bombs(picture)
            yield picture
    except FileNotFoundError as error:
        raise SourceError(f"{path} is not there any more.") from error
    except _BROKEN as error:
        raise SourceError(f"{path} cannot be read as an image: {_reason(error)}.") from error


def without_bars(picture: Image.Image) -> Image.Image:
    """A square RGB picture without the bars that made it square; as it is if there are none.

    A bar is a run of rows at top and bottom, or of columns at both sides, each of pure black or
    pure white but for what JPEG makes of it, equally deep on both sides.
    """
    width, height = picture.size
    if width != height:
        return picture
    pixels = np.asarray(picture)
    for turned in (False, True):
        lines = pixels.swapaxes(0, 1) if turned else pixels
        before, after = _bar(lines), _bar(lines[::-1])
        depth = min(before, after)
        if depth >= height * SMALLEST_BAR and abs(before - after) <= max(height * UNEVEN, 2):
            box = (
                (before, 0, width - after, height) if turned else (0, before, width, height - after)
            )
            return picture.crop(box)
    return picture


def _bar(lines: NDArray[np.uint8]) -> int:
    """Lines from the first on that are of one pure colour, all of the same; 0 if all are."""
    flat = lines.reshape(len(lines), -1)
    # JPEG's blocks carry a little of the drawing into the bar: a few values of a line may be off.
    low, high = np.quantile(flat, (STRAY, 1 - STRAY), axis=1)
    for pure in (high <= NEARLY, low >= 255 - NEARLY):
        if pure[0]:
            return int(np.argmin(pure)) if not pure.all() else 0
    return 0


def look(content: bytes) -> PictureFacts:
    """Reads the header of a file's content and checks that its end is there.

    Pixels are not decoded: damage in the middle is found when the image is scanned.
    """
    if not content:
        return PictureFacts(problem="the file is empty")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _refuse_bombs(picture)
            width, height = picture.size
            if _is_sideways(picture, content):
                width, height = height, width
            cut = _is_cut(picture.format or "", content)
    except _BROKEN as error:
        return PictureFacts(problem=_reason(error))
    return PictureFacts(width, height, _CUT_OFF if cut else "")


def _is_sideways(picture: Image.Image, content: bytes) -> bool:
    # What tells it may stand behind a PNG's pixels: Pillow decodes them all to get there.
    if picture.format == "PNG" and not _tells_turning(content):
        return False
    return picture.getexif().get(_ORIENTATION) in _SIDEWAYS


def _tells_turning(png: bytes) -> bool:
    at = 8
    while at < len(png):
        if png.startswith(_TURNING, at + 4):
            return True
        at += 12 + int.from_bytes(png[at : at + 4])
    return False


def _is_cut(kind: str, content: bytes) -> bool:
    # The end marker may be followed by a few bytes that other programs append.
    tail = content[-(1 << 16) :]
    end = {"JPEG": b"\xff\xd9", "PNG": b"IEND", "GIF": b"\x3b"}.get(kind)
    return end is not None and end not in tail


def _refuse_bombs(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > PIXEL_LIMIT:
        raise ValueError(
            f"{width} x {height} pixels are more than the limit of "
            f"{PIXEL_LIMIT // 1_000_000} million"
        )


def _decode_small(picture: Image.Image, want_px: int) -> None:
    longest = max(picture.size)
    if longest > want_px:
        wanted = tuple(max(side * want_px // longest, 1) for side in picture.size)
        picture.draft("RGB", (wanted[0], wanted[1]))


def _upright(picture: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(picture)
    turned.load()
    return turned


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        picture = _to_8_bit(picture)
    if picture.has_transparency_data:
        return _flat(picture if picture.mode == "RGBA" else picture.convert("RGBA"))
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _flat(drawing: Image.Image) -> Image.Image:
    """An RGBA picture over its ground, a strip at a time: a large one is held once, not thrice."""
    colour = _ground_of(drawing)
    flat = Image.new("RGB", drawing.size)
    for strip, place in _strips(drawing):
        ground = Image.new("RGBA", strip.size, colour)
        flat.paste(Image.alpha_composite(ground, strip).convert("RGB"), place)
    return flat


def _strips(picture: Image.Image) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """A picture in parts of whole lines, with the place of each."""
    width, height = picture.size
    lines = max(STRIP // max(width, 1), 1)
    if lines >= height:
        yield picture, (0, 0)
        return
    for top in range(0, height, lines):
        yield picture.crop((0, top, width, min(top + lines, height))), (0, top)


def _ground_of(drawing: Image.Image) -> tuple[int, int, int, int]:
    """What an RGBA picture is laid over: white, or grey where hardly anything would be seen."""
    small = np.asarray(drawing.reduce(max(max(drawing.size) // LOOKED_AT, 1)))
    alpha = small[..., 3].astype(np.float64)
    darkest = small[..., :3].min(axis=2)
    seen = alpha[(255 - darkest) * alpha >= FAINT * 255].sum()
    pale = alpha.sum() > 0 and alpha.min() < 255 and seen < SEEN * alpha.sum()
    return PALE_GROUND if pale else (255, 255, 255, 255)


def _to_8_bit(picture: Image.Image) -> Image.Image:
    # 16 bit files use their range, whatever mode Pillow gives them; others are stretched.
    top = 65535.0 if picture.mode.startswith("I") else float(np.asarray(picture).max(initial=0.0))
    grey = Image.new("L", picture.size)
    for strip, place in _strips(picture):
        values = np.asarray(strip, dtype=np.float64)
        scaled = np.clip(values * (255.0 / top if top > 0 else 0.0), 0, 255)
        grey.paste(Image.fromarray(scaled.astype(np.uint8), "L"), place)
    return grey


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is not an image that can be read"
    if "truncated" in str(error).lower():
        return _CUT_OFF
    if "MAX_TEXT" in str(error):
        return "it holds more text beside its pixels than pictures do"
    return str(error).rstrip(".") or type(error).__name__
