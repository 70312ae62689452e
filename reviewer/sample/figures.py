"""Bodies: where a person stands, its limbs, legs, tails and wings, and the order of layers.

Coordinates are head radii below and beside the middle of the head: shoulders at y = 1.5, the
waist at 2.6, hips at 3.2, the soles at 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.sample import clothes, hair, headwear
from reviewer.sample.faces import draw_brows, draw_features, draw_head
from reviewer.sample.forms import tube
from reviewer.sample.marks import draw_over_hair
from reviewer.sample.palette import CLOTH, HAIR, SKIN, WHITE, lighter, mix, skin_shade
from reviewer.sample.props import draw_held, draw_held_behind
from reviewer.sample.scene import Frame

if TYPE_CHECKING:
    import random

    from reviewer.sample.canvas import Canvas, Pen
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Person, Scene

_CHIBI = 0.62
"""Body height of a chibi figure, as a share of the ordinary one."""

_ARMS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "down": ((1.02, 2.35), (1.06, 3.15)),
    "behind": ((1.1, 2.3), (0.6, 3.0)),
    "wave": ((1.42, 2.05), (1.62, 1.1)),
    "hips": ((1.42, 2.25), (0.74, 2.85)),
    "hold": ((1.2, 2.5), (1.28, 1.98)),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one person stands: the middle of the head and its radius, in drawing pixels."""

    x: float
    y: float
    radius: float


def headroom(person: Person) -> float:
    """Head radii that a person needs above the middle of the head."""
    hats = {"witch": 2.45, "santa": 1.75, "top": 2.2, "crown": 1.75}
    ears = {"rabbit": 2.65, "cat": 1.75, "fox": 1.95}
    need = max(1.5, hats.get(person.hat, 0), ears.get(person.ears, 0))
    if person.ahoge or person.ornaments & {"halo", "horns"}:
        need = max(need, 1.85)
    return need


def elbow_room(person: Person) -> float:
    """Head radii that a person needs on either side."""
    need = 1.4
    if person.hat in {"witch", "straw"} or person.style in {"twintails", "ponytail", "drill"}:
        need = 1.75
    if person.pose in {"wave", "hold"}:
        need = 1.9
    if person.held == "umbrella" or person.wings or person.tail:
        need = 2.3
    return need


def stands(scene: Scene, size: tuple[int, int], rng: random.Random) -> list[Stand]:
    """Place the persons of a scene of `size` drawing pixels; each is whole within its frame."""
    width, height = size
    if not scene.persons:
        return []
    if scene.frame is Frame.TINY:
        return [_tiny_stand(scene, size, rng)]
    count = len(scene.persons)
    full = scene.frame is Frame.FULL
    fill = rng.uniform(0.78, 0.98) if full else rng.uniform(0.93, 0.99)
    cuts = [_cut(scene.frame, person) for person in scene.persons]
    radius = min(
        min(height * fill / (cut + _above(person)), width / count / 2 / elbow_room(person))
        for person, cut in zip(scene.persons, cuts, strict=True)
    )
    places = []
    for n, (person, cut) in enumerate(zip(scene.persons, cuts, strict=True)):
        slack = width / count / 2 - radius * elbow_room(person)
        x = width * (n + 0.5) / count + rng.uniform(-0.8, 0.8) * slack
        lift = rng.uniform(0.2, 0.6) * max(height - (cut + _above(person)) * radius, 0)
        places.append(Stand(x, height - cut * radius - (lift if full else 0), radius))
    return places


def _cut(frame: Frame, person: Person) -> float:
    """Where the picture ends below a person, in head radii."""
    return 1 + (frame.cut - 1) * _CHIBI if person.chibi else frame.cut


def _above(person: Person) -> float:
    return max(headroom(person), 2.5) if person.held == "umbrella" else headroom(person)


def _tiny_stand(scene: Scene, size: tuple[int, int], rng: random.Random) -> Stand:
    width, height = size
    tall = min(height, width) * rng.uniform(0.16, 0.25)
    radius = tall / 7.4
    feet = height * (scene.place.horizon + (1 - scene.place.horizon) * rng.uniform(0.5, 0.85))
    return Stand(width * rng.choice((0.22, 0.3, 0.7, 0.78)), feet - 6 * radius, radius)


def draw_person(canvas: Canvas, person: Person, stand: Stand, rng: random.Random) -> None:
    """Draw one person, from what hangs behind to what is held before."""
    head, body = _pens(canvas, person, stand)
    _behind(head, body, person, rng)
    _legs(body, person)
    _neck(body, person)
    clothes.draw_outfit(body, person)
    if person.pose != "behind":
        _arms(body, person)
    face = draw_head(head, person)
    shadow = [(-1, -1), (1, -1), (0.95, 0.12), (0.4, 0.0), (0, 0.22), (-0.4, 0.0), (-0.95, 0.12)]
    head.shade(face, shadow, skin_shade(SKIN[person.skin], 0.2), 0.7)
    draw_features(head, person)
    hair.draw_front(head, body, person, rng)
    draw_brows(head, person)
    draw_over_hair(head, person)
    clothes.draw_neckwear(body, person)
    headwear.draw_on_top(head, person)
    draw_held(body, person, _hand(person, 1))


def _pens(canvas: Canvas, person: Person, stand: Stand) -> tuple[Pen, Pen]:
    """The pens of the head and of the body."""
    head = canvas.pen(stand.x, stand.y, stand.radius)
    # The head turns around the neck, not around its middle.
    head = head.moved(0, 0.95, 1, person.tilt).moved(0, -0.95)
    body = canvas.pen(stand.x, stand.y, stand.radius)
    if person.chibi:
        squash = _CHIBI
        body = canvas.pen(stand.x, stand.y + stand.radius * (1 - squash), stand.radius * squash)
        body = replace(body, thickness=1 / squash)
    return head, body


def _behind(head: Pen, body: Pen, person: Person, rng: random.Random) -> None:
    """Everything that the body and the head hide in part."""
    body.glow((0, 5.98), (1.15, 0.13), (40, 26, 60), 0.3)
    if person.wings:
        _wings(body)
    if person.tail:
        _tail(body, person)
    draw_held_behind(body, person, _hand(person, 1))
    hair.draw_back(head, body, person, rng)
    headwear.draw_behind(head, person)
    if person.pose == "behind":
        _arms(body, person)


def _neck(body: Pen, person: Person) -> None:
    skin = SKIN[person.skin]
    neck = body.shape([(-0.24, 0.7, 1), (0.24, 0.7, 1), (0.25, 1.25), (0.5, 1.5, 1), (0, 1.75),
        (-0.5, 1.5, 1),
                       (-0.25, 1.25)], skin)  # fmt: skip
    body.shade(
        neck,
        [(-0.4, 0.7), (0.4, 0.7), (0.28, 1.15), (0, 1.28), (-0.28, 1.15)],
        skin_shade(skin, 0.3),
    )


# -- arms and legs -------------------------------------------------------------------------------


def _pose_of(person: Person, side: int) -> str:
    if person.pose in {"wave", "hold"} and side == -1:
        return "down"
    return person.pose


def _hand(person: Person, side: int) -> tuple[float, float]:
    x, y = _ARMS[_pose_of(person, side)][1]
    return side * x, y


def _arm(body: Pen, person: Person, side: int) -> None:
    pose = _pose_of(person, side)
    (ex, ey), (hx, hy) = _ARMS[pose]
    skin = SKIN[person.skin]
    hand = (side * hx, hy)
    sleeve, colour, cuff = clothes.sleeve_of(person)
    spine = [(side * 0.66, 1.62), (side * (0.66 + ex) / 2 * 1.06, (1.62 + ey) / 2),
             (side * ex, ey), (side * (ex + hx) / 2, (ey + hy) / 2), hand]  # fmt: skip
    body.shape(tube(spine, (0.24, 0.21, 0.18, 0.16, 0.13)), skin)
    body.ellipse((hand[0], hand[1] + (0.05 if pose != "wave" else -0.08)), (0.19, 0.21), skin)
    if sleeve == "short":
        body.shape(tube(spine[:2], (0.32, 0.34)), colour)
    elif sleeve == "wide":
        body.shape(tube(spine[:4], (0.3, 0.36, 0.42, 0.52)), colour)
    elif sleeve == "long":
        near = (spine[3][0] * 0.35 + hand[0] * 0.65, spine[3][1] * 0.35 + hand[1] * 0.65)
        body.shape(tube([*spine[:4], near], (0.3, 0.27, 0.25, 0.23, 0.23)), colour)
        body.ellipse(near, (0.22, 0.12), cuff, 0.7)


def _arms(body: Pen, person: Person) -> None:
    for side in (-1, 1):
        _arm(body, person, side)


def _legs(body: Pen, person: Person) -> None:
    skin = SKIN[person.skin]
    for side in (-1, 1):
        spine = [
            (side * 0.38, 3.1),
            (side * 0.42, 4.0),
            (side * 0.41, 4.45),
            (side * 0.4, 5.05),
            (side * 0.38, 5.75),
        ]
        widths = (0.33, 0.28, 0.25, 0.24, 0.17)
        body.shape(tube(spine, widths), skin)
        _stocking(body, person, spine, widths)
        _foot(body, person, side)


def _stocking(
    body: Pen, person: Person, spine: list[tuple[float, float]], widths: tuple[float, ...]
) -> None:
    dark = clothes.legwear_colour(person)
    starts = {"thighhighs": 2, "kneehighs": 3, "pantyhose": 0}
    if person.legs not in starts:
        return
    first = starts[person.legs]
    fill = mix(dark, SKIN[person.skin], 0.25) if person.legs == "pantyhose" else dark
    body.shape(tube(spine[first:], [w + 0.02 for w in widths[first:]]), fill)
    if first:
        x, y = spine[first]
        wide = widths[first] + 0.06
        body.polygon([(x - wide, y - 0.07), (x + wide, y - 0.07), (x + wide, y + 0.1),
                      (x - wide, y + 0.1)], lighter(dark, 0.2))  # fmt: skip


def _foot(body: Pen, person: Person, side: int) -> None:
    colour = (104, 66, 50) if person.cloth != "black" else (60, 50, 60)
    x = side * 0.4
    body.shape([(x - 0.2, 5.66, 1), (x + 0.2, 5.66, 1), (x + 0.2 + side * 0.1, 5.92),
        (x + side * 0.14, 6.02),
                (x - 0.2 + side * 0.1, 5.95)], colour)  # fmt: skip
    if person.boots:
        body.shape(
            [(x - 0.3, 4.85, 1), (x + 0.3, 4.85, 1), (x + 0.24, 5.7), (x - 0.24, 5.7)], colour
        )
        body.polygon([(x - 0.33, 4.82), (x + 0.33, 4.82), (x + 0.31, 5.0), (x - 0.31, 5.0)],
                     lighter(colour, 0.15))  # fmt: skip


# -- tails and wings -----------------------------------------------------------------------------


def fur(person: Person) -> Colour:
    """The colour of a person's animal ears and tail."""
    return HAIR[person.hair]


def _tail(body: Pen, person: Person) -> None:
    colour = fur(person)
    if person.ears == "fox":
        tail = body.shape([(0.2, 3.1), (1.1, 3.6), (1.5, 2.9), (1.75, 1.9), (2.25, 1.5, 1),
            (2.4, 2.8), (2.0, 3.8),
                           (1.2, 4.2), (0.3, 3.6)], colour)  # fmt: skip
        body.shade(tail, [(1.5, 2.3), (2.0, 2.1), (2.5, 2.4), (2.4, 1.2), (1.7, 1.2)], WHITE)
    elif person.ears == "dog":
        body.shape(
            tube([(0.3, 3.3), (1.2, 3.4), (1.7, 2.7), (1.45, 2.1)], (0.22, 0.32, 0.36, 0.1)), colour
        )
    else:
        spine = [(0.2, 3.3), (1.0, 3.75), (1.6, 3.3), (1.6, 2.5), (1.95, 1.9)]
        body.shape(tube(spine, (0.13, 0.15, 0.15, 0.15, 0.08)), colour)


def _wings(body: Pen) -> None:
    for side in (-1, 1):
        for n in range(5, -1, -1):
            far = 2.1 - n * 0.22
            body.shape([(side * 0.3, 1.7), (side * (far * 0.7), 1.0 + n * 0.32),
                (side * far, 1.0 + n * 0.42, 1),
                        (side * far * 0.75, 1.75 + n * 0.34), (side * 0.3, 2.2)],
                       mix(CLOTH["white"], (196, 208, 236), n / 9))  # fmt: skip
