"""One image of a page, with the answer it would be stored with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton

from reviewer.core.types import Answer
from reviewer.ui.pictures.paint import paint_fitted
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

FRAME = 4
"""Room round the picture for the frames that show focus and exception."""
DIMMED = 0.6
"""Share of the ground laid over a picture whose answer is not the presumed one."""
CHIP = 0.92
"""How much of a picture a chip on it hides: what is quiet can be read on white, too."""
LEFT_OUT = {None: "Set aside", True: "Flagged", False: "No longer flagged"}
"""Why an image has no answer, by its flag."""
NUMBERED = 9
"""Cells that a digit flips."""


class GridCell(QAbstractButton):
    """A picture with its answer in words; an exception is dimmed, framed and named large.

    Attributes:
        place: On the page, from 0.
        painted: Emitted when the picture was painted first.
        pointed: Emitted when the pointer moves on the cell.
        left: Emitted when it goes.
        doubted: Emitted at a click with the right button.
    """

    painted = Signal()
    pointed = Signal()
    left = Signal()
    doubted = Signal()

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.place = place
        self._image: QImage | None = None
        self._answer: Answer | None = None
        self._presumed = Answer.YES
        self._left_out = ""
        self._has_focus = False
        self._seen = False
        self._asked = False
        self._copies = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to see here: painted, set aside or not in use."""
        return self._seen or not self._asked or self._answer is None

    @property
    def is_seen(self) -> bool:
        """Whether the picture was painted."""
        return self._seen

    @property
    def image(self) -> QImage | None:
        """The picture, if it is there."""
        return self._image

    def ask(self, image: QImage | None) -> None:
        """Begins with another question; `image` is `None` while it is being decoded."""
        self._asked, self._seen, self._image = True, False, image
        self.update()

    def clear(self) -> None:
        """Leaves the place empty."""
        self._asked, self._seen, self._image, self._answer = False, False, None, None
        self._copies = 0
        self.setAccessibleName("No image")
        self.update()

    def show_copies(self, count: int) -> None:
        """Says how many copies of the image the answer goes to as well."""
        if count != self._copies:
            self._copies = count
            self.setAccessibleDescription(
                f"and {count} {'copy' if count == 1 else 'copies'}" if count else ""
            )
            self.update()

    def show_image(self, image: QImage) -> None:
        """Shows the picture, or the same at another size."""
        self._image = image
        self.update()

    def show_answer(
        self, answer: Answer | None, presumed: Answer, *, flagged: bool | None = None
    ) -> None:
        """Shows what the image would be stored with.

        Args:
            answer: `None` if it is left out of the page.
            presumed: What most of the page has.
            flagged: Whether it is left out because it is flagged now, or no longer; `None` if not.
        """
        self._answer, self._presumed = answer, presumed
        self._left_out = LEFT_OUT[flagged]
        if answer is None:
            state = self._left_out.lower()
        else:
            state = answer.word + (", presumed" if answer is presumed else ", by you")
        self.setAccessibleName(f"Image {self.place + 1}: {state}")
        self.update()

    def show_focus(self, has_focus: bool) -> None:
        """Shows whether the keys act on this cell."""
        if has_focus != self._has_focus:
            self._has_focus = has_focus
            self.update()

    def box(self) -> QSize:
        """The room for the picture, device pixels."""
        ratio = self.devicePixelRatioF()
        return QSize(
            max(int((self.width() - 2 * FRAME) * ratio), 1),
            max(int((self.height() - 2 * FRAME) * ratio), 1),
        )

    # -- Qt --------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tells that the pointer moves here."""
        self.pointed.emit()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tells that the pointer went."""
        self.left.emit()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Takes the right button, which means nothing else on a page."""
        self.doubted.emit()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints picture, frames and words, then tells that the picture was painted."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().canvas))
        if self._asked:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_picture(painter)
            self._paint_frames(painter)
            self._paint_words(painter)
        painter.end()
        if self._asked and self._image is not None and not self._seen:
            self._seen = True
            self.painted.emit()

    def _paint_picture(self, painter: QPainter) -> None:
        inner = self.rect().adjusted(FRAME, FRAME, -FRAME, -FRAME)
        painter.fillRect(inner, QColor(look().ground))
        if self._image is None:
            return
        painter.save()
        painter.translate(inner.topLeft())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_fitted(painter, self._image, self.box(), self.devicePixelRatioF())
        painter.restore()
        if self._answer is not self._presumed:
            veil = QColor(look().ground)
            veil.setAlphaF(DIMMED)
            painter.fillRect(inner, veil)

    def _paint_frames(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._answer is not None and self._answer is not self._presumed:
            pen = QPen(QColor(look().answers[self._answer]), 2)
            if self._answer is Answer.UNSURE:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawRect(self.rect().adjusted(FRAME + 1, FRAME + 1, -FRAME - 1, -FRAME - 1))
        if self._has_focus:
            painter.setPen(QPen(QColor(look().accent), 3))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)

    def _paint_words(self, painter: QPainter) -> None:
        inner = self.rect().adjusted(FRAME, FRAME, -FRAME, -FRAME)
        if self.place < NUMBERED:
            paint_chip(
                painter, inner, str(self.place + 1), Qt.AlignmentFlag.AlignLeft, look().muted
            )
        if self._copies and self._answer is not None:
            low = inner.adjusted(0, inner.height() - painter.fontMetrics().height() - 8, 0, 0)
            words = f"+{self._copies} {'copy' if self._copies == 1 else 'copies'}"
            paint_chip(painter, low, words, Qt.AlignmentFlag.AlignLeft, look().text)
        if self._answer is None:
            paint_chip(painter, inner, self._left_out, Qt.AlignmentFlag.AlignHCenter, look().text)
        elif self._answer is self._presumed:
            paint_chip(painter, inner, self._answer.word, Qt.AlignmentFlag.AlignRight, look().muted)
        else:
            paint_answer(painter, inner, self._answer)


def paint_chip(
    painter: QPainter, room: QRect, text: str, side: Qt.AlignmentFlag, colour: str
) -> None:
    """Paints a quiet word into an upper corner, or into the middle."""
    metrics = QFontMetrics(painter.font())
    chip = QRect(0, 0, metrics.horizontalAdvance(text) + 10, metrics.height() + 2)
    chip.moveTop(room.top() + 3)
    if side == Qt.AlignmentFlag.AlignLeft:
        chip.moveLeft(room.left() + 3)
    elif side == Qt.AlignmentFlag.AlignRight:
        chip.moveRight(room.right() - 3)
    else:
        chip.moveCenter(room.center())
    ground = QColor(look().ground)
    ground.setAlphaF(CHIP)
    painter.setPen(QColor(look().line))
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(QColor(colour))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def paint_answer(painter: QPainter, room: QRect, answer: Answer) -> None:
    """Paints the answer of an exception, large, across the middle."""
    font = QFont(painter.font())
    font.setPointSizeF(font.pointSizeF() * 1.5)
    font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetrics(font)
    while metrics.horizontalAdvance(answer.word) + 14 > room.width() and font.pointSizeF() > 6:
        font.setPointSizeF(font.pointSizeF() - 0.5)
        metrics = QFontMetrics(font)
    width = min(metrics.horizontalAdvance(answer.word) + 26, room.width())
    chip = QRect(0, 0, width, metrics.height() + 8)
    chip.moveCenter(room.center())
    painter.save()
    painter.setFont(font)
    painter.setPen(QPen(QColor(look().answers[answer]), 2))
    painter.setBrush(QColor(look().ground))
    painter.drawRoundedRect(chip, 6, 6)
    painter.setPen(QColor(look().text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, answer.word)
    painter.restore()
