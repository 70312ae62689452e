"""A regression tree as a plot: what it asks, and the mean score and share of images behind it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from reviewer.core.figures import tree_places
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.theme import look, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.figures import TreeNode

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
