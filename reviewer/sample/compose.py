"""Draws a scene by lot: what the n-th illustration of a seed shows."""

from __future__ import annotations

import random
from dataclasses import replace

from reviewer.sample.characters import HANDS
from reviewer.sample.lot import pick
from reviewer.sample.people import fitted, random_person
from reviewer.sample.places import landscape, random_place
from reviewer.sample.scene import Animal, Frame, Person, Place, Scene, Variant

VARIANT_SHARE = 0.035
"""Share of images that are near-duplicates of an earlier one."""


def compose(seed: int, index: int) -> Scene:
    """The scene of illustration `index` (from 0); the same for the same seed, everywhere."""
    rng = random.Random(f"{seed}:variant:{index}")
    if index and rng.random() < VARIANT_SHARE:
        base = compose(seed, rng.randrange(max(0, index - 400), index))
        return replace(base, variant=_variant(rng))
    return _original(random.Random(f"{seed}:scene:{index}"))


def _variant(rng: random.Random) -> Variant:
    kind = rng.randrange(4)
    crop = rng.uniform(0.015, 0.035) if kind in {1, 3} else 0.0
    tint = (1.0, 1.0, 1.0)
    if kind == 2:
        tint = (rng.uniform(0.93, 1.06), rng.uniform(0.95, 1.04), rng.uniform(0.93, 1.06))
    return Variant(crop, tint, rng.choice((62, 75, 92)), mirrored=kind == 3)


def _original(rng: random.Random) -> Scene:
    kind = pick(rng, {"girl": 51, "boy": 13, "two": 10, "scenery": 18, "animals": 8})
    scene = {
        "girl": _single,
        "boy": _single,
        "two": _pair,
        "scenery": _scenery,
        "animals": _animals_only,
    }[kind](rng, kind)
    scene = replace(scene, seed=rng.getrandbits(32), signed=rng.random() < 0.07)
    if rng.random() < 0.07:
        scene = replace(scene, size=(scene.size[0] * 4 // 3, scene.size[1] * 4 // 3))
    if not scene.place.simple and scene.frame is not Frame.PORTRAIT and rng.random() < 0.025:
        scene = replace(scene, border=True)
    return _styled(rng, _grounded(rng, scene))


def _grounded(rng: random.Random, scene: Scene) -> Scene:
    """Give those at sea a pier to stand on, and blur what is behind those who are near."""
    place = scene.place
    if place.kind == "ocean" and (scene.persons or any(a.size > 0.1 for a in scene.animals)):
        place = replace(place, things=place.things | {"pier"})
    near = scene.frame in {Frame.PORTRAIT, Frame.UPPER} and bool(scene.persons)
    blurry = near and not place.simple and rng.random() < 0.25
    return replace(scene, place=place, blurry=blurry)


def _styled(rng: random.Random, scene: Scene) -> Scene:
    """Settle the style, and the artist where one is named."""
    if scene.persons and scene.place.simple and rng.random() < 0.13:
        style = pick(rng, {"sketch": 4, "lineart": 5})
        plain = replace(scene.place, kind="white", weather="")
        if style == "lineart" and rng.random() < 0.5:
            return replace(scene, style=style, place=plain, artist="inkwell_sparrow")
        return replace(scene, style=style, place=plain)
    if rng.random() < 0.3 and not scene.blurry:
        artist = pick(
            rng,
            {"milk_tea_fox": 30, "velvet_thistle": 22, "paper_comet": 16, "tidepool_papers": 12,
             "slow_pixel": 8, "amber_lattice": 5},
        )  # fmt: skip
        return replace(scene, style=HANDS[artist][0], artist=artist)
    style = pick(
        rng,
        {"cel": 60, "soft": 15, "bold": 6, "watercolor": 7, "greyscale": 7, "sepia": 1.2,
         "pixel": 4},
    )  # fmt: skip
    return replace(scene, style=style)


# -- sizes ---------------------------------------------------------------------------------------

_TALL = ((272, 384), (256, 384), (288, 384), (304, 384))
_EVEN = ((384, 384), (352, 384), (384, 336))
_BROAD = ((384, 288), (384, 304))
_WIDE = ((384, 256), (384, 272), (384, 288), (384, 216))

_SHAPES = {"tall": _TALL, "even": _EVEN, "wide": _WIDE, "broad": _BROAD}


def _size(
    rng: random.Random, tall: float, even: float, wide: float, broad: float = 0
) -> tuple[int, int]:
    return rng.choice(
        _SHAPES[pick(rng, {"tall": tall, "even": even, "wide": wide, "broad": broad})]
    )


# -- persons -------------------------------------------------------------------------------------


def _single(rng: random.Random, kind: str) -> Scene:
    frame = pick(rng, {Frame.PORTRAIT: 18, Frame.UPPER: 38, Frame.COWBOY: 18, Frame.FULL: 26})
    place = random_place(rng)
    person = random_person(rng, boy=kind == "boy", outdoors=place.outdoors)
    if frame is Frame.FULL and rng.random() < 0.38:
        person = replace(person, chibi=True)
    tall = {Frame.PORTRAIT: 1, Frame.UPPER: 4, Frame.COWBOY: 7, Frame.FULL: 9}[frame]
    wide = {Frame.PORTRAIT: 2, Frame.UPPER: 2, Frame.COWBOY: 0, Frame.FULL: 0}[frame]
    scene = Scene(
        _size(rng, tall, 3, wide, 1.5 if frame is Frame.FULL else 0),
        place,
        frame,
        (fitted(person, frame),),
    )
    if frame is Frame.FULL and rng.random() < 0.2:
        animal = random_animal(rng, x=rng.choice((0.15, 0.85)), size=rng.uniform(0.2, 0.27))
        scene = replace(scene, animals=(animal,))
    return scene


def _pair(rng: random.Random, kind: str) -> Scene:
    boys = pick(rng, {(False, False): 55, (False, True): 30, (True, True): 15})
    frame = pick(rng, {Frame.UPPER: 40, Frame.COWBOY: 20, Frame.FULL: 40})
    place = random_place(rng)
    persons = tuple(
        replace(random_person(rng, boy=boy, outdoors=place.outdoors), wings=False) for boy in boys
    )
    if frame is Frame.FULL and rng.random() < 0.4:
        persons = tuple(replace(person, chibi=True) for person in persons)
    persons = tuple(fitted(person, frame) for person in persons)
    wide, broad = (0, 6) if frame is Frame.FULL else (6, 0)
    return Scene(_size(rng, 0, 4, wide, broad), place, frame, persons)


# -- landscapes and animals ---------------------------------------------------------------------


def _scenery(rng: random.Random, kind: str) -> Scene:
    place = landscape(rng, rng.uniform(0.4, 0.7))
    persons: tuple[Person, ...] = ()
    if rng.random() < 0.4:
        person = random_person(rng, boy=rng.random() < 0.3, outdoors=True)
        persons = (replace(person, wings=False, tail=False, character="", copyright=""),)
    animals: tuple[Animal, ...] = ()
    if rng.random() < 0.2:
        animals = tuple(
            Animal("bird", rng.randrange(4), rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.4), 0.06)
            for _ in range(rng.randint(2, 5))
        )
    return Scene(_size(rng, 2.5, 2, 6), place, Frame.TINY, persons, animals)


def random_animal(rng: random.Random, x: float, size: float, y: float = 0.96) -> Animal:
    """A four-legged animal or a bird by lot, standing at (x, y)."""
    kind = pick(rng, {"cat": 9, "dog": 5, "rabbit": 4, "bird": 3})
    return Animal(kind, rng.randrange(4), x, y, size, rng.random() < 0.5)


def _animals_only(rng: random.Random, kind: str) -> Scene:
    if rng.random() < 0.2:
        place = Place("underwater", hue=rng.random())
        fish = tuple(
            Animal("fish", rng.randrange(4), rng.uniform(0.15, 0.85), rng.uniform(0.36, 0.88),
                   rng.uniform(0.14, 0.3), rng.random() < 0.5)
            for _ in range(rng.randint(1, 4))
        )  # fmt: skip
        return Scene(_size(rng, 1, 2, 3), place, animals=fish)
    place = random_place(rng)
    count = pick(rng, {1: 60, 2: 30, 3: 10})
    size = {1: 0.58, 2: 0.46, 3: 0.36}[count] * rng.uniform(0.85, 1.1)
    animals = tuple(
        random_animal(rng, (n + 1) / (count + 1) + rng.uniform(-0.05, 0.05), size, 0.92)
        for n in range(count)
    )
    return Scene(_size(rng, 1.5 if count == 1 else 0, 4, 3), place, animals=animals)
