"""One image of a page, large, over the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from reviewer.ui.grid.cell import paint_answer, paint_chip
from reviewer.ui.pictures.decoding import PictureKey
from reviewer.ui.pictures.paint import device_size
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent

    from reviewer.core.types import Answer

EDGE = 8
"""Room round the picture."""


class GridLarge(QWidget):
    """Lies over the grid and lets the pointer through.

    Attributes:
        image_id: Of the image shown; `None` while hidden.
    """

    def __init__(self, host: QWidget) -> None:
        """Begins hidden."""
        super().__init__(host)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image_id: int | None = None
        self._image: QImage | None = None
        self._answer: Answer | None = None
        self._is_exception = False
        self.hide()

    def show_over(self, room: QRect, image_id: int, image: QImage | None) -> None:
        """Shows an image in a part of the host; a small picture is enlarged until `accept`."""
        self.image_id, self._image = image_id, image
        self.setGeometry(room)
        self.setAccessibleName("The image, large")
        self.show()
        self.raise_()
        self.update()

    def show_answer(self, answer: Answer | None, *, is_exception: bool) -> None:
        """Shows what the image would be stored with."""
        self._answer, self._is_exception = answer, is_exception
        self.update()

    def accept(self, image: QImage) -> None:
        """Takes the picture at the size it is shown in."""
        self._image = image
        self.update()

    def dismiss(self) -> None:
        """Goes away."""
        self.image_id = self._image = None
        self.hide()

    def key(self) -> PictureKey | None:
        """What to decode so that the image fits without scaling; `None` while hidden."""
        if self.image_id is None:
            return None
        edge = int(2 * EDGE * self.devicePixelRatioF())
        size = device_size(self)
        return PictureKey(self.image_id, max(size.width() - edge, 1), max(size.height() - edge, 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the picture, scaled only while it is not decoded at this size."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().canvas))
        painter.setPen(QColor(look().line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        if self._image is not None:
            size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(room.center())
            painter.drawImage(target, self._image)
        if self._answer is not None and self._is_exception:
            foot = QRect(room.left(), room.bottom() - 48, room.width(), 48)
            paint_answer(painter, foot, self._answer)
        elif self._answer is not None:
            colour = look().answers[self._answer]
            paint_chip(painter, room, self._answer.word, Qt.AlignmentFlag.AlignRight, colour)
        painter.end()
