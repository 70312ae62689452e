"""A folder before its import: what format its tags are in, and what would be read of it."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.background import Background
from reviewer.ui.pictures.decoding import PictureFiles, PictureKey, decode
from reviewer.ui.theme import look, shown_name

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage, QKeyEvent

    from reviewer.jobs.previewing import ImportPreview, PreviewRow

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
FILE_WIDTH = 300
"""Pixels of the column of file names."""
PATIENCE_S = 0.5
PICTURE_PX = 72
"""Side of a picture in the table, device-independent pixels."""
MOST_TAGS = 60
"""Tags of an image that are written out."""


class ImportPage(QWidget):
    """Shows the first images with their tags as they would be read; nothing is written.

    Attributes:
        confirmed: Emitted with the folder and the name of the format.
        left: The person wants another folder.
    """

    confirmed = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty; hand a folder in with `show_folder`."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._folder: Path | None = None
        self._background = Background(self)
        self._background.failed.connect(self._refuse)
        # By itself, so that another format can be read while pictures come.
        self._pictures = Background(self)
        self._pictures.failed.connect(self._next_picture)
        self._coming: list[int] = []
        self._title = _label("", "page", self)
        self._about = _label("", "muted", self)
        self._about.setWordWrap(True)
        self._notes = _label("", "muted", self)
        self._notes.setWordWrap(True)
        self._formats = QComboBox(self)
        self._formats.setAccessibleName("Format of the tags")
        self._formats.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._formats.activated.connect(self._change_format)
        self._begin = QPushButton("Begin  (Enter)", self)
        self._begin.setProperty("tone", "primary")
        self._begin.clicked.connect(self._confirm)
        self._back = QPushButton("Another folder  (Esc)", self)
        self._back.clicked.connect(self.left)
        self.table = _table(self)
        self.table.horizontalHeader().sectionResized.connect(self._fit_rows)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._back)
        top.addWidget(self._begin)
        formats = QHBoxLayout()
        formats.setSpacing(10)
        formats.addWidget(_label("The tags are read from", "muted", self))
        formats.addWidget(self._formats)
        formats.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._about)
        column.addLayout(formats)
        column.addWidget(self.table, 1)
        column.addWidget(self._notes)

    def show_folder(self, folder: Path) -> None:
        """Reads a folder in the background and shows what an import would take."""
        self._folder = folder
        self._title.setText(folder.name or str(folder))
        self._formats.clear()
        self._read("")
        self._begin.setFocus()

    def close_reading(self) -> None:
        """Ends the reading; nothing waits for a long one."""
        self._background.close(PATIENCE_S)
        self._pictures.close(PATIENCE_S)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins, Esc goes back."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._begin.isEnabled():
            self._confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self._forget()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # -- inside ----------------------------------------------------------------------------------

    def _read(self, source: str) -> None:
        folder = self._folder
        if folder is None:
            return
        # Every format is loaded by it: only a new folder needs them, not every start.
        from reviewer.jobs.previewing import preview_import  # noqa: PLC0415 - see above

        self._forget()
        self._about.setText(f"Looking at {folder} {ELLIPSIS}")
        self._notes.hide()
        self.table.setRowCount(0)
        # Large dumps take minutes to read through: one who knows the folder need not wait.
        self._begin.setEnabled(True)
        self._background.ask(partial(preview_import, folder, source), self._show)

    def _show(self, found: ImportPreview) -> None:
        self._about.setText(words_of(found))
        self._notes.setText("\n".join(found.notes))
        self._notes.setVisible(bool(found.notes))
        if not self._formats.count():
            for name, title in found.fitting:
                self._formats.addItem(title, name)
        self.table.setRowCount(len(found.rows))
        for place, row in enumerate(found.rows):
            self.table.setItem(place, 0, _cell(row.path))
            self.table.setCellWidget(place, 1, _tags(row, self.table))
            self.table.setItem(place, 2, _cell(row.rating))
        self.table.setColumnHidden(2, not any(row.rating for row in found.rows))
        self._fit_rows()
        self._coming = list(range(len(found.rows)))
        self._next_picture()

    def _next_picture(self, _sentence: str = "") -> None:
        """Has the next picture decoded; one that cannot be is left out, as the import says why."""
        folder, waiting = self._folder, self._coming
        if folder is None or not waiting:
            return
        place = waiting.pop(0)
        item = self.table.item(place, 0)
        if item is None:
            return
        side = round(PICTURE_PX * self.devicePixelRatioF())
        files = PictureFiles(folder / item.text())
        self._pictures.ask(
            lambda: decode(PictureKey(0, side, side), files).image,
            partial(self._show_picture, place),
        )

    def _show_picture(self, place: int, image: QImage) -> None:
        item = self.table.item(place, 0)
        if item is not None:
            shown = QPixmap.fromImage(image)
            shown.setDevicePixelRatio(self.devicePixelRatioF())
            item.setData(Qt.ItemDataRole.DecorationRole, shown)
        self._next_picture()

    def _forget(self) -> None:
        """Wants nothing any more that is still being read."""
        self._background.forget()
        self._pictures.forget()
        self._coming = []

    def _fit_rows(self) -> None:
        """Makes each row as high as its tags need at the width there is."""
        width = self.table.columnWidth(1)
        for place in range(self.table.rowCount()):
            tags = self.table.cellWidget(place, 1)
            if tags is not None:
                tall = max(tags.heightForWidth(width), PICTURE_PX + 8)
                self.table.setRowHeight(place, tall)

    def _refuse(self, sentence: str) -> None:
        self._about.setText(sentence)
        self._begin.setEnabled(False)

    def _change_format(self) -> None:
        self._read(str(self._formats.currentData()))

    def _confirm(self) -> None:
        self._forget()
        if self._folder is not None:
            chosen = self._formats.currentData() if self._formats.currentIndex() > 0 else ""
            self.confirmed.emit(self._folder, str(chosen or ""))


def words_of(found: ImportPreview) -> str:
    """What there is, in a sentence or two."""
    among = "" if found.read == found.images else f" of the first {found.read:,}"
    return (
        f"{found.images:,} images; {found.tagged:,}{among} have tags. These would be read like "
        "this. Nothing is written yet, and your files are never changed by an import."
    )


def _label(words: str, tone: str, parent: QWidget) -> QLabel:
    label = QLabel(words, parent)
    label.setProperty("tone", tone)
    return label


def _table(parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, 3, parent)
    table.setHorizontalHeaderLabels(["Image", "Tags", "Rating"])
    table.setAccessibleName("Images as they would be imported")
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(True)
    table.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    head = table.horizontalHeader()
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    head.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
    table.setColumnWidth(0, FILE_WIDTH)
    return table


def _cell(words: str) -> QTableWidgetItem:
    item = QTableWidgetItem(words)
    item.setToolTip(words)
    item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return item


def _tags(row: PreviewRow, parent: QWidget) -> QLabel:
    """The tags of an image in the colours of their categories, the words in the tooltip."""
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setTextFormat(Qt.TextFormat.RichText)
    # On one line with the name of the file, which stands at the top of its cell.
    label.setContentsMargins(4, 0, 4, 10)
    shown = [
        f'<span style="color:{look().categories[category]}">{html.escape(shown_name(name))}</span>'
        for name, category in row.tags[:MOST_TAGS]
    ]
    if len(row.tags) > MOST_TAGS:
        shown.append(f"and {len(row.tags) - MOST_TAGS} more")
    label.setText(", ".join(shown) or "no tags")
    label.setToolTip("\n".join(f"{name}: {category.word}" for name, category in row.tags))
    return label
