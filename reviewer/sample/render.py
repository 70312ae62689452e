"""Draws a scene: the picture, and its true tags."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops

from reviewer.sample.animals import draw_animal
from reviewer.sample.canvas import Canvas
from reviewer.sample.characters import ink_of
from reviewer.sample.figures import draw_person, stands
from reviewer.sample.interiors import BACKDROPS
from reviewer.sample.land import draw_landscape
from reviewer.sample.sky import draw_weather
from reviewer.sample.styles import finish
from reviewer.sample.truth import true_tags

if TYPE_CHECKING:
    from reviewer.sample.scene import Scene

_SEEN_SHARE = 0.7
"""How much of a thing's box must stay as drawn for its tag to be given."""


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
    behind = canvas.image.copy() if canvas.marks else None
    for person, stand in zip(scene.persons, stands(scene, size, rng), strict=True):
        draw_person(canvas, person, stand, rng)
    for animal in scene.animals:
        draw_animal(canvas, animal)
    seen = _seen(behind, canvas) if behind else frozenset()
    draw_weather(pen, scene.place, rng)
    return Picture(finish(canvas.image, scene), true_tags(scene, seen))


def _seen(behind: Image.Image, canvas: Canvas) -> frozenset[str]:
    """Names of marked things that persons and animals leave visible."""
    names: set[str] = set()
    for name, box in canvas.marks:
        if name in names:
            continue
        change = ImageChops.difference(behind.crop(box), canvas.image.crop(box)).convert("L")
        kept = change.histogram()[0] / (change.width * change.height)
        if kept >= _SEEN_SHARE or (kept >= 0.3 and name in _BROAD):
            names.add(name)
    return frozenset(names)


_BROAD = frozenset({"ocean", "beach", "forest", "bookshelf", "cloudy_sky", "bubble", "river"})
"""Things as wide as the picture, which show on both sides of a person."""
