"""A cast of invented characters, and pictures of one each: looks that stay, the rest by lot.

Characters come in series whose members resemble each other. How often each is drawn falls off as
its rank grows (Zipf), so that a few have many pictures and many have a few.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.sample.canvas import Canvas
from reviewer.sample.characters import ink_of
from reviewer.sample.figures import Stand, draw_person
from reviewer.sample.lot import pick
from reviewer.sample.palette import CLOTH, HAIR, SKIN, WHITE, mix
from reviewer.sample.people import random_person
from reviewer.sample.scene import Person, Place, Scene
from reviewer.sample.styles import finish

if TYPE_CHECKING:
    from PIL import Image

MEMBERS = 4
"""Characters of a series: they share two traits of their looks."""
_SYLLABLES = ("ka", "mi", "ro", "sel", "ta", "vin", "lo", "ne", "ya", "du", "fel", "shi", "or")
_TRAITS = ("hair", "length", "style", "bangs", "eye", "ears", "streak", "ornaments", "glasses")
"""What makes a character; the rest changes from picture to picture."""
_STYLES = {"cel": 30, "soft": 16, "bold": 12, "watercolor": 10, "lineart": 6, "greyscale": 8,
           "sketch": 5, "pixel": 4}  # fmt: skip
_HATS = ("beret", "straw", "cap", "santa")
_CHANGED = 0.08
"""Share of the pictures in which a trait of a character is hidden or another."""
_DOUBTFUL = 0.08
"""Share of the pictures whose head a detector would be less than 85 % sure of."""


@dataclass(frozen=True, slots=True)
class CastPicture:
    """One picture of one character.

    Attributes:
        number: Of the picture, as a site numbers its posts.
        member: Of the character, its place in the cast.
        seed: Of everything else in the picture.
    """

    number: int
    member: int
    seed: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head of a picture is, and what a detector would have said of it.

    Attributes:
        x, y, radius: The middle of the head and its radius in pixels.
        box: Left, top, right, bottom in pixels, a little off the truth.
        confidence: 0..1.
    """

    x: float
    y: float
    radius: float
    box: tuple[int, int, int, int]
    confidence: float


def make_cast(count: int, seed: int) -> list[Person]:
    """So many characters with names, each with looks that no other has."""
    rng = random.Random(f"cast {seed}")
    cast: list[Person] = []
    seen: set[tuple[object, ...]] = set()
    names: set[str] = set()
    shared = Person()
    while len(cast) < count:
        if len(cast) % MEMBERS == 0:
            shared = random_person(rng, boy=False, outdoors=False)
        boy = rng.random() < 0.25
        person = random_person(rng, boy=boy, outdoors=False)
        person = replace(person, hair=shared.hair, bangs=shared.bangs, glasses="", hat="")
        looks = tuple(getattr(person, trait) for trait in _TRAITS)
        series = f"series_{len(cast) // MEMBERS + 1}"
        name = f"{_name(rng)}_{_name(rng)}_({series})"
        if looks in seen or name in names or person.character:
            continue
        seen.add(looks)
        names.add(name)
        cast.append(replace(person, character=name, copyright=series))
    return cast


def _name(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.choice((2, 2, 3))))


def counts_of(cast: int, pictures: int) -> list[int]:
    """How many pictures each of a cast gets, the most frequent first, each at least one."""
    weights = [1 / (rank + 2) for rank in range(cast)]
    left, total = pictures - cast, sum(weights)
    counts = [1 + int(left * weight / total) for weight in weights]
    counts[0] += pictures - sum(counts)
    return counts


def plan_pictures(cast: int, pictures: int, seed: int) -> list[CastPicture]:
    """Which picture shows whom; in the order of their numbers."""
    rng = random.Random(f"pictures {seed}")
    members = [m for m, count in enumerate(counts_of(cast, pictures)) for _ in range(count)]
    rng.shuffle(members)
    numbers = sorted(rng.sample(range(1000, 1000 + 40 * pictures), pictures))
    return [
        CastPicture(number, member, rng.getrandbits(40))
        for number, member in zip(numbers, members, strict=True)
    ]


def head_of(picture: CastPicture, side: int) -> Head:
    """Where the head of a picture of `side` by `side` pixels is."""
    rng = random.Random(f"head {picture.seed}")
    radius = side * rng.uniform(0.19, 0.27)
    x, y = side * rng.uniform(0.36, 0.64), side * rng.uniform(0.42, 0.56)
    doubtful = rng.random() < _DOUBTFUL
    off = (0.3 if doubtful else 0.07) * radius
    edges = (x - 1.35 * radius, y - 1.45 * radius, x + 1.35 * radius, y + 1.15 * radius)
    left, top, right, bottom = (
        round(min(max(edge + rng.uniform(-off, off), 0), side)) for edge in edges
    )
    confidence = rng.uniform(0.5, 0.849) if doubtful else rng.uniform(0.86, 0.999)
    return Head(x, y, radius, (left, top, right, bottom), round(confidence, 4))


def draw_picture(person: Person, picture: CastPicture, side: int) -> Image.Image:
    """Draws a character once: RGB, `side` by `side` pixels; the same picture, the same pixels."""
    rng = random.Random(f"drawing {picture.seed}")
    shown = _as_met(rng, person)
    head = head_of(picture, side)
    style = pick(rng, _STYLES)
    canvas = Canvas((2 * side, 2 * side), ink_of(style, ""), np.random.default_rng(picture.seed))
    canvas.gradient([_backdrop(rng), _backdrop(rng)], (0, 0, 2 * side, 2 * side))
    draw_person(canvas, shown, Stand(2 * head.x, 2 * head.y, 2 * head.radius), rng)
    scene = Scene((side, side), Place(), style=style, seed=picture.seed)
    return finish(canvas.image, scene)


def _backdrop(rng: random.Random) -> tuple[int, int, int]:
    colour = pick(rng, dict.fromkeys([*CLOTH.values(), *SKIN, *HAIR.values()], 1))
    return mix(colour, WHITE, rng.uniform(0, 0.7))


def _as_met(rng: random.Random, person: Person) -> Person:
    """A character in another face, pose and clothes, its own looks now and then changed."""
    other = random_person(rng, boy=person.boy, outdoors=False)
    met = replace(
        other,
        **{trait: getattr(person, trait) for trait in (*_TRAITS, "other_eye", "skin", "ahoge")},
        hat="",
        tail=False,
        wings=False,
        held="" if other.held in {"umbrella", "balloon"} else other.held,
        character=person.character,
        copyright=person.copyright,
    )
    if rng.random() < _CHANGED:
        met = replace(met, ornaments=frozenset(), hat=pick(rng, dict.fromkeys(_HATS, 1)), ears="")
    if rng.random() < _CHANGED:
        met = replace(met, hair=pick(rng, dict.fromkeys(HAIR, 1)))
    if rng.random() < _CHANGED:
        met = replace(met, glasses=pick(rng, {"round": 1, "square": 1, "sun": 1}))
    return met
