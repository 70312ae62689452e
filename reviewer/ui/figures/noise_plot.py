"""Lines with intervals over a number line: quality over noise, and over images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg

from reviewer.ui.figures.figure_plots import LINES, NEAREST, line_look, spaced
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.theme import scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAME_APART = 0.075
"""Of the height, between the names of lines that end close together, at text of 100 %."""


@dataclass(frozen=True, slots=True)
class NoiseLine:
    """One line.

    Attributes:
        name: Stands at its end.
        points: (x, y, low, high), ascending in x.
    """

    name: str
    points: tuple[tuple[float, float, float, float], ...]


class NoisePlot(PlotFrame):
    """Points with their intervals, joined by lines."""

    def show_series(
        self, lines: Sequence[NoiseLine], ticks: Sequence[tuple[float, str]], *, log: bool = False
    ) -> None:
        """Plots lines.

        Args:
            lines: The first few are drawn.
            ticks: (place, words) below.
            log: Whether the axis across is logarithmic.
        """
        shown = [line for line in lines[:LINES] if line.points]
        if not shown:
            self.show_empty()
            return

        def across(value: float) -> float:
            return math.log(value) if log else value

        def draw() -> None:
            every = np.array([point for line in shown for point in line.points])
            low, high = float(every[:, 2].min()), float(every[:, 3].max())
            step = NAME_APART * scaled(1.0) * max(high - low, 1e-9)
            last = math.inf
            order = sorted(range(len(shown)), key=lambda n: -shown[n].points[-1][1])
            for place in order:
                last = min(shown[place].points[-1][1], last - step)
                self._draw_line(shown[place], place, across, last)
            places = [across(float(x)) for x in every[:, 0]]
            wide = max(max(places) - min(places), 1e-9)
            axis = self._plot.getAxis("bottom")
            named = [(across(at), words) for at, words in ticks]
            axis.setTicks([spaced(named, NEAREST * scaled(1.0) * wide)])
            self._plot.getAxis("left").setTicks(None)
            self._plot.setYRange(min(low, last - step), high + step / 2, padding=0.02)
            room = wide * 0.5 * scaled(1.0)
            self._plot.setXRange(min(places) - 0.03 * wide, max(places) + room, padding=0)

        self._show(draw)

    def _draw_line(
        self, line: NoiseLine, place: int, across: Callable[[float], float], name_at: float
    ) -> None:
        colour, style = line_look(place)
        table = np.array(line.points, float)
        x = np.array([across(value) for value in table[:, 0].tolist()])
        y, low, high = table[:, 1], table[:, 2], table[:, 3]
        self._plot.addItem(
            pg.ErrorBarItem(x=x, y=y, top=high - y, bottom=y - low, pen=self._pen(colour))
        )
        pen = self._pen(colour, 2, style)
        self._plot.plot(x, y, pen=pen, symbol="o", symbolSize=6, symbolBrush=colour, symbolPen=None)
        words = pg.TextItem(line.name, color=colour, anchor=(0, 0.5))
        words.setPos(float(x[-1]) + 0.02 * max(float(x[-1] - x[0]), 1e-9), name_at)
        self._plot.addItem(words)
