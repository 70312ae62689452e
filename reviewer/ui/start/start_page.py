"""Where one begins: open a folder, go on with a collection, or try the sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QWidget,
)

from reviewer.settings import Recent
from reviewer.ui.theme import look, scaled
from reviewer.ui.widgets.icons import application_icon, icon
from reviewer.ui.widgets.notice_bar import NoticeBar
from reviewer.ui.widgets.parts import in_column, in_row, text_label
from reviewer.ui.widgets.row_list import ROW_ROLE, RowDelegate, RowModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

NAME = "Tag Reviewer"
SENTENCE = "Finds the wrong and the missing tags of your images; one key settles each."
WIDTH = 640
ROOM_BELOW = 18


def recent_detail(entry: Recent) -> str:
    """Images and answers of a collection, in words."""
    if not entry.images:
        return "not made ready yet"
    return f"{entry.images:,} images  \N{MIDDLE DOT}  {entry.answers:,} answers"


class RecentModel(RowModel[Recent]):
    """Collections opened before, newest first."""

    def words(self, row: Recent) -> str:
        """What the two lines of a collection say."""
        return f"{row.name}, {recent_detail(row)}"

    def tip(self, row: Recent) -> str:
        """Where its images lie, and where what is known of them is kept."""
        return f"{row.folder}\nKept in {row.workspace}"


class RecentDelegate(RowDelegate[Recent]):
    """Paints a collection: name and counts, the path below."""

    air = 20

    def ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag, _row: Recent) -> None:
        """A rounded ground, with a line round the one that the keys act on."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(look().selected if chosen else look().hover))
            painter.setPen(QColor(look().accent) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)

    def draw(self, painter: QPainter, box: QRect, font: QFont, entry: Recent) -> None:
        """The name at the left, the counts at the right of the first line."""
        inner = box.adjusted(12, 7, -12, -7)
        metrics = QFontMetrics(font)
        detail = recent_detail(entry)
        room = inner.width() - metrics.horizontalAdvance(detail) - 16
        painter.setFont(_bold(font))
        painter.setPen(QColor(look().text))
        name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(font)
        painter.setPen(QColor(look().muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, detail)
        path = metrics.elidedText(entry.folder, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, path)


class StartPage(QWidget):
    """The first thing seen.

    Attributes:
        folder_chosen: Emitted with the `Path` of an image folder.
        recent_chosen: Emitted with a `Recent`.
        sample_wanted: Try the sample.
        settings_wanted: Open the settings.
    """

    folder_chosen = Signal(object)
    recent_chosen = Signal(object)
    sample_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Lays the page out; hand the collections in with `show_recent`."""
        super().__init__(parent)
        self._model = RecentModel(self)
        self._list = QListView(self)
        self._list.setProperty("tone", "framed")
        self._list.setModel(self._model)
        self._list.setItemDelegate(RecentDelegate(self._list))
        self._list.setMouseTracking(True)
        self._list.setAccessibleName("Recent collections")
        self._list.activated.connect(self._open_recent)
        self._list.clicked.connect(self._open_recent)
        self._open = QPushButton(" Open folder\N{HORIZONTAL ELLIPSIS}")
        self._open.setProperty("tone", "primary")
        self._open.setAccessibleName("Open a folder of images")
        self._open.setDefault(True)
        self._open.clicked.connect(self._choose_folder)
        self._sample = QPushButton(" Try the sample")
        self._sample.setAccessibleName("Try the sample collection")
        self._sample.clicked.connect(self.sample_wanted)
        self._settings = QPushButton("Settings")
        self._settings.clicked.connect(self.settings_wanted)
        self._heading = text_label("Recent collections", "heading")
        self._empty = text_label(
            "Collections that you open are listed here. A folder can also be dropped here.\n"
            "A folder of images with their tags is all it takes: captions (.txt beside each "
            "image), a tags.csv, sidecars (gallery-dl, Hydrus, XMP), tags inside the files, or a "
            "Danbooru dump.",
            "muted",
            wrap=True,
        )
        self._lay_out()
        self._tint()
        self.setAcceptDrops(True)
        self.notice = NoticeBar(self)

    def _tint(self) -> None:
        self._open.setIcon(icon("folder", look().on_accent))
        self._sample.setIcon(icon("sample", look().text))

    def _take_width(self) -> None:
        self._middle.setMaximumWidth(round(scaled(WIDTH)))

    def changeEvent(self, event: QEvent) -> None:
        """Follows the look of the window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        elif event.type() == QEvent.Type.FontChange:
            self._take_width()

    def _lay_out(self) -> None:
        title = in_row(gap=16)
        picture = QLabel(self)
        picture.setPixmap(application_icon().pixmap(QSize(64, 64), self.devicePixelRatioF()))
        title.addWidget(picture)
        title.addWidget(text_label(NAME, "title"), 1)
        buttons = in_row(self._open, self._sample, 1, self._settings, gap=10)
        lead = text_label(SENTENCE, "lead", wrap=True)
        column = in_column(1, title, lead, gap=14)
        column.addSpacing(4)
        column.addLayout(buttons)
        column.addSpacing(12)
        column.addWidget(self._heading)
        column.addWidget(self._list, 6)
        column.addWidget(self._empty)
        column.addStretch(1)
        middle = QWidget(self)
        middle.setLayout(column)
        self._middle = middle
        self._take_width()
        in_row(1, (middle, 80), 1, of=self)

    def show_recent(self, entries: Sequence[Recent]) -> None:
        """Lists collections, newest first."""
        self._model.show(entries)
        self._heading.setVisible(bool(entries))
        self._list.setVisible(bool(entries))
        self._empty.setVisible(not entries)
        if entries:
            rows = len(entries) * self._list.sizeHintForRow(0)
            self._list.setMaximumHeight(rows + ROOM_BELOW)
            self._list.setCurrentIndex(self._model.index(0))
            self._list.setFocus()
        else:
            self._open.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes a folder, or a file for its folder."""
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what was dropped."""
        folder = _dropped(event)
        if folder is not None:
            event.acceptProposedAction()
            self.folder_chosen.emit(folder)

    def _open_recent(self, index: QModelIndex) -> None:
        self.recent_chosen.emit(index.data(ROW_ROLE))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a folder of images", str(Path.home()))
        if folder:
            self.folder_chosen.emit(Path(folder))


def _dropped(event: QDropEvent) -> Path | None:
    """The folder that is dragged in, or that of the first file."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    if not paths:
        return None
    return paths[0] if paths[0].is_dir() else paths[0].parent


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
