"""Draws persons by lot: looks that fit together, then a face and a pose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.sample.characters import SERIES
from reviewer.sample.lot import pick
from reviewer.sample.palette import DARK_SKIN, EYES, HAIR
from reviewer.sample.scene import Frame, Person

if TYPE_CHECKING:
    import random

_HAIR_WEIGHTS = dict(zip(HAIR, (15, 16, 15, 7, 6, 9, 7, 10, 4, 4, 6, 4), strict=True))
_EYE_WEIGHTS = dict(zip(EYES, (24, 15, 15, 13, 11, 9, 5, 3, 3), strict=True))


def fitted(person: Person, frame: Frame) -> Person:
    """The person without what the frame would cut in two or hide."""
    if frame in {Frame.PORTRAIT, Frame.UPPER}:
        person = replace(person, tail=False, wings=False)
    if person.chibi and person.held in {"umbrella", "balloon"}:
        # The short arms of a chibi do not lift these past its large head.
        person = replace(person, held="flower")
    return person


def random_person(rng: random.Random, *, boy: bool, outdoors: bool) -> Person:
    """A person by lot; about one in eight is a character of an invented series."""
    if rng.random() < 0.13:
        series = pick(
            rng, {"starfall_academy": 6, "tea_and_thunder": 4, "moonlit_delivery_club": 3}
        )
        members = [person for person in SERIES[series] if person.boy == boy]
        if members:
            person = replace(
                members[min(rng.randrange(6) // 2, len(members) - 1)], copyright=series
            )
            return _acting(rng, person)
    person = Person(
        boy=boy,
        hair=pick(rng, _HAIR_WEIGHTS),
        eye=pick(rng, _EYE_WEIGHTS),
        other_eye=pick(rng, _EYE_WEIGHTS) if rng.random() < 0.012 else "",
        skin=DARK_SKIN if rng.random() < 0.04 else rng.randrange(DARK_SKIN),
    )
    person = _boyish(rng, person) if boy else _girlish(rng, person)
    person = _crowned(rng, person)
    person = _dressed(rng, person, outdoors=outdoors)
    return _acting(rng, person)


def _girlish(rng: random.Random, person: Person) -> Person:
    length = pick(rng, {"short": 30, "medium": 20, "long": 38, "very_long": 9})
    styles: dict[str, float] = {"": 60, "ponytail": 9, "double_bun": 4, "braid": 4}
    if length != "short":
        styles |= {"twintails": 16, "twin_braids": 6, "drill": 1.5}
    style = pick(rng, styles)
    if style in {"ponytail", "twintails", "drill", "braid", "twin_braids"}:
        length = "long"
    return replace(
        person,
        length=length,
        style=style,
        bangs=pick(rng, {"between": 30, "blunt": 22, "swept": 22, "parted": 14, "spiky": 5}),
        ahoge=rng.random() < 0.1,
        streak=pick(rng, _HAIR_WEIGHTS) if rng.random() < 0.03 else "",
    )


def _boyish(rng: random.Random, person: Person) -> Person:
    return replace(
        person,
        length="medium" if rng.random() < 0.12 else "short",
        bangs=pick(rng, {"spiky": 45, "between": 25, "swept": 20, "parted": 10}),
        ahoge=rng.random() < 0.07,
    )


def _crowned(rng: random.Random, person: Person) -> Person:
    """Put something on the head: a hat, ears or ornaments, never what would hide another."""
    kind = pick(rng, {"": 42, "hat": 19, "ears": 15, "ornament": 8 if person.boy else 24})
    if kind == "hat":
        hats = {"witch": 5, "beret": 5, "straw": 6, "santa": 2.5, "cap": 4, "top": 1.2,
                "crown": 1.2}  # fmt: skip
        style = "" if person.style == "double_bun" else person.style
        return replace(person, hat=pick(rng, hats), style=style, ahoge=False)
    if kind == "ears":
        ears = pick(rng, {"cat": 9, "fox": 4.5, "rabbit": 4, "dog": 2, "elf": 2})
        style = "" if person.style == "double_bun" else person.style
        tail = ears in {"cat", "fox", "dog"} and rng.random() < 0.75
        return replace(person, ears=ears, tail=tail, style=style)
    if kind == "ornament":
        girl = {"bow": 9, "flower": 7, "clip": 5, "band": 4, "horns": 1, "halo": 1.2}
        boy = {"headphones": 4, "horns": 1, "halo": 0.7, "clip": 2}
        ornament = pick(rng, boy if person.boy else girl)
        ahoge = person.ahoge and ornament not in {"headphones", "halo"}
        return replace(person, ornaments=frozenset({ornament}), ahoge=ahoge)
    if rng.random() < 0.04:
        return replace(person, ornaments=frozenset({"headphones"}), ahoge=False)
    return person


def _dressed(rng: random.Random, person: Person, *, outdoors: bool) -> Person:
    if person.boy:
        outfit = pick(rng, {"shirt": 30, "hoodie": 22, "jacket": 22, "sweater": 14, "kimono": 3})
        below = pick(rng, {"pants": 70, "shorts": 30})
    else:
        outfit = pick(
            rng,
            {"dress": 30, "uniform": 22, "shirt": 17, "hoodie": 9, "jacket": 8, "sweater": 10,
             "kimono": 4},
        )  # fmt: skip
        below = pick(rng, {"skirt": 70, "shorts": 18, "pants": 12})
    cloths: dict[str, float] = {
        "white": 12, "black": 10, "red": 9, "blue": 11, "pink": 8, "green": 5, "yellow": 5,
              "purple": 4, "brown": 4, "grey": 4}  # fmt: skip
    if outfit == "uniform":
        cloths = {"blue": 10, "black": 5, "red": 2, "green": 1.5}
    cloth = pick(rng, cloths)
    return replace(
        person,
        outfit=outfit,
        cloth=cloth,
        below="skirt" if outfit == "uniform" else below,
        neck=_neck(rng, outfit, cold=outdoors),
        legs="" if person.boy else pick(rng, _LEGS_OF_DRESS if outfit == "dress" else _LEGS),
        boots=rng.random() < 0.25,
        wings=rng.random() < 0.03,
    )  # fmt: skip


_LEGS = {"": 50, "thighhighs": 26, "pantyhose": 9, "kneehighs": 13}
# The hem of a dress hides where stockings end.
_LEGS_OF_DRESS = {"": 60, "pantyhose": 14, "kneehighs": 18}


def _neck(rng: random.Random, outfit: str, *, cold: bool) -> str:
    choices: dict[str, float] = {"": 60, "scarf": 13 if cold else 7, "choker": 5}
    if outfit in {"shirt", "jacket"}:
        choices |= {"necktie": 24, "bowtie": 10}
    if outfit in {"uniform", "kimono"}:
        choices = {"": 80, "scarf": 10}
    return pick(rng, choices)


def _acting(rng: random.Random, person: Person) -> Person:
    """Give a face and a pose to a person whose looks are settled."""
    glasses = person.glasses or pick(rng, {"": 84, "round": 6, "square": 7, "sun": 1.5})
    marks = {
        mark
        for mark, chance in (
            ("bandaid", 0.008), ("whiskers", 0.008), ("blush", 0.33), ("tears", 0.03),
            ("freckles", 0.03), ("mole", 0.03), ("sweat", 0.03),
        )
        if rng.random() < chance
    }  # fmt: skip
    if not glasses and rng.random() < 0.015:
        marks.add("eyepatch")
    mouth = pick(
        rng,
        {"smile": 30, "open": 9, "grin_open": 14, "frown": 8, "line": 20, "cat": 5, "o": 6,
         "grin": 4, "tongue": 2.5},
    )  # fmt: skip
    if mouth in {"open", "grin_open", "smile"} and rng.random() < 0.06:
        marks.add("fang")
    pose = pick(rng, {"down": 34, "wave": 18, "hips": 12, "behind": 20, "hold": 16})
    held = ""
    if pose == "hold":
        held = pick(rng, {"umbrella": 5, "book": 5, "balloon": 4, "flower": 4, "staff": 3,
                          "cup": 4, "cat": 2})  # fmt: skip
        if person.hat == "witch" and rng.random() < 0.6:
            held = "staff"
    return replace(
        person,
        glasses=glasses,
        marks=frozenset(marks),
        mouth=mouth,
        eyes="open" if "eyepatch" in marks else pick(rng, {"open": 84, "closed": 10, "wink": 6}),
        pose=pose,
        held=held,
        tilt=rng.gauss(0, 0.07),
        gaze=rng.choice((0, 0, 0, -0.7, 0.7)),
        eye_shape=rng.uniform(-1, 1),
    )
