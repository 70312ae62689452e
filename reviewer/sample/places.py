"""Draws places by lot: backdrops, rooms, and landscapes whose parts fit one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.lot import pick
from reviewer.sample.scene import Place

if TYPE_CHECKING:
    import random


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
    if light == "night" and kind in {"field", "forest", "river"} and rng.random() < 0.25:
        things |= {"fireflies"}
    things |= _rare_things(rng, kind, light, weather)
    if weather == "petals":
        things |= {"cherry"}
    return Place(kind, light, frozenset(things), weather, rng.random(), horizon)


def _rare_things(rng: random.Random, kind: str, light: str, weather: str) -> set[str]:
    """The long tail: each thing only where it may be."""
    ground = kind in {"field", "mountain", "forest", "river"}
    chances = {
        "hot_air_balloon": 0.03 * (light in {"day", "sunset"} and not weather),
        "kite": 0.03 * (light == "day" and kind in {"field", "beach", "mountain"}),
        "ufo": 0.03 * (light == "night"),
        "butterfly": 0.06 * (light == "day" and kind in {"field", "river"} and not weather),
        "snowman": 0.25 * (weather == "snow" and ground),
        "tent": 0.05 * (ground and weather != "snow"),
        "jack-o'-lantern": 0.08 * (light == "night" and ground),
    }
    return {thing for thing, chance in chances.items() if rng.random() < chance}


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
        "city": {"road": 0.65, "lamps": 0.45, "trees": 0.3, "cherry": 0.1},
        "river": {"trees": 0.5, "flowers": 0.35, "cherry": 0.25, "house": 0.18, "hills": 0.6},
    }[kind]  # fmt: skip
    return {thing for thing, chance in chances.items() if rng.random() < chance}
