"""Statistics of a collection: the long tail, ratings, time, which tags meet and which do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from reviewer.core import published
from reviewer.store.figures import STATISTICS
from reviewer.ui.figures.figure_plots import LINES, Column, FigurePlot, Length
from reviewer.ui.figures.rating_names import rating_names
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.theme import scaled, shown_name
from reviewer.ui.widgets.parts import in_column, in_row, segment, text_label

if TYPE_CHECKING:
    from reviewer.core.figures import CollectionFigures, Meeting
    from reviewer.store.figures import FigureFiles
    from reviewer.ui.side_pages import Beside

NO_TIME = (
    "There is no time to tell: too few of the images have a post number. They come with the posts "
    "of a site (Danbooru, gallery-dl, saved API answers)."
)
NAME = "a tag with a rather long name"

PAIR_FIELDS = (
    Field("tag", lambda row: shown_name(row.first), width=NAME),
    Field("and", lambda row: shown_name(row.second), width=NAME),
    Field("together", lambda row: row.together, "{:,.0f}".format, "Images that carry both"),
    Field("by chance", lambda row: row.expected, "{:,.0f}".format, "As many by chance"),
    Field("lift", lambda row: row.lift, "{:,.2f}".format, "How many times as often as by chance"),
)
IMPLIED_FIELDS = (
    Field("tag", lambda row: shown_name(row[0]), width=NAME),
    Field("implies", lambda row: shown_name(row[1]), width=NAME),
    Field("images", lambda row: row[2], "{:,.0f}".format, "Images that carry the tag"),
    Field("lacking it", lambda row: row[3], "{:,.0f}".format, "Of those, without the other"),
    Field("kept", lambda row: 1 - row[3] / max(row[2], 1), "{:.1%}".format, "Share with the other"),
)
PARTS = (
    ("Together", "Pairs that are on one image more often than by chance, the surest first."),
    ("Apart", "Pairs that are hardly ever on one image, although chance would have it."),
    ("Seem to imply", "Not in the list of implications, and kept by nearly all images."),
    ("Implied and missing", "Listed implications: images that carry the one and lack the other."),
)
LINES_AT_FIRST = 4
"""Tags whose popularity is shown before any is typed."""
PLOT_HEIGHT, TABLE_HEIGHT, TABLE_WIDTH = 230, 320, 1300


class StatisticsSheet(FigureSheet):
    """Six plots and a table of pairs."""

    command = "stats"
    figures = STATISTICS
    page = "statistics.html"
    job_title = "Statistics"
    empty = (
        "What is this collection like?",
        (
            "How many tags there are and how thinly the rare ones are spread, ratings, tags that "
            "came and went, which tags meet and which never do, and implications that nobody "
            "listed. Seconds for some thousand images, minutes for millions; the review goes on "
            "meanwhile."
        ),
        "Count",
    )

    def __init__(self, files: FigureFiles, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins with nothing; `opened` reads."""
        super().__init__(files, beside, parent)
        self._found: CollectionFigures | None = None
        self.tail = FigurePlot(
            "The long tail: tags by number of images",
            "There are no tags.",
            left="tags",
            below="images that carry the tag",
        )
        self.per_image = FigurePlot(
            "Images by number of tags",
            "There are no images.",
            left="images",
            below="tags of an image",
        )
        self.ratings = FigurePlot("Ratings", "No image has a rating.", below="images")
        self.categories = FigurePlot(
            "Tag instances by category", "There are no tags.", below="tag instances"
        )
        self.fresh = FigurePlot(
            "New tags over time", NO_TIME, left="tags met for the first time", below="post number"
        )
        self.popular = FigurePlot(
            "Popularity of tags", NO_TIME, left="% of the images", below="post number"
        )
        self.typed = QLineEdit(self)
        self.typed.setPlaceholderText("Follow tags: a name, or some with commas between")
        self.typed.setAccessibleName("Tags whose popularity is shown")
        self.typed.setClearButtonEnabled(True)
        self.typed.textChanged.connect(self._show_popularity)
        self._names = QStringListModel(self)
        self.typed.setCompleter(_completer(self._names, self.typed))
        self._parts = QButtonGroup(self)
        self._what = text_label(tone="muted", of=self, wrap=True)
        self.pairs = FigureTable("Pairs of tags", PAIR_FIELDS, self)
        self.implied = FigureTable("Implications", IMPLIED_FIELDS, self)
        self._place()

    def _place(self) -> None:
        inside = QWidget(self)
        column = in_column(
            (self._plots(), 3), self._part_row(), self._what, of=inside, gap=12, edge=(0, 0, 10, 0)
        )
        for table in (self.pairs, self.implied):
            table.setMinimumHeight(round(scaled(TABLE_HEIGHT)))
            # Names and figures of one line stay within one look.
            table.setMaximumWidth(round(scaled(TABLE_WIDTH)))
            column.addWidget(table, 2)
        self.show_scrolled(inside)

    def _plots(self) -> QGridLayout:
        plots = QGridLayout()
        plots.setHorizontalSpacing(20)
        plots.setVerticalSpacing(16)
        shown = (self.tail, self.per_image, self.ratings, self.categories, self.fresh)
        for place, plot in enumerate(shown):
            plot.setMinimumHeight(round(scaled(PLOT_HEIGHT)))
            plots.addWidget(plot, place // 2, place % 2)
        popular = QVBoxLayout()
        self.popular.setMinimumHeight(round(scaled(PLOT_HEIGHT)))
        popular.addWidget(self.popular, 1)
        popular.addWidget(self.typed)
        plots.addLayout(popular, 2, 1)
        for column in (0, 1):
            plots.setColumnStretch(column, 1)
        return plots

    def _part_row(self) -> QHBoxLayout:
        title = text_label("Tags and other tags", "heading", of=self)
        row = in_row(title, gap=6)
        row.addSpacing(8)
        for place, (words, _) in enumerate(PARTS):
            button = segment(words, words, self)
            self._parts.addButton(button, place)
            row.addWidget(button)
        row.addStretch(1)
        self._parts.idClicked.connect(self._show_part)
        return row

    def show_figures(self, found: CollectionFigures) -> str:
        """Shows a collection."""
        self._found = found
        self.tail.show_columns([Column(n, _twice(images)) for images, n in found.tail], log=True)
        self.per_image.show_columns(_filled(found.per_image))
        self.ratings.show_lengths(_rating_rows(found))
        self.categories.show_lengths(
            [
                Length(word, count, f"{count:,} of {tags:,} tags")
                for word, count, tags in found.by_category
            ]
        )
        self.fresh.show_columns(
            [Column(n, f"{post:,}") for n, post in zip(found.fresh, found.posts, strict=True)]
        )
        self._names.setStringList([shown_name(name) for name, _ in found.popularity])
        self.typed.setEnabled(bool(found.popularity))
        self._show_popularity()
        if self._parts.checkedId() < 0:
            self._parts.button(0).setChecked(True)
        self._show_part(self._parts.checkedId())
        each = found.instances / max(found.images, 1)
        return (
            f"{found.images:,} images, {found.instances:,} tag instances of {found.tags:,} tags, "
            f"{each:.1f} an image, as they came. {published.STATISTICS}"
        )

    # -- inside ----------------------------------------------------------------------------------

    def _show_popularity(self) -> None:
        found = self._found
        if found is None or not found.popularity:
            self.popular.show_empty()
            return
        sizes = np.array(found.sizes, float)
        chosen = _wanted(found, self.typed.text()) or found.most_changed(LINES_AT_FIRST)
        self.popular.show_lines(
            [
                (shown_name(name), (np.array(counts) / sizes * 100).tolist())
                for name, counts in chosen
            ],
            [f"{post:,}" for post in found.posts],
        )

    def _show_part(self, part: int) -> None:
        found = self._found
        if found is None:
            return
        self._what.setText(PARTS[part][1])
        self.pairs.setVisible(part < 2)
        self.implied.setVisible(part >= 2)
        if part < 2:
            rows: tuple[Meeting, ...] = found.together if part == 0 else found.apart
            self.pairs.show_rows(rows)
        else:
            self.implied.show_rows(found.suggested if part == 2 else found.gaps)


def _wanted(found: CollectionFigures, typed: str) -> list[tuple[str, tuple[int, ...]]]:
    """The tags that are named, in the order in which they are."""
    known = {shown_name(name): (name, counts) for name, counts in found.popularity}
    asked = [word.strip().replace("_", " ").lower() for word in typed.split(",")]
    names = [name for name in dict.fromkeys(asked) if name in known]
    return [known[name] for name in names[:LINES]]


def _rating_rows(found: CollectionFigures) -> list[Length]:
    rated = dict(found.ratings)
    if set(rated) <= {"none"}:
        return []
    return [
        Length(name, rated[key], f"{rated[key]:,}  {rated[key] / found.images:.1%}")
        for key, name in rating_names(rated).items()
    ]


def _filled(counts: tuple[tuple[int, int], ...]) -> list[Column]:
    """Columns for every number between the smallest and the largest."""
    known = dict(counts)
    if not known:
        return []
    return [Column(known.get(n, 0), str(n)) for n in range(min(known), max(known) + 1)]


def _twice(images: int) -> str:
    return "1" if images == 1 else f"{images:,}\N{EN DASH}{2 * images - 1:,}"


class _LastName(QCompleter):
    """Completes what stands after the last comma."""

    def pathFromIndex(self, index: object) -> str:
        """The line with the last name completed."""
        name = super().pathFromIndex(index)  # type: ignore[arg-type] # Qt gives an index
        before = self.widget().text().rpartition(",")[0]  # type: ignore[attr-defined] # a field
        return f"{before}, {name}" if before else name

    def splitPath(self, path: str) -> list[str]:
        """What is looked for."""
        return [path.rpartition(",")[2].strip().replace("_", " ")]


def _completer(names: QStringListModel, field: QLineEdit) -> QCompleter:
    completer = _LastName(names, field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setMaxVisibleItems(10)
    return completer
