"""Scores of a collection: how they are spread, what they follow, which images were under-rated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from reviewer.store.figures import SCORES
from reviewer.ui.figures.figure_plots import Column, FigurePlot, Length, TreePlot
from reviewer.ui.figures.sheet import FigureSheet
from reviewer.ui.figures.table import Field, FigureTable
from reviewer.ui.grid.large import GridLarge
from reviewer.ui.history.preview import SIDE, PreviewPicture
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.theme import scaled, shown_name
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent

    from reviewer.core.figures import ScoreFigures, UnderRated
    from reviewer.store.figures import FigureFiles
    from reviewer.ui.pictures.decoding import Picture, PictureFiles
    from reviewer.ui.side_pages import Beside

CACHE_BYTES = 32 << 20
MINUS = "\N{MINUS SIGN}"
UNDER_RATED = "Under-rated: predicted well above what they got. Enter shows one large."
ROW_HEIGHT, TREE_HEIGHT = 270, 400
"""At least, pixels at the usual size of text; what is taller than the window scrolls."""
MOST_COLUMNS = 120
"""Scores that are shown one by one; more are put together."""

ERROR_FIELDS = (
    Field("way to predict", lambda row: row.name, width="ridge on embeddings and tags"),
    Field("validation", lambda row: row.validation, "{:.4f}".format, "10% that chose the best"),
    Field("test", lambda row: row.test, "{:.4f}".format, "10% that nothing was learnt from"),
    Field(
        "document",
        lambda row: float(row.document or 9e9),
        lambda value: "" if value > 1e9 else f"{value:.3f}",
        "What the document that this follows tells of its own collection",
    ),
)
UNDER_FIELDS = (
    Field("image", lambda row: row.path, width="a_long_file_name.jpg"),
    Field("score", lambda row: row.score, "{:,.0f}".format, "What it got"),
    Field("predicted", lambda row: row.predicted, "{:,.1f}".format, "What it would be expected to"),
)


class ScoreSheet(FigureSheet):
    """Two plots and a tree, how far off each way to predict is, and under-rated images.

    Attributes:
        large: One of these images, over the whole sheet; the table keeps the keys.
    """

    command = "scores"
    figures = SCORES
    page = "scores.html"
    job_title = "Scores"
    empty = (
        "What do the users' scores follow?",
        (
            "Predicts the score of an image from its tags and from what it looks like, tells how "
            "far off that is, and lists images that got less than expected. It needs posts of a "
            "site with their scores, 200 of them at least. Seconds for some thousand images."
        ),
        "Predict",
    )

    def __init__(
        self,
        files: FigureFiles,
        beside: Beside,
        pictures: Callable[[int], PictureFiles],
        parent: QWidget | None = None,
    ) -> None:
        """Begins with nothing; `opened` reads.

        Args:
            files: Where the figures are.
            beside: Starts the job, and tells of it.
            pictures: Where an image's pixels are.
            parent: Qt's owner.
        """
        super().__init__(files, beside, parent)
        self.spread = FigurePlot(
            "Images of each score, on a logarithmic axis",
            "No scores.",
            left="images",
            below="score",
        )
        self.follows = FigurePlot(
            "Tags that go with the score", "No tags.", below="correlation with the score"
        )
        self.tree = TreePlot(
            "The decision tree: left without the tag, right with it; mean score, share of images",
            "No tree: work the scores out again.",
        )
        self.errors = FigureTable("How far off it is", ERROR_FIELDS, self, searched=False)
        self.under = FigureTable("Under-rated images", UNDER_FIELDS, self)
        self.under.chosen.connect(self._show_image)
        self.under.view.entered.connect(self._enlarge)
        self.under.view.doubleClicked.connect(lambda _index: self._enlarge())
        self.picture = PreviewPicture(self)
        self.picture.setToolTip("Enter shows it large, the arrows go on to others, Esc goes back")
        self.large = GridLarge(self)
        self.large.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on=False)
        self._image = -1
        self._problems: dict[int, str] = {}
        self._loader = ImageLoader(pictures, cache_bytes=CACHE_BYTES, threads=1, parent=self)
        self._loader.loaded.connect(self._loaded)
        self._loader.failed.connect(self._failed)
        self._place()

    def _place(self) -> None:
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(14)
        grid.addWidget(self.spread, 0, 0)
        grid.addWidget(self.follows, 0, 1)
        grid.addLayout(_headed("Mean absolute error, points", self.errors), 1, 0)
        row = in_row((self.under, 1), gap=12)
        self.picture.setFixedWidth(round(scaled(SIDE * 0.7)))
        row.addWidget(self.picture)
        grid.addLayout(_headed(UNDER_RATED, row), 1, 1)
        for place in (0, 1):
            grid.setColumnStretch(place, 1)
            grid.setRowStretch(place, 1)
            grid.setRowMinimumHeight(place, round(scaled(ROW_HEIGHT)))
        grid.addWidget(self.tree, 2, 0, 1, 2)
        grid.setRowMinimumHeight(2, round(scaled(TREE_HEIGHT)))
        self.show_scrolled(inside)

    def dispose(self) -> None:
        """Ends reading and decoding."""
        super().dispose()
        self._loader.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the large picture first."""
        if event.key() == Qt.Key.Key_Escape and self.large.isVisibleTo(self):
            self.large.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the large picture puts it away."""
        self.large.dismiss()
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The large picture is as large as the sheet."""
        super().resizeEvent(event)
        if self.large.isVisibleTo(self):
            self._enlarge()

    def show_figures(self, found: ScoreFigures) -> str:
        """Shows a collection."""
        self.spread.show_columns(spread(found.histogram), log=True)
        self.follows.show_lengths(
            [
                Length(shown_name(tag), value, f"{value:+.2f}".replace("-", MINUS))
                for tag, value in found.with_score
            ]
        )
        self.tree.show_tree(found.tree)
        self.errors.show_rows(found.errors)
        self.under.show_rows(found.under_rated)
        return f"{found.samples:,} images sampled, 80% learnt from. Best: {found.best}."

    # -- inside ----------------------------------------------------------------------------------

    def _show_image(self, row: UnderRated | None) -> None:
        self._image = row.image_id if row is not None else -1
        if row is None:
            self.picture.show_picture(None)
            return
        key = self.picture.key(row.image_id)
        found = self._loader.get(key)
        problem = self._problems.get(row.image_id, "")
        self.picture.show_picture(found.image if found is not None else None, problem)
        self._loader.want([key])
        if self.large.isVisibleTo(self):
            self._enlarge()

    def _enlarge(self) -> None:
        """Shows the chosen image over the sheet, the small picture until it is decoded."""
        small = self.picture.key(self._image)
        known = self._loader.get(small)
        if self._image < 0 or self._image in self._problems:
            self.large.dismiss()
        else:
            image = known.image if known is not None else None
            self.large.show_over(self.rect(), self._image, image)
            key = self.large.key()
            self._loader.want([small] if key is None else [small, key])

    def _loaded(self, picture: Picture) -> None:
        if picture.key.image_id != self._image:
            return
        if self.large.isVisibleTo(self):
            self.large.accept(picture.image)
        if picture.key == self.picture.key(self._image):
            self.picture.show_picture(picture.image)

    def _failed(self, image_id: int, sentence: str) -> None:
        self._problems[image_id] = sentence
        if image_id == self._image:
            self.large.dismiss()
            self.picture.show_picture(None, sentence)


def spread(histogram: tuple[tuple[int, int], ...]) -> list[Column]:
    """A column for every score between the lowest and the highest, or for equal spans of them.

    Args:
        histogram: (score, images), ascending.
    """
    if not histogram:
        return []
    low, high = histogram[0][0], histogram[-1][0]
    width = max(-(-(high - low + 1) // MOST_COLUMNS), 1)
    counts = [0] * ((high - low) // width + 1)
    for score, images in histogram:
        counts[(score - low) // width] += images
    return [Column(count, f"{low + place * width:,}") for place, count in enumerate(counts)]


def _headed(words: str, below: QWidget | QHBoxLayout) -> QVBoxLayout:
    title = text_label(words, "heading", wrap=True)
    column = in_column(title, gap=6)
    if isinstance(below, QWidget):
        column.addWidget(below, 1)
    else:
        column.addLayout(below, 1)
    return column
