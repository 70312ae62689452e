"""The near ground of a landscape: grass, flowers, planks, fireflies; coordinates as in `sky`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.sample.forms import flower
from reviewer.sample.palette import WHITE, Colour, darker, lighter, mix

if TYPE_CHECKING:
    from reviewer.sample.land import Land


def depth(land: Land) -> None:
    """Darken the lower edge a little, which gives the ground depth."""
    land.pen.canvas.glaze(
        land.pen.pixels(np.array([(-0.2, 0.93), (land.wide + 0.2, 0.93), (land.wide + 0.2, 1.3),
            (-0.2, 1.3)])),
        land.light.on((30, 44, 70)), 0.3, blur=0.05 * land.pen.scale)  # fmt: skip


def blades(land: Land) -> None:
    """Tall grass in a lower corner, near the eye."""
    side = land.rng.choice((-1, 1))
    corner = 0.0 if side == 1 else land.wide
    for n in range(11):
        x = corner + side * land.rng.uniform(-0.03, 0.3)
        high = land.rng.uniform(0.07, 0.2) * (1.1 - abs(x - corner) * 2)
        lean = side * land.rng.uniform(-0.01, 0.07)
        colour = land.ground(mix((52, 112, 66), (96, 160, 76), n / 11))
        land.pen.shape([(x - 0.012, 1.02, 1), (x + lean * 0.3 - 0.006, 1 - high * 0.6),
            (x + lean, 1 - high, 1),
                        (x + lean * 0.3 + 0.01, 1 - high * 0.55),
                        (x + 0.014, 1.02, 1)], colour, 0)  # fmt: skip


def pier(land: Land) -> None:
    """A wooden deck to stand on by the sea."""
    top = 0.79
    wood = land.light.on((196, 152, 112))
    land.pen.polygon(
        [(-0.1, top), (land.wide + 0.1, top), (land.wide + 0.1, 1.1), (-0.1, 1.1)], wood, 0
    )
    for n in range(1, 6):
        y = top + (1 - top) * (n / 6) ** 1.25
        land.pen.stroke([(-0.1, y), (land.wide + 0.1, y)], darker(wood, 0.3), 0.006)
    land.pen.polygon([(-0.1, top - 0.012), (land.wide + 0.1, top - 0.012),
        (land.wide + 0.1, top + 0.012),
                      (-0.1, top + 0.012)], lighter(wood, 0.25), 0)  # fmt: skip
    for share in (0.07, 0.93):
        x = land.wide * share
        land.pen.polygon([(x - 0.022, top + 0.03), (x - 0.022, top - 0.1), (x + 0.022, top - 0.1),
                          (x + 0.022, top + 0.03)], darker(wood, 0.25), 0)  # fmt: skip
        land.pen.ellipse((x, top - 0.1), (0.024, 0.01), lighter(wood, 0.1), 0)
    land.pen.mark("pier", (land.wide / 2, 0.9), (land.wide / 2, 0.1))


def glitter(land: Land, bottom: float) -> None:
    """The path of a low sun or of the moon on the water."""
    lights = [mark for mark in land.pen.canvas.marks if mark.name in {"sun", "full_moon"}]
    if not lights or land.place.light == "day":
        return
    x = (lights[0].box[0] + lights[0].box[2]) / 2 / land.pen.scale
    colour: Colour = (255, 232, 176) if land.place.light == "sunset" else (232, 236, 255)
    for n in range(16):
        y = land.horizon + 0.01 + (bottom - land.horizon) * (n / 16) ** 1.2
        half = 0.02 + 0.06 * land.rng.random() * (0.5 + n / 16)
        at = x + land.rng.uniform(-0.02, 0.02)
        land.pen.glaze(
            [(at - half, y), (at, y - 0.005), (at + half, y), (at, y + 0.005)], colour, 0.75
        )


def fireflies(land: Land) -> None:
    """Points of light over a dark meadow."""
    for _ in range(land.rng.randint(14, 22)):
        x, y = land.rng.uniform(0.02, 0.98) * land.wide, land.rng.uniform(land.horizon - 0.1, 0.96)
        land.pen.glow((x, y), (0.022, 0.022), (226, 255, 120), 0.55)
        land.pen.ellipse((x, y), (0.006, 0.006), (250, 255, 200), 0)
        land.pen.mark("fireflies", (x, y), (0.012, 0.012))


def scattered(land: Land) -> None:
    """Flowers, sunflowers, mushrooms and blades of grass in the foreground."""
    things, rng = land.place.things, land.rng
    for _ in range(26):
        x, y = rng.uniform(0, land.wide), rng.uniform(land.horizon + 0.2, 1.0)
        blade = land.ground((84, 146, 72))
        land.pen.stroke([(x - 0.008, y - 0.02), (x, y), (x + 0.006, y - 0.022)], blade, 0.004)
    depth(land)
    if land.place.hue % 0.2 < 0.1:
        blades(land)
    if "fireflies" in things:
        fireflies(land)
    if "mushrooms" in things:
        _mushrooms(land)
    if "flowers" in things:
        red = land.place.hue < 0.5
        colours: tuple[Colour, ...] = (
            ((232, 72, 84), (246, 120, 120)) if red else ((252, 214, 76), (250, 232, 130))
        )
        for _ in range(rng.randint(24, 36)):
            x, y = rng.uniform(0.01, land.wide), rng.uniform(land.horizon + 0.17, 0.99)
            size = 0.008 + 0.024 * (y - land.horizon) / (1 - land.horizon)
            _blossom(
                land, (x, y), size, rng.choice(colours), "red_flower" if red else "yellow_flower"
            )
    if "sunflowers" in things:
        for n in range(7):
            x, y = land.wide * (n + rng.uniform(0.2, 0.8)) / 7, rng.uniform(0.9, 1.0)
            _sunflower(land, x, y)


def _blossom(land: Land, at: tuple[float, float], size: float, colour: Colour, name: str) -> None:
    x, y = at
    land.pen.stroke([(x, y), (x, y + size * 1.8)], land.ground((84, 146, 72)), size * 0.3)
    petal = land.light.on(colour)
    for n in range(5):
        angle = 2 * math.pi * n / 5
        land.pen.ellipse(
            (x + math.cos(angle) * size * 0.6, y + math.sin(angle) * size * 0.6),
            (size * 0.5, size * 0.5),
            petal,
            0,
        )
    land.pen.ellipse((x, y), (size * 0.36, size * 0.36), land.light.on((255, 246, 200)), 0)
    if size > 0.018:
        land.pen.mark(name, at, (size, size))


def _sunflower(land: Land, x: float, y: float) -> None:
    top = y - land.rng.uniform(0.2, 0.28)
    land.pen.stroke([(x, y + 0.1), (x + 0.01, top)], land.light.on((92, 148, 72)), 0.012)
    land.pen.shape(
        [(x, y - 0.03, 1), (x + 0.06, y - 0.08), (x + 0.1, y - 0.05, 1), (x + 0.05, y - 0.02)],
        land.light.on((100, 160, 76)),
        0,
    )
    head = land.pen.moved(x + 0.01, top, 0.065)
    flower(
        replace(head, thickness=head.thickness * 0.06),
        land.light.on((255, 206, 54)),
        land.light.on((128, 82, 50)),
        10,
    )
    land.pen.mark("sunflower", (x, top), (0.06, 0.06))


def _mushrooms(land: Land) -> None:
    for _ in range(land.rng.randint(4, 7)):
        x, y = land.rng.uniform(0.05, 0.95) * land.wide, land.rng.uniform(land.horizon + 0.28, 0.97)
        pen = land.pen.moved(x, y, 0.05)
        pen.shape(
            [(-0.2, 0, 1), (-0.16, -0.6), (0.16, -0.6), (0.2, 0, 1)],
            land.light.on((250, 240, 224)),
            0,
        )
        cap = pen.shape(
            [(-0.65, -0.5, 1), (-0.5, -1.0), (0, -1.2), (0.5, -1.0), (0.65, -0.5, 1), (0, -0.42)],
            land.light.on((220, 66, 66)),
            0,
        )
        for dx, dy in ((-0.3, -0.75), (0.1, -0.95), (0.34, -0.68)):
            pen.shade(
                cap, [(dx - 0.12, dy), (dx, dy - 0.12), (dx + 0.12, dy), (dx, dy + 0.12)], WHITE
            )
        land.pen.mark("mushroom", (x, y - 0.03), (0.03, 0.03))
