"""Plots in the colours of the window, with pyqtgraph; loaded only when a summary is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from reviewer.ui.figures.axes import ClockAxis
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.theme import look, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.quality.audit import Estimate
    from reviewer.core.review.sitting import Line
    from reviewer.core.statistics import Interval

ROWS = 10
"""Most rows of a plot by tag."""
FEWEST_ROWS = 5
"""Rows that there is room for, so that one row alone is no wall."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar plot: a length within a longer one, and words at its end."""

    name: str
    part: float
    whole: float
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A share with its interval in a row of a plot; `second` marks are drawn as squares."""

    name: str
    share: Interval
    second: bool = False


class Plot(PlotFrame):
    """A plot of one of a few kinds; each `show` takes the place of what was shown before."""

    _clock: ClockAxis | None = None

    def show_line(self, line: Line, *, percent: bool = False) -> None:
        """Plots a figure over time, with its interval as a band where there is one."""
        if len(line.at) < 2:
            self.show_empty()
            return
        scale = 100.0 if percent else 1.0
        self._count_from(line.at)

        def draw() -> None:
            at = line.at - line.at[0]
            accent = QColor(look().accent)
            faint = QColor(accent)
            faint.setAlpha(60)
            faint_pen = self._pen(faint)
            if line.low is not None and line.high is not None:
                low = pg.PlotCurveItem(at, line.low * scale, pen=faint_pen)
                high = pg.PlotCurveItem(at, line.high * scale, pen=faint_pen)
                for item in (low, high, pg.FillBetweenItem(low, high, brush=faint)):
                    self._plot.addItem(item)
            self._plot.plot(at, line.value * scale, pen=self._pen(accent, 2))
            top = 105.0 if percent else max(float(line.value.max()) * 1.1, 1.0)
            self._plot.setYRange(0, top, padding=0)
            self._plot.setXRange(0, float(at[-1]), padding=0.02)

        self._show(draw)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Plots lengths by name, the first on top."""
        if not bars:
            self.show_empty()
            return

        def draw() -> None:
            rows = list(bars[: min(ROWS, self._rows_that_fit())])
            places = np.arange(len(rows), 0, -1, dtype=float)
            for colour, lengths in (
                (look().line, [row.whole for row in rows]),
                (look().accent, [row.part for row in rows]),
            ):
                self._plot.addItem(
                    pg.BarGraphItem(
                        x0=0, y=places, height=0.66, width=lengths, brush=colour, pen=None
                    )
                )
            longest = max(row.whole for row in rows)
            for place, row in zip(places, rows, strict=True):
                words = pg.TextItem(row.words, color=look().muted, anchor=(0, 0.5))
                words.setPos(row.whole + longest * 0.01, place)
                self._plot.addItem(words)
            self._name_rows([row.name for row in rows], places)
            self._plot.setXRange(0, longest * (1 + 0.35 * scaled(1.0)), padding=0)

        self._show(draw)

    def show_marks(self, marks: Sequence[Mark], *, fitted: bool = False) -> None:
        """Plots shares with their intervals by name; marks of one name share a row.

        Args:
            marks: The first on top.
            fitted: Whether the axis ends with the largest one, not at 100 %.
        """
        every = list(dict.fromkeys(mark.name for mark in marks))
        if not every:
            self.show_empty()
            return

        def draw() -> None:
            names = every[: min(ROWS, self._rows_that_fit())]
            places = dict(zip(names, np.arange(len(names), 0, -1, dtype=float), strict=True))
            for mark in marks:
                if mark.name in places:
                    self._add_mark(mark, places[mark.name] + (-0.16 if mark.second else 0.16))
            self._name_rows(names, np.array(list(places.values())))
            top = max(mark.share.high for mark in marks) if fitted else 1.0
            self._plot.setXRange(0, 100 * top, padding=0.02)

        self._show(draw)

    # -- inside ----------------------------------------------------------------------------------

    def _add_mark(self, mark: Mark, place: float) -> None:
        colour = QColor(look().muted if mark.second else look().accent)
        share = mark.share
        self._plot.plot(
            [share.low * 100, share.high * 100], [place, place], pen=self._pen(colour, 2)
        )
        # Drawn as shapes, not as little pictures, which a saved drawing would show distorted.
        spot = pg.ScatterPlotItem(
            x=[share.share * 100],
            y=[place],
            symbol="s" if mark.second else "o",
            size=9,
            brush=colour,
            pen=None,
            useCache=False,
        )
        self._plot.addItem(spot)

    def _name_rows(self, names: Sequence[str], places: np.ndarray[Any, Any]) -> None:
        self._name_left(names, places.tolist())
        top = len(names) + 0.6
        self._plot.setYRange(top - max(len(names), FEWEST_ROWS) - 0.2, top, padding=0)

    def _count_from(self, at: np.ndarray[Any, Any]) -> None:
        """Lets the lower axis show times of day, counted from the first one."""
        # Drawings keep six digits of a coordinate: of unix seconds nothing would be left.
        if self._clock is None:
            self._clock = ClockAxis()
            self._plot.setAxisItems({"bottom": self._clock})
        self._clock.begin(float(at[0]))


AUDIT_HEADING = (
    "Precision and recall, %: \N{BLACK CIRCLE} as corrected, \N{BLACK SQUARE} as they came"
)


def marks_of(found: Estimate) -> list[Mark]:
    """Precision and recall as corrected, with those of the original tags beneath."""
    return [
        Mark("precision", found.after.precision),
        Mark("precision", found.before.precision, second=True),
        Mark("recall", found.after.recall),
        Mark("recall", found.before.recall, second=True),
    ]
