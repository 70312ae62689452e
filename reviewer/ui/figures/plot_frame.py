"""The frame of every plot: heading, the plot or words in its place, and a button that saves it."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QFileDialog, QWidget

from reviewer.core.errors import ReviewerError
from reviewer.ui.figures.axes import PlotAxis
from reviewer.ui.theme import look, scaled
from reviewer.ui.widgets.parts import in_column, in_row, text_label
from reviewer.ui.widgets.saving import DRAWING, PICTURE, SaveButton, save_widget, with_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtCore import QEvent, QObject

CLOSE, AXIS, FEWEST = 0.9, 22, 3
"""Least height of a row over that of its text; of the axis, pixels; fewest rows at any height."""
MOST_NAME, NAME_ROOM = 170, 14
"""Widest name at the left of a plot at the usual size of text, and what stands round it, pixels."""


class PlotFrame(QWidget):
    """One plot under its heading; words stand in its place while there is nothing to plot."""

    def __init__(
        self,
        heading: str,
        empty: str,
        parent: QWidget | None = None,
        *,
        left: str = "",
        below: str = "",
    ) -> None:
        """Begins without data.

        Args:
            heading: Above the plot.
            empty: What to say while there is nothing to plot.
            parent: Qt's owner.
            left: What the axis at the left counts; empty where names stand there.
            below: What the lower axis counts; empty where the heading says it.
        """
        super().__init__(parent)
        self._axes = PlotAxis("left", left), PlotAxis("bottom", below)
        self._draw: Callable[[], None] | None = None
        self._fitted = 0
        self._made = False
        self._heading = heading
        self._title = text_label(heading, "heading", of=self, wrap=True)
        self._told = text_label(tone="muted", of=self)
        self._button = SaveButton("Save this plot as a picture or a drawing", self)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._choose_file)
        self._button.hide()
        self._nothing_words = empty
        self._empty = text_label(empty, "muted", of=self, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = in_row((self._title, 1), self._told, self._button, gap=8)
        self._column = in_column(row, (self._empty, 1), of=self, gap=4, edge=0)

    def save(self, path: Path) -> None:
        """Writes the plot with its heading as a picture (`.png`) or a drawing (`.svg`).

        Raises:
            SourceError: It cannot be written, or the name ends in something else.
        """
        self._told.clear()
        save_widget(self, path, self._heading)

    def show_empty(self) -> None:
        """Shows words in place of a plot."""
        self._draw = None
        self._told.clear()
        self._empty.setText(self._nothing_words)
        self._button.hide()
        if self._made:
            self._view.hide()
        self._empty.show()

    def changeEvent(self, event: QEvent) -> None:
        """Draws again in other colours or with other words."""
        if event.type() in {event.Type.PaletteChange, event.Type.FontChange}:
            self._redraw()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draws again where more or fewer rows have room now."""
        if event.type() == event.Type.Resize and self._rows_that_fit() != self._fitted:
            self._redraw()
        return super().eventFilter(watched, event)

    @cached_property
    def _view(self) -> Any:  # noqa: ANN401 - pyqtgraph has no types
        # Each takes some hundredths of a second to make: only where there is something to plot.
        axes = dict(zip(("left", "bottom"), self._axes, strict=True))
        view = pg.PlotWidget(self, enableMenu=False, axisItems=axes)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.installEventFilter(self)
        view.setAccessibleName(self._heading)
        plot = view.getPlotItem()
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        self._column.insertWidget(1, view, 1)
        view.hide()
        self._made = True
        return view

    @property
    def _plot(self) -> Any:  # noqa: ANN401 - pyqtgraph has no types
        return self._view.getPlotItem()

    # -- for the kinds of plots ------------------------------------------------------------------

    def _show(self, draw: Callable[[], None]) -> None:
        """Draws now, and again whenever the look changes."""
        self._draw = draw
        self._told.clear()
        self._empty.hide()
        self._button.show()
        self._view.show()
        self._redraw()

    def _pen(
        self, colour: QColor, width: float = 1, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> Any:  # noqa: ANN401 - pyqtgraph has no types
        """A pen as wide on every screen: Qt counts what plots are drawn with in its pixels."""
        return pg.mkPen(colour, width=width * self.devicePixelRatioF(), style=style)

    def _rows_that_fit(self) -> int:
        """Rows of names that do not run into each other."""
        row = max(QFontMetrics(self.font()).height() * CLOSE, 1.0)
        taken = AXIS * scaled(1.0) + self._axes[1].room
        return max(int((self._view.height() - taken) / row), FEWEST)

    def _name_left(self, names: Sequence[str], places: Iterable[float]) -> None:
        """Writes names at the left, with room for them from the first paint on."""
        metrics = QFontMetrics(self.font())
        most = round(scaled(MOST_NAME))
        shown = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, most) for name in names]
        axis = self._plot.getAxis("left")
        axis.setTicks([list(zip(places, shown, strict=True))])
        axis.setStyle(tickLength=0)
        axis.setWidth(max(map(metrics.horizontalAdvance, shown), default=0) + NAME_ROOM)

    def _redraw(self) -> None:
        if self._draw is None:
            return
        self._fitted = self._rows_that_fit()
        self._plot.clear()
        self._plot.getAxis("left").setWidth(None)
        self._view.setBackground(look().canvas)
        self._draw()
        for shown in self._axes:
            shown.dress()
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(look().line)
            axis.setTextPen(look().muted)
            axis.setStyle(tickFont=self.font())
            # The lines of the axes lie below what is plotted, not across it.
            axis.setZValue(-1)
        self._plot.showGrid(x=True, y=False, alpha=0.12)

    def _choose_file(self) -> None:
        stem = re.sub(r"[^\w]+", "-", self._heading.lower()).strip("-")[:40]
        usual = str(Path.home() / f"{stem}.png")
        name, kind = QFileDialog.getSaveFileName(
            self, "Save the plot", usual, f"{PICTURE};;{DRAWING}"
        )
        if not name:
            return
        path = Path(with_ending(name, kind))
        try:
            self.save(path)
        except ReviewerError as error:
            self._told.setText(str(error))
        else:
            self._told.setText(f"Saved as {path.name}")
