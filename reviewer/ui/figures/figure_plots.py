"""Plots of a collection: columns over a number line, lines over time, lengths, and a tree."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from reviewer.core.figures import tree_places
from reviewer.core.types import Category
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.theme import category_colour, look, scaled, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor

    from reviewer.core.figures import TreeNode

LINES = 6
"""Most lines of one plot: more cannot be told apart."""
ROWS = 12
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
TICKS = 7
"""Most words below columns."""
NEAREST = 0.09
"""Of an axis, the room that words at it need."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its height, and the words below it."""

    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Length:
    """One row: a length to the right, or to the left if it is negative, and words at its end."""

    name: str
    length: float
    words: str


class FigurePlot(PlotFrame):
    """A plot of one of a few kinds; each `show` takes the place of what was shown before."""

    def show_columns(self, columns: Sequence[Column], *, log: bool = False) -> None:
        """Plots heights side by side.

        Args:
            columns: From left to right.
            log: Whether heights stand on a logarithmic axis, on which none is still nothing.
        """
        if not any(entry.height > 0 for entry in columns):
            self.show_empty()
            return

        def draw() -> None:
            heights = np.array([entry.height for entry in columns], float)
            shown = np.log10(heights + 1) if log else heights
            places = np.arange(len(columns), dtype=float)
            self._plot.addItem(
                pg.BarGraphItem(x=places, height=shown, width=0.8, brush=look().accent, pen=None)
            )
            self._name_columns([entry.words for entry in columns])
            top = float(heights.max())
            if log:
                marks = [(math.log10(value + 1), f"{value:,}") for value in powers(top)]
                marks = spaced([(0.0, "0"), *marks], NEAREST * scaled(1.0) * float(shown.max()))
                self._plot.getAxis("left").setTicks([marks])
            else:
                self._plot.getAxis("left").setTicks(None)
            self._plot.setYRange(0, float(shown.max()) * 1.06, padding=0)
            self._plot.setXRange(-0.6, len(columns) - 0.4, padding=0)

        self._show(draw)

    def show_lines(
        self, lines: Sequence[tuple[str, Sequence[float]]], below: Sequence[str]
    ) -> None:
        """Plots shares over equal steps, each line with its name at its end.

        Args:
            lines: (name, shares in per cent), each as long as `below`; the first few are drawn.
            below: Words below the steps.
        """
        shown = [(name, np.array(values, float)) for name, values in lines[:LINES]]
        if not shown:
            self.show_empty()
            return

        def draw() -> None:
            top = max(float(values.max()) for _, values in shown) or 1.0
            # Where lines end close together their names stand below one another.
            step, last = top * 1.08 / self._rows_that_fit(), math.inf
            order = sorted(range(len(shown)), key=lambda n: -shown[n][1][-1])
            for place in order:
                name, values = shown[place]
                colour, style = line_look(place)
                pen = self._pen(colour, 2, style)
                self._plot.plot(np.arange(len(values)), values, pen=pen)
                last = min(float(values[-1]), last - step)
                words = pg.TextItem(name, color=colour, anchor=(0, 0.5))
                words.setPos(len(values) - 0.8, last)
                self._plot.addItem(words)
            self._name_columns(below)
            self._plot.getAxis("left").setTicks(None)
            self._plot.setYRange(min(0.0, last - step), top * 1.08, padding=0)
            self._plot.setXRange(0, (len(below) - 1) * (1 + 0.45 * scaled(1.0)), padding=0)

        self._show(draw)

    def show_lengths(self, rows: Sequence[Length], *, percent: bool = False) -> None:
        """Plots lengths by name, the first on top; negative ones go to the left.

        Args:
            rows: What to plot.
            percent: Whether lengths are per cent of a whole: the axis ends at 100.
        """
        if not rows:
            self.show_empty()
            return

        def draw() -> None:
            shown = list(rows[: min(ROWS, self._rows_that_fit())])
            places = np.arange(len(shown), 0, -1, dtype=float)
            lengths = np.array([row.length for row in shown], float)
            self._plot.addItem(
                pg.BarGraphItem(
                    x0=np.minimum(lengths, 0),
                    x1=np.maximum(lengths, 0),
                    y=places,
                    height=0.66,
                    brush=look().accent,
                    pen=None,
                )
            )
            longest = float(np.abs(lengths).max()) or 1.0
            for place, row in zip(places, shown, strict=True):
                words = pg.TextItem(row.words, color=look().muted, anchor=(0, 0.5))
                words.setPos(max(row.length, 0) + longest * 0.01, place)
                self._plot.addItem(words)
            self._name_left([row.name for row in shown], places.tolist())
            low = -longest * 1.05 if lengths.min() < 0 else 0.0
            room = 1 + (0.5 if lengths.min() >= 0 else 0.7) * scaled(1.0)
            marks = [(float(share), f"{share}") for share in range(0, 101, 20)]
            self._plot.getAxis("bottom").setTicks([marks] if percent else None)
            self._plot.setXRange(low, (100 if percent else longest) * room, padding=0)
            self._plot.setYRange(min(len(shown) - 5, 0) + 0.4, len(shown) + 0.6, padding=0)

        self._show(draw)

    # -- inside ----------------------------------------------------------------------------------

    def _name_columns(self, words: Sequence[str]) -> None:
        """Words below as many columns as there is room for, always below the first."""
        every = max(math.ceil(len(words) / TICKS), 1)
        named: list[tuple[float, Any]] = [
            (float(place), text) for place, text in enumerate(words) if place % every == 0
        ]
        self._plot.getAxis("bottom").setTicks([named])


def line_look(place: int) -> tuple[QColor, Qt.PenStyle]:
    """Colour and stroke of a line: colours that the window has, then the same dashed."""
    kinds = (Category.GENERAL, Category.META, Category.CHARACTER, Category.COPYRIGHT)
    colour = category_colour(kinds[place % len(kinds)])
    return colour, STYLES[place // len(kinds) % len(STYLES)]


def spaced(ticks: Sequence[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Ticks without those whose words would run into the ones before.

    Args:
        ticks: (place, words), ascending.
        least: Distance that words need.
    """
    kept: list[tuple[float, str]] = []
    for place, words in ticks:
        if not kept or place - kept[-1][0] >= least:
            kept.append((place, words))
    return kept


def powers(top: float) -> list[int]:
    """1, 10, 100 and so on, up to a height."""
    return [10**n for n in range(int(math.log10(max(top, 1))) + 1)]


MINUS = "\N{MINUS SIGN}"
SMALLER = 0.86
"""Text at the nodes, beside that of the window: sixteen leaves stand side by side."""
AROUND = 0.75
"""Room above the root and below the leaves, levels."""


class TreePlot(PlotFrame):
    """A tree from the root at the top; absent goes to the left, present to the right."""

    def show_tree(self, tree: Sequence[TreeNode]) -> None:
        """Plots a tree, the root first."""
        if len(tree) < 2:
            self.show_empty()
            return
        places = tree_places(tree)

        def draw() -> None:
            for node, (at, depth) in zip(tree, places, strict=True):
                for child in (node.absent, node.present):
                    if child >= 0:
                        x, y = places[child]
                        self._plot.plot(
                            [at, x], [-depth, -y], pen=pg.mkPen(look().disabled, width=1.5)
                        )
            font, leaves = self._small(), sum(not node.tag for node in tree)
            for node, (at, depth) in zip(tree, places, strict=True):
                self._write(node, (at, -depth), font, leaves)
            deepest = max(depth for _, depth in places)
            self._plot.setXRange(0, leaves, padding=0)
            self._plot.setYRange(-deepest - AROUND, AROUND, padding=0)
            for side in ("left", "bottom"):
                self._plot.hideAxis(side)

        self._show(draw)

    def _write(self, node: TreeNode, place: tuple[float, float], font: QFont, leaves: int) -> None:
        """Words at a node, on the ground so that lines end at them."""
        # Nodes above the leaves stand further apart: as far as the leaves below them.
        room = self._view.width() / max(leaves, 1) * (1 if not node.tag else 1.9)
        name = QFontMetrics(font).elidedText(
            shown_name(node.tag), Qt.TextElideMode.ElideRight, round(room)
        )
        lines = [
            *([name] if node.tag else []),
            f"{node.mean:.2f}".replace("-", MINUS),
            f"{node.share:.0%}",
        ]
        words = pg.TextItem(
            html=f'<div align="center">{"<br>".join(map(html.escape, lines))}</div>',
            color=look().text if node.tag else look().muted,
            anchor=(0.5, 0.5),
            fill=look().canvas,
        )
        words.setFont(font)
        words.setTextWidth(words.textItem.document().idealWidth())
        words.setPos(*place)
        self._plot.addItem(words)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * SMALLER)
        return font
