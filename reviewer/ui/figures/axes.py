"""Axes of plots: figures as people write them, and times of day.

pyqtgraph has an axis of dates. With times that are not counted from 1970 it makes a tick for every
hour since then as soon as a plot covers more than some hours, and stands still for minutes.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Literal

import pyqtgraph as pg

from reviewer.ui.theme import look, scaled

MOST_PLACES = 9
"""Digits behind the point that a figure may have, and one more."""


class PlotAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """An axis of a plot: its words beside it, thousands set apart."""

    def __init__(self, side: Literal["left", "bottom"], words: str = "") -> None:
        """Begins at one side of a plot.

        Args:
            side: Where it is.
            words: What it counts; empty where the plot's heading says so.
        """
        super().__init__(orientation=side)
        # Words would make "(x1e+03)" of thousands.
        self.enableAutoSIPrefix(enable=False)
        self._words = words

    @property
    def room(self) -> int:
        """Pixels that the words take beside the figures."""
        return round(self.label.boundingRect().height() * 0.8) if self._words else 0

    def dress(self) -> None:
        """Takes the present look."""
        if self._words:
            self.setLabel(self._words, color=look().muted)

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        """The figure at each tick."""
        return [written(value, spacing) for value in values]


def written(value: float, spacing: float) -> str:
    """A figure with as many digits as tell it from its neighbours.

    Args:
        value: The figure.
        spacing: Of two neighbours, above 0.
    """
    places = next((n for n in range(MOST_PLACES) if math.isclose(round(spacing, n), spacing)), 0)
    # Ticks are multiples of their spacing but for what arithmetic leaves: nought is not -0.0.
    return f"{round(value, places) + 0.0:,.{places}f}"


MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
STEPS = (
    *(MINUTE * many for many in (1, 2, 5, 10, 15, 30)),
    *(HOUR * many for many in (1, 2, 3, 6, 12)),
    *(DAY * many for many in (1, 2, 7, 14, 30, 90, 180, 365)),
)
"""Seconds between ticks, as people divide a day."""

APART_PX = 76
"""Least room for a tick and its words at the usual size of text."""


class ClockAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """The lower axis of a plot over time."""

    def __init__(self) -> None:
        """Begins at midnight; say with `begin` when the plot begins."""
        super().__init__(orientation="bottom")
        # Counts are seconds already: no thousands of them.
        self.enableAutoSIPrefix(enable=False)
        self._began = dt.datetime.fromtimestamp(0).astimezone()

    def begin(self, at: float) -> None:
        """Says when second 0 of the plot is.

        Args:
            at: Unix seconds.
        """
        self._began = dt.datetime.fromtimestamp(at).astimezone()
        self.picture = None
        self.update()

    def tickValues(
        self, lowest: float, highest: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Ticks at whole parts of the day where the user lives.

        Args:
            lowest: Seconds from the begin, at the left end.
            highest: At the right end.
            size: Length of the axis, pixels.

        Returns:
            One kind of tick: the seconds between two, and where they are.
        """
        step = step_of((highest - lowest) * scaled(APART_PX) / max(size, 1.0))
        # The seconds of the clock on the wall: ticks stand at its whole hours.
        wall = self._began.replace(tzinfo=dt.UTC).timestamp()
        first = math.ceil((lowest + wall) / step)
        last = math.floor((highest + wall) / step)
        return [(step, [many * step - wall for many in range(first, last + 1)])]

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        """The time of day at each tick; the date where a day begins."""
        return [self._words(value, spacing) for value in values]

    def _words(self, value: float, step: float) -> str:
        at: dt.datetime = self._began + dt.timedelta(seconds=round(value * 1000) / 1000)
        new_day = at.hour == at.minute == 0
        return f"{at:%d %b}" if step >= DAY or (new_day and value > 0) else f"{at:%H:%M}"


def step_of(least: float) -> float:
    """The seconds between ticks: the first usual step that is long enough, or whole years.

    Args:
        least: Seconds that need room, above 0.
    """
    year: float = STEPS[-1]
    return next((step for step in STEPS if step >= least), math.ceil(least / year) * year)
