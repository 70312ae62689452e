"""Plots in the colours of the window, with pyqtgraph; loaded only when a summary is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from reviewer.ui.theme import look, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent

    from reviewer.core.sitting import Line
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


class Plot(QWidget):
    """One plot under its heading; words stand in its place while there is nothing to plot."""

    def __init__(self, heading: str, empty: str, parent: QWidget | None = None) -> None:
        """Begins without data.

        Args:
            heading: Above the plot.
            empty: What to say while there is nothing to plot.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._draw: Callable[[], None] = _nothing
        title = QLabel(heading, self)
        title.setProperty("tone", "heading")
        title.setWordWrap(True)
        self._nothing_words = empty
        self._empty = QLabel(self)
        self._empty.setProperty("tone", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._view: Any = pg.PlotWidget(self)
        self._axes: list[Any] = []
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName(heading)
        self._plot: Any = self._view.getPlotItem()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(self._view, 1)
        column.addWidget(self._empty, 1)
        self._view.hide()

    def show_line(self, line: Line, *, percent: bool = False) -> None:
        """Plots a figure over time, with its interval as a band where there is one."""
        if len(line.at) < 2:
            self._show_empty()
            return
        scale = 100.0 if percent else 1.0
        axis = pg.DateAxisItem(orientation="bottom", utcOffset=_offset(line.at))
        self._plot.setAxisItems({"bottom": axis})
        # The axis before it may still be painted: none is given up while the plot is there.
        self._axes.append(axis)

        def draw() -> None:
            at = line.at - line.at[0]
            accent = QColor(look().accent)
            faint = QColor(accent)
            faint.setAlpha(60)
            faint_pen = pg.mkPen(faint, width=1)
            if line.low is not None and line.high is not None:
                low = pg.PlotCurveItem(at, line.low * scale, pen=faint_pen)
                high = pg.PlotCurveItem(at, line.high * scale, pen=faint_pen)
                for item in (low, high, pg.FillBetweenItem(low, high, brush=faint)):
                    self._plot.addItem(item)
            self._plot.plot(at, line.value * scale, pen=pg.mkPen(accent, width=2))
            top = 105.0 if percent else max(float(line.value.max()) * 1.1, 1.0)
            self._plot.setYRange(0, top, padding=0)
            self._plot.setXRange(0, float(at[-1]), padding=0.02)

        self._show(draw)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Plots lengths by name, the first on top."""
        rows = list(bars[:ROWS])
        if not rows:
            self._show_empty()
            return

        def draw() -> None:
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

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Plots shares with their intervals by name; marks of one name share a row."""
        names = list(dict.fromkeys(mark.name for mark in marks))[:ROWS]
        if not names:
            self._show_empty()
            return

        def draw() -> None:
            places = dict(zip(names, np.arange(len(names), 0, -1, dtype=float), strict=True))
            for mark in marks:
                if mark.name in places:
                    self._add_mark(mark, places[mark.name] + (-0.16 if mark.second else 0.16))
            self._name_rows(names, np.array(list(places.values())))
            self._plot.setXRange(0, 100, padding=0.02)

        self._show(draw)

    def changeEvent(self, event: QEvent) -> None:
        """Draws again in other colours or with other words."""
        if event.type() in {event.Type.PaletteChange, event.Type.FontChange}:
            self._redraw()
        super().changeEvent(event)

    # -- inside ----------------------------------------------------------------------------------

    def _add_mark(self, mark: Mark, place: float) -> None:
        colour = QColor(look().muted if mark.second else look().accent)
        share = mark.share
        self._plot.plot(
            [share.low * 100, share.high * 100], [place, place], pen=pg.mkPen(colour, width=2)
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
        axis = self._plot.getAxis("left")
        axis.setTicks([list(zip(places.tolist(), names, strict=True))])
        top = len(names) + 0.6
        self._plot.setYRange(top - max(len(names), FEWEST_ROWS) - 0.2, top, padding=0)

    def _show(self, draw: Callable[[], None]) -> None:
        self._draw = draw
        self._empty.hide()
        self._view.show()
        self._redraw()

    def _show_empty(self) -> None:
        self._draw = _nothing
        self._empty.setText(self._nothing_words)
        self._view.hide()
        self._empty.show()

    def _redraw(self) -> None:
        if self._draw is _nothing:
            return
        self._plot.clear()
        self._view.setBackground(look().canvas)
        self._draw()
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(look().line)
            axis.setTextPen(look().muted)
            axis.setStyle(tickFont=self.font())
        self._plot.showGrid(x=True, y=False, alpha=0.12)


def _offset(at: np.ndarray[Any, Any]) -> float:
    """What an axis adds to times that are counted from the first one, seconds.

    Drawings keep six digits of a coordinate: of unix seconds nothing would be left.

    Args:
        at: Unix seconds, ascending.
    """
    began = dt.datetime.fromtimestamp(float(at[0])).astimezone()
    away = began.utcoffset() or dt.timedelta()
    return -away.total_seconds() - float(at[0])


def _nothing() -> None:
    """Draws nothing."""
