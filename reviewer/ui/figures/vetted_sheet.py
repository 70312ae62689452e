"""Vetted images in figures: how unlike the others they are, which is the bias that they bring."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reviewer.core.statistics import wilson
from reviewer.store.figures import VETTED
from reviewer.ui.figures.figure_plots import FigurePlot, Length
from reviewer.ui.figures.plots import Mark, Plot
from reviewer.ui.figures.rating_names import rating_names
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import in_column, in_row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from reviewer.core.quality.vetting_figures import VettedFigures, VettedTag
    from reviewer.store.figures import FigureFiles
    from reviewer.ui.side_pages import Beside

EACH_END = 6
"""Tags of either end in the plot."""

FIELDS = (
    Field("tag", lambda row: shown_name(row.tag), width="watercolor (medium)"),
    Field("vetted", lambda row: row.vetted, "{:,.0f}".format, "Vetted images with the tag"),
    Field("others", lambda row: row.others, "{:,.0f}".format, "Other images with the tag"),
    Field(
        "times as often",
        lambda row: row.lift,
        "{:.2f}".format,
        "Its share among vetted images over that among the others, with its 95% interval",
        width="0.00 (0.00\N{EN DASH}0.00)",
        whole=lambda row: f"{row.lift:.2f} ({row.low:.2f}\N{EN DASH}{row.high:.2f})",
    ),
    Field(
        "no accident",
        lambda row: float(row.clear),
        lambda value: "yes" if value else "",
        "Too far from 1 for chance, at three standard errors",
    ),
)


class VettedSheet(FigureSheet):
    """What is rarer and what more frequent among vetted images, manners of drawing, every tag."""

    command = "vetted"
    figures = VETTED
    page = "vetted.html"
    job_title = "Vetted images"
    empty = (
        "How unlike the others are vetted images?",
        (
            "Images may be marked as vetted, by score, favourites or a list (reviewer vetted "
            "--min-score 50): their own tags count for more. What they show less often counts for "
            "less by that, and this tells what it is. Seconds."
        ),
        "Compare",
    )

    def __init__(self, files: FigureFiles, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins with nothing; `opened` reads."""
        super().__init__(files, beside, parent)
        self.lifts = FigurePlot(
            "Clearly rarer and more frequent among vetted images",
            "No tag is clearly rarer or more frequent among vetted images.",
            below="doublings: 1 is twice as frequent, -1 half",
        )
        self.manners = Plot(
            "Rating and manner of drawing: \N{BLACK CIRCLE} vetted, \N{BLACK SQUARE} others",
            "No manner of drawing and no rating to compare.",
            below="% of the images",
        )
        self.table = FigureTable("Every tag", FIELDS, self)
        plots = in_column((self.lifts, 1), (self.manners, 1), gap=14)
        in_row((plots, 1), (self.table, 1), of=self.content, gap=20, edge=0)

    def show_figures(self, found: VettedFigures) -> str:
        """Shows a comparison."""
        self.lifts.show_lengths(lifts(found))
        self.manners.show_marks(shares(found), fitted=True)
        self.table.show_rows(found.tags)
        if not found.vetted:
            return "No image is vetted yet: reviewer vetted --min-score 50."
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in found.reasons)
        return (
            f"{found.vetted:,} images are vetted ({reasons}), {found.others:,} are not; their own "
            f"tags count {found.weight:g} times as much. {found.lost:,} tags are on none of them."
        )


def lifts(found: VettedFigures) -> list[Length]:
    """The rarest and the most frequent tags among vetted images, in doublings."""
    ends = [*found.rarer[:EACH_END], *found.commoner[:EACH_END][::-1]]
    return [_length(tag) for tag in ends]


def _length(tag: VettedTag) -> Length:
    words = f"\N{MULTIPLICATION SIGN}{tag.lift:.2f}, {tag.vetted:,} and {tag.others:,}"
    return Length(shown_name(tag.tag), math.log2(tag.lift), words)


def shares(found: VettedFigures) -> list[Mark]:
    """Shares of both kinds of images by rating, then by manner of drawing, the least even first."""
    manners = sorted(
        (tag for tag in found.tags if tag.manner), key=lambda tag: -abs(math.log(tag.lift))
    )
    rated = {letter: (here, there) for letter, here, there in found.ratings}
    rows = [
        *((f"rated {name}", *rated[letter]) for letter, name in rating_names(rated).items()),
        *((shown_name(tag.tag), tag.vetted, tag.others) for tag in manners),
    ]
    return [
        mark
        for name, here, there in rows
        for mark in (
            Mark(name, wilson(here, found.vetted)),
            Mark(name, wilson(there, found.others), second=True),
        )
    ]
