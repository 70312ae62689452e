"""What a share of corrected tags is worth in images: the noise experiment, plotted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from reviewer.store.figures import NOISE
from reviewer.ui.figures.figure_plots import LINES, NEAREST, line_look, spaced
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.theme import scaled
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.quality.noise_figures import LevelFigures, NoiseFigures
    from reviewer.store.figures import FigureFiles
    from reviewer.ui.side_pages import Beside

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


NO_END = 1e15
"""Sorts behind every number of images."""


def _images(value: float | None) -> float:
    return NO_END if value is None else value


def _counted(value: float) -> str:
    return "no end" if value >= NO_END else f"{value:,.0f}"


FIELDS = (
    Field("labels", lambda row: row.words, width="50% wrong added"),
    Field("mAP", lambda row: row.map[0], "{:.3f}".format, "Mean average precision"),
    Field("F1", lambda row: row.f1[0], "{:.3f}".format, "Over all pairs"),
    Field("tags", lambda row: row.changed_tags, "{:,.0f}".format, "Dropped, or wrongly added"),
    Field(
        "more images",
        lambda row: _images(row.more_images[0]),
        _counted,
        "Worth as much as putting these tags right",
        "more images",
    ),
    Field("from", lambda row: _images(row.more_images[1]), _counted, "95%", "000,000"),
    Field("to", lambda row: _images(row.more_images[2]), _counted, "95%", "000,000"),
)


class NoiseSheet(FigureSheet):
    """Two plots, the answer in sentences, and a table of the levels."""

    command = "experiment"
    figures = NOISE
    page = "noise.html"
    job_title = "Noise experiment"
    empty = (
        "Correct tags, or add images?",
        (
            "Drops tags at random and adds wrong ones, on a copy of the labels, learns at each "
            "level, and tells how many more images a share of corrected tags is worth here. "
            "Nothing of the collection changes. Minutes for some thousand images."
        ),
        "Find out",
    )

    def __init__(self, files: FigureFiles, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins with nothing; `opened` reads."""
        super().__init__(files, beside, parent)
        self.noise = NoisePlot(
            "Quality over the share of the tags",
            "Nothing was tried.",
            self,
            left="mAP and F1",
            below="tags dropped, or wrong ones added",
        )
        self.images = NoisePlot(
            "Quality over the images learnt from",
            "Nothing was tried.",
            self,
            left="mAP",
            below="images",
        )
        self.table = FigureTable("Levels of noise", FIELDS, self, searched=False)
        self.answer = text_label(of=self, wrap=True)
        self.answer.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self.answer)
        plots = in_row((self.noise, 1), (self.images, 1), gap=20)
        told = in_row((self.table, 1), (area, 1), gap=20)
        in_column((plots, 3), (told, 2), of=self.content, gap=14, edge=0)

    def work_out(self) -> None:
        """Starts the experiment."""
        words = (self.command, "noise", "--to", str(self.files.folder))
        self._beside.start_job(self.job_title, words)

    def show_figures(self, found: NoiseFigures) -> str:
        """Shows what the experiment found."""
        shares = sorted({level.share for level in found.levels})
        self.noise.show_series(
            over_noise(found.levels), [(share, f"{share:.0%}") for share in shares]
        )
        sizes = sorted({point[0] for curve in found.curves for point in curve.points})
        self.images.show_series(
            [NoiseLine(curve.words, curve.points) for curve in found.curves],
            [(size, f"{size:,.0f}") for size in sizes],
            log=True,
        )
        self.table.show_rows(found.levels)
        self.answer.setText("\n\n".join(found.sentences))
        return (
            f"{found.images:,} images and {found.tags:,} tags learnt ({found.trained}), "
            f"measured on {found.measured_images:,} others."
        )


def over_noise(levels: tuple[LevelFigures, ...]) -> list[NoiseLine]:
    """A line of mAP and one of F1 for tags dropped, and for wrong ones added."""
    lines = []
    for kind, words in (("drop", "dropped"), ("add", "wrong added")):
        mine = [level for level in levels if level.kind in {"none", kind}]
        if len(mine) > 1:
            lines += [
                NoiseLine(f"mAP, {words}", tuple((e.share, *e.map) for e in mine)),
                NoiseLine(f"F1, {words}", tuple((e.share, *e.f1) for e in mine)),
            ]
    return lines
