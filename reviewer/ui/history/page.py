"""The history: every answer of the log, searched, looked at and opened again."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QPushButton,
    QWidget,
)

from reviewer.ui.background import Background
from reviewer.ui.history.model import HEADINGS, Column, HistoryModel
from reviewer.ui.history.pictures import PLACE, HistoryPictures, PictureDelegate
from reviewer.ui.history.preview import HistoryPreview
from reviewer.ui.history.search import HistorySearch
from reviewer.ui.side_page import SidePage
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, text_label
from reviewer.ui.widgets.tables import RowTable, frame_table, head_columns

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from reviewer.store.history import HistoryRow
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

LOOK_MS = 20
"""A rest in scrolling after which the pictures of the rows on screen are wanted."""
AIR = 4
"""Around the picture of a row, device-independent pixels."""
WIDTHS = {
    Column.WHEN: "00 May 0000 00:00",
    Column.TAG: "a longer name of one",
    Column.ANSWER: "Can't tell",
    Column.CHANGE: "Changed",
    Column.HOW: "accepted with the rest",
    Column.REVIEWER: "a reviewer",
}
"""A text that each column has room for."""


class HistoryView(RowTable):
    """The table; letters are commands of the page, Enter opens a row.

    Attributes:
        opened: Enter was pressed, or a row clicked twice.
        end_wanted: End was pressed; the last row may not have been read.
        moved: Other rows may be on screen.
    """

    opened = Signal()
    end_wanted = Signal()
    moved = Signal()

    def __init__(
        self, model: HistoryModel, pictures: HistoryPictures, parent: QWidget | None = None
    ) -> None:
        """Shows a model, a row a line, each with its picture."""
        super().__init__(parent)
        self.setModel(model)
        frame_table(self, "Answers")
        head_columns(self, WIDTHS.items())
        words = self.fontMetrics().horizontalAdvance(HEADINGS[Column.PICTURE]) + 18
        self.setColumnWidth(Column.PICTURE, max(PLACE.width() + 2 * AIR, words))
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(max(PLACE.height(), rows.defaultSectionSize()))
        self.setItemDelegateForColumn(Column.PICTURE, PictureDelegate(model.row, pictures, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.moved.emit())

    def on_screen(self) -> range:
        """The rows on screen, and as many below them."""
        first = self.rowAt(0)
        if first < 0:
            return range(0)
        shown = self.viewport().height() // self.rowHeight(first) + 1
        return range(first, min(first + 2 * shown, self.model().rowCount()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for more rows."""
        super().resizeEvent(event)
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; what moves moves; anything else is the page's."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_End:
            self.end_wanted.emit()
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
        self.pictures = HistoryPictures(review.controller.showing.files, self)
        self.view = HistoryView(self.model, self.pictures, self)
        self.preview = HistoryPreview(self._vocabulary, self)
        self._look_soon = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._found = text_label(tone="muted", of=self)
        self._hint = text_label(tone="muted", of=self)
        self._lay_out()
        self._connect()
        self.reopened.connect(review.controller.reopen)

    def _lay_out(self) -> None:
        title = text_label("History", "page", of=self)
        save = QPushButton("Save the log\N{HORIZONTAL ELLIPSIS}", self)
        save.setToolTip("Every row of the log as CSV and as JSON lines, into a folder")
        save.clicked.connect(self._choose_folder)
        back = self.back_button()
        top = in_row(gap=14)
        for widget in (title, self._found):
            top.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)
        top.addStretch(1)
        top.addWidget(self._hint)
        top.addWidget(save)
        top.addWidget(back)
        lower = in_row((self.view, 1), self.preview, gap=16)
        in_column(top, self.search, (lower, 1), of=self, gap=10, edge=PAGE_EDGE)

    def _connect(self) -> None:
        self.search.changed.connect(self._look)
        self.model.counted.connect(self._say_found)
        self.model.modelReset.connect(self._choose_first)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.view.opened.connect(self._reopen)
        self.view.end_wanted.connect(partial(self.model.read_to_the_end, self._choose_last))
        self.preview.reopen_wanted.connect(self._reopen)
        self._background.failed.connect(self._hint.setText)
        self.view.moved.connect(self._look_soon.start)
        self.model.rowsInserted.connect(self._look_soon.start)
        self._look_soon.timeout.connect(self._want_pictures)
        self.pictures.came.connect(self._picture_came)

    def opened(self) -> None:
        """Looks again: there may be new answers."""
        self._hint.setText("")
        self._background.ask(self._library.history.reviewers, self._begin)
        self.view.setFocus()

    def dispose(self) -> None:
        """Ends the reading and the decoding."""
        self._background.close()
        self.pictures.close()

    # -- inside ----------------------------------------------------------------------------------

    def _begin(self, reviewers: list[str]) -> None:
        self.search.show_reviewers(reviewers)
        self.view.setColumnHidden(Column.REVIEWER, len(reviewers) < 2)
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

    def _choose_last(self) -> None:
        self.view.selectRow(self.model.rowCount() - 1)
        self.view.scrollToBottom()

    def _current(self) -> HistoryRow | None:
        return self.model.row(self.view.currentIndex().row())

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row(now.row())
        self.preview.show_row(row)
        if row is not None:
            self._show_picture(row.decision.image_id)
        self._look_soon.start()

    def _want_pictures(self) -> None:
        rows = [self.model.row(place) for place in self.view.on_screen()]
        row = self._current()
        chosen = None if row is None else self.preview.picture.key(row.decision.image_id)
        self.pictures.want(chosen, [row.decision.image_id for row in rows if row is not None])

    def _picture_came(self, image_id: int) -> None:
        self.view.viewport().update()
        row = self._current()
        if row is not None and row.decision.image_id == image_id:
            self._show_picture(image_id)

    def _show_picture(self, image_id: int) -> None:
        """The picture of the chosen row: the small one until the larger one is decoded."""
        large = self.pictures.large(self.preview.picture.key(image_id))
        shown = self.pictures.small(image_id) if large is None else large
        self.preview.picture.show_picture(shown, self.pictures.problem(image_id))

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
