"""Skies: their light, clouds, sun, moon and stars, and what falls from them.

Coordinates are shares of the picture's height: x from 0 to the aspect ratio, y from 0 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.sample.canvas import smooth
from reviewer.sample.forms import star
from reviewer.sample.palette import WHITE, mix

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from reviewer.sample.canvas import Canvas, Pen, Point
    from reviewer.sample.palette import Colour
    from reviewer.sample.scene import Place


@dataclass(frozen=True, slots=True)
class Light:
    """What a time of day does to colours.

    Attributes:
        sky: Gradients to choose from, each from the zenith to the horizon.
        cloud: Lit and shaded colour of clouds.
        tint: What things on the ground are mixed with.
        share: How strongly, 0..1.
    """

    sky: tuple[tuple[Colour, ...], ...]
    cloud: tuple[Colour, Colour]
    tint: Colour
    share: float

    def on(self, colour: Colour, haze: float = 0.0) -> Colour:
        """A ground colour in this light; `haze` (0..1) moves it towards the horizon's colour."""
        return mix(mix(colour, self.tint, self.share), self.sky[0][-1], haze)


LIGHTS: dict[str, Light] = {
    "day": Light(
        (
            ((82, 164, 236), (142, 204, 248), (214, 238, 252)),
            ((64, 142, 226), (120, 190, 246), (226, 242, 250)),
            ((110, 192, 240), (170, 222, 248), (244, 248, 240)),
        ),
        (WHITE, (214, 228, 246)), (255, 250, 226), 0.04,
    ),
    "sunset": Light(
        (
            ((96, 84, 160), (232, 118, 122), (255, 176, 96), (255, 222, 150)),
            ((74, 86, 168), (214, 110, 150), (255, 158, 104), (255, 206, 128)),
            ((168, 92, 150), (248, 130, 98), (255, 190, 100), (255, 228, 164)),
        ),
        ((255, 214, 184), (226, 128, 142)), (196, 78, 92), 0.3,
    ),
    "night": Light(
        (
            ((16, 20, 58), (32, 44, 104), (64, 84, 150)),
            ((22, 16, 56), (48, 38, 104), (98, 84, 158)),
            ((10, 26, 56), (22, 60, 104), (60, 112, 146)),
        ),
        ((96, 108, 168), (62, 72, 132)), (24, 30, 84), 0.58,
    ),
    "overcast": Light(
        (
            ((136, 148, 162), (172, 182, 192), (206, 212, 216)),
            ((118, 130, 148), (156, 168, 182), (194, 202, 210)),
        ),
        ((196, 202, 210), (158, 168, 180)), (120, 130, 146), 0.3,
    ),
}  # fmt: skip


def draw_sky(canvas: Canvas, pen: Pen, place: Place, rng: random.Random) -> None:
    """Fill the canvas with the sky and all that is in it."""
    light = LIGHTS[place.light]
    stops = light.sky[int(place.hue * len(light.sky))]
    bottom = round(canvas.size[1] * min(place.horizon + 0.04, 1))
    canvas.gradient(stops, (0, 0, canvas.size[0], bottom))
    for thing, draw in _SKY_THINGS.items():
        if thing in place.things:
            draw(pen, place, rng)


def _aspect(pen: Pen) -> float:
    return pen.canvas.size[0] / pen.canvas.size[1]


def _aside(pen: Pen, rng: random.Random) -> float:
    """A place near one side, where a person in the middle does not stand."""
    return _aspect(pen) * rng.choice((rng.uniform(0.1, 0.24), rng.uniform(0.76, 0.9)))


def _stars(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(60, 110)):
        x, y = rng.uniform(0, _aspect(pen)), rng.uniform(0, place.horizon)
        radius = rng.choice((0.002, 0.003, 0.003, 0.0045))
        pen.ellipse(
            (x, y), (radius, radius), mix((250, 246, 220), (150, 170, 240), rng.random() * 0.6), 0
        )
    for _ in range(rng.randint(8, 14)):
        x, y = rng.uniform(0.02, 0.98) * _aspect(pen), rng.uniform(0.02, place.horizon * 0.85)
        radius = rng.uniform(0.011, 0.019)
        pen.polygon(star(x, y, radius, 4, 0.25), (255, 250, 214), 0)
        pen.mark("starry_sky", (x, y), (radius, radius))


def _sun(pen: Pen, place: Place, rng: random.Random) -> None:
    low = place.light == "sunset"
    radius = rng.uniform(0.055, 0.085)
    x, y = _aside(pen, rng), place.horizon - radius * 0.4 if low else rng.uniform(0.11, 0.2)
    pen.glow((x, y), (radius * 2.6, radius * 2.6), (255, 240, 190), 0.4)
    pen.ellipse((x, y), (radius, radius), (255, 246, 214) if low else (255, 240, 150), 0)
    pen.mark("sun", (x, y - radius * 0.4), (radius, radius * 0.6))


def _full_moon(pen: Pen, place: Place, rng: random.Random) -> None:
    radius = rng.uniform(0.065, 0.11)
    x, y = _aside(pen, rng), rng.uniform(0.13, 0.24)
    pen.glow((x, y), (radius * 2.0, radius * 2.0), (214, 222, 255), 0.4)
    pen.ellipse((x, y), (radius, radius), (255, 248, 218), 0)
    for dx, dy, share in (
        (-0.3, -0.2, 0.24),
        (0.25, 0.2, 0.18),
        (0.1, -0.45, 0.12),
        (-0.2, 0.4, 0.15),
    ):
        pen.ellipse(
            (x + dx * radius, y + dy * radius), (radius * share, radius * share), (238, 226, 192), 0
        )
    pen.mark("full_moon", (x, y), (radius, radius))


def _crescent(pen: Pen, place: Place, rng: random.Random) -> None:
    radius = rng.uniform(0.06, 0.09)
    x, y = _aside(pen, rng), rng.uniform(0.12, 0.22)
    pen.glow((x, y), (radius * 1.7, radius * 1.7), (214, 222, 255), 0.28)
    outer = [math.pi * (0.5 + n / 12) for n in range(13)]
    arc = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in outer]
    inner = [(x + radius * 0.48 * math.cos(a), y + radius * math.sin(a)) for a in reversed(outer)]
    pen.moved(0, 0).polygon([*arc, *inner], (255, 246, 206), 0)
    pen.mark("crescent_moon", (x - radius * 0.6, y), (radius * 0.5, radius))


def cloud(pen: Pen, at: tuple[float, float], size: float, light: Light, rng: random.Random) -> None:
    """A heap cloud, `size` high and about three times as wide."""
    x, y = at
    puffs = [
        (-1.3, 0.05, 0.42),
        (-0.75, -0.2, 0.55),
        (0.0, -0.42, 0.75),
        (0.75, -0.15, 0.55),
        (1.3, 0.06, 0.4),
    ]
    lit, shaded = light.cloud
    base = smooth([(x - 1.7 * size, y + 0.45 * size), (x - 1.0 * size, y), (x, y - 0.1 * size),
                   (x + 1.0 * size, y), (x + 1.7 * size, y + 0.45 * size)])  # fmt: skip
    pen.shape(base, shaded, 0)
    places = [
        (x + dx * size * rng.uniform(0.9, 1.1), y + dy * size, r * size) for dx, dy, r in puffs
    ]
    for px, py, radius in places:
        pen.ellipse((px, py + 0.14 * size), (radius, radius * 0.86), shaded, 0)
    for px, py, radius in places:
        pen.ellipse((px - 0.04 * size, py), (radius * 0.9, radius * 0.78), lit, 0)


def _clouds(pen: Pen, place: Place, rng: random.Random) -> None:
    light = LIGHTS[place.light]
    if place.light == "overcast":
        for n in range(9):
            x = _aspect(pen) * (n % 3 + rng.uniform(0.1, 0.9)) / 3
            cloud(
                pen, (x, (n // 3) * 0.13 + rng.uniform(0, 0.08)), rng.uniform(0.13, 0.2), light, rng
            )
        pen.mark("cloudy_sky", (_aspect(pen) / 2, 0.15), (_aspect(pen) / 2, 0.15))
        return
    for n in range(rng.randint(2, 4)):
        size = rng.uniform(0.05, 0.1)
        y = rng.uniform(0.1, max(0.14, place.horizon - 0.14))
        x = _clear_of_lights(pen, size, rng, aside=n == 0)
        cloud(pen, (x, y), size, light, rng)
        pen.mark("cloud", (x, y), (size * 1.5, size * 0.7))


def _clear_of_lights(pen: Pen, size: float, rng: random.Random, *, aside: bool) -> float:
    """An x for a cloud that leaves the sun and the moon free, where there is room."""
    x = 0.0
    for _ in range(8):
        x = _aside(pen, rng) if aside else rng.uniform(0, _aspect(pen))
        low, high = (x - 2.1 * size) * pen.scale, (x + 2.1 * size) * pen.scale
        if not any(
            mark.name in _LIT and mark.box[0] < high and mark.box[2] > low
            for mark in pen.canvas.marks
        ):
            break
    return x


_LIT = frozenset({"sun", "full_moon", "crescent_moon"})


def _rainbow(pen: Pen, place: Place, rng: random.Random) -> None:
    x = _aspect(pen) * rng.uniform(0.3, 0.7)
    radius = rng.uniform(0.42, 0.6) * min(1.0, _aspect(pen))
    colours = (
        (240, 90, 90),
        (250, 166, 80),
        (252, 232, 110),
        (120, 206, 120),
        (96, 166, 240),
        (160, 120, 220),
    )
    for n, colour in enumerate(colours):
        far, near = radius - n * 0.016, radius - (n + 1) * 0.016
        ring = [
            (
                x + reach * math.cos(math.pi * n / 18),
                place.horizon - reach * math.sin(math.pi * n / 18),
            )
            for reach, order in ((far, range(19)), (near, range(18, -1, -1)))
            for n in order
        ]
        pen.glaze(ring, colour, 0.62)
    for side in (-1, 1):
        pen.mark(
            "rainbow",
            (x + side * radius * 0.8, place.horizon - radius * 0.5),
            (radius * 0.16, radius * 0.3),
        )


def _aurora(pen: Pen, place: Place, rng: random.Random) -> None:
    wide = _aspect(pen)
    for n, colour in enumerate(((96, 244, 190), (120, 200, 255), (190, 130, 250))):
        y = 0.16 + n * 0.09 + rng.uniform(-0.03, 0.03)
        top: list[Point] = [(wide * k / 4, y + rng.uniform(-0.07, 0.07)) for k in range(5)]
        low: list[Point] = [(p[0], p[1] + rng.uniform(0.1, 0.17)) for p in reversed(top)]
        pen.canvas.glaze(pen.pixels(smooth([*top, *low])), colour, 0.5, blur=pen.scale * 0.012)
    pen.mark("aurora", (wide / 2, 0.25), (wide / 2, 0.18))


def _fireworks(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(2, 4)):
        x, y, radius = _aside(pen, rng), rng.uniform(0.14, 0.38), rng.uniform(0.09, 0.15)
        colour = rng.choice(((255, 120, 140), (255, 214, 100), (120, 220, 255), (190, 255, 150)))
        pen.glow((x, y), (radius * 1.1, radius * 1.1), colour, 0.22)
        for n in range(16):
            angle = 2 * math.pi * n / 16
            dx, dy = math.cos(angle) * radius, math.sin(angle) * radius
            pen.stroke([(x + dx * 0.3, y + dy * 0.3), (x + dx, y + dy)], colour, 0.006)
            pen.ellipse((x + dx * 1.1, y + dy * 1.1), (0.006, 0.006), WHITE, 0)
        pen.mark("fireworks", (x, y), (radius, radius))


def _shooting_star(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        x, y, far = _aside(pen, rng), rng.uniform(0.08, 0.25), rng.uniform(0.14, 0.22)
        pen.glaze(
            [(x, y, 1), (x + far, y - far * 0.55, 1), (x + 0.008, y + 0.012, 1)],
            (255, 252, 230),
            0.8,
        )
        pen.polygon(star(x, y, 0.022), (255, 250, 214), 0)
        pen.mark("shooting_star", (x + far * 0.3, y - far * 0.2), (far * 0.3, far * 0.25))


_SKY_THINGS: dict[str, Callable[[Pen, Place, random.Random], None]] = {
    "aurora": _aurora,
    "stars": _stars,
    "full_moon": _full_moon,
    "crescent": _crescent,
    "sun": _sun,
    "shooting_star": _shooting_star,
    "fireworks": _fireworks,
    "rainbow": _rainbow,
    "clouds": _clouds,
}


# -- weather, before everything ------------------------------------------------------------------


def draw_weather(pen: Pen, place: Place, rng: random.Random) -> None:
    """Draw rain, snow, petals or leaves over the picture."""
    if place.weather:
        _WEATHER[place.weather](pen, place, rng)


def _rain(pen: Pen, place: Place, rng: random.Random) -> None:
    lean = rng.uniform(-0.025, 0.025)
    for _ in range(rng.randint(90, 130)):
        x, y, long = rng.uniform(0, _aspect(pen)), rng.uniform(-0.05, 1), rng.uniform(0.04, 0.08)
        pen.stroke(
            [(x, y), (x + lean, y + long)],
            mix((226, 236, 248), (150, 176, 214), rng.random()),
            0.0042,
        )


def _snow(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(70, 100)):
        x, y = rng.uniform(0, _aspect(pen)), rng.uniform(0, 1)
        radius = rng.choice((0.005, 0.007, 0.009, 0.013))
        pen.ellipse((x, y), (radius, radius), WHITE, 0)


def _petals(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(28, 42)):
        one = pen.moved(
            rng.uniform(0, _aspect(pen)),
            rng.uniform(0, 1),
            rng.uniform(0.012, 0.02),
            rng.uniform(0, 6),
        )
        one.shape([(0, -1, 1), (0.6, -0.2), (0.3, 0.9), (0, 0.7, 1), (-0.3, 0.9), (-0.6, -0.2)],
                  mix((255, 190, 210), (255, 226, 234), rng.random()), 0)  # fmt: skip


def _leaves(pen: Pen, place: Place, rng: random.Random) -> None:
    for _ in range(rng.randint(20, 30)):
        one = pen.moved(
            rng.uniform(0, _aspect(pen)),
            rng.uniform(0, 1),
            rng.uniform(0.016, 0.026),
            rng.uniform(0, 6),
        )
        one.shape([(0, -1, 1), (0.5, 0), (0, 1, 1), (-0.5, 0)],
                  rng.choice(((226, 120, 56), (204, 76, 52), (240, 178, 70))), 0)  # fmt: skip


_WEATHER: dict[str, Callable[[Pen, Place, random.Random], None]] = {
    "rain": _rain,
    "snow": _snow,
    "petals": _petals,
    "leaves": _leaves,
}
