"""The first images of a folder with their tags, as a table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableWidget, QTableWidgetItem

from reviewer.ui.theme import look, shown_name
from reviewer.ui.widgets.parts import plain_tip, text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from reviewer.jobs.imports.previewing import PreviewRow

FILE_WIDTH = 300
"""Pixels of the column of file names."""
PICTURE_PX = 72
"""Side of a picture, device-independent pixels."""
MOST_TAGS = 60
"""Tags of an image that are written out."""


class ImportRows(QTableWidget):
    """Images with pictures, tags in the colours of their categories, and any ratings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(0, 3, parent)
        self.setHorizontalHeaderLabels(["Image", "Tags", "Rating"])
        self.setAccessibleName("Images as they would be imported")
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        head.sectionResized.connect(self._fit)
        self.setColumnWidth(0, FILE_WIDTH)

    def show_rows(self, rows: Sequence[PreviewRow]) -> None:
        """Takes the images to show; their pictures come one by one."""
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            self.setItem(place, 0, _cell(row.path))
            self.setCellWidget(place, 1, _tags(row, self))
            self.setItem(place, 2, _cell(row.rating))
        self.setColumnHidden(2, not any(row.rating for row in rows))
        self._fit()

    def path(self, place: int) -> str:
        """The image of a row, relative to the folder; empty if there is no such row."""
        item = self.item(place, 0)
        return "" if item is None else item.text()

    def show_picture(self, place: int, image: QImage) -> None:
        """Shows the picture of a row, if the row is still there."""
        item = self.item(place, 0)
        if item is not None:
            shown = QPixmap.fromImage(image)
            shown.setDevicePixelRatio(self.devicePixelRatioF())
            item.setData(Qt.ItemDataRole.DecorationRole, shown)

    def _fit(self) -> None:
        """Makes each row as high as its tags need at the width there is."""
        width = self.columnWidth(1)
        for place in range(self.rowCount()):
            tags = self.cellWidget(place, 1)
            if tags is not None:
                self.setRowHeight(place, max(tags.heightForWidth(width), PICTURE_PX + 8))


def _cell(words: str) -> QTableWidgetItem:
    item = QTableWidgetItem(words)
    item.setToolTip(plain_tip(words))
    item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return item


def _tags(row: PreviewRow, parent: QWidget) -> QLabel:
    """The tags of an image in the colours of their categories, the words in the tooltip."""
    label = text_label(of=parent, wrap=True)
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
    tip = "\n".join(f"{name}: {category.word}" for name, category in row.tags)
    label.setToolTip(plain_tip(tip))
    return label
