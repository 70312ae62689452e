"""The history: every answer of the log, searched, looked at and opened again."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.background import Background
from reviewer.ui.framed_table import frame_table, head_columns
from reviewer.ui.history.model import Column, HistoryModel
from reviewer.ui.history.preview import HistoryPreview
from reviewer.ui.history.search import HistorySearch
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.side_page import SidePage

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from reviewer.store.history import HistoryRow
    from reviewer.ui.pictures.decoding import Picture
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

CACHE_BYTES = 32 << 20
WIDTHS = {
    Column.WHEN: "00 May 0000 00:00",
    Column.TAG: "a tag with a rather long name",
    Column.ANSWER: "Can't tell",
    Column.CHANGE: "Changed",
    Column.HOW: "accepted with the rest",
    Column.REVIEWER: "a reviewer",
}
"""A text that each column has room for."""


class HistoryView(QTableView):
    """The table; letters are commands of the page, Enter opens a row.

    Attributes:
        opened: Enter was pressed, or a row clicked twice.
    """

    opened = Signal()

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        """Shows a model, a row a line."""
        super().__init__(parent)
        self.setModel(model)
        frame_table(self, "Answers")
        head_columns(self, WIDTHS.items())
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; what moves moves; anything else is the page's."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)


class HistoryPage(SidePage):
    """All answers, newest first.

    Attributes:
        reopened: Emitted with the `Decision` that is to be asked again.
    """

    command_id = "history"
    reopened = Signal(object)

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; the first opening reads."""
        super().__init__(parent)
        self._library = review.library
        self._beside = beside
        self._vocabulary = review.session.vocabulary
        self._background = Background(self)
        self.search = HistorySearch(self)
        self.model = HistoryModel(self._library.history, self._vocabulary, self._background, self)
        self.view = HistoryView(self.model, self)
        self.preview = HistoryPreview(self._vocabulary, self)
        self._loader = ImageLoader(
            review.controller.showing.files, cache_bytes=CACHE_BYTES, threads=1, parent=self
        )
        self._found = QLabel(self)
        self._found.setProperty("tone", "muted")
        self._hint = QLabel(self)
        self._hint.setProperty("tone", "muted")
        self._lay_out()
        self._connect()
        self.reopened.connect(review.controller.reopen)

    def _lay_out(self) -> None:
        title = QLabel("History", self)
        title.setProperty("tone", "page")
        save = QPushButton("Save the log\N{HORIZONTAL ELLIPSIS}", self)
        save.setToolTip("Every row of the log as CSV and as JSON lines, into a folder")
        save.clicked.connect(self._choose_folder)
        back = QPushButton("Back  (Esc)", self)
        back.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.setSpacing(14)
        for widget in (title, self._found):
            top.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)
        top.addStretch(1)
        top.addWidget(self._hint)
        top.addWidget(save)
        top.addWidget(back)
        lower = QHBoxLayout()
        lower.setSpacing(16)
        lower.addWidget(self.view, 1)
        lower.addWidget(self.preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 16)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addLayout(lower, 1)

    def _connect(self) -> None:
        self.search.changed.connect(self._look)
        self.model.counted.connect(self._say_found)
        self.model.modelReset.connect(self._choose_first)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.view.opened.connect(self._reopen)
        self.preview.reopen_wanted.connect(self._reopen)
        self._background.failed.connect(self._hint.setText)
        self._loader.loaded.connect(self._take_picture)
        self._loader.failed.connect(self._no_picture)

    def opened(self) -> None:
        """Looks again: there may be new answers."""
        self._hint.setText("")
        self._background.ask(self._library.history.reviewers, self._begin)
        self.view.setFocus()

    def dispose(self) -> None:
        """Ends the reading and the decoding."""
        self._background.close()
        self._loader.close()

    # -- inside ----------------------------------------------------------------------------------

    def _begin(self, reviewers: list[str]) -> None:
        self.search.show_reviewers(reviewers)
        self._look()

    def _look(self) -> None:
        wanted = self.search.wanted()
        today = dt.datetime.now().astimezone().date()
        self._found.setText("looking\N{HORIZONTAL ELLIPSIS}")
        self.model.search(partial(wanted.resolved, self._vocabulary, today))

    def _say_found(self, count: int, taken_back: int) -> None:
        if count:
            live = count - taken_back
            words = "1 answer" if live == 1 else f"{live:,} answers"
            self._found.setText(words + (f", {taken_back:,} taken back" if taken_back else ""))
        elif self.search.is_narrow:
            self._found.setText("no answer is like that")
        else:
            self._found.setText("no answers yet")

    def _choose_first(self) -> None:
        if self.model.rowCount():
            flags = QItemSelectionModel.SelectionFlag
            self.view.selectionModel().setCurrentIndex(
                self.model.index(0, 0), flags.ClearAndSelect | flags.Rows
            )
        else:
            self.preview.show_row(None)

    def _current(self) -> HistoryRow | None:
        return self.model.row(self.view.currentIndex().row())

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row(now.row())
        self.preview.show_row(row)
        if row is None:
            return
        key = self.preview.picture.key(row.decision.image_id)
        known = self._loader.get(key)
        if known is not None:
            self.preview.picture.show_picture(known.image)
        else:
            self._loader.want([key])

    def _take_picture(self, picture: Picture) -> None:
        row = self._current()
        if row is not None and row.decision.image_id == picture.key.image_id:
            self.preview.picture.show_picture(picture.image)

    def _no_picture(self, image_id: int, problem: str) -> None:
        row = self._current()
        if row is not None and row.decision.image_id == image_id:
            self.preview.picture.show_picture(None, problem)

    def _reopen(self) -> None:
        row = self._current()
        if row is not None:
            self.closed.emit()
            self.reopened.emit(row.decision)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the log", str(Path.home()))
        if chosen:
            self.save_log(Path(chosen))

    def save_log(self, folder: Path) -> None:
        """Has every row of the log written into a folder, as CSV and as JSON lines."""
        command = ("export", "--to", str(folder), "--format", "log")
        self._beside.start_job("Save the log", command)
        self._hint.setText(f"log.csv and log.jsonl are being written into {folder}")
