"""What is done to a whole picture once it is drawn: grain, wash, grey, pixels, variants."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.scene import Scene, Variant

_GRAIN = 512


def finish(image: Image.Image, scene: Scene) -> Image.Image:
    """Reduce a drawing of twice the size, apply the scene's style, and its variant's changes."""
    small = image.reduce(2)
    if scene.style in _STYLES:
        small = _STYLES[scene.style](small, scene.seed)
    if scene.signed:
        _sign(small, scene)
    if scene.border:
        small = _bordered(small)
    return _varied(small, scene.variant)


@lru_cache(maxsize=4)
def _grain(blur: float) -> Image.Image:
    """Grey noise around 128, made once in each process."""
    noise = np.random.default_rng(5).normal(128, 46, (_GRAIN, _GRAIN)).clip(0, 255)
    image = Image.fromarray(noise.astype(np.uint8))
    if blur:
        image = ImageOps.autocontrast(image.filter(ImageFilter.GaussianBlur(blur)), 1)
    return image


def _grained(image: Image.Image, seed: int, blur: float, amount: float) -> Image.Image:
    x, y = seed % 97, seed // 97 % 97
    side = _GRAIN - 97
    patch = _grain(blur).crop((x, y, x + side, y + side)).resize(_square(image))
    patch = patch.crop((0, 0, image.width, image.height))
    return Image.blend(image, ImageChops.overlay(image, patch.convert("RGB")), amount)


def _square(image: Image.Image) -> tuple[int, int]:
    return (max(image.size), max(image.size))


def _soft(image: Image.Image, seed: int) -> Image.Image:
    bloom = image.filter(ImageFilter.BoxBlur(6))
    return Image.blend(image, ImageChops.screen(image, bloom), 0.22)


def _watercolor(image: Image.Image, seed: int) -> Image.Image:
    soft = image.filter(ImageFilter.MedianFilter(3))
    washed = _grained(soft, seed, 12.0, 0.3)
    paper = _grained(washed, seed // 3, 0.8, 0.16)
    return _deckled(paper, seed)


def _deckled(image: Image.Image, seed: int) -> Image.Image:
    """Leave an uneven edge of bare paper, as washes do."""
    rng = random.Random(seed)
    width, height = image.size
    edge = min(width, height) * 0.035
    points: list[tuple[float, float]] = []
    for x0, y0, x1, y1 in ((0, 0, 1, 0), (1, 0, 1, 1), (1, 1, 0, 1), (0, 1, 0, 0)):
        for n in range(14):
            share = n / 14
            x = edge + (width - 2 * edge) * (x0 + (x1 - x0) * share) + rng.uniform(-0.5, 0.5) * edge
            y = (
                edge
                + (height - 2 * edge) * (y0 + (y1 - y0) * share)
                + rng.uniform(-0.5, 0.5) * edge
            )
            points.append((x, y))
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    paper = Image.new("RGB", image.size, (252, 250, 245))
    paper.paste(image, mask=mask.filter(ImageFilter.BoxBlur(1)))
    return paper


def _greyscale(image: Image.Image, seed: int) -> Image.Image:
    return ImageEnhance.Contrast(image.convert("L")).enhance(1.1).convert("RGB")


def _sepia(image: Image.Image, seed: int) -> Image.Image:
    grey = ImageOps.colorize(image.convert("L"), (54, 34, 24), (252, 240, 214), mid=(176, 132, 92))
    return _grained(grey, seed, 0.8, 0.12)


def _sketch(image: Image.Image, seed: int) -> Image.Image:
    return _grained(image, seed, 0.6, 0.35)


def _pixel(image: Image.Image, seed: int) -> Image.Image:
    tiny = image.resize((image.width // 3, image.height // 3), Image.Resampling.BOX)
    flat = tiny.quantize(32, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert(
        "RGB"
    )
    return flat.resize(image.size, Image.Resampling.NEAREST)


_STYLES: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "soft": _soft,
    "watercolor": _watercolor,
    "greyscale": _greyscale,
    "sepia": _sepia,
    "sketch": _sketch,
    "pixel": _pixel,
}


def _sign(image: Image.Image, scene: Scene) -> None:
    """Scribble a name in a lower corner, light on dark and dark on light."""
    width, height = image.size
    left = scene.seed % 2 == 0
    x0, y0 = (10 if left else width - 74), height - 14
    under = (
        image.crop((x0, y0 - 10, x0 + 64, y0 + 6)).convert("L").resize((1, 1), Image.Resampling.BOX)
    )
    dark = under.tobytes()[0] > 120
    points = []
    for n in range(17):
        bend = ((scene.seed >> n) & 7) - 3.5
        points.append((x0 + n * 3.8, y0 + bend * (1.6 if n % 2 else -1.6)))
    ImageDraw.Draw(image).line(
        points, fill=(60, 46, 60) if dark else (250, 246, 240), width=2, joint="curve"
    )


def _bordered(image: Image.Image) -> Image.Image:
    edge = round(min(image.size) * 0.045)
    framed = Image.new("RGB", image.size, (255, 255, 255))
    box = (edge, edge, image.width - edge, image.height - edge)
    framed.paste(image.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR), box)
    return framed


def _varied(image: Image.Image, variant: Variant) -> Image.Image:
    if variant.crop:
        dx, dy = round(image.width * variant.crop), round(image.height * variant.crop)
        image = image.crop((dx, dy, image.width - dx, image.height - dy))
    if variant.mirrored:
        image = ImageOps.mirror(image)
    if variant.tint != (1.0, 1.0, 1.0):
        table = [min(round(value * factor), 255) for factor in variant.tint for value in range(256)]
        image = image.point(table)
    return image
