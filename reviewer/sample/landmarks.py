"""What stands in a landscape: trees, houses, boats; coordinates as in `sky`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.sample.palette import WHITE, Colour, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.land import Land

_BARK: Colour = (120, 88, 70)


def aside(land: Land, low: float = 0.1, high: float = 0.26) -> float:
    """An x near one side, clear of a person in the middle."""
    return land.wide * land.rng.choice(
        (land.rng.uniform(low, high), 1 - land.rng.uniform(low, high))
    )


def tree(
    land: Land, foot: tuple[float, float], tall: float, *, pine: bool = False, haze: float = 0.0
) -> None:
    """A tree of a height of `tall`; in blossom where the place has cherries."""
    x, y = foot
    pen = land.pen.moved(x, y, tall)
    pen = replace(pen, thickness=pen.thickness * tall)
    trunk = land.light.on(_BARK, haze)
    pen.polygon([(-0.05, 0), (-0.035, -0.5), (0.035, -0.5), (0.05, 0)], trunk, 0.5)
    cherry = "cherry" in land.place.things
    if pine and not cherry:
        leaf = land.ground((62, 122, 92), haze)
        for n in range(3):
            low, half = -0.16 - 0.26 * n, 0.27 - 0.06 * n
            pen.polygon([(-half, low), (0, low - 0.42), (half, low)], lighter(leaf, 0.07 * n), 0)
            pen.polygon([(0.02, low), (0, low - 0.42), (half, low)], darker(leaf, 0.12), 0)
    else:
        leaf = land.light.on((255, 178, 204), haze) if cherry else land.ground((96, 164, 84), haze)
        puffs = ((-0.2, -0.52, 0.2), (0.2, -0.52, 0.2), (0.0, -0.72, 0.27), (0.0, -0.48, 0.2))
        for dx, dy, radius in puffs:
            pen.ellipse((dx + 0.02, dy + 0.04), (radius, radius * 0.95), darker(leaf, 0.18), 0)
        for dx, dy, radius in puffs:
            pen.ellipse((dx - 0.02, dy - 0.02), (radius * 0.88, radius * 0.82), leaf, 0)
        pen.ellipse((-0.07, -0.8), (0.13, 0.09), lighter(leaf, 0.12), 0)
        if cherry:
            for n in range(9):
                a = n * 2.4
                pen.ellipse(
                    (0.24 * math.cos(a), -0.64 + 0.22 * math.sin(a)),
                    (0.035, 0.035),
                    lighter(leaf, 0.6),
                    0,
                )
    land.pen.mark(
        "cherry_blossoms" if cherry else "tree", (x, y - tall * 0.55), (tall * 0.3, tall * 0.4)
    )
    if cherry:
        land.pen.mark("tree", (x, y - tall * 0.55), (tall * 0.3, tall * 0.4))


def palms(land: Land, y: float) -> None:
    """One or two palms leaning over the beach."""
    side = land.rng.choice((-1, 1))
    for n in range(land.rng.randint(1, 2)):
        x = land.wide * (0.5 - side * (0.4 - 0.12 * n))
        pen = land.pen.moved(x, y + 0.1 * n, 0.55 - 0.12 * n)
        trunk = land.light.on((164, 124, 86))
        top = (side * 0.16, -1.0)
        pen.shape([(-0.05, 0, 1), (0.05, 0, 1), (0.09 * side + 0.03, -0.55),
            (top[0] + 0.03, top[1], 1),
                   (top[0] - 0.03, top[1], 1), (0.09 * side - 0.035, -0.55)], trunk, 0)  # fmt: skip
        leaf = land.light.on((70, 156, 92))
        for k in range(7):
            angle = math.pi * (k / 6) + math.pi
            dx, dy = math.cos(angle) * 0.46, math.sin(angle) * 0.2
            pen.shape([(*top, 1), (top[0] + dx * 0.55, top[1] + dy - 0.1),
                (top[0] + dx, top[1] + dy + 0.17, 1),
                       (top[0] + dx * 0.5, top[1] + dy + 0.02)], darker(leaf,
                       0.16) if k % 2 else leaf, 0)  # fmt: skip
        land.pen.mark("palm_tree", (x, y - 0.3), (0.12, 0.25))


def skyline(land: Land, layer: int) -> None:
    """One layer (0 is the farthest) of tall houses with windows."""
    haze = (0.62, 0.34, 0.0)[layer]
    bases: tuple[Colour, ...] = ((138, 152, 188), (168, 152, 164), (120, 140, 170), (190, 172, 158))
    x, foot = -0.05, land.horizon + 0.11
    night = land.place.light in {"night", "sunset"}
    while x < land.wide:
        wide = land.rng.uniform(0.09, 0.17)
        high = land.rng.uniform(0.2, 0.42) * (1.35, 1.0, 0.62)[layer]
        colour = land.light.on(land.rng.choice(bases), haze)
        land.pen.polygon(
            [(x, foot), (x, foot - high), (x + wide, foot - high), (x + wide, foot)], colour, 0
        )
        land.pen.polygon([(x + wide * 0.8, foot), (x + wide * 0.8, foot - high),
            (x + wide, foot - high),
                          (x + wide, foot)], darker(colour, 0.14), 0)  # fmt: skip
        if layer:
            _windows(land, (x, foot - high, wide, high), colour, lit=night)
        tall = layer < 2 and high > 0.38
        land.pen.mark(
            "skyscraper" if tall else "building",
            (x + wide / 2, foot - high * 0.7),
            (wide / 2, high * 0.3),
        )
        x += wide + land.rng.uniform(-0.01, 0.02)


def _windows(
    land: Land, box: tuple[float, float, float, float], wall: Colour, *, lit: bool
) -> None:
    x, top, wide, high = box
    columns = 3
    step = wide * 0.78 / columns
    for row in range(int(high / 0.05)):
        y = top + 0.02 + row * 0.05
        for column in range(columns):
            left = x + step * (column + 0.22)
            on = lit and land.rng.random() < 0.6
            pane: Colour = (
                (255, 226, 140) if on else mix(wall, (226, 240, 252), 0.12 if lit else 0.6)
            )
            land.pen.polygon(
                [
                    (left, y),
                    (left + step * 0.6, y),
                    (left + step * 0.6, y + 0.026),
                    (left, y + 0.026),
                ],
                pane,
                0,
            )


def lamps(land: Land) -> None:
    """Street lamps, lit at night."""
    for side in (0.08, 0.92):
        x, y = land.wide * side, land.horizon + 0.3
        land.pen.stroke([(x, y), (x, y - 0.42)], land.light.on((70, 74, 90)), 0.012)
        glowing = land.place.light in {"night", "sunset"}
        if glowing:
            land.pen.glow((x, y - 0.44), (0.08, 0.08), (255, 232, 160), 0.6)
        land.pen.ellipse(
            (x, y - 0.44), (0.024, 0.03), (255, 240, 186) if glowing else (226, 230, 236)
        )
        land.pen.mark("lamppost", (x, y - 0.26), (0.025, 0.22))


# -- on the water --------------------------------------------------------------------------------


def island(land: Land) -> None:
    """A green island on the horizon."""
    x, y = aside(land, 0.2, 0.4), land.horizon
    land.pen.shape([(x - 0.24, y + 0.008, 1), (x - 0.12, y - 0.06), (x, y - 0.1),
        (x + 0.1, y - 0.05), (x + 0.24, y + 0.008, 1)],
                   land.ground((92, 148, 110), 0.25), 0)  # fmt: skip
    land.pen.mark("island", (x, y - 0.04), (0.2, 0.05))


def afloat(land: Land) -> None:
    """A sailing boat, a lighthouse on its rock, a gate in the water."""
    if "lighthouse" in land.place.things:
        _lighthouse(land)
    if "torii" in land.place.things:
        torii(land)
    if "boat" in land.place.things:
        x, y = aside(land, 0.15, 0.35), land.horizon + 0.07
        pen = land.pen.moved(x, y, 0.13)
        pen.polygon([(-0.03, 0), (-0.03, -1.3), (0.03, -1.3), (0.03, 0)], land.light.on(_BARK), 0)
        pen.shape(
            [(0.06, -1.3, 1), (0.5, -0.7), (0.62, -0.14, 1), (0.06, -0.14, 1)],
            land.light.on(WHITE),
            0,
        )
        pen.shape(
            [(-0.06, -1.1, 1), (-0.36, -0.6), (-0.46, -0.14, 1), (-0.06, -0.14, 1)],
            land.light.on((240, 120, 110)),
            0,
        )
        pen.shape(
            [(-0.75, -0.06, 1), (0.75, -0.06, 1), (0.5, 0.24), (-0.5, 0.24)],
            land.light.on((150, 96, 74)),
            0,
        )
        land.pen.mark("boat", (x, y - 0.06), (0.08, 0.1))


def _lighthouse(land: Land) -> None:
    x, y = aside(land, 0.08, 0.18), land.horizon + 0.04
    rock = land.light.on((112, 106, 112))
    tower = land.pen.polygon(
        [(x - 0.04, y), (x - 0.028, y - 0.32), (x + 0.028, y - 0.32), (x + 0.04, y)],
        land.light.on(WHITE),
        0,
    )
    for n in range(3):
        top = y - 0.28 + n * 0.1
        land.pen.shade(tower, [(x - 0.1, top, 1), (x + 0.1, top, 1), (x + 0.1, top + 0.05, 1),
            (x - 0.1, top + 0.05, 1)],
                       land.light.on((216, 70, 70)))  # fmt: skip
    if land.place.light != "day":
        land.pen.glow((x, y - 0.345), (0.09, 0.09), (255, 240, 170), 0.6)
    land.pen.polygon(
        [
            (x - 0.024, y - 0.32),
            (x - 0.024, y - 0.37),
            (x + 0.024, y - 0.37),
            (x + 0.024, y - 0.32),
        ],
        (255, 240, 170),
        0,
    )
    land.pen.polygon(
        [(x - 0.034, y - 0.37), (x, y - 0.42), (x + 0.034, y - 0.37)],
        land.light.on((180, 56, 60)),
        0,
    )
    land.pen.shape(
        [
            (x - 0.16, y + 0.04, 1),
            (x - 0.1, y - 0.02),
            (x, y - 0.03),
            (x + 0.1, y - 0.015),
            (x + 0.16, y + 0.04, 1),
        ],
        rock,
        0,
    )
    land.pen.mark("lighthouse", (x, y - 0.2), (0.035, 0.2))


# -- on the ground -------------------------------------------------------------------------------


def _house(land: Land) -> None:
    x, y = aside(land, 0.16, 0.28), land.horizon + 0.12
    pen = land.pen.moved(x, y, land.rng.uniform(0.19, 0.25))
    wall = land.light.on(land.rng.choice(((250, 238, 214), (236, 220, 206), (214, 226, 236))))
    roof = land.ground(land.rng.choice(((206, 92, 78), (92, 122, 168), (150, 98, 84))))
    pen.polygon(
        [(0.34, -0.75), (0.34, -1.1), (0.5, -1.1), (0.5, -0.75)], land.light.on((170, 110, 96)), 0.5
    )
    pen.polygon([(-0.62, 0), (-0.62, -0.55), (0.62, -0.55), (0.62, 0)], wall, 0.5)
    pen.polygon([(-0.8, -0.5), (-0.42, -1.0), (0.42, -1.0), (0.8, -0.5)], roof, 0.5)
    lit = land.place.light in {"night", "sunset"}
    pane: Colour = (255, 226, 140) if lit else (150, 204, 236)
    for side in (-0.38, 0.38):
        pen.polygon(
            [
                (side - 0.13, -0.18),
                (side - 0.13, -0.42),
                (side + 0.13, -0.42),
                (side + 0.13, -0.18),
            ],
            pane,
            0.5,
        )
    pen.polygon(
        [(-0.11, 0), (-0.11, -0.36), (0.11, -0.36), (0.11, 0)], land.light.on((140, 96, 72)), 0.5
    )
    land.pen.mark("house", (x, y - 0.1), (0.13, 0.1))


def _windmill(land: Land) -> None:
    x, y = aside(land, 0.16, 0.3), land.horizon + 0.08
    pen = land.pen.moved(x, y, 0.34)
    pen.polygon(
        [(-0.22, 0), (-0.13, -0.72), (0.13, -0.72), (0.22, 0)], land.light.on((240, 230, 214)), 0.5
    )
    pen.polygon([(-0.17, -0.7), (0, -0.95), (0.17, -0.7)], land.light.on((176, 84, 74)), 0.5)
    start = land.rng.uniform(0, 1.5)
    for n in range(4):
        blade = pen.moved(0, -0.74, 1, start + n * math.pi / 2)
        blade.polygon(
            [(-0.01, 0), (-0.01, -0.56), (0.13, -0.56), (0.09, -0.1)],
            land.light.on((252, 248, 240)),
            0.5,
        )
    pen.ellipse((0, -0.74), (0.045, 0.045), land.light.on(_BARK), 0)
    land.pen.mark("windmill", (x, y - 0.2), (0.12, 0.2))


def torii(land: Land) -> None:
    """A red gate."""
    x, y = aside(land, 0.18, 0.32), land.horizon + 0.12
    pen = land.pen.moved(x, y, 0.3)
    red = land.light.on((214, 66, 56))
    for side in (-0.42, 0.42):
        pen.polygon(
            [
                (side - 0.05, 0),
                (side * 0.94 - 0.04, -0.95),
                (side * 0.94 + 0.04, -0.95),
                (side + 0.05, 0),
            ],
            red,
            0.4,
        )
    pen.polygon([(-0.5, -0.64), (0.5, -0.64), (0.5, -0.72), (-0.5, -0.72)], red, 0.4)
    pen.shape([(-0.68, -0.98, 1), (0, -0.92), (0.68, -0.98, 1), (0.7, -1.1, 1), (0, -1.04),
        (-0.7, -1.1, 1)],
              land.light.on((70, 50, 58)), 0)  # fmt: skip
    pen.shape(
        [
            (-0.62, -0.88, 1),
            (0, -0.84),
            (0.62, -0.88, 1),
            (0.64, -0.97, 1),
            (0, -0.92),
            (-0.64, -0.97, 1),
        ],
        red,
        0,
    )
    land.pen.mark("torii", (x, y - 0.16), (0.18, 0.16))


def _fence(land: Land) -> None:
    y = land.horizon + 0.19
    colour = land.light.on((248, 244, 236))
    for dy in (0.025, 0.06):
        land.pen.polygon([(-0.1, y + dy), (land.wide + 0.1, y + dy),
            (land.wide + 0.1, y + dy + 0.012), (-0.1, y + dy + 0.012)],
                         darker(colour, 0.12), 0)  # fmt: skip
    for n in range(int(land.wide / 0.07) + 1):
        x = n * 0.07
        land.pen.polygon(
            [
                (x, y + 0.1),
                (x, y + 0.012),
                (x + 0.012, y),
                (x + 0.024, y + 0.012),
                (x + 0.024, y + 0.1),
            ],
            colour,
            0,
        )
        land.pen.mark("fence", (x, y + 0.05), (0.03, 0.05))


STANDING: dict[str, Callable[[Land], None]] = {
    "house": _house,
    "windmill": _windmill,
    "torii": torii,
    "fence": _fence,
}
