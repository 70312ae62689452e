"""Faces: skin, eyes, brows and mouths.

Coordinates are head radii around the middle of the head: the chin is at (0, 1), the crown at
(0, -1), the eyes at (+-0.42, 0.26).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.canvas import ellipse_points
from reviewer.sample.marks import draw_marks
from reviewer.sample.palette import EYES, HAIR, INK, SKIN, WHITE, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person

FACE: tuple[Point, ...] = (
    (0, -1.0), (0.62, -0.8), (0.9, -0.25), (0.88, 0.22), (0.7, 0.64), (0.36, 0.92), (0, 1.03),
    (-0.36, 0.92), (-0.7, 0.64), (-0.88, 0.22), (-0.9, -0.25), (-0.62, -0.8),
)  # fmt: skip
_LASH: Colour = (52, 36, 48)


def draw_head(pen: Pen, person: Person) -> np.ndarray:
    """Draw the bare head and its ears; returns the face's pixels, for shading."""
    skin = SKIN[person.skin]
    for side in (-1, 1):
        if person.ears == "elf":
            pen.shape(
                [(side * 0.8, 0.0), (side * 1.2, -0.12), (side * 1.62, -0.3, 1),
                 (side * 1.25, 0.22), (side * 0.82, 0.42)], skin)  # fmt: skip
            pen.glaze([(side * 0.9, 0.1), (side * 1.4, -0.16), (side * 0.9, 0.3)],
                      darker(skin, 0.3), 0.4)  # fmt: skip
        elif person.ears in {"", "horns"}:
            pen.ellipse((side * 0.9, 0.24), (0.13, 0.2), skin)
    return pen.shape(FACE, skin)


def draw_features(pen: Pen, person: Person) -> None:
    """Draw everything on the face, below the bangs."""
    skin = SKIN[person.skin]
    _cheeks(pen, person)
    for side in (-1, 1):
        shut = person.eyes == "closed" or (person.eyes == "wink" and side == 1)
        if "eyepatch" in person.marks and side == 1:
            continue
        if shut:
            _closed_eye(pen, side, happy=person.mouth in {"smile", "open", "grin_open", "cat"})
        else:
            _open_eye(pen, person, side)
    pen.stroke([(0.0, 0.5), (0.03, 0.54), (0.0, 0.56)], darker(skin, 0.45), 0.035)
    _MOUTHS[person.mouth](pen, person)
    draw_marks(pen, person)


def _cheeks(pen: Pen, person: Person) -> None:
    strong = "blush" in person.marks
    for side in (-1, 1):
        alpha = 0.75 if strong else 0.16
        pen.glow((side * 0.56, 0.6), (0.24, 0.13), (255, 112, 122), alpha)
        if strong:
            for step in (-0.09, 0.0, 0.09):
                x = side * 0.56 + step
                pen.stroke([(x + 0.03, 0.55), (x - 0.03, 0.65)], (226, 92, 104), 0.028)


def _open_eye(pen: Pen, person: Person, side: int) -> None:
    """One open eye: white, iris with light from below, pupil, two lights, lashes."""
    eye = pen.moved(side * 0.42, 0.27)
    slant = -0.05 * person.eye_shape
    tall = 0.25 if person.boy else 0.29
    outer, inner = side * 0.25, -side * 0.22
    white = eye.shape(
        [(inner, 0.02), (0, -tall), (outer, -0.03 + slant), (outer * 0.8, tall * 0.8),
         (0, tall), (inner * 0.75, tall * 0.75)], WHITE, 0)  # fmt: skip
    colour = EYES[person.other_eye if side == 1 and person.other_eye else person.eye]
    middle = person.gaze * 0.06 - side * 0.015
    ink = eye.canvas

    def inside(cx: float, cy: float, rx: float, ry: float, fill: Colour) -> None:
        ink.clipped(white, eye.pixels(ellipse_points(cx, cy, rx, ry)), fill, 1.0)

    inside(middle, 0.02, 0.2, tall + 0.03, darker(colour, 0.55))
    inside(middle, 0.03, 0.175, tall, colour)
    inside(middle, -0.12, 0.18, tall * 0.62, darker(colour, 0.5))
    inside(middle, 0.16, 0.12, 0.09, lighter(colour, 0.5))
    inside(middle, 0.02, 0.075, 0.12, darker(colour, 0.78))
    if ink.ink.wash > 0.5:
        _drawn_iris(eye, middle, tall)
    eye.ellipse((middle - 0.075, -0.1), (0.066, 0.08), WHITE, 0)
    eye.ellipse((middle + 0.085, 0.12), (0.035, 0.04), WHITE, 0)
    _lashes(eye, side, slant, tall, girl=not person.boy)


def _drawn_iris(eye: Pen, middle: float, tall: float) -> None:
    """Iris and pupil in lines, for hands that leave fills nearly white."""
    line = eye.canvas.ink.line or _LASH
    ring: list[Point] = [
        (middle - 0.18, -tall * 0.6), (middle - 0.19, 0.08), (middle, tall * 0.96),
        (middle + 0.19, 0.08), (middle + 0.18, -tall * 0.6),
    ]  # fmt: skip
    eye.stroke(ring, line, 0.035)
    eye.stroke([(middle, -0.1), (middle, 0.08)], line, 0.15)
    for n in range(3):
        x = middle + (n - 1) * 0.1
        eye.stroke([(x, -tall * 0.95), (x, -0.12)], line, 0.04)


def _lashes(eye: Pen, side: int, slant: float, tall: float, *, girl: bool) -> None:
    weight = 0.075 if girl else 0.055
    top = -tall - 0.01
    eye.stroke(
        [(-side * 0.24, 0.0), (-side * 0.12, top * 0.85), (side * 0.06, top),
            (side * 0.2, top * 0.6),
         (side * 0.29, -0.04 + slant)], _LASH, weight)  # fmt: skip
    if girl:
        eye.stroke([(side * 0.22, top * 0.5), (side * 0.34, -0.13 + slant)], _LASH, 0.05)
        eye.stroke([(side * 0.25, top * 0.3), (side * 0.37, -0.03 + slant)], _LASH, 0.045)
    eye.stroke([(side * 0.2, tall * 0.86), (0.02 * side, tall + 0.015)], _LASH, 0.03)
    eye.stroke([(-side * 0.1, top - 0.09),
        (side * 0.1, top - 0.08)], mix(_LASH, (200, 130, 120), 0.5),
               0.025)  # fmt: skip


def _closed_eye(pen: Pen, side: int, *, happy: bool) -> None:
    eye = pen.moved(side * 0.42, 0.3)
    bend = -0.16 if happy else 0.13
    eye.stroke(
        [(-0.25, 0), (-0.13, bend * 0.8), (0, bend), (0.13, bend * 0.8), (0.25, 0)], _LASH, 0.07
    )
    if not happy:
        for x in (0.08, 0.2):
            eye.stroke([(side * x, 0.1), (side * (x + 0.07), 0.2)], _LASH, 0.04)


def draw_brows(pen: Pen, person: Person) -> None:
    """Draw the brows, over the bangs as in most cartoons."""
    for side in (-1, 1):
        if not (side == 1 and "eyepatch" in person.marks):
            _brow(pen, person, side)


def _brow(pen: Pen, person: Person, side: int) -> None:
    sad = {"frown": 0.09, "o": 0.02}.get(person.mouth, 0.0) - 0.02 * person.eye_shape
    colour = mix(darker(HAIR[person.hair], 0.5), INK, 0.3)
    path: list[Point] = [
        (side * 0.24, -0.1 - sad),
        (side * 0.44, -0.17 - sad * 0.3),
        (side * 0.62, -0.1 + sad * 0.4),
    ]
    pen.stroke(path, pen.canvas.ink.line or colour, 0.055 if person.boy else 0.038)


# -- mouths --------------------------------------------------------------------------------------

_LIP: Colour = (150, 64, 68)
_DEEP: Colour = (156, 48, 62)
_TONGUE: Colour = (250, 138, 140)


def _smile(pen: Pen, person: Person) -> None:
    pen.stroke([(-0.2, 0.68), (-0.09, 0.755), (0.09, 0.755), (0.2, 0.68)], _LIP, 0.045)


def _line(pen: Pen, person: Person) -> None:
    pen.stroke([(-0.1, 0.735), (0, 0.73), (0.1, 0.735)], _LIP, 0.045)


def _frown(pen: Pen, person: Person) -> None:
    pen.stroke([(-0.17, 0.79), (-0.07, 0.705), (0.07, 0.705), (0.17, 0.79)], _LIP, 0.05)


def _hole(pen: Pen, points: list[Point], tongue: tuple[float, float, float, float]) -> np.ndarray:
    hole = pen.shape(points, _DEEP, 0.8)
    cx, cy, rx, ry = tongue
    pen.canvas.clipped(hole, pen.pixels(ellipse_points(cx, cy, rx, ry)), _TONGUE, 1.0)
    return hole


def _open(pen: Pen, person: Person) -> None:
    _hole(pen, [(-0.13, 0.68), (0, 0.66), (0.13, 0.68), (0.12, 0.82), (0, 0.89), (-0.12, 0.82)],
          (0, 0.88, 0.11, 0.08))  # fmt: skip


def _grin_open(pen: Pen, person: Person) -> None:
    hole = _hole(pen, [(-0.25, 0.645, 1), (0, 0.675), (0.25, 0.645, 1), (0.19, 0.8), (0, 0.9),
        (-0.19, 0.8)],
                 (0, 0.89, 0.16, 0.09))  # fmt: skip
    pen.shade(hole, [(-0.25, 0.62), (0.25, 0.62), (0.2, 0.71), (-0.2, 0.71)], WHITE)


def _grin(pen: Pen, person: Person) -> None:
    pen.shape([(-0.24, 0.66, 1), (0, 0.69), (0.24, 0.66, 1), (0.14, 0.8), (-0.14, 0.8)], WHITE, 1.0)
    pen.stroke([(-0.2, 0.735), (0.2, 0.735)], (200, 170, 176), 0.02)


def _cat_mouth(pen: Pen, person: Person) -> None:
    pen.stroke([(-0.2, 0.69), (-0.1, 0.77), (0, 0.7, 1), (0.1, 0.77), (0.2, 0.69)], _LIP, 0.048)


def _tongue_out(pen: Pen, person: Person) -> None:
    _smile(pen, person)
    pen.shape(
        [(-0.02, 0.755, 1), (0.15, 0.73, 1), (0.16, 0.86), (0.07, 0.9), (0.0, 0.85)], _TONGUE, 0.7
    )


def _round_mouth(pen: Pen, person: Person) -> None:
    pen.ellipse((0, 0.765), (0.075, 0.095), _DEEP, 0.8)


_MOUTHS: dict[str, Callable[[Pen, Person], None]] = {
    "smile": _smile,
    "line": _line,
    "frown": _frown,
    "open": _open,
    "grin_open": _grin_open,
    "grin": _grin,
    "cat": _cat_mouth,
    "tongue": _tongue_out,
    "o": _round_mouth,
}
