"""Shapes that several things are made of: tubes, bows, stars, flowers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reviewer.sample.palette import darker, lighter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.palette import Colour


def tube(spine: Sequence[tuple[float, float]], widths: Sequence[float]) -> list[Point]:
    """The outline of a limb along a spine; `widths` are half widths at its points."""
    left: list[Point] = []
    right: list[Point] = []
    for n, (x, y) in enumerate(spine):
        before, after = spine[max(n - 1, 0)], spine[min(n + 1, len(spine) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        norm = math.hypot(dx, dy) or 1.0
        wide = widths[n]
        left.append((x - dy / norm * wide, y + dx / norm * wide))
        right.append((x + dy / norm * wide, y - dx / norm * wide))
    return [*left, *reversed(right)]


def bow(pen: Pen, colour: Colour) -> None:
    """A ribbon bow about 1.6 units wide around the pen's origin."""
    for side in (-1, 1):
        pen.shape([(side * 0.08, 0.05), (side * 0.5, 0.75, 1), (side * 0.28, 0.66),
            (side * 0.2, 0.85, 1),
                   (0, 0.1)], darker(colour, 0.15))  # fmt: skip
        wing = pen.shape([(0, 0, 1), (side * 0.35, -0.42), (side * 0.78, -0.46), (side * 0.82, 0.3),
                          (side * 0.4, 0.28)], colour)  # fmt: skip
        pen.shade(wing, [(side * 0.1, 0.02), (side * 0.5, 0.05), (side * 0.9, 0.4),
            (side * 0.4, 0.4)],
                  darker(colour, 0.25))  # fmt: skip
    pen.ellipse((0, 0), (0.17, 0.2), lighter(colour, 0.15))


def star(cx: float, cy: float, radius: float, points: int = 5, inner: float = 0.45) -> list[Point]:
    """Corners of a star."""
    corners: list[Point] = []
    for n in range(points * 2):
        far = radius if n % 2 == 0 else radius * inner
        angle = math.pi * n / points - math.pi / 2
        corners.append((cx + far * math.cos(angle), cy + far * math.sin(angle), 1))
    return corners


def flower(pen: Pen, petal: Colour, heart: Colour, petals: int = 5) -> None:
    """A flower of radius 1 around the pen's origin."""
    for n in range(petals):
        turned = pen.moved(0, 0, 1, 2 * math.pi * n / petals)
        turned.shape(
            [(0, 0), (-0.42, -0.5), (-0.28, -0.95), (0.28, -0.95), (0.42, -0.5)], petal, 0.7
        )
    pen.ellipse((0, 0), (0.3, 0.3), heart, 0.5)
