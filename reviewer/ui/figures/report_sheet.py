"""Every tag of a collection in figures, and what the answers changed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.statistics import Interval
from reviewer.store.figures import REPORT
from reviewer.ui.figures.figure_plots import FigurePlot, Length
from reviewer.ui.figures.plots import AUDIT_HEADING, Mark, Plot, marks_of
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import in_column, in_row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from reviewer.core.figures import TagFigures
    from reviewer.core.quality.audit import AuditNote
    from reviewer.store.figures import FigureFiles
    from reviewer.store.library import Library
    from reviewer.ui.side_pages import Beside

AGAINST = "against the tags as they are corrected now, at the threshold where F1 is best"
AUDITED = (
    ", with a 95% interval: what the audit's random sample tells of such tags, shared out by what "
    "the ranking expects of each"
)
_WIDEST = "100% (100\N{EN DASH}100)"
FIELDS = (
    Field("tag", lambda row: shown_name(row.tag), width="a tag with a rather long name"),
    Field("category", lambda row: row.category, width="copyright"),
    Field("images", lambda row: row.images, "{:,.0f}".format, "That carry it, as corrected"),
    Field("P", lambda row: row.precision, "{:.3f}".format, f"Precision of the tagger {AGAINST}"),
    Field("R", lambda row: row.recall, "{:.3f}".format, f"Recall of the tagger {AGAINST}"),
    Field("F1", lambda row: row.f1, "{:.3f}".format, f"Of precision and recall, {AGAINST}"),
    Field("AP", lambda row: row.average_precision, "{:.3f}".format, "Average precision"),
    Field(
        "\N{MULTIPLICATION SIGN} chance",
        lambda row: row.times_chance,
        "{:,.1f}".format,
        "Average precision over that of guessing",
    ),
    Field("answers", lambda row: row.answers, "{:,.0f}".format, "Pairs that a person settled"),
    Field("fixed", lambda row: row.fixed, "{:,.0f}".format, "Of those, errors"),
    Field(
        "reviewed", lambda row: row.reviewed, "{:.0%}".format, "Of the questions there ever were"
    ),
    Field(
        "verified",
        lambda row: row.verified,
        "{:.0%}".format,
        "Of its images, confirmed by a person",
    ),
    Field(
        "left",
        lambda row: row.missing_left + row.wrong_left,
        "{:,.0f}".format,
        "Errors that the ranking expects among the questions that are left",
    ),
    Field(
        "true recall",
        lambda row: _recall(row).share,
        "{:.0%}".format,
        f"Of the images that should carry the tag, those that do, as corrected{AUDITED}",
        width=_WIDEST,
        whole=lambda row: _interval(_recall(row)),
    ),
    Field(
        "true precision",
        lambda row: _precision(row).share,
        "{:.0%}".format,
        f"Of the images that carry the tag, those that should, as corrected{AUDITED}",
        width=_WIDEST,
        whole=lambda row: _interval(_precision(row)),
    ),
)
_UNKNOWN = Interval(-1.0, 0.0, 1.0)


def _recall(row: TagFigures) -> Interval:
    """Of the tag itself; below 0 where no audit tells of it."""
    return row.audited.after.recall if row.audited else _UNKNOWN


def _precision(row: TagFigures) -> Interval:
    """Of the tag itself; below 0 where no audit tells of it."""
    return row.audited.after.precision if row.audited else _UNKNOWN


def _interval(found: Interval) -> str:
    if found.share < 0:
        return "\N{EN DASH}"
    return f"{found.share:.0%} ({100 * found.low:.0f}\N{EN DASH}{100 * found.high:.0f})"


class ReportSheet(FigureSheet):
    """The table, and two plots of before and after."""

    command = "report"
    figures = REPORT
    page = "report.html"
    job_title = "Report"
    empty = (
        "How good is every tag?",
        (
            "For each tag: how well the tagger knows it, how much of it was reviewed and verified, "
            "what the answers fixed and what is left. It rests on the scores of the last refresh."
        ),
        "Make the report",
    )

    def __init__(
        self, files: FigureFiles, beside: Beside, library: Library, parent: QWidget | None = None
    ) -> None:
        """Begins with nothing; `opened` reads.

        Args:
            files: Where the figures are.
            beside: Starts the job, and tells of it.
            library: Whose audit is shown.
            parent: Qt's owner.
        """
        super().__init__(files, beside, parent)
        self._library = library
        self.table = FigureTable("Every tag", FIELDS, self)
        self.quality = Plot(
            AUDIT_HEADING, "No random sample tells of it yet: the audit, in the menu, draws one."
        )
        self.changed = FigurePlot(
            "Images with the tag, before and after: the tags that changed most",
            "No answer changed a tag yet.",
            below="images more or fewer",
        )
        plots = in_row((self.quality, 1), (self.changed, 1), gap=20)
        in_column((self.table, 3), (plots, 2), of=self.content, gap=14, edge=0)

    def read(self) -> tuple[tuple[TagFigures, ...], AuditNote | None] | None:
        """Reads every tag, and the last estimate of the audit."""
        found = self.files.read(REPORT)
        if found is None:
            return None
        audit = self._library.audits.current()
        notes = self._library.audits.notes(audit) if audit is not None else []
        telling = [note for note in notes if note.tells]
        return found, telling[-1] if telling else None

    def show_figures(self, found: tuple[tuple[TagFigures, ...], AuditNote | None]) -> str:
        """Shows a collection."""
        rows, note = found
        self.table.show_rows(rows)
        marks: list[Mark] = marks_of(note.estimate) if note is not None else []
        self.quality.show_marks(marks)
        self.changed.show_lengths(changed_rows(rows))
        answers, fixed = sum(row.answers for row in rows), sum(row.fixed for row in rows)
        return (
            f"{len(rows):,} tags; {answers:,} pairs are settled by a person, {fixed:,} of them "
            "were errors. Unreviewed tags may be wrong: P, R and F1 tell the tagger from the "
            "metadata."
        )


def changed_rows(rows: tuple[TagFigures, ...]) -> list[Length]:
    """The tags whose images changed most in number, with both numbers."""
    moved = sorted(
        (row for row in rows if row.images != row.original),
        key=lambda row: (-abs(row.images - row.original), row.tag),
    )
    return [
        Length(
            shown_name(row.tag),
            row.images - row.original,
            f"{row.original:,} \N{RIGHTWARDS ARROW} {row.images:,}",
        )
        for row in moved
    ]
