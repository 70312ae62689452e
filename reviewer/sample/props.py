"""What people hold; coordinates as in `figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.forms import flower, star
from reviewer.sample.palette import CLOTH, WHITE, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.canvas import Pen
    from reviewer.sample.scene import Person


def draw_held(body: Pen, person: Person, hand: tuple[float, float]) -> None:
    """Draw what a person holds before the body, in the hand at `hand`."""
    if person.held in _HELD:
        _HELD[person.held](body.moved(*hand), person)


def draw_held_behind(body: Pen, person: Person, hand: tuple[float, float]) -> None:
    """Draw what a person holds behind the head, from the hand at `hand`."""
    if person.held in _HELD_BEHIND:
        _HELD_BEHIND[person.held](body.moved(*hand), person)


def _umbrella(pen: Pen, person: Person) -> None:
    colour = CLOTH["red" if person.cloth != "red" else "blue"]
    top = pen.moved(-0.78, -2.75, 1.06, -0.2)
    cover = top.shape(
        [(-2.0, 0.75, 1), (-1.55, -0.45), (0, -1.1), (1.55, -0.45), (2.0, 0.75, 1), (1.35, 0.5),
         (0.7, 0.75, 1), (0, 0.5), (-0.7, 0.75, 1),
         (-1.35, 0.5)], darker(colour, 0.05))  # fmt: skip
    top.shade(
        cover, [(-0.7, 0.85, 1), (-0.5, -0.4), (0, -1.2, 1), (0.5, -0.4), (0.7, 0.85, 1)],
        lighter(colour, 0.4))  # fmt: skip
    top.stroke([(0, -1.05), (0, -1.25)], (120, 92, 80), 0.08)
    pen.stroke([(0.03, 0.5), (-0.62, -2.0)], (120, 92, 80), 0.09)


def _book(pen: Pen, person: Person) -> None:
    colour = CLOTH["green" if person.cloth != "green" else "red"]
    page = pen.moved(-0.15, -0.1, 1, -0.15)
    page.polygon([(-0.66, -0.5), (0.66, -0.5), (0.66, 0.5), (-0.66, 0.5)], colour)
    page.polygon([(-0.58, -0.43), (0.58, -0.43), (0.58, 0.43), (-0.58, 0.43)], WHITE, 0.6)
    page.stroke([(0, -0.5), (0, 0.5)], darker(colour, 0.4), 0.05)
    for side in (-0.32, 0.32):
        for y in (-0.25, -0.08, 0.09, 0.26):
            page.stroke([(side - 0.17, y), (side + 0.17, y)], (172, 166, 176), 0.035)


def _balloon(pen: Pen, person: Person) -> None:
    colour = CLOTH["red" if person.hair not in {"red", "pink", "orange"} else "yellow"]
    pen.stroke([(0, 0.2), (0.12, -0.7), (0.1, -1.6), (0.16, -2.2)], (140, 130, 140), 0.035)
    pen.shape([(0.1, -2.08, 1), (0.16, -2.24), (0.22, -2.08, 1)], colour)
    ball = pen.ellipse((0.16, -2.86), (0.52, 0.64), colour)
    shade = [(0.4, -3.6), (0.9, -3.0), (0.4, -2.1), (0.1, -2.2), (0.5, -2.8)]
    pen.shade(ball, shade, darker(colour, 0.2))
    pen.ellipse((-0.02, -3.1), (0.11, 0.17), lighter(colour, 0.75), 0)


def _flower(pen: Pen, person: Person) -> None:
    pen.stroke([(-0.04, 0.55), (0.02, -0.2), (0.08, -0.6)], (88, 150, 84), 0.09)
    pen.shape([(0.0, 0.0, 1), (0.3, -0.3), (0.42, -0.2, 1), (0.25, -0.02)], (110, 176, 96), 0.6)
    flower(pen.moved(0.08, -0.75, 0.46), CLOTH["pink"], CLOTH["yellow"], 6)


def _staff(pen: Pen, person: Person) -> None:
    pen.stroke([(0.06, 2.6), (0.06, -1.5)], (134, 92, 66), 0.13)
    pen.glow((0.06, -1.75), (0.6, 0.6), (255, 244, 170), 0.5)
    pen.polygon(star(0.06, -1.75, 0.46), (255, 216, 84))


def _cup(pen: Pen, person: Person) -> None:
    colour = CLOTH["white"] if person.cloth != "white" else CLOTH["blue"]
    pen.shape([(-0.3, -0.42, 1), (0.3, -0.42, 1), (0.25, 0.22), (-0.25, 0.22)], colour)
    pen.ellipse((0, -0.42), (0.3, 0.09), (120, 78, 60))
    pen.ink_stroke([(0.28, -0.3), (0.5, -0.2), (0.26, 0.1)], colour, 1.6)
    for x in (-0.1, 0.12):
        pen.stroke(
            [(x, -0.6), (x + 0.08, -0.8), (x - 0.02, -1.0)], mix(WHITE, (200, 210, 230), 0.4), 0.05
        )


def _cat(pen: Pen, person: Person) -> None:
    fur = (84, 78, 92) if person.cloth != "black" else (244, 240, 236)
    pen.shape([(-0.45, 0.5), (-0.5, -0.1), (0, -0.3), (0.5, -0.1), (0.45, 0.5), (0, 0.62)], fur)
    for side in (-1, 1):
        pen.shape([(side * 0.1, -0.75, 1), (side * 0.42, -1.1, 1), (side * 0.46, -0.6, 1)], fur)
    pen.ellipse((0, -0.5), (0.48, 0.4), fur)
    for side in (-1, 1):
        pen.ellipse((side * 0.2, -0.52), (0.09, 0.12), (240, 204, 70), 0.5)
        pen.ellipse((side * 0.2, -0.52), (0.035, 0.1), (30, 26, 36), 0)
    pen.ellipse((0, -0.36), (0.05, 0.035), (244, 150, 160), 0)
    pen.stroke([(-0.12, -0.28), (0, -0.34, 1), (0.12, -0.28)], darker(fur, 0.5), 0.03)


_HELD: dict[str, Callable[[Pen, Person], None]] = {
    "book": _book,
    "flower": _flower,
    "staff": _staff,
    "cup": _cup,
    "cat": _cat,
}

_HELD_BEHIND: dict[str, Callable[[Pen, Person], None]] = {
    "umbrella": _umbrella,
    "balloon": _balloon,
}
