"""Small pictures in rows, with what is known of the asked tag on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from reviewer.core.labels import Label
from reviewer.core.types import Answer
from reviewer.ui.theme import look
from reviewer.ui.widgets.parts import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QPaintEvent

    from reviewer.ui.similar.reader import SimilarImage

GAP = 12
LEAST_CELL = 130
"""Side of a picture below which there are fewer in a row, device-independent pixels."""
MOST_IN_A_ROW = 7
LINES = 2
"""Of words below each picture."""

WORDS: dict[Label, str] = {
    Label.CONFIRMED_PRESENT: "\N{CHECK MARK} Yes, answered",
    Label.CONFIRMED_ABSENT: "\N{MULTIPLICATION X} No, answered",
    Label.UNSURE: "? Can't tell, answered",
    Label.PRESENT: "has the tag",
    Label.ABSENT: "lacks the tag",
}
"""A label in the words of this page."""

_ANSWERS = {
    Label.CONFIRMED_PRESENT: Answer.YES,
    Label.CONFIRMED_ABSENT: Answer.NO,
    Label.UNSURE: Answer.UNSURE,
}


class SimilarCells(QWidget):
    """The image in question, framed, and those nearest to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._images: list[SimilarImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def images(self) -> Sequence[SimilarImage]:
        """What is shown, the image in question first."""
        return self._images

    @property
    def picture_px(self) -> int:
        """Side of a picture, device pixels."""
        return round(self._side(self.width()) * self.devicePixelRatioF())

    def show_images(self, images: Iterable[SimilarImage]) -> None:
        """Shows other images."""
        self._images = list(images)
        told = ", ".join(WORDS[entry.label] for entry in self._images[1:])
        self.setAccessibleName(f"The nearest images: {told}" if told else "No images")
        self.updateGeometry()
        self.update()

    def take(self, images: Iterable[SimilarImage]) -> None:
        """Shows some of the images with their pictures, which have come."""
        new = {entry.image_id: entry for entry in images}
        self._images = [new.get(entry.image_id, entry) for entry in self._images]
        self.update()

    def sizeHint(self) -> QSize:
        """For a page of usual width."""
        return QSize(1100, self.heightForWidth(1100))

    def hasHeightForWidth(self) -> bool:
        """Pictures are square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As many rows as are needed."""
        rows = -(-len(self._images) // self._across(width))
        return max(rows * self._cell_height(width) - GAP, 0)

    def event(self, event: QEvent) -> bool:
        """Tells the file under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            entry = self._at(event.pos())
            QToolTip.showText(event.globalPos(), plain_tip(entry.path) if entry else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints every cell."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, entry in enumerate(self._images):
            self._paint(painter, self._cell(place), entry)
        painter.end()

    def _paint(self, painter: QPainter, cell: QRect, entry: SimilarImage) -> None:
        side = self._side(self.width())
        square = QRect(cell.left(), cell.top(), side, side)
        painter.fillRect(square, QColor(look().canvas))
        if entry.picture is not None:
            size = entry.picture.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(square.center())
            painter.drawImage(place, entry.picture)
        if entry.near is None:
            painter.setPen(QPen(QColor(look().accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square.adjusted(1, 1, -2, -2))
        answer = _ANSWERS.get(entry.label)
        colour = look().answers[answer] if answer is not None else look().text
        if entry.label is Label.ABSENT:
            colour = look().muted
        self._write(painter, square, 0, WORDS[entry.label], colour)
        self._write(painter, square, 1, nearness(entry), look().muted)

    def _write(self, painter: QPainter, above: QRect, line: int, text: str, colour: str) -> None:
        metrics = QFontMetrics(self.font())
        box = QRect(
            above.left(),
            above.bottom() + 3 + line * metrics.height(),
            above.width(),
            metrics.height(),
        )
        painter.setPen(QColor(colour))
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, short)

    def _across(self, width: int) -> int:
        return min(max((width + GAP) // (LEAST_CELL + GAP), 1), MOST_IN_A_ROW)

    def _side(self, width: int) -> int:
        across = self._across(width)
        return max((width - (across - 1) * GAP) // across, 16)

    def _cell_height(self, width: int) -> int:
        return self._side(width) + LINES * QFontMetrics(self.font()).height() + 3 + GAP

    def _cell(self, place: int) -> QRect:
        row, column = divmod(place, self._across(self.width()))
        side = self._side(self.width())
        return QRect(
            column * (side + GAP),
            row * self._cell_height(self.width()),
            side,
            self._cell_height(self.width()) - GAP,
        )

    def _at(self, point: QPoint) -> SimilarImage | None:
        found = (
            entry for place, entry in enumerate(self._images) if self._cell(place).contains(point)
        )
        return next(found, None)


def nearness(entry: SimilarImage) -> str:
    """How near an image is, in words."""
    if entry.near is None:
        return "the image in question"
    bits = "bit" if entry.near.bits == 1 else "bits"
    return f"{max(entry.near.cosine, 0):.0%} alike, {entry.near.bits} {bits} apart"
