"""Rooms, plain and patterned backdrops, and the sea from below; coordinates as in `sky`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.forms import star
from reviewer.sample.palette import WHITE, Colour, darker, lighter, mix
from reviewer.sample.sky import LIGHTS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from reviewer.sample.canvas import Canvas, Pen
    from reviewer.sample.scene import Place

_PASTELS: tuple[Colour, ...] = (
    (250, 206, 214), (206, 226, 250), (212, 240, 222), (252, 234, 190), (226, 212, 248),
    (250, 218, 196),
    (188, 224, 232), (238, 238, 242), (146, 176, 222), (240, 160, 172), (252, 208, 108),
    (128, 196, 172),
)  # fmt: skip
_BOOKS: tuple[Colour, ...] = (
    (196, 84, 80), (82, 120, 176), (102, 154, 112), (226, 182, 96), (150, 110, 168), (120, 90, 78),
)  # fmt: skip


def pastel(place: Place) -> Colour:
    """The main colour of a simple background."""
    return _PASTELS[int(place.hue * len(_PASTELS))]


# -- simple --------------------------------------------------------------------------------------


def _white(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    _fill(canvas, canvas.ink.paper)


def _fill(canvas: Canvas, colour: Colour) -> None:
    canvas.image.paste(colour, (0, 0, *canvas.size))


def _plain(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    _fill(canvas, canvas.ink.fill(pastel(place)))


def _gradient(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    first = pastel(place)
    second = _PASTELS[(int(place.hue * len(_PASTELS)) + rng.randint(2, 6)) % len(_PASTELS)]
    canvas.gradient(
        (darker(first, 0.12), lighter(mix(first, second, 0.5), 0.4), second), (0, 0, *canvas.size)
    )


def _dots(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    colour = pastel(place)
    _fill(canvas, canvas.ink.fill(colour))
    step = rng.uniform(0.09, 0.13)
    wide = canvas.size[0] / canvas.size[1]
    for row in range(int(1 / step) + 2):
        for column in range(int(wide / step) + 2):
            x = step * (column + 0.5 * (row % 2))
            pen.ellipse((x, row * step), (step * 0.22, step * 0.22), mix(colour, WHITE, 0.65), 0)


def _stripes(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    colour = pastel(place)
    _fill(canvas, canvas.ink.fill(colour))
    step = rng.uniform(0.1, 0.16)
    wide = canvas.size[0] / canvas.size[1]
    lean = rng.choice((0.0, 0.5))
    for n in range(-6, int(wide / step) + 2):
        x = n * step
        pen.polygon([(x, -0.01), (x + step * 0.5, -0.01), (x + step * 0.5 + lean, 1.01),
            (x + lean, 1.01)],
                    mix(colour, WHITE, 0.6), 0)  # fmt: skip


def _sparkle(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    _gradient(canvas, pen, place, rng)
    wide = canvas.size[0] / canvas.size[1]
    for _ in range(rng.randint(9, 14)):
        x, y, radius = rng.uniform(0, wide), rng.uniform(0, 1), rng.uniform(0.03, 0.09)
        pen.glaze([(x + radius, y), (x, y + radius), (x - radius, y), (x, y - radius)], WHITE, 0.35)
    for _ in range(rng.randint(12, 18)):
        x, y = rng.uniform(0, wide), rng.uniform(0, 1)
        pen.polygon(star(x, y, rng.uniform(0.02, 0.045), 4, 0.28), WHITE, 0)


# -- indoors -------------------------------------------------------------------------------------


def _shell(canvas: Canvas, place: Place, wall: Colour, floor: Colour) -> float:
    """Wall and floor; returns the picture's width in heights."""
    width, height = canvas.size
    edge = round(height * place.horizon)
    light = LIGHTS[place.light]
    tint = mix(WHITE, light.tint, light.share * 0.5)
    shown = mix(wall, tint, 0.2) if place.light != "night" else mix(wall, (70, 70, 120), 0.35)
    canvas.gradient((shown, darker(shown, 0.06)), (0, 0, width, edge))
    ground = floor if place.light != "night" else mix(floor, (50, 50, 96), 0.35)
    canvas.gradient((darker(ground, 0.14), ground), (0, edge, width, height))
    return width / height


def _window(canvas: Canvas, pen: Pen, place: Place, box: tuple[float, float, float, float]) -> None:
    """A window with curtains at (left, top, width, height)."""
    x, y, wide, high = box
    unit = canvas.size[1]
    light = LIGHTS[place.light]
    canvas.gradient(light.sky[0], (max(round(x * unit), 0), round(y * unit),
        min(round((x + wide) * unit), canvas.size[0]),
                                   round((y + high) * unit)))  # fmt: skip
    if place.light == "night":
        pen.ellipse((x + wide * 0.7, y + high * 0.26), (high * 0.1, high * 0.1), (255, 246, 206), 0)
    frame: Colour = (250, 246, 240)
    for a, b in (((x, y), (x + wide, y)), ((x, y + high), (x + wide, y + high)), ((x, y),
        (x, y + high)),
                 ((x + wide, y), (x + wide, y + high)), ((x + wide / 2, y),
                 (x + wide / 2, y + high)),
                 ((x, y + high / 2), (x + wide, y + high / 2))):  # fmt: skip
        pen.stroke([a, b], frame, 0.018)
    pen.mark("window", (x + wide / 2, y + high / 2), (wide / 2, high / 2))


def _curtains(pen: Pen, place: Place, box: tuple[float, float, float, float]) -> None:
    x, y, wide, high = box
    colour = mix(pastel(place), (226, 140, 140), 0.3)
    for side, at in ((1, x - 0.05), (-1, x + wide + 0.05)):
        outer = pen.shape([(at, y - 0.04, 1), (at + side * 0.15, y - 0.04, 1),
            (at + side * 0.12, y + high * 0.5),
                           (at + side * 0.05, y + high * 0.75),
                           (at + side * 0.1, y + high + 0.08, 1), (at, y + high + 0.08, 1)],
                          colour, 0)  # fmt: skip
        pen.shade(
            outer,
            [
                (at + side * 0.05, y - 0.05),
                (at + side * 0.08, y - 0.05),
                (at + side * 0.05, y + high),
            ],
            darker(colour, 0.15),
        )
        pen.mark("curtains", (at + side * 0.07, y + high / 2), (0.07, high / 2))


def _room(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    wide = _shell(canvas, place, mix(pastel(place), (252, 240, 222), 0.5), (206, 164, 122))
    for n in range(1, 6):
        y = place.horizon + (1 - place.horizon) * (n / 6) ** 1.3
        pen.stroke([(0, y), (wide, y)], (176, 136, 100), 0.005)
    pen.polygon([(-0.1, place.horizon - 0.02), (wide + 0.1, place.horizon - 0.02),
        (wide + 0.1, place.horizon), (-0.1, place.horizon)],
                (250, 244, 236), 0)  # fmt: skip
    left = rng.random() < 0.5
    box = ((0.06 if left else wide - 0.46), 0.12, 0.4, 0.38)
    _window(canvas, pen, place, box)
    _curtains(pen, place, box)
    other = wide - 0.16 if left else 0.16
    if rng.random() < 0.5:
        _plant(pen, other, place.horizon + 0.06)
    else:
        pen.polygon(
            [(other - 0.1, 0.2), (other + 0.1, 0.2), (other + 0.1, 0.34), (other - 0.1, 0.34)],
            (150, 110, 84),
            0,
        )
        pen.polygon(
            [
                (other - 0.085, 0.215),
                (other + 0.085, 0.215),
                (other + 0.085, 0.325),
                (other - 0.085, 0.325),
            ],
            (196, 222, 232),
            0,
        )
        pen.shape(
            [
                (other - 0.085, 0.325, 1),
                (other - 0.03, 0.26),
                (other + 0.02, 0.29),
                (other + 0.085, 0.325, 1),
            ],
            (126, 176, 120),
            0,
        )
        pen.mark("painting_(object)", (other, 0.27), (0.1, 0.07))


def _plant(pen: Pen, x: float, y: float) -> None:
    for n in range(5):
        leaf = pen.moved(x, y - 0.14, 0.2, (n - 2) * 0.42)
        leaf.shape(
            [(0, 0, 1), (-0.2, -0.5), (0, -1.1, 1), (0.2, -0.5)], (92 + 12 * (n % 2), 160, 96), 0
        )
    pen.polygon(
        [(x - 0.08, y - 0.14), (x + 0.08, y - 0.14), (x + 0.055, y), (x - 0.055, y)],
        (206, 126, 92),
        0,
    )
    pen.mark("potted_plant", (x, y - 0.18), (0.08, 0.16))


def _classroom(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    wide = _shell(canvas, place, (244, 236, 216), (214, 178, 132))
    side = rng.random() < 0.5
    x0, x1 = (0.04, wide * 0.72) if side else (wide * 0.28, wide - 0.04)
    pen.polygon([(x0, 0.12), (x1, 0.12), (x1, 0.5), (x0, 0.5)], (148, 106, 76), 0)
    pen.polygon(
        [(x0 + 0.02, 0.14), (x1 - 0.02, 0.14), (x1 - 0.02, 0.48), (x0 + 0.02, 0.48)],
        (64, 112, 92),
        0,
    )
    for n in range(5):
        y = 0.19 + n * 0.05
        start = (x0 + 0.05) if n % 2 else (x1 - 0.05 - (x1 - x0) * 0.3)
        pen.stroke([(start, y), (start + (x1 - x0) * 0.25, y + 0.004)], (206, 226, 214), 0.006)
    pen.mark("chalkboard", ((x0 + x1) / 2, 0.31), ((x1 - x0) / 2, 0.19))
    at = wide - 0.16 if side else 0.16
    _window(canvas, pen, place, (at - 0.13, 0.1, 0.26, 0.36))
    for n in range(3):
        x, y = wide * (n + 0.5) / 3, place.horizon + 0.1
        pen.polygon(
            [(x - 0.13, y), (x + 0.13, y), (x + 0.15, y + 0.04), (x - 0.15, y + 0.04)],
            (190, 140, 96),
            0,
        )
        for leg in (-0.13, 0.12):
            pen.polygon(
                [
                    (x + leg, y + 0.04),
                    (x + leg + 0.015, y + 0.04),
                    (x + leg + 0.015, y + 0.18),
                    (x + leg, y + 0.18),
                ],
                (120, 120, 130),
                0,
            )
        pen.mark("desk", (x, y + 0.06), (0.13, 0.08))


def _library(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    wide = _shell(canvas, place, (196, 158, 122), (150, 108, 82))
    step = 0.155
    for row in range(int(place.horizon / step)):
        y = 0.03 + row * step
        pen.polygon(
            [(-0.1, y), (wide + 0.1, y), (wide + 0.1, y + step - 0.022), (-0.1, y + step - 0.022)],
            (104, 72, 58),
            0,
        )
        x = 0.0
        while x < wide:
            thick, high = rng.uniform(0.018, 0.036), rng.uniform(0.088, 0.122)
            foot = y + step - 0.022
            if rng.random() < 0.93:
                pen.polygon([(x, foot), (x, foot - high), (x + thick - 0.003, foot - high),
                    (x + thick - 0.003, foot)],
                            mix(rng.choice(_BOOKS), (140, 110, 96), 0.15), 0)  # fmt: skip
            x += thick
    for x in (0.0, wide / 2, wide):
        pen.polygon(
            [(x - 0.02, 0), (x + 0.02, 0), (x + 0.02, place.horizon), (x - 0.02, place.horizon)],
            (128, 90, 68),
            0,
        )
    pen.mark("bookshelf", (wide / 2, place.horizon / 2), (wide / 2, place.horizon / 2))


def _underwater(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    tones = (
        ((150, 226, 240), (54, 150, 206), (20, 70, 140)),
        ((160, 236, 220), (50, 160, 170), (18, 84, 110)),
    )
    canvas.gradient(tones[int(place.hue * 2)], (0, 0, *canvas.size))
    wide = canvas.size[0] / canvas.size[1]
    for n in range(4):
        x = wide * (n + rng.random()) / 4
        pen.glaze(
            [(x, -0.05, 1), (x + 0.07, -0.05, 1), (x - 0.05, 0.9, 1), (x - 0.24, 0.9, 1)],
            WHITE,
            0.14,
        )
    pen.shape(
        [
            (-0.3, 1.2, 1),
            (-0.1, 0.9),
            (wide * 0.3, 0.87),
            (wide * 0.7, 0.92),
            (wide + 0.2, 0.88),
            (wide + 0.3, 1.2, 1),
        ],
        (222, 204, 156),
        0,
    )
    for n in range(6):
        x, high = wide * (n + rng.uniform(0.1, 0.9)) / 6, rng.uniform(0.16, 0.34)
        colour = rng.choice(((58, 150, 100), (76, 172, 110), (226, 110, 120)))
        pen.shape([(x - 0.014, 0.97, 1), (x - 0.034, 0.95 - high * 0.4),
            (x + 0.018, 0.95 - high * 0.7), (x, 0.95 - high, 1),
                   (x + 0.045, 0.95 - high * 0.65), (x - 0.004, 0.95 - high * 0.35),
                   (x + 0.02, 0.97, 1)], colour, 0)  # fmt: skip
    for _ in range(rng.randint(10, 18)):
        x, y, radius = rng.uniform(0, wide), rng.uniform(0.05, 0.8), rng.uniform(0.006, 0.02)
        pen.ellipse((x, y), (radius, radius), (206, 240, 250), 0)
        pen.ellipse(
            (x + radius * 0.12, y + radius * 0.12),
            (radius * 0.72, radius * 0.72),
            mix((206, 240, 250), (84, 176, 216), 0.75),
            0,
        )
    pen.mark("bubble", (wide / 2, 0.4), (wide / 2, 0.4))


BACKDROPS: dict[str, Callable[[Canvas, Pen, Place, random.Random], None]] = {
    "white": _white,
    "plain": _plain,
    "gradient": _gradient,
    "dots": _dots,
    "stripes": _stripes,
    "sparkle": _sparkle,
    "room": _room,
    "classroom": _classroom,
    "library": _library,
    "underwater": _underwater,
}
"""Painters of everything that is not a landscape."""
