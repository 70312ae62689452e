"""Landscapes: fields, mountains, water, woods, towns; coordinates as in `sky`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.sample import foreground, landmarks
from reviewer.sample.palette import WHITE, Colour, darker, lighter, mix
from reviewer.sample.rarities import draw_rarities
from reviewer.sample.sky import LIGHTS, Light, draw_sky

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from reviewer.sample.canvas import Canvas, Pen, Point
    from reviewer.sample.scene import Place

_SNOWY: Colour = (232, 240, 250)


@dataclass(frozen=True, slots=True)
class Land:
    """What the painters of a landscape need to know.

    Attributes:
        pen: With shares of the height as units.
        place: What to paint.
        light: Of the time of day.
        rng: Small accidents.
        wide: Aspect ratio, the largest x.
    """

    pen: Pen
    place: Place
    light: Light
    rng: random.Random
    wide: float

    @property
    def horizon(self) -> float:
        """Where the sky ends, share of the height."""
        return self.place.horizon

    def ground(self, colour: Colour, haze: float = 0.0) -> Colour:
        """A ground colour in this light, under snow where it snows."""
        if self.place.weather == "snow":
            colour = mix(colour, _SNOWY, 0.8)
        return self.light.on(colour, haze)


def draw_landscape(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    """Paint the sky, the land and what stands on it."""
    land = Land(pen, place, LIGHTS[place.light], rng, canvas.size[0] / canvas.size[1])
    draw_sky(canvas, pen, place, rng)
    _LANDS[place.kind](land)
    draw_rarities(land)


def ridge(land: Land, y: float, swing: float, colour: Colour, steps: int = 6) -> None:
    """A rolling hill across the picture, from `y` down to the bottom."""
    top: list[Point] = [
        (land.wide * n / steps, y + land.rng.uniform(-swing, swing)) for n in range(-1, steps + 2)
    ]
    outer = land.pen.shape([(-0.3, 1.1, 1), *top, (land.wide + 0.3, 1.1, 1)], colour, 0)
    shade: list[Point] = [(p[0], p[1] + 0.05) for p in top]
    land.pen.shade(outer, [(-0.3, 1.1, 1), *shade, (land.wide + 0.3, 1.1, 1)], darker(colour, 0.06))


def _peaks(land: Land, height: float, haze: float, count: int) -> None:
    rng, base = land.rng, land.horizon + 0.03
    colour = land.light.on((106, 128, 168), haze)
    snow = land.light.on((246, 248, 255), haze * 0.5)
    for n in range(count):
        x = land.wide * (n + rng.uniform(0.2, 0.8)) / count
        high = height * rng.uniform(0.7, 1.1)
        half = high * rng.uniform(0.75, 1.0)
        top = base - high
        peak = land.pen.polygon([(x - half, base), (x - half * 0.45, top + high * 0.52), (x, top),
                                 (x + half * 0.4, top + high * 0.46),
                                 (x + half, base)], colour, 0)  # fmt: skip
        land.pen.shade(peak, [(x, top, 1), (x + half, base, 1), (x + half * 0.1, base, 1),
            (x + half * 0.16, top + high * 0.5, 1)],
                       darker(colour, 0.16))  # fmt: skip
        cap = high * 0.32
        land.pen.shade(peak, [(x, top - 0.02, 1), (x + cap * 1.1, top + cap, 1),
            (x + cap * 0.4, top + cap * 0.75, 1),
                              (x + cap * 0.12, top + cap * 1.1, 1),
                              (x - cap * 0.3, top + cap * 0.8, 1),
                              (x - cap * 1.1, top + cap, 1)], snow)  # fmt: skip
        land.pen.mark("mountain", (x, base - high * 0.5), (half * 0.5, high * 0.5))


def _grass(land: Land) -> Colour:
    greens = ((128, 188, 92), (108, 172, 96), (160, 196, 96), (186, 190, 100))
    return greens[int(land.place.hue * len(greens))]


def _field(land: Land) -> None:
    grass = _grass(land)
    ridge(land, land.horizon - 0.03, 0.03, land.ground(mix(grass, (96, 150, 140), 0.4), 0.35))
    ridge(land, land.horizon + 0.04, 0.02, land.ground(grass))
    _row_of_trees(land, land.horizon + 0.05, 3)
    _standing(land)
    ridge(land, land.horizon + 0.22, 0.02, land.ground(darker(grass, 0.08)))
    _road(land)
    foreground.scattered(land)


def _mountain(land: Land) -> None:
    _peaks(land, land.rng.uniform(0.26, 0.36), 0.35, 3)
    _peaks(land, land.rng.uniform(0.2, 0.26), 0.1, 2)
    grass = _grass(land)
    ridge(land, land.horizon + 0.01, 0.02, land.ground(mix(grass, (70, 120, 110), 0.5), 0.15))
    _row_of_trees(land, land.horizon + 0.05, 5, pine=True)
    ridge(land, land.horizon + 0.13, 0.02, land.ground(grass))
    _standing(land)
    foreground.scattered(land)


def _sea(land: Land, bottom: float) -> None:
    day = land.place.light == "day"
    deep: Colour = (38, 124, 196) if day else (44, 92, 150)
    near: Colour = (96, 196, 220) if day else (84, 130, 168)
    sky = land.light.sky[0][-1]
    size = land.pen.canvas.size
    stops = [mix(land.light.on(deep), sky, 0.25), land.light.on(deep), land.light.on(near)]
    land.pen.canvas.gradient(
        stops, (0, round(size[1] * land.horizon), size[0], round(size[1] * bottom))
    )
    for _ in range(22):
        y = land.horizon + (bottom - land.horizon) * land.rng.random() ** 1.4
        far = 0.03 + 0.1 * (y - land.horizon)
        x = land.rng.uniform(0, land.wide)
        land.pen.stroke(
            [(x - far, y), (x, y - 0.004), (x + far, y)], mix(stops[2], WHITE, 0.45), 0.005
        )
    foreground.glitter(land, bottom)
    land.pen.mark(
        "ocean",
        (land.wide / 2, (land.horizon + bottom) / 2),
        (land.wide / 2, (bottom - land.horizon) / 2),
    )


def _ocean(land: Land) -> None:
    _sea(land, 1.0)
    if "island" in land.place.things:
        landmarks.island(land)
    landmarks.afloat(land)
    if "pier" in land.place.things:
        foreground.pier(land)
    else:
        foreground.depth(land)


def _beach(land: Land) -> None:
    shore = land.horizon + (1 - land.horizon) * land.rng.uniform(0.35, 0.5)
    _sea(land, min(shore + 0.06, 1))
    landmarks.afloat(land)
    sand = land.ground((246, 222, 168))
    foam: list[Point] = [
        (land.wide * n / 5, shore + land.rng.uniform(-0.02, 0.02)) for n in range(-1, 7)
    ]
    land.pen.shape([(-0.3, 1.1, 1), *((p[0], p[1] - 0.022) for p in foam),
        (land.wide + 0.3, 1.1, 1)],
                   mix(sand, WHITE, 0.75), 0)  # fmt: skip
    land.pen.shape([(-0.3, 1.1, 1), *foam, (land.wide + 0.3, 1.1, 1)], sand, 0)
    land.pen.mark("beach", (land.wide / 2, (shore + 1) / 2), (land.wide / 2, (1 - shore) / 2))
    for _ in range(7):
        x, y = land.rng.uniform(0, land.wide), land.rng.uniform(shore + 0.05, 1)
        land.pen.ellipse((x, y), (0.014, 0.007), darker(sand, 0.12), 0)
    if "palms" in land.place.things:
        landmarks.palms(land, shore + 0.1)


def _forest(land: Land) -> None:
    for layer in range(3):
        haze = (0.5, 0.25, 0.0)[layer]
        green = land.ground(((92, 150, 110), (72, 134, 88), (58, 120, 72))[layer], haze)
        y = land.horizon + 0.02 + layer * 0.07
        ridge(land, y, 0.01, green)
        count = (9, 7, 4)[layer]
        for n in range(count):
            x = land.wide * (n + land.rng.uniform(0.1, 0.9)) / count
            landmarks.tree(land, (x, y + 0.03),
                (0.3, 0.38, 0.52)[layer] * land.rng.uniform(0.85, 1.15),
                           pine=land.place.hue < 0.5, haze=haze)  # fmt: skip
    land.pen.mark("forest", (land.wide / 2, land.horizon), (land.wide / 2, 0.2))
    ridge(land, land.horizon + 0.26, 0.015, land.ground((116, 164, 84)))
    _road(land)
    _standing(land)
    foreground.scattered(land)


def _city(land: Land) -> None:
    for layer in range(3):
        landmarks.skyline(land, layer)
    pavement = land.ground((172, 172, 180))
    land.pen.polygon([(-0.1, land.horizon + 0.1), (land.wide + 0.1, land.horizon + 0.1),
        (land.wide + 0.1, 1.1),
                      (-0.1, 1.1)], pavement, 0)  # fmt: skip
    land.pen.polygon([(-0.1, land.horizon + 0.1), (land.wide + 0.1, land.horizon + 0.1),
        (land.wide + 0.1, land.horizon + 0.125),
                      (-0.1, land.horizon + 0.125)], darker(pavement, 0.2), 0)  # fmt: skip
    _road(land)
    _row_of_trees(land, land.horizon + 0.16, 3)
    foreground.depth(land)
    if "lamps" in land.place.things:
        landmarks.lamps(land)


def _river(land: Land) -> None:
    grass = _grass(land)
    if "hills" in land.place.things:
        ridge(
            land, land.horizon - 0.05, 0.05, land.ground(mix(grass, (90, 140, 150), 0.5), 0.35), 4
        )
    ridge(land, land.horizon + 0.02, 0.015, land.ground(grass))
    _row_of_trees(land, land.horizon + 0.05, 4)
    _standing(land)
    water = land.light.on((96, 176, 220))
    x, y, wide = land.wide * land.rng.uniform(0.35, 0.65), land.horizon + 0.05, land.wide
    bend = land.rng.choice((-0.16, 0.16)) * wide
    outer = land.pen.shape([(x - 0.02, y, 1), (x + bend * 0.6, y + 0.1),
        (x - bend * 0.4 - 0.1 * wide, 0.85), (x - 0.26 * wide, 1.1, 1),
                            (x + 0.3 * wide, 1.1, 1), (x - bend * 0.2 + 0.16 * wide, 0.85),
                            (x + bend * 0.8 + 0.06, y + 0.1),
                            (x + 0.03, y, 1)], water, 0)  # fmt: skip
    land.pen.mark("river", (x, 0.9), (0.2 * wide, 0.1))
    for n in range(5):
        yy = 0.76 + n * 0.05
        land.pen.shade(outer, [(x - 0.08, yy), (x + 0.02, yy - 0.006), (x + 0.1, yy),
            (x + 0.02, yy + 0.004)],
                       lighter(water, 0.5))  # fmt: skip
    foreground.scattered(land)


def _standing(land: Land) -> None:
    """House, windmill, torii, fence: whatever the place has of them."""
    for name in ("house", "windmill", "torii", "fence"):
        if name in land.place.things:
            landmarks.STANDING[name](land)


def _row_of_trees(land: Land, y: float, count: int, *, pine: bool = False) -> None:
    if not land.place.things & {"trees", "cherry"}:
        return
    for n in range(count):
        x = land.wide * (n + land.rng.uniform(0.15, 0.85)) / count
        tall = land.rng.uniform(0.16, 0.26)
        if "cherry" in land.place.things:
            tall *= 1.35
        landmarks.tree(land, (x, y + land.rng.uniform(0, 0.04)), tall, pine=pine)


def _road(land: Land) -> None:
    if "road" not in land.place.things:
        return
    x = land.wide * land.rng.uniform(0.35, 0.65)
    y = land.horizon + (0.11 if land.place.kind == "city" else 0.22)
    colour = land.ground((120, 120, 132) if land.place.kind == "city" else (222, 198, 150))
    spread = 0.34 * land.wide
    land.pen.polygon(
        [(x - 0.03, y), (x + 0.03, y), (x + spread, 1.1), (x - spread, 1.1)], colour, 0
    )
    if land.place.kind == "city":
        for n in range(4):
            top = y + (1.05 - y) * (n / 4) ** 1.5
            low = y + (1.05 - y) * ((n + 0.5) / 4) ** 1.5
            land.pen.polygon([(x - 0.004 * (n + 1), top), (x + 0.004 * (n + 1), top),
                (x + 0.007 * (n + 1), low),
                              (x - 0.007 * (n + 1), low)], lighter(colour, 0.7), 0)  # fmt: skip
    land.pen.mark("road", (x, (y + 1) / 2 + 0.08), (spread * 0.6, (1 - y) / 2 - 0.08))


_LANDS: dict[str, Callable[[Land], None]] = {
    "field": _field,
    "mountain": _mountain,
    "ocean": _ocean,
    "beach": _beach,
    "forest": _forest,
    "city": _city,
    "river": _river,
}
