"""Animals; each is drawn about one unit high, its feet at the pen's origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.forms import tube
from reviewer.sample.palette import WHITE, Colour, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from reviewer.sample.canvas import Canvas, Pen, Point
    from reviewer.sample.scene import Animal

_NIGHT: Colour = (42, 32, 44)
_COATS: dict[str, tuple[Colour, ...]] = {
    "cat": ((74, 70, 84), (236, 158, 84), (246, 242, 238), (158, 160, 172)),
    "dog": ((206, 150, 96), (248, 240, 228), (128, 88, 66), (92, 90, 102)),
    "rabbit": ((250, 248, 248), (190, 158, 132), (170, 170, 182), (250, 214, 206)),
    "bird": ((96, 160, 228), (248, 206, 84), (232, 98, 92), (246, 246, 250)),
    "fish": ((246, 138, 58), (86, 152, 232), (250, 214, 84), (240, 112, 150)),
}
COAT_WORDS: tuple[str, ...] = ("black_cat", "", "white_cat", "")
"""The tag that a cat's coat carries, by its index."""


def draw_animal(canvas: Canvas, animal: Animal) -> None:
    """Draw an animal where the scene puts it."""
    width, height = canvas.size
    scale = animal.size * min(width, height)
    pen = canvas.pen(animal.x * width, animal.y * height, scale)
    if animal.size < 0.1:
        _gull(pen)
        return
    if animal.kind != "fish":
        pen.glow((0, -0.01), (0.42, 0.05), (40, 26, 60), 0.3)
    _ANIMALS[animal.kind](_Turned(pen, -1 if animal.flip else 1), _COATS[animal.kind][animal.coat])


class _Turned:
    """A pen that looks left or right, with lines fit for a shape one unit high."""

    def __init__(self, pen: Pen, side: int) -> None:
        self.pen = pen
        self.side = side

    def _flip(self, points: list[Point]) -> list[Point]:
        return [(self.side * point[0], *point[1:]) for point in points]

    def shape(self, points: list[Point], fill: Colour, line: float = 1.0) -> np.ndarray:
        return self.pen.shape(self._flip(points), fill, 0.36 * line)

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, fill: Colour, line: float = 1.0
    ) -> np.ndarray:
        return self.pen.ellipse((self.side * x, y), (rx, ry), fill, 0.36 * line)

    def stroke(self, points: list[Point], colour: Colour, width: float) -> None:
        self.pen.stroke(self._flip(points), colour, width)

    def shade(self, outer: np.ndarray, points: list[Point], colour: Colour) -> None:
        self.pen.shade(outer, self._flip(points), colour)


def _eyes(pen: _Turned, at: tuple[float, float], apart: float, size: float, iris: Colour) -> None:
    x, y = at
    for side in (-1, 1):
        ex = x + side * apart
        pen.ellipse(ex, y, size, size * 1.15, iris, 0.6)
        pen.ellipse(ex, y, size * 0.6, size * 0.95, _NIGHT, 0)
        pen.ellipse(ex - size * 0.25, y - size * 0.4, size * 0.28, size * 0.3, WHITE, 0)


def _muzzle(pen: _Turned, x: float, y: float, dark: Colour) -> None:
    pen.shape([(x - 0.028, y - 0.012), (x + 0.028, y - 0.012), (x, y + 0.018)], dark, 0)
    pen.stroke(
        [
            (x - 0.06, y + 0.05),
            (x - 0.03, y + 0.06),
            (x, y + 0.02, 1),
            (x + 0.03, y + 0.06),
            (x + 0.06, y + 0.05),
        ],
        _NIGHT,
        0.012,
    )


def _cat(pen: _Turned, coat: Colour) -> None:
    belly = lighter(coat, 0.3)
    pen.shape(
        tube(
            [(-0.2, -0.08), (-0.46, -0.08), (-0.56, -0.3), (-0.46, -0.5)], (0.06, 0.06, 0.06, 0.05)
        ),
        coat,
    )
    body = pen.shape(
        [(-0.26, 0), (-0.32, -0.22), (-0.18, -0.5), (0.14, -0.52), (0.24, -0.22), (0.2, 0)], coat
    )
    pen.shade(body, [(-0.06, -0.05), (-0.04, -0.4), (0.12, -0.42), (0.14, -0.05)], belly)
    for x in (-0.02, 0.13):
        pen.shape([(x - 0.07, -0.28), (x + 0.06, -0.28), (x + 0.065, 0), (x - 0.075, 0)], coat)
    for side in (-1, 1):
        x = 0.05 + side * 0.2
        pen.shape(
            [
                (0.05 + side * 0.06, -0.86, 1),
                (x + side * 0.08, -1.08, 1),
                (0.05 + side * 0.29, -0.66, 1),
            ],
            coat,
        )
        pen.shape(
            [(0.05 + side * 0.12, -0.84), (x + side * 0.06, -1.0, 1), (0.05 + side * 0.24, -0.74)],
            (250, 176, 180),
            0,
        )
    pen.shape(
        [
            (0.05, -0.92),
            (0.3, -0.82),
            (0.35, -0.62),
            (0.2, -0.44),
            (0.05, -0.41),
            (-0.1, -0.44),
            (-0.25, -0.62),
            (-0.2, -0.82),
        ],
        coat,
    )
    if coat[0] - coat[2] > 60:
        for x in (-0.05, 0.05, 0.15):
            pen.stroke([(x, -0.9), (x, -0.78)], darker(coat, 0.35), 0.03)
    _eyes(pen, (0.05, -0.65), 0.13, 0.066, (120, 206, 110) if coat[0] < 100 else (96, 160, 220))
    _muzzle(pen, 0.05, -0.55, (244, 140, 150))
    for side in (-1, 1):
        for dy in (-0.02, 0.03):
            x = 0.05 + side * 0.17
            pen.stroke(
                [(x, -0.53 + dy * 0.4), (x + side * 0.2, -0.55 + dy * 1.6)],
                mix(WHITE, coat, 0.25) if coat[0] < 100 else (90, 80, 90),
                0.008,
            )


def _dog(pen: _Turned, coat: Colour) -> None:
    ear = darker(coat, 0.32)
    pen.shape(
        tube(
            [(-0.22, -0.16), (-0.44, -0.26), (-0.48, -0.48), (-0.36, -0.56)],
            (0.07, 0.075, 0.08, 0.04),
        ),
        coat,
    )
    body = pen.shape(
        [(-0.28, 0), (-0.33, -0.2), (-0.18, -0.48), (0.16, -0.5), (0.26, -0.2), (0.22, 0)], coat
    )
    pen.shade(
        body, [(-0.08, -0.1), (-0.06, -0.42), (0.14, -0.42), (0.16, -0.1)], lighter(coat, 0.5)
    )
    for x in (-0.04, 0.14):
        pen.shape([(x - 0.08, -0.26), (x + 0.07, -0.26), (x + 0.085, 0), (x - 0.085, 0)], coat)
    pen.shape(
        [
            (0.05, -0.98),
            (0.3, -0.88),
            (0.35, -0.66),
            (0.26, -0.46),
            (0.05, -0.38),
            (-0.16, -0.46),
            (-0.25, -0.66),
            (-0.2, -0.88),
        ],
        coat,
    )
    for side in (-1, 1):
        x = 0.05
        pen.shape(
            [
                (x + side * 0.16, -0.95),
                (x + side * 0.34, -0.9),
                (x + side * 0.42, -0.62),
                (x + side * 0.34, -0.5),
                (x + side * 0.25, -0.68),
            ],
            ear,
        )
    pen.ellipse(0.05, -0.54, 0.17, 0.12, lighter(coat, 0.55), 0)
    _eyes(pen, (0.05, -0.7), 0.125, 0.05, (96, 64, 46))
    pen.ellipse(0.05, -0.6, 0.055, 0.04, _NIGHT, 0)
    pen.stroke(
        [(-0.05, -0.52), (0, -0.49), (0.05, -0.54, 1), (0.1, -0.49), (0.15, -0.52)], _NIGHT, 0.014
    )
    pen.shape(
        [(0.02, -0.49, 1), (0.09, -0.49, 1), (0.09, -0.41), (0.03, -0.41)], (246, 130, 140), 0.5
    )
    pen.stroke([(-0.13, -0.4), (0.05, -0.35), (0.23, -0.4)], (214, 70, 76), 0.05)
    pen.ellipse(0.05, -0.33, 0.035, 0.035, (250, 210, 80), 0.5)


def _rabbit(pen: _Turned, coat: Colour) -> None:
    pen.ellipse(-0.34, -0.14, 0.1, 0.1, lighter(coat, 0.4))
    pen.shape(
        [(-0.3, 0), (-0.36, -0.2), (-0.16, -0.42), (0.16, -0.4), (0.28, -0.16), (0.24, 0)], coat
    )
    pen.ellipse(-0.2, -0.04, 0.14, 0.06, coat)
    for x in (0.08, 0.2):
        pen.ellipse(x, -0.05, 0.06, 0.06, coat)
    for side in (-1, 1):
        x = 0.1 + side * 0.1
        pen.shape(
            [
                (x - 0.06, -0.58),
                (x + side * 0.03 - 0.08, -0.88),
                (x + side * 0.06, -1.08),
                (x + side * 0.03 + 0.08, -0.88),
                (x + 0.06, -0.58),
            ],
            coat,
        )
        pen.shape(
            [
                (x - 0.02, -0.62),
                (x + side * 0.03 - 0.035, -0.86),
                (x + side * 0.05, -1.0),
                (x + side * 0.03 + 0.035, -0.86),
                (x + 0.02, -0.62),
            ],
            (250, 180, 188),
            0,
        )
    pen.ellipse(0.1, -0.46, 0.25, 0.22, coat)
    _eyes(pen, (0.1, -0.48), 0.12, 0.045, (190, 60, 80) if coat[0] > 245 else _NIGHT)
    _muzzle(pen, 0.1, -0.41, (244, 140, 150))
    for side in (-1, 1):
        pen.ellipse(0.1 + side * 0.16, -0.38, 0.045, 0.03, (255, 176, 180), 0)


def _bird(pen: _Turned, coat: Colour) -> None:
    for x in (-0.03, 0.1):
        pen.stroke([(x, -0.14), (x + 0.01, 0)], (226, 140, 60), 0.03)
        pen.stroke([(x - 0.05, 0), (x + 0.08, 0)], (226, 140, 60), 0.03)
    pen.shape(
        [(-0.3, -0.36), (-0.66, -0.3, 1), (-0.6, -0.16, 1), (-0.2, -0.16)], darker(coat, 0.25)
    )
    body = pen.shape(
        [
            (0.12, -0.92),
            (0.34, -0.8),
            (0.38, -0.5),
            (0.24, -0.18),
            (-0.08, -0.1),
            (-0.34, -0.26),
            (-0.22, -0.5),
            (-0.12, -0.8),
        ],
        coat,
    )
    pen.shade(
        body,
        [(0.1, -0.08), (0.12, -0.4), (0.3, -0.5), (0.45, -0.3), (0.3, -0.08)],
        lighter(coat, 0.65),
    )
    pen.shape(
        [(0.02, -0.52), (-0.2, -0.5), (-0.44, -0.22, 1), (-0.12, -0.2), (0.06, -0.32)],
        darker(coat, 0.2),
    )
    pen.shape([(0.34, -0.74, 1), (0.52, -0.66, 1), (0.35, -0.6, 1)], (246, 172, 66))
    pen.ellipse(0.2, -0.72, 0.06, 0.066, _NIGHT, 0)
    pen.ellipse(0.18, -0.745, 0.02, 0.022, WHITE, 0)
    pen.ellipse(0.2, -0.6, 0.05, 0.035, (255, 150, 150), 0)


def _fish(pen: _Turned, coat: Colour) -> None:
    pen.shape([(-0.36, -0.5, 1), (-0.78, -0.86), (-0.7, -0.5), (-0.78, -0.14)], darker(coat, 0.15))
    pen.shape([(-0.2, -0.78), (0.0, -1.0), (0.24, -0.76)], darker(coat, 0.15))
    body = pen.shape(
        [(0.6, -0.5), (0.3, -0.8), (-0.1, -0.8), (-0.45, -0.5), (-0.1, -0.2), (0.3, -0.2)], coat
    )
    for x in (-0.16, 0.14):
        pen.shade(
            body,
            [(x, -1), (x + 0.1, -1), (x + 0.14, -0.5), (x + 0.1, 0), (x, 0), (x + 0.04, -0.5)],
            lighter(coat, 0.7),
        )
    pen.shape([(0.08, -0.46), (-0.14, -0.36), (-0.1, -0.24), (0.1, -0.34)], darker(coat, 0.2))
    pen.ellipse(0.38, -0.56, 0.075, 0.08, WHITE, 0.6)
    pen.ellipse(0.4, -0.56, 0.042, 0.05, _NIGHT, 0)
    pen.stroke([(0.57, -0.42), (0.49, -0.37)], darker(coat, 0.6), 0.025)


def _gull(pen: Pen) -> None:
    pen.stroke(
        [(-0.6, -0.2), (-0.3, -0.45), (0, -0.1, 1), (0.3, -0.45), (0.6, -0.2)], (70, 72, 96), 0.11
    )


_ANIMALS: dict[str, Callable[[_Turned, Colour], None]] = {
    "cat": _cat,
    "dog": _dog,
    "rabbit": _rabbit,
    "bird": _bird,
    "fish": _fish,
}
