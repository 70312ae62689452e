"""Hair, in layers: the mass behind the body, the cap and bangs over the face, tied locks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reviewer.sample.palette import HAIR, darker, lighter

if TYPE_CHECKING:
    import random

    import numpy as np

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person

_TIPS: dict[str, tuple[tuple[float, float], ...]] = {
    "between": ((-0.72, 0.16), (-0.4, 0.02), (0.0, 0.24), (0.38, 0.02), (0.72, 0.16)),
    "swept": ((-0.78, 0.22), (-0.5, 0.1), (-0.16, 0.0), (0.2, -0.1), (0.74, 0.12)),
    "parted": ((-0.84, 0.24), (-0.6, 0.02), (0.6, 0.02), (0.84, 0.24)),
    "spiky": ((-0.8, 0.18), (-0.52, -0.02), (-0.2, 0.16), (0.1, -0.08), (0.44, 0.14), (0.78, 0.1)),
}
_REACH = {"short": 0.95, "medium": 1.75, "long": 3.2, "very_long": 4.9}


def hair_colour(person: Person) -> Colour:
    """The base colour of a person's hair."""
    return HAIR[person.hair]


def draw_back(pen: Pen, body: Pen, person: Person, rng: random.Random) -> None:
    """Draw what hangs behind the head and the body.

    Args:
        pen: Of the head.
        body: Of the body, for hair that reaches below the shoulders.
        person: Whose hair.
        rng: Small accidents of the strands.
    """
    colour = darker(hair_colour(person), 0.22)
    tied = person.style in {"twintails", "ponytail", "twin_braids", "double_bun", "braid", "drill"}
    length = "short" if tied else person.length
    if person.boy and length == "short":
        _spiky_back(pen, colour, rng)
    elif length == "short":
        _bob(pen, colour, tied=tied)
    else:
        _falling(body, colour, _REACH[length], rng)
    tails = {"twintails": _twintails, "ponytail": _ponytail, "drill": _drills}
    if person.style in tails:
        tails[person.style](pen, person, rng)


def _spiky_back(pen: Pen, colour: Colour, rng: random.Random) -> None:
    points: list[Point] = [(0, -1.2), (0.75, -1.0), (1.1, -0.4)]
    for x, y in ((1.22, 0.12), (1.1, 0.5), (0.86, 0.82), (0.5, 0.95)):
        points += [(x + rng.uniform(-0.03, 0.05), y, 1), (x - 0.16, y - 0.02)]
    mirrored: list[Point] = [(-p[0], *p[1:]) for p in reversed(points[1:])]
    pen.shape([*points, *mirrored], colour)


def _bob(pen: Pen, colour: Colour, *, tied: bool) -> None:
    low = 0.72 if tied else 1.0
    pen.shape(
        [(0, -1.22), (0.8, -0.98), (1.14, -0.3), (1.16, 0.4), (1.02, low, 1), (0.5, low + 0.06),
         (0, low), (-0.5, low + 0.06), (-1.02, low, 1), (-1.16, 0.4), (-1.14, -0.3), (-0.8, -0.98)],
        colour)  # fmt: skip


def _falling(body: Pen, colour: Colour, reach: float, rng: random.Random) -> None:
    spread = 1.12 + 0.06 * reach
    wave = rng.uniform(-0.1, 0.1)
    right: list[Point] = [(0.8, -0.98), (1.14, -0.3), (1.2, 0.6), (spread + wave, reach * 0.62)]
    left: list[Point] = [(-spread + wave, reach * 0.62), (-1.2, 0.6), (-1.14, -0.3), (-0.8, -0.98)]
    ends: list[Point] = []
    count = 5
    for n in range(count):
        x = (spread + 0.02) * (1 - 2 * n / (count - 1))
        ends.append((x * 0.96 + wave, reach + rng.uniform(-0.12, 0.16) - 0.25 * abs(x) / spread, 1))
        if n < count - 1:
            ends.append((x - spread / (count - 1) + wave, reach - 0.25))
    outer = body.shape([(0, -1.22), *right, *ends, *left], colour)
    for share in (-0.6, 0.1, 0.7):
        x = share * spread
        strand: list[Point] = [(x, 1.0), (x * 1.05 + wave, reach * 0.6), (x + wave, reach - 0.3)]
        body.ink_stroke(strand, colour, 0.6)
    body.shade(outer, [(-0.9, 0.4), (0.9, 0.4), (1.0, 1.9), (0, 2.1),
        (-1.0, 1.9)], darker(colour, 0.2),
               0.7)  # fmt: skip


def _lock(pen: Pen, spine: list[tuple[float, float]], width: float, colour: Colour) -> None:
    """A tapering lock along a spine, with a light streak and strand lines."""
    left: list[Point] = []
    right: list[Point] = []
    count = len(spine)
    for n, (x, y) in enumerate(spine):
        before, after = spine[max(n - 1, 0)], spine[min(n + 1, count - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        norm = math.hypot(dx, dy) or 1.0
        wide = width * (0.55, 1.0, 1.0, 0.72, 0.4, 0.2)[min(n * 5 // max(count - 1, 1), 5)]
        left.append((x - dy / norm * wide, y + dx / norm * wide))
        right.append((x + dy / norm * wide, y - dx / norm * wide))
    tip = (spine[-1][0], spine[-1][1] + width * 0.3, 1)
    outer = pen.shape([*left[:-1], tip, *reversed(right[:-1])], colour)
    lit: list[Point] = [*right[:3], *((x, y) for x, y in reversed(spine[:3]))]
    pen.shade(outer, lit, lighter(colour, 0.22), 0.7)
    pen.ink_stroke([*spine[1:]], colour, 0.6)


def _twintails(pen: Pen, person: Person, rng: random.Random) -> None:
    colour, sway = hair_colour(person), rng.uniform(-0.12, 0.12)
    for side in (-1, 1):
        spine = [(0.95, -0.62), (1.5, -0.55), (1.85, 0.2), (1.9, 1.1), (1.72, 1.95), (1.82, 2.6)]
        _lock(pen, [(side * x + sway * y, y) for x, y in spine], 0.36, colour)
        _tie(pen, side * 0.98, -0.62, person)


def _tie(pen: Pen, x: float, y: float, person: Person) -> None:
    pen.ellipse((x, y), (0.13, 0.17), darker(HAIR["red" if person.hair != "red" else "black"], 0.1))


def _ponytail(pen: Pen, person: Person, rng: random.Random) -> None:
    sway = rng.uniform(-0.1, 0.15)
    spine = [(0.45, -1.15), (1.15, -1.25), (1.6, -0.5), (1.68, 0.5), (1.5, 1.4), (1.62, 2.0)]
    _lock(pen, [(x + sway * y, y) for x, y in spine], 0.36, hair_colour(person))
    pen.moved(0.62, -1.12, 1, 0.6).ellipse((0, 0), (0.14, 0.2), darker(HAIR["red"], 0.1))


def _drills(pen: Pen, person: Person, rng: random.Random) -> None:
    colour = hair_colour(person)
    for side in (-1, 1):
        for n in range(6):
            y, wide = 0.1 + n * 0.34, 0.42 - n * 0.05
            coil = pen.moved(side * (1.3 + 0.04 * n), y, 1, side * 0.35)
            coil.ellipse((0, 0), (wide, 0.24), colour if n % 2 else lighter(colour, 0.15))
        _tie(pen, side * 1.05, -0.35, person)


# -- before the face -----------------------------------------------------------------------------


def draw_front(pen: Pen, body: Pen, person: Person, rng: random.Random) -> None:
    """Draw the cap, the bangs and side locks over the face, and braids over the shoulders."""
    colour = hair_colour(person)
    if not person.boy or person.length == "medium":
        _side_locks(pen, person, colour)
    outer = pen.shape(_cap(person, rng), colour)
    _gloss(pen, outer, person, colour)
    if person.streak:
        pen.shade(outer, [(-0.5, -1.25), (-0.2, -1.25), (-0.3, -0.3), (-0.45, 0.3), (-0.62, 0.3),
                          (-0.6, -0.4)], HAIR[person.streak])  # fmt: skip
    _partings(pen, person, colour)
    if person.style in {"braid", "twin_braids"}:
        for side in (-1, 1) if person.style == "twin_braids" else (1,):
            _braid(pen, side, colour)
    if person.style == "double_bun":
        for side in (-1, 1):
            bun = pen.ellipse((side * 0.82, -1.08), (0.42, 0.4), colour)
            pen.shade(bun, [(side * 0.82 - 0.3, -1.3), (side * 0.82 + 0.1, -1.42),
                            (side * 0.82 + 0.1, -1.2)], lighter(colour, 0.35))  # fmt: skip
            pen.ink_stroke(
                [(side * 0.6, -0.9), (side * 0.85, -0.95), (side * 1.0, -1.2)], colour, 0.8
            )
    if person.ahoge:
        pen.shape([(-0.06, -1.2, 1), (0.0, -1.55), (0.3, -1.78), (0.52, -1.66, 1), (0.28, -1.62),
                   (0.12, -1.45), (0.1, -1.2, 1)], colour)  # fmt: skip


def _cap(person: Person, rng: random.Random) -> list[Point]:
    """The hair over the skull, down to the bangs' tips: a closed path."""
    arc: list[Point] = [
        (-1.06, 0.42, 1), (-1.15, -0.2), (-0.95, -0.85), (-0.5, -1.2), (0, -1.29), (0.5, -1.2),
        (0.95, -0.85), (1.15, -0.2), (1.06, 0.42, 1), (0.94, 0.0),
    ]  # fmt: skip
    if person.boy:
        arc[4:5] = [(-0.1, -1.42, 1), (0.1, -1.3), (0.34, -1.38, 1)]
    edge: list[Point] = []
    if person.bangs == "blunt":
        for n, x in enumerate((0.84, 0.56, 0.28, 0.0, -0.28, -0.56, -0.84)):
            edge.append((x, 0.07 + (0.015 if n % 2 else -0.015), 1))
    else:
        tips = [(x + rng.uniform(-0.05, 0.05), y + rng.uniform(-0.04, 0.04))
                for x, y in reversed(_TIPS[person.bangs])]  # fmt: skip
        edge = _strands(tips, person.bangs)
    return [*arc, *edge, (-0.94, 0.0)]


def _strands(tips: list[tuple[float, float]], bangs: str) -> list[Point]:
    """Pointed strands from right to left, with notches between them."""
    edge: list[Point] = []
    lean = {"swept": 0.14, "spiky": 0.05}.get(bangs, 0.0)
    for n, (x, y) in enumerate(tips):
        edge.append((x + 0.08 + lean, y - 0.22))
        edge.append((x, y, 1))
        if n < len(tips) - 1:
            gap = (x + tips[n + 1][0]) / 2
            deep = -0.62 if abs(x - tips[n + 1][0]) > 0.8 else -0.3
            edge.append((x - 0.08 + lean * 0.6, y - 0.2))
            edge.append((gap + lean, deep, 1))
    return edge


def _gloss(pen: Pen, outer: np.ndarray, person: Person, colour: Colour) -> None:
    """The ring of light on the hair and the shade at its edge."""
    light = lighter(colour, 0.5 if person.hair != "black" else 0.25)
    ring: list[Point] = [(-0.98, -0.52), (-0.6, -0.8), (0, -0.9), (0.6, -0.8), (0.98, -0.52)]
    teeth: list[Point] = []
    for n in range(8):
        x = 0.9 - n * 0.26
        teeth.append((x, -0.7 + 0.3 * x * x + (0.1 if n % 2 else -0.03), 1))
    pen.shade(outer, [*ring, *teeth], light, 0.8)
    pen.shade(outer, [(0.7, -1.3), (1.3, -0.9), (1.3, 0.5), (0.98, 0.5), (1.0, -0.3)],
              darker(colour, 0.16), 0.8)  # fmt: skip


def _partings(pen: Pen, person: Person, colour: Colour) -> None:
    if person.bangs == "blunt":
        for x in (-0.62, -0.3, 0.05, 0.34, 0.64):
            pen.ink_stroke([(x * 0.9, -0.28), (x, 0.05)], colour, 0.6)
    elif person.bangs == "parted":
        pen.ink_stroke([(0, -1.2), (0.02, -0.66)], colour, 0.8)
    else:
        for x in (-0.3, 0.22):
            pen.ink_stroke([(x * 0.5, -0.75), (x * 0.9, -0.45), (x * 1.2, -0.12)], colour, 0.6)


def _side_locks(pen: Pen, person: Person, colour: Colour) -> None:
    long = {"short": 0.82, "medium": 1.25, "long": 1.55, "very_long": 1.7}[person.length]
    if person.style in {"ponytail", "double_bun", "twintails"}:
        long = 1.15
    for side in (-1, 1):
        pen.shape(
            [(side * 0.86, -0.5), (side * 1.12, -0.3), (side * 1.16, long * 0.45),
             (side * 0.98, long, 1), (side * 0.84, long * 0.55), (side * 0.86, 0.1)],
            colour)  # fmt: skip
        pen.ink_stroke([(side * 0.98, 0.1), (side * 1.0, long * 0.7)], colour, 0.5)


def _braid(pen: Pen, side: int, colour: Colour) -> None:
    for n in range(6):
        knot = pen.moved(
            side * (0.98 - 0.012 * n * n), 0.75 + n * 0.32, 1, side * (0.5 if n % 2 else -0.5)
        )
        knot.ellipse((0, 0), (0.24 - 0.008 * n, 0.19), colour if n % 2 else lighter(colour, 0.12))
    x = side * (0.98 - 0.012 * 36)
    pen.ellipse((x + side * 0.05, 2.62), (0.13, 0.1), darker(HAIR["red"], 0.1))
    pen.shape([(x - 0.1, 2.68), (x + 0.2, 2.68), (x + 0.12, 3.0, 1)], colour)
