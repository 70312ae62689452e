"""Draws a scene: the picture, and its true tags."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from reviewer.sample.animals import draw_animal
from reviewer.sample.canvas import Canvas, Mark
from reviewer.sample.characters import ink_of
from reviewer.sample.figures import draw_person, stands
from reviewer.sample.interiors import BACKDROPS
from reviewer.sample.land import draw_landscape
from reviewer.sample.sky import draw_weather
from reviewer.sample.styles import finish
from reviewer.sample.truth import true_tags

if TYPE_CHECKING:
    from reviewer.sample.scene import Scene

_SEEN_SHARE = 0.5
"""How much of a thing's box must stay as drawn for its tag to be given."""

_BROAD = frozenset(
    {"aurora", "beach", "bookshelf", "bubble", "building", "chalkboard", "cherry_blossoms"}
    | {"cloudy_sky", "fence", "forest", "ocean", "rainbow", "river", "road", "tree"}
)
"""Things that are known from a part of them."""

_BROAD_SHARE = 0.3

_FAINT = 10
"""A change of fewer grey levels than this hides nothing."""

_SMALL = frozenset(
    {"fence", "mushroom", "red_flower", "shooting_star", "starry_sky", "yellow_flower"}
)
"""Things that a background out of focus does not show."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An illustration with its truth.

    Attributes:
        image: RGB, of the scene's size (a little less for a cropped variant).
        tags: All that it shows, closed under the implications.
    """

    image: Image.Image
    tags: frozenset[str]


def draw(scene: Scene) -> Picture:
    """Draw a scene; the same scene gives the same pixels."""
    rng = random.Random(scene.seed)
    size = (scene.size[0] * 2, scene.size[1] * 2)
    canvas = Canvas(size, ink_of(scene.style, scene.artist), np.random.default_rng(scene.seed))
    pen = replace(canvas.pen(0, 0, size[1]), thickness=0.07)
    if scene.place.kind in BACKDROPS:
        BACKDROPS[scene.place.kind](canvas, pen, scene.place, rng)
    else:
        draw_landscape(canvas, pen, scene.place, rng)
    if scene.blurry:
        canvas.image.paste(_out_of_focus(canvas.image))
        canvas.marks[:] = [
            Mark(mark.name, mark.box, canvas.image.crop(mark.box))
            for mark in canvas.marks
            if mark.name not in _SMALL
        ]
    for person, stand in zip(scene.persons, stands(scene, size, rng), strict=True):
        draw_person(canvas, person, stand, rng)
    for animal in scene.animals:
        draw_animal(canvas, animal)
    seen = _seen(canvas)
    draw_weather(pen, scene.place, rng)
    return Picture(finish(canvas.image, scene), true_tags(scene, seen))


def _out_of_focus(image: Image.Image) -> Image.Image:
    """The picture as it looks behind somebody who stands near."""
    small = image.reduce(4).filter(ImageFilter.GaussianBlur(1.6))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def _seen(canvas: Canvas) -> frozenset[str]:
    """Names of marked things that still look as they were drawn."""
    names: set[str] = set()
    for mark in canvas.marks:
        if mark.name in names:
            continue
        change = ImageChops.difference(mark.look, canvas.image.crop(mark.box)).convert("L")
        kept = sum(change.histogram()[:_FAINT]) / (change.width * change.height)
        if kept >= (_BROAD_SHARE if mark.name in _BROAD else _SEEN_SHARE):
            names.add(mark.name)
    return frozenset(names)
