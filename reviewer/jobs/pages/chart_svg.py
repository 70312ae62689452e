"""Points with intervals and lines over two axes, as an SVG that needs nothing beside it."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.jobs.pages.html import svg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH, HEIGHT = 760, 330
LEFT, RIGHT, TOP, BOTTOM = 58, 190, 14, 46
LINES = 5
"""About so many lines across."""
NAME_APART = 16
COLOURS = ("#2f78c4", "#c47a17", "#2e8b57", "#b04a8f", "#7a6ad8", "#a23b3b", "#3b8f99", "#8a8a1f")


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart.

    Attributes:
        name: Stands at its end.
        points: (x, y, low, high), ascending in x; low and high are y where there is no interval.
        curve: (x, y) of a line to draw instead of one from point to point.
        colour: Place among the colours.
    """

    name: str
    points: tuple[tuple[float, float, float, float], ...]
    curve: tuple[tuple[float, float], ...] = ()
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis across.

    Attributes:
        words: What it counts.
        ticks: (place, words).
        log: Whether it is logarithmic; every x is above 0 then.
    """

    words: str
    ticks: tuple[tuple[float, str], ...]
    log: bool = False


def chart_svg(series: Sequence[Series], across: Axis, up: str, label: str) -> str:
    """Draws a chart.

    Args:
        series: At least one, each with a point.
        across: The axis across.
        up: What the axis up counts.
        label: What the chart shows, for those who cannot see it.
    """
    place_x = _across([x for entry in series for x, *_ in entry.points], log=across.log)
    heights = [y for entry in series for point in entry.points for y in point[1:]]
    low, high, step = _rounded(min(heights), max(heights))

    def place_y(value: float) -> float:
        inside = min(max(value, low), high)
        return HEIGHT - BOTTOM - (inside - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    parts = _frame(across, up, place_x)
    parts += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place_y(at):.1f}" y2="{place_y(at):.1f}" '
        f'stroke="#888" stroke-opacity="0.3"/>'
        f'<text x="{LEFT - 6}" y="{place_y(at) + 4:.1f}" text-anchor="end" fill="currentColor">'
        f"{at:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}</text>"
        for at in _steps(low, high, step)
    ]
    for entry in series:
        parts += _line(entry, place_x, place_y)
    parts += _names(series, place_y)
    return svg(parts, WIDTH, HEIGHT, label)


def _across(values: Sequence[float], *, log: bool) -> Callable[[float], float]:
    scale: Callable[[float], float] = math.log if log else float
    first, last = scale(min(values)), scale(max(values))
    room = WIDTH - LEFT - RIGHT - 16

    def place(value: float) -> float:
        return LEFT + 8 + (scale(value) - first) / ((last - first) or 1.0) * room

    return place


def _rounded(low: float, high: float) -> tuple[float, float, float]:
    """Ends of the axis up on round figures, and the step between its lines."""
    wide = max(high - low, 1e-6)
    power = 10.0 ** math.floor(math.log10(wide / LINES))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= wide / LINES - 1e-12)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + n * step for n in range(round((high - low) / step) + 1)]


def _frame(across: Axis, up: str, place_x: Callable[[float], float]) -> list[str]:
    floor = HEIGHT - BOTTOM
    parts = [
        f'<text x="{place_x(at):.1f}" y="{floor + 18}" text-anchor="middle" fill="currentColor">'
        f"{html.escape(words)}</text>"
        for at, words in across.ticks
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle" fill="currentColor">'
        f"{html.escape(across.words)}</text>"
        f'<text x="14" y="{(TOP + floor) / 2:.0f}" text-anchor="middle" fill="currentColor" '
        f'transform="rotate(-90 14 {(TOP + floor) / 2:.0f})">{html.escape(up)}</text>'
    )
    return parts


def _line(
    entry: Series, place_x: Callable[[float], float], place_y: Callable[[float], float]
) -> list[str]:
    colour = COLOURS[entry.colour % len(COLOURS)]
    way = entry.curve or tuple((x, y) for x, y, _, _ in entry.points)
    points = " ".join(f"{place_x(x):.1f},{place_y(y):.1f}" for x, y in way)
    parts = [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for x, y, low, high in entry.points:
        parts.append(
            f'<line x1="{place_x(x):.1f}" x2="{place_x(x):.1f}" y1="{place_y(low):.1f}" '
            f'y2="{place_y(high):.1f}" stroke="{colour}" stroke-width="1.5"/>'
            f'<circle cx="{place_x(x):.1f}" cy="{place_y(y):.1f}" r="3.5" fill="{colour}">'
            f"<title>{html.escape(entry.name)}: {y:.3f} ({low:.3f} to {high:.3f})</title></circle>"
        )
    return parts


def _names(series: Sequence[Series], place_y: Callable[[float], float]) -> list[str]:
    """Names at the ends of the lines, below one another where those are close together."""
    parts = []
    before = -math.inf
    for entry in sorted(series, key=lambda entry: -entry.points[-1][1]):
        at = max(place_y(entry.points[-1][1]), before + NAME_APART)
        before = at
        colour = COLOURS[entry.colour % len(COLOURS)]
        parts.append(
            f'<text x="{WIDTH - RIGHT + 10}" y="{at + 4:.1f}" fill="{colour}">'
            f"{html.escape(entry.name)}</text>"
        )
    return parts
