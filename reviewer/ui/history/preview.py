"""Beside the history: the picture of the chosen answer, and all that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from reviewer.core.types import Origin, Side
from reviewer.ui.history.model import ORIGINS, change_of
from reviewer.ui.pictures.decoding import PictureKey
from reviewer.ui.theme import look, shown_name
from reviewer.ui.widgets.parts import in_column, text_label
from reviewer.ui.words import when

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.history import HistoryRow

SIDE = 300
"""Of the picture, device-independent pixels."""


class PreviewPicture(QWidget):
    """One picture, fitted into a square that keeps its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._image: QImage | None = None
        self._words = ""
        # Large text below it needs its room; the picture may be smaller then.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(SIDE // 4)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(SIDE, SIDE)

    def key(self, image_id: int) -> PictureKey:
        """The picture of an image at the size that fits here."""
        side = round(SIDE * self.devicePixelRatioF())
        return PictureKey(image_id, side, side)

    def show_picture(self, image: QImage | None, words: str = "") -> None:
        """Shows a picture, or words in its place."""
        self._image, self._words = image, words
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the picture in the middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().canvas))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(self.rect().center())
            painter.drawImage(place, self._image)
        elif self._words:
            painter.setPen(QColor(look().muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 12, -12, -12), flags, self._words)
        painter.end()


def details(row: HistoryRow, tag: str, category: str) -> str:
    """What is known of an answer, a fact a line."""
    decision = row.decision
    was = "absent" if decision.side is Side.MISSING else "present"
    lines = [
        f"Does the image show {tag}? ({category})",
        f"{decision.answer.word}, {when(decision.answered_at)}, by {decision.reviewer or 'nobody'}",
        f"{ORIGINS[decision.origin]}; the metadata said {was}",
        f"score {decision.score:.3f}, suspicion {decision.suspicion:.0%}",
    ]
    if decision.version:
        lines.append(f"tagger {decision.version}")
    if decision.elapsed_ms:
        lines.append(f"answered in {decision.elapsed_ms / 1000:.1f} s")
    if decision.origin is Origin.CONTROL:
        lines.append("a control: it changed nothing")
    elif change_of(decision):
        lines.append(f"the tag was {change_of(decision)}")
    if row.undone:
        lines.append("taken back since")
    return "\n".join([*lines, row.path])


class HistoryPreview(QFrame):
    """The panel at the right.

    Attributes:
        reopen_wanted: The button was clicked.
    """

    reopen_wanted = Signal()

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._vocabulary = vocabulary
        self.picture = PreviewPicture(self)
        self._facts = text_label(of=self, wrap=True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._again = QPushButton("Ask again  (Enter)", self)
        self._again.clicked.connect(self.reopen_wanted)
        in_column(self.picture, (self._facts, 1), self._again, of=self, gap=10, edge=0)
        self.setFixedWidth(SIDE)
        self.show_row(None)

    def show_row(self, row: HistoryRow | None) -> None:
        """Shows an answer; its picture comes when it is decoded."""
        self._again.setEnabled(row is not None)
        self.picture.show_picture(None)
        if row is None:
            self._facts.setText("")
            return
        tag = self._vocabulary.tags.get(row.decision.tag_id)
        name = shown_name(self._vocabulary.name(row.decision.tag_id))
        self._facts.setText(details(row, name, tag.category.word if tag else "no longer a tag"))
