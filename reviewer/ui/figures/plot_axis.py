"""An axis that says what it counts, in figures as people write them."""

from __future__ import annotations

import math
from typing import Literal

import pyqtgraph as pg

from reviewer.ui.theme import look

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
