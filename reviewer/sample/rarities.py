"""Rare things of a landscape: the long tail of the vocabulary; coordinates as in `sky`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.sample.palette import WHITE, Colour, darker, lighter

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.land import Land


def draw_rarities(land: Land) -> None:
    """Draw what the place has of rare things."""
    for name, draw in _RARITIES.items():
        if name in land.place.things:
            draw(land)


def _aside(land: Land) -> float:
    share = land.rng.uniform(0.12, 0.24)
    return land.wide * land.rng.choice((share, 1 - share))


def _near(land: Land, size: float) -> tuple[Pen, float, float]:
    """A pen for a thing on the near ground, `size` of the height a unit."""
    x, y = _aside(land), land.horizon + (1 - land.horizon) * land.rng.uniform(0.55, 0.75)
    pen = land.pen.moved(x, y, size)
    pen.glow((0, 0.02), (0.8, 0.1), (30, 26, 60), 0.3)
    return replace(pen, thickness=pen.thickness * 0.6), x, y


def _hot_air_balloon(land: Land) -> None:
    x, y, size = _aside(land), land.rng.uniform(0.16, 0.26), land.rng.uniform(0.08, 0.11)
    pen = land.pen.moved(x, y, size)
    red = land.light.on((226, 84, 84))
    for side in (-1, 1):
        pen.stroke([(side * 0.6, 0.7), (side * 0.22, 1.4)], land.light.on((120, 90, 70)), 0.05)
    path: list[Point] = [(0, -1), (0.8, -0.6), (0.9, 0.1), (0.3, 0.95, 1), (-0.3, 0.95, 1)]
    bag = pen.shape([*path, (-0.9, 0.1), (-0.8, -0.6)], red, 0)
    for middle in (-0.55, 0.0, 0.55):
        stripe: list[Point] = [(middle * 0.3, -1.1, 1), (middle + 0.16, 0), (middle * 0.4, 1.1, 1)]
        pen.shade(bag, [*stripe, (middle - 0.16, 0)], land.light.on((255, 236, 190)))
    basket = [(-0.24, 1.35), (0.24, 1.35), (0.2, 1.75), (-0.2, 1.75)]
    pen.polygon(basket, land.light.on((168, 116, 76)), 0)
    land.pen.mark("hot_air_balloon", (x, y), (size * 0.8, size))


def _ufo(land: Land) -> None:
    x, y, size = _aside(land), land.rng.uniform(0.12, 0.24), land.rng.uniform(0.07, 0.1)
    pen = land.pen.moved(x, y, size)
    pen.glaze([(-0.5, 0.2, 1), (0.5, 0.2, 1), (1.1, 2.6, 1), (-1.1, 2.6, 1)], (190, 255, 190), 0.4)
    pen.ellipse((0, -0.25), (0.5, 0.45), (170, 226, 240), 0)
    pen.ellipse((0, 0.05), (1.25, 0.34), (150, 154, 176), 0)
    pen.ellipse((0, -0.04), (1.2, 0.22), (196, 200, 216), 0)
    for n in range(5):
        pen.ellipse((-0.8 + 0.4 * n, 0.12), (0.09, 0.08), (255, 232, 110), 0)
    land.pen.mark("ufo", (x, y), (size * 1.2, size * 0.4))


def _butterfly(land: Land) -> None:
    for _ in range(land.rng.randint(2, 4)):
        x, y = land.rng.uniform(0.06, 0.94) * land.wide, land.rng.uniform(land.horizon, 0.9)
        pen = land.pen.moved(x, y, 0.045, land.rng.uniform(-0.5, 0.5))
        colour = land.rng.choice(((96, 170, 250), (255, 190, 80), (240, 120, 180)))
        for side in (-1, 1):
            pen.shape(
                [(0, 0, 1), (side * 0.3, -0.8), (side * 0.95, -0.8), (side * 0.8, -0.1)], colour, 0
            )
            pen.shape([(0, 0, 1), (side * 0.7, 0.05), (side * 0.6, 0.6), (side * 0.2, 0.5)],
                      darker(colour, 0.15), 0)  # fmt: skip
        pen.stroke([(0, -0.35), (0, 0.45)], (50, 40, 50), 0.14)
        land.pen.mark("butterfly", (x, y), (0.036, 0.03))


def _snowman(land: Land) -> None:
    pen, x, y = _near(land, 0.13)
    snow = land.light.on((250, 252, 255))
    for at, radius in ((-0.4, 0.46), (-1.05, 0.34)):
        ball = pen.ellipse((0, at), (radius, radius), snow, 0.6)
        edge: list[Point] = [(0.2, at - radius), (1, at), (0.2, at + radius), (0.35, at)]
        pen.shade(ball, edge, darker(snow, 0.12))
    for side in (-0.12, 0.12):
        pen.ellipse((side, -1.12), (0.045, 0.05), (40, 36, 46), 0)
    pen.polygon([(0, -1.05), (0.34, -1.0), (0, -0.95)], (246, 140, 60), 0)
    pen.stroke([(-0.28, -0.78), (0, -0.7), (0.28, -0.78)], land.light.on((214, 66, 70)), 0.13)
    hat: Colour = (60, 56, 70)
    pen.polygon([(-0.22, -1.32), (-0.22, -1.68), (0.22, -1.68), (0.22, -1.32)], hat, 0)
    pen.stroke([(-0.36, -1.34), (0.36, -1.34)], hat, 0.09)
    land.pen.mark("snowman", (x, y - 0.1), (0.045, 0.1))


def _tent(land: Land) -> None:
    pen, x, y = _near(land, 0.15)
    cloth = land.light.on((240, 156, 70))
    pen.polygon([(-0.9, 0), (-0.1, -0.95), (0.8, 0)], cloth, 0.5)
    pen.polygon([(-0.1, -0.95), (0.8, 0), (1.2, -0.14), (0.3, -0.98)], darker(cloth, 0.25), 0.5)
    dark = land.place.light == "night"
    pen.polygon([(-0.1, -0.6), (-0.35, 0), (0.2, 0)], (255, 232, 150) if dark else (90, 60, 50), 0)
    land.pen.mark("tent", (x, y - 0.07), (0.12, 0.07))


def _jack_o_lantern(land: Land) -> None:
    pen, x, y = _near(land, 0.1)
    orange: Colour = (244, 140, 46)
    pen.glow((0, -0.4), (0.9, 0.7), (255, 190, 80), 0.35)
    for dx, share in ((-0.36, 0.16), (0.36, 0.16), (0.0, 0.0)):
        pen.ellipse((dx, -0.4), (0.36, 0.42), darker(orange, share), 0.5)
    pen.polygon([(-0.05, -0.78), (0.0, -1.0), (0.12, -0.98), (0.07, -0.78)], (92, 130, 60), 0)
    glow: Colour = (255, 240, 130)
    for side in (-1, 1):
        pen.polygon([(side * 0.12, -0.44), (side * 0.36, -0.44), (side * 0.24, -0.64)], glow, 0)
    mouth: list[Point] = [(-0.42 + 0.14 * n, -0.28 + 0.08 * (n % 2), 1) for n in range(7)]
    pen.polygon([*mouth, (0.25, -0.1), (-0.25, -0.1)], glow, 0)
    land.pen.mark("jack-o'-lantern", (x, y - 0.04), (0.05, 0.035))


def _kite(land: Land) -> None:
    x, y = _aside(land), land.rng.uniform(0.12, 0.26)
    pen = land.pen.moved(x, y, 0.09, 0.4)
    tail: list[Point] = [(0, 1)]
    tail += [(0.12 * math.sin(n * 2.2), 1 + 0.3 * n) for n in range(1, 6)]
    pen.stroke(tail, WHITE, 0.07)
    colour: Colour = (232, 80, 96)
    pen.polygon([(0, -1), (0.7, -0.2), (0, 1), (-0.7, -0.2)], colour, 0)
    pen.polygon([(0, -1), (0.7, -0.2), (0, -0.2)], (255, 214, 90), 0)
    pen.polygon([(0, 1), (-0.7, -0.2), (0, -0.2)], lighter((84, 150, 230), 0.1), 0)
    land.pen.mark("kite", (x, y), (0.06, 0.08))


_RARITIES: dict[str, Callable[[Land], None]] = {
    "hot_air_balloon": _hot_air_balloon,
    "kite": _kite,
    "ufo": _ufo,
    "tent": _tent,
    "snowman": _snowman,
    "jack-o'-lantern": _jack_o_lantern,
    "butterfly": _butterfly,
}
