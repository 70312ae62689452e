"""The last answers as small pictures; a click opens one again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from reviewer.core.types import Side
from reviewer.ui.theme import category_colour, look, shown_name
from reviewer.ui.widgets.parts import in_row, plain_tip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Category, Decision

SHOWN = 10
THUMB = 46
FEWEST = 5
WORD = 10
"""Characters that a tag has room for beside its picture."""
CELL_HEIGHT = 52


def outcome(decision: Decision, name: str) -> str:
    """What an answer did, and what was hidden while it was asked."""
    was = "absent" if decision.side is Side.MISSING else "present"
    did = "changed the metadata" if decision.changes_metadata else "changed nothing"
    return (
        f"{decision.answer.word} to {name}: {did}.\n"
        f"The metadata said {was}; score {decision.score:.2f}, "
        f"suspicion {decision.suspicion:.0%}.\nClick to ask again."
    )


class AnswerCell(QAbstractButton):
    """One answer: the picture, the word and the tag."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.decision: Decision | None = None
        self._thumb: QImage | None = None
        self._category: Category | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_answer(None, None)

    def sizeHint(self) -> QSize:
        """The picture and room for a short word."""
        metrics = QFontMetrics(self.font())
        words = metrics.averageCharWidth() * WORD
        return QSize(THUMB + words, max(CELL_HEIGHT, 2 * metrics.height() + 6))

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def show_answer(self, decision: Decision | None, vocabulary: Vocabulary | None) -> None:
        """Shows an answer, or an empty place."""
        self.decision = decision
        self.setEnabled(decision is not None)
        if decision is None or vocabulary is None:
            self.setText("")
            self.setToolTip("")
            self._name("No answer yet")
            self.unsetCursor()
        else:
            tag = vocabulary.tags.get(decision.tag_id)
            self.setText(shown_name(vocabulary.name(decision.tag_id)))
            # Qt makes a key of the sign in "panty & stocking".
            self.setShortcut(QKeySequence())
            self._category = tag.category if tag else None
            kind = f" ({tag.category.word} tag)" if tag else ""
            self.setToolTip(plain_tip(outcome(decision, self.text() + kind)))
            self._name(f"{decision.answer.word}, {self.text()}: ask again")
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.update()

    def _name(self, name: str) -> None:
        """Names the cell; a screen reader hears of every naming, ten of them after each answer."""
        if self.accessibleName() != name:
            self.setAccessibleName(name)

    def show_thumb(self, thumb: QImage | None) -> None:
        """Shows the picture; `None` while it is not decoded."""
        self._thumb = thumb
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the picture with the answer and the tag beside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(3, (self.height() - THUMB) // 2, THUMB, THUMB)
        if self.decision is None:
            painter.end()
            return
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(look().hover))
        painter.fillRect(place, QColor(look().raised))
        if self._thumb is not None:
            size = self._thumb.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(place.center())
            painter.drawImage(target, self._thumb)
        self._paint_words(painter, place.right() + 7)
        painter.end()

    def _paint_words(self, painter: QPainter, left: int) -> None:
        if self.decision is None:
            return
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.92)
        metrics = QFontMetrics(font)
        room = self.width() - left - 3
        line = metrics.height()
        top = (self.height() - 2 * line - 2) // 2
        painter.setFont(font)
        painter.setPen(QColor(look().answers[self.decision.answer]))
        word = self.decision.answer.word + (" \N{BULLET}" if self.decision.changes_metadata else "")
        painter.drawText(QRect(left, top, room, line), Qt.AlignmentFlag.AlignVCenter, word)
        known = self._category
        painter.setPen(QColor(look().muted) if known is None else category_colour(known))
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(
            QRect(left, top + line + 2, room, line), Qt.AlignmentFlag.AlignVCenter, name
        )


class AnswerStrip(QWidget):
    """The last ten answers, newest on the left; a dot marks those that changed the metadata.

    Attributes:
        reopened: Emitted with the `Decision` that was clicked.
    """

    reopened = Signal(object)

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        """Begins with empty places."""
        super().__init__(parent)
        self._vocabulary = vocabulary
        self._cells = [AnswerCell(self) for _ in range(SHOWN)]
        row = in_row(of=self, gap=4, edge=(6, 3, 6, 3))
        for cell in self._cells:
            cell.clicked.connect(self._clicked)
            row.addWidget(cell, 1)
        self.setAccessibleName("Last answers")

    def show_answers(self, decisions: Sequence[Decision], thumbs: Mapping[int, QImage]) -> None:
        """Shows answers, newest first, with the pictures that are known (by image id)."""
        for number, cell in enumerate(self._cells):
            decision = decisions[number] if number < len(decisions) else None
            cell.show_answer(decision, self._vocabulary)
            cell.show_thumb(thumbs.get(decision.image_id) if decision else None)

    def show_thumb(self, image_id: int, thumb: QImage) -> None:
        """Shows a picture that was decoded later."""
        for cell in self._cells:
            if cell.decision is not None and cell.decision.image_id == image_id:
                cell.show_thumb(thumb)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many answers as have room for their words, five at least."""
        super().resizeEvent(event)
        room = max(self.width() // (self._cells[0].sizeHint().width() + 4), FEWEST)
        for number, cell in enumerate(self._cells):
            cell.setVisible(number < room)

    def decisions(self) -> list[Decision]:
        """The answers shown, newest first."""
        return [cell.decision for cell in self._cells if cell.decision is not None]

    def _clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, AnswerCell) and cell.decision is not None:
            self.reopened.emit(cell.decision)
