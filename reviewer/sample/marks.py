"""What is on a face besides its features: tears, freckles, an eyepatch, glasses.

Coordinates as in `faces`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.sample.canvas import ellipse_points
from reviewer.sample.palette import SKIN, WHITE, darker

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person


def draw_marks(pen: Pen, person: Person) -> None:
    """Draw the marks of a face, in a fixed order."""
    skin = SKIN[person.skin]
    for name, draw in _MARKS.items():
        if name in person.marks:
            draw(pen, skin)


def _fang(pen: Pen, skin: Colour) -> None:
    pen.polygon([(0.08, 0.68), (0.17, 0.675), (0.13, 0.77)], WHITE, 0.5)


def _mole(pen: Pen, skin: Colour) -> None:
    pen.ellipse((0.6, 0.55), (0.035, 0.035), (84, 52, 48), 0)


def _freckles(pen: Pen, skin: Colour) -> None:
    for side in (-1, 1):
        for x, y in ((0.42, 0.6), (0.54, 0.64), (0.66, 0.59), (0.48, 0.7), (0.6, 0.71)):
            pen.ellipse((side * x, y), (0.028, 0.028), darker(skin, 0.42), 0)


def _tears(pen: Pen, skin: Colour) -> None:
    for side in (-1, 1):
        pen.shape([(side * 0.5, 0.5, 1), (side * 0.58, 0.68), (side * 0.5, 0.78),
                   (side * 0.42, 0.68)], (150, 214, 255), 0.7)  # fmt: skip
        pen.ellipse((side * 0.5, 0.68), (0.03, 0.04), WHITE, 0)


def _bandaid(pen: Pen, skin: Colour) -> None:
    strip = pen.moved(-0.5, 0.69, 1, -0.3)
    strip.polygon([(-0.2, -0.08), (0.2, -0.08), (0.2, 0.08), (-0.2, 0.08)], (244, 206, 160), 0.7)
    strip.polygon([(-0.07, -0.08), (0.07, -0.08), (0.07, 0.08), (-0.07, 0.08)], (226, 176, 130), 0)


def _whiskers(pen: Pen, skin: Colour) -> None:
    for side in (-1, 1):
        for y in (0.52, 0.62, 0.72):
            end = (side * 0.78, y - 0.06 + (y - 0.62) * 0.5)
            pen.stroke([(side * 0.48, y), end], darker(skin, 0.6), 0.03)


def _eyepatch(pen: Pen, skin: Colour) -> None:
    pen.stroke([(-0.85, -0.3), (0, -0.05), (0.86, 0.3)], (44, 40, 52), 0.06)
    pen.shape([(0.14, 0.04), (0.42, -0.06), (0.72, 0.04), (0.66, 0.42), (0.42, 0.56),
               (0.18, 0.4)], (48, 44, 58))  # fmt: skip


_MARKS: dict[str, Callable[[Pen, Colour], None]] = {
    "fang": _fang,
    "mole": _mole,
    "freckles": _freckles,
    "tears": _tears,
    "bandaid": _bandaid,
    "whiskers": _whiskers,
    "eyepatch": _eyepatch,
}


def draw_over_hair(pen: Pen, person: Person) -> None:
    """Draw what lies over the bangs: a drop of sweat, glasses."""
    if "sweat" in person.marks:
        drop: list[Point] = [(0.78, -0.62, 1), (0.94, -0.3), (0.78, -0.14), (0.62, -0.3)]
        pen.shape(drop, (176, 222, 255))
        pen.ellipse((0.73, -0.29), (0.04, 0.05), WHITE, 0)
    if person.glasses:
        _glasses(pen, person)


def _glasses(pen: Pen, person: Person) -> None:
    dark: Colour = (50, 40, 52)
    frame: Colour = (196, 56, 62) if person.glasses == "square" and not person.boy else dark
    for side in (-1, 1):
        at = side * 0.43
        if person.glasses == "sun":
            pen.shape([(at - 0.33, 0.06), (at, 0.02), (at + 0.33, 0.06), (at + 0.27, 0.46),
                       (at, 0.56), (at - 0.27, 0.46)], (40, 38, 52))  # fmt: skip
            pen.stroke([(at - 0.2, 0.12), (at - 0.08, 0.4)], (120, 124, 150), 0.05)
            continue
        points = ellipse_points(at, 0.3, 0.35, 0.36)
        if frame != dark or person.glasses == "square":
            points = np.array(
                [(at - 0.36, 0.06), (at + 0.36, 0.06), (at + 0.33, 0.55), (at - 0.33, 0.55)]
            )
        pixels = pen.pixels(np.vstack([points, points[:2]]))
        pen.canvas.glaze(pixels, (214, 236, 255), 0.2)
        pen.canvas.line(pixels, pen.canvas.ink.fill(frame), max(2, round(0.065 * pen.scale)))
        pen.stroke([(side * 0.78, 0.2), (side * 0.95, 0.14)], frame, 0.06)
    pen.stroke(
        [(-0.1, 0.22), (0, 0.18), (0.1, 0.22)], dark if person.glasses == "sun" else frame, 0.06
    )
