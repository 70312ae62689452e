"""Draws a scene by lot: what the n-th illustration of a seed shows."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TypeVar

from reviewer.sample.characters import HANDS, SERIES
from reviewer.sample.palette import CLOTH, DARK_SKIN, EYES, HAIR
from reviewer.sample.scene import Animal, Frame, Person, Place, Scene, Variant

T = TypeVar("T")

VARIANT_SHARE = 0.035
"""Share of images that are near-duplicates of an earlier one."""

_HAIR_WEIGHTS = dict(zip(HAIR, (15, 16, 15, 7, 6, 9, 7, 10, 4, 4, 6, 4), strict=True))
_EYE_WEIGHTS = dict(zip(EYES, (24, 15, 15, 13, 11, 9, 5, 3, 3), strict=True))


def pick(rng: random.Random, weights: dict[T, float] | dict[T, int]) -> T:
    """One key, with a chance proportional to its weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


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
    return _styled(rng, scene)


def _styled(rng: random.Random, scene: Scene) -> Scene:
    """Settle the style, and the artist where one is named."""
    if scene.persons and scene.place.simple and rng.random() < 0.13:
        style = pick(rng, {"sketch": 4, "lineart": 5})
        plain = replace(scene.place, kind="white", weather="")
        if style == "lineart" and rng.random() < 0.5:
            return replace(scene, style=style, place=plain, artist="inkwell_sparrow")
        return replace(scene, style=style, place=plain)
    if rng.random() < 0.3:
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
_WIDE = ((384, 256), (384, 272), (384, 288), (384, 216))


def _size(rng: random.Random, tall: float, even: float, wide: float) -> tuple[int, int]:
    return rng.choice(pick(rng, {_TALL: tall, _EVEN: even, _WIDE: wide}))


# -- persons -------------------------------------------------------------------------------------


def _single(rng: random.Random, kind: str) -> Scene:
    frame = pick(rng, {Frame.PORTRAIT: 18, Frame.UPPER: 38, Frame.COWBOY: 18, Frame.FULL: 26})
    place = random_place(rng)
    person = random_person(rng, boy=kind == "boy", outdoors=place.outdoors)
    if frame is Frame.FULL and rng.random() < 0.38:
        person = replace(person, chibi=True)
    tall = {Frame.PORTRAIT: 1, Frame.UPPER: 4, Frame.COWBOY: 7, Frame.FULL: 9}[frame]
    wide = {Frame.PORTRAIT: 2, Frame.UPPER: 2, Frame.COWBOY: 0, Frame.FULL: 0.5}[frame]
    scene = Scene(_size(rng, tall, 3, wide), place, frame, (person,))
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
    return Scene(_size(rng, 0 if frame is Frame.UPPER else 0.5, 4, 6), place, frame, persons)


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
        return replace(person, ornaments=frozenset({pick(rng, boy if person.boy else girl)}))
    if rng.random() < 0.04:
        return replace(person, ornaments=frozenset({"headphones"}))
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
    cloths = {"white": 12, "black": 10, "red": 9, "blue": 11, "pink": 8, "green": 5, "yellow": 5,
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
        legs="" if person.boy else pick(rng, {"": 50, "thighhighs": 22, "pantyhose": 8,
                                              "kneehighs": 12}),
        boots=rng.random() < 0.25,
        wings=rng.random() < 0.03,
    )  # fmt: skip


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
            ("blush", 0.33), ("tears", 0.03), ("freckles", 0.03), ("mole", 0.03), ("sweat", 0.03),
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


# -- places --------------------------------------------------------------------------------------


def random_place(rng: random.Random) -> Place:
    """Something to stand before."""
    kind = pick(rng, {"simple": 42, "outdoors": 42, "indoors": 16})
    if kind == "simple":
        simple = pick(rng, {"white": 15, "plain": 9, "gradient": 9, "dots": 4, "stripes": 3,
                            "sparkle": 3})  # fmt: skip
        weather = pick(rng, {"": 92, "petals": 5, "snow": 3}) if simple != "white" else ""
        return Place(simple, hue=rng.random(), weather=weather)
    if kind == "indoors":
        inside = pick(rng, {"room": 9, "classroom": 4, "library": 3})
        light = pick(rng, {"day": 6, "sunset": 2, "night": 2})
        return Place(inside, light, hue=rng.random(), horizon=rng.uniform(0.66, 0.76))
    return landscape(rng, rng.uniform(0.48, 0.66))


def landscape(rng: random.Random, horizon: float) -> Place:
    """A landscape by lot, its light, weather and things fitting one another."""
    kind = pick(rng, {"field": 24, "mountain": 16, "ocean": 13, "beach": 9, "forest": 13,
                      "city": 15, "river": 6})  # fmt: skip
    light = pick(rng, {"day": 52, "sunset": 15, "night": 22, "overcast": 11})
    weather = pick(
        rng,
        {"": 76, "snow": 6, "petals": 7, "leaves": 3}
        | ({"rain": 40} if light == "overcast" else {"rain": 3 if light == "night" else 0}),
    )
    things = _sky_things(rng, light, weather) | _ground_things(rng, kind)
    if weather == "petals":
        things |= {"cherry"}
    return Place(kind, light, frozenset(things), weather, rng.random(), horizon)


def _sky_things(rng: random.Random, light: str, weather: str) -> set[str]:
    chances = {
        "day": {"clouds": 0.75, "sun": 0.2, "rainbow": 0.06},
        "sunset": {"clouds": 0.55, "sun": 0.75},
        "night": {"stars": 0.72, "clouds": 0.15, "aurora": 0.04, "shooting_star": 0.06,
                  "fireworks": 0.06},
        "overcast": {"clouds": 1.0},
    }[light]  # fmt: skip
    things = {thing for thing, chance in chances.items() if rng.random() < chance}
    if light == "night":
        things |= {pick(rng, {"full_moon": 42, "crescent": 26, "none": 32})} - {"none"}
    if weather == "rain":
        things -= {"stars", "sun", "shooting_star", "fireworks", "aurora"}
    return things


def _ground_things(rng: random.Random, kind: str) -> set[str]:
    chances = {
        "field": {"trees": 0.5, "flowers": 0.55, "house": 0.28, "windmill": 0.1, "fence": 0.16,
                  "road": 0.22, "cherry": 0.1, "sunflowers": 0.08},
        "mountain": {"trees": 0.5, "flowers": 0.2, "house": 0.14, "torii": 0.08},
        "ocean": {"boat": 0.35, "lighthouse": 0.16, "torii": 0.06, "island": 0.3},
        "beach": {"boat": 0.25, "palms": 0.4, "lighthouse": 0.1},
        "forest": {"trees": 1.0, "flowers": 0.3, "mushrooms": 0.22, "road": 0.3, "torii": 0.06},
        "city": {"road": 0.3, "lamps": 0.3, "trees": 0.2, "cherry": 0.08},
        "river": {"trees": 0.5, "flowers": 0.35, "cherry": 0.25, "house": 0.18, "hills": 0.6},
    }[kind]  # fmt: skip
    return {thing for thing, chance in chances.items() if rng.random() < chance}


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


# -- animals -------------------------------------------------------------------------------------


def random_animal(rng: random.Random, x: float, size: float, y: float = 0.96) -> Animal:
    """A four-legged animal or a bird by lot, standing at (x, y)."""
    kind = pick(rng, {"cat": 9, "dog": 5, "rabbit": 4, "bird": 3})
    return Animal(kind, rng.randrange(4), x, y, size, rng.random() < 0.5)


def _animals_only(rng: random.Random, kind: str) -> Scene:
    if rng.random() < 0.2:
        place = Place("underwater", hue=rng.random())
        fish = tuple(
            Animal("fish", rng.randrange(4), rng.uniform(0.15, 0.85), rng.uniform(0.2, 0.8),
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
