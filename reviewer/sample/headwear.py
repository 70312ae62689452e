"""Hats, animal ears and hair ornaments; coordinates as in `faces`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.canvas import ellipse_points, smooth
from reviewer.sample.forms import bow, flower
from reviewer.sample.palette import CLOTH, HAIR, WHITE, darker, lighter

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sample.canvas import Pen
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person


def draw_behind(pen: Pen, person: Person) -> None:
    """Draw what stands behind the head: the far brim of a hat, a halo."""
    if person.hat == "straw":
        pen.ellipse((0, -0.62), (1.75, 0.5), darker((240, 208, 136), 0.2))
    if person.hat == "witch":
        pen.ellipse((0, -0.66), (1.8, 0.46), darker((72, 58, 98), 0.3))


def draw_on_top(pen: Pen, person: Person) -> None:
    """Draw hats, ears and ornaments over the hair."""
    if person.ears in _EARS:
        _EARS[person.ears](pen, person)
    if person.hat:
        _HATS[person.hat](pen, person)
    for ornament in sorted(person.ornaments):
        _ORNAMENTS[ornament](pen, person)


# -- ears ----------------------------------------------------------------------------------------


def _cat_ears(pen: Pen, person: Person) -> None:
    colour = HAIR[person.hair]
    for side in (-1, 1):
        pen.shape([(side * 1.0, -0.62, 1), (side * 1.06, -1.2), (side * 1.0, -1.68, 1),
            (side * 0.62, -1.48),
                   (side * 0.3, -1.1, 1), (side * 0.6, -0.8)], colour)  # fmt: skip
        pen.shape([(side * 0.9, -0.82), (side * 0.93, -1.2), (side * 0.91, -1.45, 1),
            (side * 0.66, -1.26),
                   (side * 0.52, -1.04)], (255, 182, 190), 0.5)  # fmt: skip


def _fox_ears(pen: Pen, person: Person) -> None:
    colour = HAIR[person.hair]
    for side in (-1, 1):
        ear = pen.shape([(side * 1.06, -0.55, 1), (side * 1.24, -1.2), (side * 1.2, -1.9, 1),
            (side * 0.66, -1.55),
                         (side * 0.26, -1.08, 1), (side * 0.6, -0.8)], colour)  # fmt: skip
        pen.shade(ear, [(side * 1.4, -2), (side * 0.6, -1.9), (side * 0.8, -1.5),
            (side * 1.3, -1.5)],
                  (70, 50, 52))  # fmt: skip
        pen.shape([(side * 0.95, -0.8), (side * 1.05, -1.15), (side * 1.04, -1.55, 1),
            (side * 0.72, -1.3),
                   (side * 0.52, -1.02)], (255, 244, 232), 0.5)  # fmt: skip


def _rabbit_ears(pen: Pen, person: Person) -> None:
    colour = HAIR[person.hair]
    for side in (-1, 1):
        ear = pen.moved(side * 0.5, -1.05, 1, side * 0.22)
        ear.shape([(-0.2, 0.1), (-0.3, -0.8), (0, -1.5), (0.3, -0.8), (0.2, 0.1)], colour)
        ear.shape(
            [(-0.08, -0.1), (-0.14, -0.75), (0, -1.22), (0.14, -0.75), (0.08, -0.1)],
            (255, 190, 200),
            0.5,
        )


def _dog_ears(pen: Pen, person: Person) -> None:
    colour = darker(HAIR[person.hair], 0.22)
    for side in (-1, 1):
        pen.shape([(side * 0.42, -1.2), (side * 0.85, -1.34), (side * 1.32, -0.9),
            (side * 1.42, -0.1),
                   (side * 1.2, 0.18), (side * 1.02, -0.3),
                   (side * 0.8, -0.8)], colour)  # fmt: skip


_EARS: dict[str, Callable[[Pen, Person], None]] = {
    "cat": _cat_ears,
    "fox": _fox_ears,
    "rabbit": _rabbit_ears,
    "dog": _dog_ears,
}

# -- hats ----------------------------------------------------------------------------------------


def _witch_hat(pen: Pen, person: Person) -> None:
    colour: Colour = (72, 58, 98)
    cone = pen.shape([(-1.02, -0.78, 1), (-0.7, -1.35), (-0.2, -2.0), (0.45, -2.4, 1),
        (0.42, -1.95), (0.7, -1.4),
                      (1.02, -0.78, 1), (0, -0.62)], colour)  # fmt: skip
    pen.shade(
        cone, [(0.3, -2.4), (0.2, -1.6), (0.5, -0.7), (1.1, -0.7), (0.8, -1.5)], darker(colour, 0.3)
    )
    pen.shade(cone, [(-1.2, -1.08), (0, -0.92), (1.2, -1.08), (1.2, -0.8), (0, -0.62),
        (-1.2, -0.8)],
              CLOTH["purple"])  # fmt: skip
    pen.shape([(-1.8, -0.6), (-1.0, -0.86), (0, -0.7), (1.0, -0.86), (1.8, -0.6), (1.0, -0.46),
        (0, -0.36),
               (-1.0, -0.46)], colour)  # fmt: skip
    pen.polygon([(-0.17, -1.04), (0.17, -1.04), (0.17, -0.74), (-0.17, -0.74)], CLOTH["yellow"])


def _beret(pen: Pen, person: Person) -> None:
    colour = CLOTH["red" if person.cloth not in {"red", "pink"} else "brown"]
    cap = pen.shape([(-1.12, -0.62), (-1.28, -1.1), (-0.6, -1.52), (0.4, -1.56), (1.26, -1.2),
        (1.24, -0.72),
                     (0.6, -0.74), (-0.4, -0.66)], colour)  # fmt: skip
    pen.shade(
        cap,
        [(-1.3, -0.8), (0, -0.86), (1.3, -0.95), (1.3, -0.6), (-1.2, -0.5)],
        darker(colour, 0.25),
    )
    pen.glaze([(-0.7, -1.3), (0.1, -1.44), (0.1, -1.3), (-0.6, -1.14)], lighter(colour, 0.5), 0.6)
    pen.stroke([(0.0, -1.54), (0.06, -1.72)], darker(colour, 0.3), 0.09)


def _straw_hat(pen: Pen, person: Person) -> None:
    colour: Colour = (246, 214, 140)
    crown = pen.shape([(-0.98, -0.72, 1), (-0.92, -1.2), (-0.5, -1.5), (0.5, -1.5),
        (0.92, -1.2), (0.98, -0.72, 1),
                       (0, -0.6)], colour)  # fmt: skip
    pen.shade(
        crown,
        [(-1.1, -0.98), (0, -0.86), (1.1, -0.98), (1.1, -0.6), (0, -0.5), (-1.1, -0.6)],
        CLOTH["red"],
    )
    brim = pen.shape([(-1.78, -0.56), (-1.0, -0.8), (0, -0.66), (1.0, -0.8), (1.78, -0.56),
        (1.0, -0.42), (0, -0.34),
                      (-1.0, -0.42)], colour)  # fmt: skip
    pen.shade(
        brim,
        [(-1.8, -0.5), (0, -0.44), (1.8, -0.5), (1.0, -0.3), (-1.0, -0.3)],
        darker(colour, 0.18),
    )
    for x in (-0.5, 0.0, 0.5):
        pen.ink_stroke([(x, -1.42), (x * 1.1, -1.05)], colour, 0.4)


def _santa_hat(pen: Pen, person: Person) -> None:
    colour = CLOTH["red"]
    cone = pen.shape([(-1.04, -0.72, 1), (-0.7, -1.4), (0.1, -1.72), (1.0, -1.5), (1.5, -0.7),
        (1.28, -0.62),
                      (1.0, -1.0), (1.02, -0.7, 1)], colour)  # fmt: skip
    pen.shade(
        cone,
        [(0.2, -1.3), (1.0, -1.3), (1.4, -0.6), (1.0, -0.6), (0.7, -1.0)],
        darker(colour, 0.28),
    )
    pen.shape(
        [
            (-1.2, -0.6),
            (-1.0, -0.92),
            (0, -0.98),
            (1.0, -0.92),
            (1.2, -0.6),
            (0.6, -0.52),
            (-0.6, -0.52),
        ],
        WHITE,
    )
    pen.ellipse((1.42, -0.46), (0.27, 0.27), WHITE)


def _cap(pen: Pen, person: Person) -> None:
    colour = CLOTH["blue" if person.cloth != "blue" else "red"]
    dome = pen.shape([(-1.12, -0.6), (-1.0, -1.2), (-0.4, -1.52), (0.4, -1.52), (1.0, -1.2),
        (1.12, -0.6),
                      (0, -0.7)], colour)  # fmt: skip
    pen.shade(dome, [(-0.42, -1.6), (0.42, -1.6), (0.5, -0.6), (-0.5, -0.6)], CLOTH["white"])
    pen.shape(
        [(-1.0, -0.62), (0, -0.86), (1.0, -0.62), (0.9, -0.36), (0, -0.5), (-0.9, -0.36)],
        darker(colour, 0.2),
    )
    pen.ellipse((0, -1.54), (0.12, 0.08), darker(colour, 0.2))


def _top_hat(pen: Pen, person: Person) -> None:
    colour: Colour = (58, 50, 66)
    pen.shape(
        [(-0.78, -0.8, 1), (-0.86, -2.05, 1), (0, -2.14), (0.86, -2.05, 1), (0.78, -0.8, 1)], colour
    )
    pen.polygon([(-0.8, -1.12), (0.8, -1.12), (0.78, -0.82), (-0.78, -0.82)], CLOTH["red"])
    pen.ellipse((0, -0.76), (1.3, 0.2), colour)


def _crown(pen: Pen, person: Person) -> None:
    gold: Colour = (250, 206, 76)
    pen.polygon([(-0.6, -0.98), (-0.72, -1.62), (-0.34, -1.32), (0, -1.72), (0.34, -1.32),
        (0.72, -1.62), (0.6, -0.98)],
                gold)  # fmt: skip
    for x, y in ((-0.72, -1.62), (0, -1.72), (0.72, -1.62)):
        pen.ellipse((x, y), (0.09, 0.09), CLOTH["red"])
    pen.ellipse((0, -1.14), (0.1, 0.11), CLOTH["blue"], 0.6)


_HATS: dict[str, Callable[[Pen, Person], None]] = {
    "witch": _witch_hat,
    "beret": _beret,
    "straw": _straw_hat,
    "santa": _santa_hat,
    "cap": _cap,
    "top": _top_hat,
    "crown": _crown,
}

# -- ornaments -----------------------------------------------------------------------------------


def bow_colour(person: Person) -> str:
    """Key of `palette.CLOTH` of a hair bow."""
    return "red" if person.hair not in {"red", "orange", "pink"} else "blue"


def _bow(pen: Pen, person: Person) -> None:
    bow(pen.moved(0.72, -1.0, 0.62, 0.5), CLOTH[bow_colour(person)])


def _flower(pen: Pen, person: Person) -> None:
    petal = CLOTH["white"] if person.hair not in {"white", "grey", "blonde"} else CLOTH["pink"]
    flower(pen.moved(-0.78, -0.72, 0.42, -0.3), petal, CLOTH["yellow"])


def _clip(pen: Pen, person: Person) -> None:
    colour = CLOTH["yellow"] if person.hair not in {"blonde", "orange"} else CLOTH["blue"]
    for y in (-0.42, -0.2):
        clip = pen.moved(0.68, y, 1, 0.5)
        clip.shape([(-0.27, -0.07, 1), (0.27, -0.07, 1), (0.27, 0.07, 1), (-0.27, 0.07, 1)], colour)


def _band(pen: Pen, person: Person) -> None:
    colour = CLOTH["black"] if person.hair != "black" else CLOTH["red"]
    path = pen.pixels(
        smooth(
            [(-1.12, -0.28), (-0.86, -0.92), (0, -1.18), (0.86, -0.92), (1.12, -0.28)], closed=False
        )
    )
    pen.canvas.line(path, pen.canvas.ink.fill(colour), max(2, round(0.17 * pen.scale)))


def _headphones(pen: Pen, person: Person) -> None:
    dark: Colour = (60, 58, 70)
    path = pen.pixels(
        smooth([(-1.16, 0.1), (-1.12, -0.8), (0, -1.42), (1.12, -0.8), (1.16, 0.1)], closed=False)
    )
    pen.canvas.line(path, pen.canvas.ink.fill(dark), max(2, round(0.15 * pen.scale)))
    for side in (-1, 1):
        pen.ellipse((side * 1.12, 0.16), (0.25, 0.38), CLOTH["red"])
        pen.ellipse((side * 1.16, 0.16), (0.12, 0.22), dark, 0.5)


def _horns(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        pen.shape([(side * 0.46, -1.06, 1), (side * 0.56, -1.5), (side * 0.9, -1.78, 1),
            (side * 0.86, -1.4),
                   (side * 0.82, -0.92, 1)], (166, 50, 66))  # fmt: skip


def _halo(pen: Pen, person: Person) -> None:
    ring = pen.pixels(ellipse_points(0, -1.62, 0.72, 0.19))
    pen.glow((0, -1.62), (0.9, 0.32), (255, 240, 150), 0.5)
    pen.canvas.line(
        ring[[*range(36), 0, 1]],
        pen.canvas.ink.fill((255, 222, 92)),
        max(2, round(0.1 * pen.scale)),
    )


_ORNAMENTS: dict[str, Callable[[Pen, Person], None]] = {
    "bow": _bow,
    "flower": _flower,
    "clip": _clip,
    "band": _band,
    "headphones": _headphones,
    "horns": _horns,
    "halo": _halo,
}
