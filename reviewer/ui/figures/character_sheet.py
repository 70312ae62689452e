"""Characters in figures: how well faces are told apart, by how many faces a character has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core import published
from reviewer.store.figures import CHARACTERS
from reviewer.ui.figures.figure_plots import FigurePlot, Length
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from reviewer.core.choices.character_figures import BandFigures, CharacterFigures
    from reviewer.store.figures import FigureFiles
    from reviewer.ui.side_pages import Beside


def _percent(value: float) -> str:
    return "" if value < 0 else f"{value:.0%}"


FIELDS = (
    Field("character", lambda row: shown_name(row.name), width="a rather long name (series)"),
    Field("learnt", lambda row: row.learnt, "{:,.0f}".format, "Faces that it was learnt from"),
    Field("tested", lambda row: row.tested, "{:,.0f}".format, "Faces that nothing was learnt from"),
    Field("top 1", lambda row: -1 if row.top1 is None else row.top1, _percent, "First guess right"),
    Field("top 5", lambda row: -1 if row.top5 is None else row.top5, _percent, "Among the five"),
)


class CharacterSheet(FigureSheet):
    """Two plots by frequency, what "unknown" is worth, and a line a character."""

    command = "characters"
    figures = CHARACTERS
    page = "characters.html"
    job_title = "Train characters"
    empty = (
        "How well are characters told apart?",
        (
            "Trains a network on head crops and measures it on faces that it never saw. It needs "
            "faces with a character: import a set (reviewer characters import), or find heads with "
            "a detector that you have (reviewer characters detect). Some minutes for 2,000 faces."
        ),
        "Train",
    )

    def __init__(self, files: FigureFiles, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins with nothing; `opened` reads.

        Args:
            files: Where the figures are.
            beside: Starts the job, and tells of it.
            parent: Qt's owner.
        """
        super().__init__(files, beside, parent)
        self.first = FigurePlot(
            "First guess right, by faces that a character was learnt from",
            "No faces tested.",
            below="% of the faces",
        )
        self.five = FigurePlot(
            "Among the five likeliest", "No faces tested.", below="% of the faces"
        )
        self.naming = text_label(of=self, wrap=True)
        self.table = FigureTable("Every character", FIELDS, self)
        plots = in_column((self.first, 1), (self.five, 1), self.naming, gap=14)
        in_row((plots, 1), (self.table, 1), of=self.content, gap=20, edge=0)

    def work_out(self) -> None:
        """Starts the training; it leaves its figures where they are read."""
        self._beside.start_job(self.job_title, (self.command, "train"))

    def show_figures(self, found: CharacterFigures) -> str:
        """Shows a network."""
        bands = [*found.bands, *found.others]
        self.first.show_lengths([_length(band, band.top1) for band in bands], percent=True)
        self.five.show_lengths([_length(band, band.top5) for band in bands], percent=True)
        self.naming.setText(f"{found.naming.sentence} {published.CHARACTERS}")
        self.table.show_rows(found.each)
        return (
            f"Network {found.network}, learnt from {found.learnt:,} faces and tested on "
            f"{found.tested:,} others."
        )


def _length(band: BandFigures, share: float | None) -> Length:
    words = "none tested" if share is None else f"{share:.0%} of {band.faces:,}"
    return Length(band.name, 100 * (share or 0), words)
