"""Clothes of the torso and hips, and what is worn round the neck; coordinates as in `figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.forms import bow, tube
from reviewer.sample.palette import CLOTH, WHITE, darker, lighter, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from reviewer.sample.canvas import Pen, Point
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person

_TORSO: tuple[Point, ...] = (
    (-0.42, 1.38), (-0.82, 1.55), (-0.7, 2.0), (-0.56, 2.6), (-0.72, 3.2, 1),
    (0.72, 3.2, 1), (0.56, 2.6), (0.7, 2.0), (0.82, 1.55), (0.42, 1.38),
    (0.0, 1.62),
)  # fmt: skip
_BOXY: tuple[Point, ...] = (
    (-0.42, 1.34), (-0.86, 1.55), (-0.8, 2.2), (-0.8, 3.3, 1), (0.8, 3.3, 1), (0.8, 2.2),
    (0.86, 1.55),
    (0.42, 1.34), (0.0, 1.55),
)  # fmt: skip
_BELOW: dict[str, Colour] = {"pants": (74, 84, 122), "shorts": (112, 98, 88)}


def skirt_colour(person: Person) -> str:
    """Key of `palette.CLOTH` of the skirt that goes with a top."""
    if person.outfit == "uniform":
        return person.cloth
    return {"red": "black", "blue": "blue", "black": "red", "pink": "black"}.get(person.cloth,
        "red" if
            person.hair in {"black", "white", "brown"} else "blue")  # fmt: skip


def legwear_colour(person: Person) -> Colour:
    """The colour of stockings and socks; see `white_legwear`."""
    return CLOTH["white"] if white_legwear(person) else CLOTH["black"]


def white_legwear(person: Person) -> bool:
    """Whether stockings are white, otherwise black."""
    return person.legs != "pantyhose" and person.cloth in {"pink", "blue", "yellow"}


def sleeve_of(person: Person) -> tuple[str, Colour, Colour]:
    """Kind of sleeve (`short`, `long`, `wide`), its colour and that of its cuff."""
    cloth = CLOTH[person.cloth]
    if person.outfit == "uniform":
        return "short" if person.pose in {"wave", "hips"} else "long", CLOTH["white"], cloth
    if person.outfit == "dress":
        return "short", cloth, cloth
    if person.outfit == "kimono":
        return "wide", cloth, cloth
    if person.outfit == "shirt":
        return "short" if person.boy else "long", cloth, darker(cloth, 0.12)
    return "long", cloth, darker(cloth, 0.25)


def draw_outfit(body: Pen, person: Person) -> None:
    """Draw what covers the torso and hips."""
    if person.outfit not in {"dress", "kimono"}:
        _BELOWS[person.below](body, person)
    _OUTFITS[person.outfit](body, person)


def _torso_shade(body: Pen, torso: np.ndarray, colour: Colour) -> None:
    shade = darker(colour, 0.18)
    body.shade(torso, [(0.45, 1.5), (1.0, 1.5), (1.0, 3.4), (0.5, 3.4), (0.36, 2.6)], shade, 0.9)
    body.shade(torso, [(-0.6, 1.2), (0.6, 1.2), (0.5, 1.66), (0, 1.82), (-0.5, 1.66)], shade, 0.9)


# -- below ---------------------------------------------------------------------------------------


def _skirt(body: Pen, person: Person) -> None:
    colour = CLOTH[skirt_colour(person)]
    hem: list[Point] = []
    for n in range(7):
        x = 1.12 - n * 1.12 / 3
        hem.append((x, 4.12 - 0.12 * abs(x), 1))
        if n < 6:
            hem.append((x - 0.2, 4.2 - 0.12 * abs(x)))
    skirt = body.shape([(-0.6, 2.75, 1), (0.6, 2.75, 1), (0.84, 3.3), *hem, (-0.84, 3.3)], colour)
    for n in range(-2, 3):
        x = n * 0.26
        body.shade(
            skirt,
            [(x, 2.9, 1), (x * 1.7 + 0.13, 4.2, 1), (x * 1.7 - 0.05, 4.2, 1)],
            darker(colour, 0.28),
        )
    if person.outfit == "uniform":
        body.stroke([(-1.04, 3.82), (0, 3.98), (1.04, 3.82)], WHITE if person.cloth != "white" else
                    CLOTH["blue"], 0.05)  # fmt: skip


def _legs_of(length: float) -> Callable[[Pen, Person], None]:
    def draw(body: Pen, person: Person) -> None:
        colour = _BELOW["pants" if length > 4.5 else "shorts"]
        for side in (-1, 1):
            end = min(length, 5.6)
            leg = body.shape([(0, 2.8, 1), (side * 0.64, 2.8, 1), (side * 0.77, 3.4),
                (side * 0.7, end, 1),
                              (side * 0.1, end, 1), (side * 0.04, 3.6)], colour)  # fmt: skip
            body.shade(leg, [(side * 0.04, 3.4), (side * 0.26, 3.6), (side * 0.3, end),
                (side * 0.06, end)],
                       darker(colour, 0.2))  # fmt: skip

    return draw


_BELOWS: dict[str, Callable[[Pen, Person], None]] = {
    "skirt": _skirt,
    "pants": _legs_of(5.55),
    "shorts": _legs_of(3.95),
}

# -- tops ----------------------------------------------------------------------------------------


def _dress(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    hem: list[Point] = []
    for n in range(9):
        x = 1.4 - n * 0.35
        hem.append((x, 4.5 - 0.1 * x * x))
        if n < 8:
            hem.append((x - 0.175, 4.4 - 0.1 * x * x, 1))
    trim = WHITE if person.cloth != "white" else CLOTH["pink"]
    frill: list[Point] = [(p[0] * 1.02, p[1] + 0.13, *p[2:]) for p in hem]
    body.shape([(0.5, 2.6), (1.0, 3.5), *frill, (-1.0, 3.5), (-0.5, 2.6)], trim)
    skirt = body.shape([(-0.54, 2.5, 1), (0.54, 2.5, 1), (0.95, 3.4), *hem, (-0.95, 3.4)], colour)
    for x in (-0.5, 0.0, 0.5):
        body.shade(
            skirt,
            [(x * 0.6, 2.7, 1), (x * 1.7 + 0.2, 4.6, 1), (x * 1.7 - 0.1, 4.6, 1)],
            darker(colour, 0.2),
        )
    torso = body.shape([*_TORSO[:4], (-0.58, 2.66, 1), (0.58, 2.66, 1), *_TORSO[6:]], colour)
    _torso_shade(body, torso, colour)
    body.polygon([(-0.57, 2.46), (0.57, 2.46), (0.6, 2.68), (-0.6, 2.68)], darker(trim, 0.1))
    for side in (-1, 1):
        body.shape(
            [(0, 1.62), (side * 0.42, 1.34, 1), (side * 0.62, 1.55), (side * 0.24, 1.9)], trim
        )


def _uniform(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    torso = body.shape(
        [*_TORSO[:4], (-0.62, 2.92, 1), (0.62, 2.92, 1), *_TORSO[6:]], CLOTH["white"]
    )
    _torso_shade(body, torso, CLOTH["white"])
    for side in (-1, 1):
        body.shape([(0, 2.2, 1), (side * 0.36, 1.32, 1), (side * 0.7, 1.44),
            (side * 0.8, 1.72, 1),
                             (side * 0.42, 1.95)], colour)  # fmt: skip
        body.stroke([(side * 0.08, 2.12), (side * 0.42, 1.85), (side * 0.7, 1.66)], WHITE, 0.05)
    tie = CLOTH["red"] if person.cloth != "red" else CLOTH["blue"]
    for side in (-1, 1):
        body.shape(
            [(0, 2.15, 1), (side * 0.36, 2.62, 1), (side * 0.14, 2.74), (side * 0.02, 2.7)], tie
        )
    body.ellipse((0, 2.2), (0.14, 0.12), lighter(tie, 0.1))


def _shirt(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    torso = body.shape(_TORSO, colour)
    _torso_shade(body, torso, colour)
    body.ink_stroke([(0, 1.66), (0.02, 2.4), (0, 3.15)], colour, 0.7)
    for y in (2.0, 2.4, 2.8):
        body.ellipse((0.08, y), (0.045, 0.045), darker(colour, 0.45), 0)
    for side in (-1, 1):
        body.shape([(0, 1.62, 1), (side * 0.34, 1.26, 1), (side * 0.52, 1.5),
            (side * 0.3, 1.86, 1)],
                   lighter(colour, 0.3))  # fmt: skip


def _hoodie(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    torso = body.shape(_BOXY, colour)
    _torso_shade(body, torso, colour)
    body.shape([(-0.9, 1.5), (-0.5, 1.18), (-0.2, 1.5), (0, 1.72), (0.2, 1.5), (0.5, 1.18),
        (0.9, 1.5),
                (0.5, 1.86), (0, 2.0), (-0.5, 1.86)], darker(colour, 0.14))  # fmt: skip
    body.shape(
        [(-0.36, 2.62, 1), (0.36, 2.62, 1), (0.6, 3.1, 1), (-0.6, 3.1, 1)], darker(colour, 0.1)
    )
    for side in (-1, 1):
        body.stroke([(side * 0.18, 1.85), (side * 0.2, 2.4)], mix(WHITE, colour, 0.1), 0.07)


def _jacket(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    shirt = WHITE if person.cloth != "white" else CLOTH["black"]
    body.shape(_TORSO, shirt)
    for side in (-1, 1):
        panel = body.shape([(side * 0.4, 1.34, 1), (side * 0.88, 1.54), (side * 0.78, 2.2),
            (side * 0.82, 3.35, 1),
                            (side * 0.16, 3.35, 1), (side * 0.12, 2.5)], colour)  # fmt: skip
        body.shade(panel, [(side * 0.6, 1.5), (side * 1, 1.5), (side * 1, 3.4), (side * 0.6, 3.4)],
                   darker(colour, 0.2))  # fmt: skip
        body.shape([(side * 0.38, 1.3, 1), (side * 0.62, 1.75, 1), (side * 0.46, 1.9, 1),
            (side * 0.12, 2.5, 1),
                    (side * 0.2, 1.8)], lighter(colour, 0.14))  # fmt: skip


def _sweater(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    torso = body.shape(_BOXY, colour)
    _torso_shade(body, torso, colour)
    body.shape(
        [(-0.36, 1.1, 1), (0.36, 1.1, 1), (0.46, 1.5), (0, 1.66), (-0.46, 1.5)], darker(colour, 0.1)
    )
    for x in (-0.2, 0.0, 0.2):
        body.ink_stroke([(x, 1.2), (x, 1.55)], colour, 0.5)
    for n in range(6):
        y = 1.9 + n * 0.2
        for x in (-0.25, 0.25):
            body.ink_stroke([(x - 0.1, y), (x, y + 0.1), (x + 0.1, y)], lighter(colour, 0.1), 0.45)
    body.polygon([(-0.8, 3.14), (0.8, 3.14), (0.78, 3.34), (-0.78, 3.34)], darker(colour, 0.16))


def _kimono(body: Pen, person: Person) -> None:
    colour = CLOTH[person.cloth]
    skirt = body.shape([(-0.6, 2.7, 1), (0.6, 2.7, 1), (0.86, 3.6), (0.78, 5.5, 1),
        (-0.78, 5.5, 1), (-0.86, 3.6)],
                       colour)  # fmt: skip
    body.shade(
        skirt, [(0.1, 2.8, 1), (0.3, 5.6, 1), (0.9, 5.6, 1), (0.7, 3.4)], darker(colour, 0.16)
    )
    torso = body.shape(_TORSO, colour)
    _torso_shade(body, torso, colour)
    trim = WHITE if person.cloth != "white" else CLOTH["red"]
    body.shape(tube([(0.42, 1.34), (0.2, 1.8), (-0.22, 2.4)], (0.1, 0.12, 0.1)), trim)
    body.shape(tube([(-0.42, 1.34), (-0.2, 1.8), (0.22, 2.4)], (0.1, 0.12, 0.1)), trim)
    sash = CLOTH["yellow"] if person.cloth != "yellow" else CLOTH["purple"]
    body.polygon([(-0.64, 2.36), (0.64, 2.36), (0.68, 2.98), (-0.68, 2.98)], sash)
    body.stroke([(-0.64, 2.67), (0.64, 2.67)], CLOTH["red"], 0.09)
    for x, y in ((-0.4, 3.5), (0.35, 3.9), (-0.3, 4.5), (0.4, 5.0), (-0.45, 5.2)):
        body.ellipse((x, y), (0.13, 0.13), lighter(colour, 0.6), 0)
        body.ellipse((x, y), (0.05, 0.05), sash, 0)


_OUTFITS: dict[str, Callable[[Pen, Person], None]] = {
    "dress": _dress,
    "uniform": _uniform,
    "shirt": _shirt,
    "hoodie": _hoodie,
    "jacket": _jacket,
    "sweater": _sweater,
    "kimono": _kimono,
}

# -- round the neck ------------------------------------------------------------------------------


def draw_neckwear(body: Pen, person: Person) -> None:
    """Draw a scarf, necktie, bowtie or choker."""
    if person.neck:
        _NECKS[person.neck](body, person)


def scarf_colour(person: Person) -> str:
    """Key of `palette.CLOTH` of the scarf."""
    return "red" if person.cloth not in {"red", "pink"} else "blue"


def _scarf(body: Pen, person: Person) -> None:
    colour = CLOTH[scarf_colour(person)]
    end = body.shape(
        [(0.2, 1.4), (0.62, 1.5), (0.72, 2.7, 1), (0.3, 2.76, 1)], darker(colour, 0.12)
    )
    body.shade(end, [(0.2, 2.45), (0.8, 2.4), (0.8, 2.55), (0.2, 2.6)], lighter(colour, 0.5))
    wrap = body.shape([(-0.66, 1.18), (-0.4, 0.96), (0, 1.12), (0.4, 0.96), (0.66, 1.18),
        (0.62, 1.52), (0, 1.72),
                       (-0.62, 1.52)], colour)  # fmt: skip
    body.shade(
        wrap, [(-0.7, 1.45), (0, 1.6), (0.7, 1.45), (0.5, 1.8), (-0.5, 1.8)], darker(colour, 0.25)
    )
    body.ink_stroke([(-0.5, 1.2), (0, 1.38), (0.56, 1.16)], colour, 0.7)


def _necktie(body: Pen, person: Person) -> None:
    colour = CLOTH["red" if person.cloth not in {"red", "pink"} else "blue"]
    body.polygon([(-0.05, 1.74), (0.05, 1.74), (0.17, 2.75), (0, 2.95), (-0.17, 2.75)], colour)
    body.stroke([(-0.1, 2.25), (0.11, 2.1)], lighter(colour, 0.5), 0.06)
    body.stroke([(-0.13, 2.55), (0.14, 2.4)], lighter(colour, 0.5), 0.06)
    body.polygon([(-0.13, 1.56), (0.13, 1.56), (0.08, 1.78), (-0.08, 1.78)], lighter(colour, 0.1))


def _bowtie(body: Pen, person: Person) -> None:
    bow(body.moved(0, 1.68, 0.55), CLOTH["red" if person.cloth not in {"red", "pink"} else "blue"])


def _choker(body: Pen, person: Person) -> None:
    body.stroke([(-0.24, 1.14), (0, 1.24), (0.24, 1.14)], CLOTH["black"], 0.11)
    body.ellipse((0, 1.3), (0.07, 0.08), CLOTH["yellow"], 0.6)


_NECKS: dict[str, Callable[[Pen, Person], None]] = {
    "scarf": _scarf,
    "necktie": _necktie,
    "bowtie": _bowtie,
    "choker": _choker,
}
