"""The picture of a question with several tags to choose from, with the part that is meant."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.pictures.prefetch import keys_as_shown
from reviewer.ui.pictures.view import ImageView
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent

    from reviewer.core.choices.choice import Box
    from reviewer.ui.pictures.decoding import Picture, PictureFiles

LINE = 3.0
"""Width of the frame round the part that is meant, device-independent pixels."""
SHADE = 110
"""How dark the rest of the picture is, 0..255."""


class BoxFrame(QWidget):
    """Lies over a picture, darkens it round a part, and lets every click through."""

    def __init__(self, view: ImageView) -> None:
        """Begins without a part."""
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view = view
        self.box: Box | None = None
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of the view."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        return super().eventFilter(watched, event)

    def place(self) -> QRectF:
        """Where the part lies in the view; empty without one, or while there is no picture."""
        whole = self._view.picture_box
        if self.box is None or whole.isEmpty():
            return QRectF()
        left, top, right, bottom = self.box
        return QRectF(
            whole.left() + left * whole.width(),
            whole.top() + top * whole.height(),
            (right - left) * whole.width(),
            (bottom - top) * whole.height(),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the shade and the frame."""
        part = self.place()
        if part.isEmpty():
            return
        painter = QPainter(self)
        shade = QColor(0, 0, 0, SHADE)
        whole = self._view.picture_box
        for rest in _round(whole, part):
            painter.fillRect(rest, shade)
        painter.setPen(QPen(QColor(look().accent), LINE))
        painter.drawRect(part)
        painter.end()


def _round(whole: QRectF, part: QRectF) -> list[QRectF]:
    """Four boxes that cover a picture round a part of it."""
    part = part.intersected(whole)
    return [
        QRectF(whole.left(), whole.top(), whole.width(), part.top() - whole.top()),
        QRectF(whole.left(), part.bottom(), whole.width(), whole.bottom() - part.bottom()),
        QRectF(whole.left(), part.top(), part.left() - whole.left(), part.height()),
        QRectF(part.right(), part.top(), whole.right() - part.right(), part.height()),
    ]


class ChoicePicture(QObject):
    """Shows one picture after the other, decoded ahead; an answer counts once it was painted.

    Attributes:
        view: The widget.
        failed: Emitted with an image id and a sentence where a picture cannot be shown.
        away: No file is there or can be read now; what is on screen shows by itself when they are
            back. With what is wrong; empty where the place of all files is not there.
        changed: A file is another one than the import saw.
    """

    failed = Signal(int, str)
    away = Signal(str)
    changed = Signal()

    def __init__(
        self,
        parent: QWidget,
        files: Callable[[int], PictureFiles],
        *,
        cache_bytes: int,
        is_away: Callable[[], bool] = lambda: False,
    ) -> None:
        """Begins without a picture.

        Args:
            parent: Of the widget.
            files: Where an image's pixels are.
            cache_bytes: Most memory for decoded pictures.
            is_away: Whether the place of all files is not there now.
        """
        super().__init__(parent)
        self.view = ImageView(parent)
        self._frame = BoxFrame(self.view)
        self._loader = ImageLoader(
            files, cache_bytes=cache_bytes, threads=1, is_away=is_away, parent=self
        )
        self._loader.away.connect(self.away)
        self._loader.changed.connect(self.changed)
        self._loader.back.connect(self._want)
        self._serial = 0
        self._image = 0
        self._ahead: list[int] = []
        self._painted_at = 0.0
        self._loader.loaded.connect(self._take)
        self._loader.failed.connect(self.failed)
        self.view.painted.connect(self._was_painted)
        self.view.full_wanted.connect(self._take_decoded)
        self.view.resized.connect(self._take_decoded)

    @property
    def ready(self) -> bool:
        """Whether the picture on screen was painted."""
        return self._image != 0 and self.view.has_painted

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since it was painted."""
        return round((time.perf_counter() - self._painted_at) * 1000)

    def show_image(
        self, image_id: int, size: QSize, box: Box | None = None, ahead: Sequence[int] = ()
    ) -> None:
        """Shows an image.

        Args:
            image_id: The image.
            size: Its pixels; empty where unknown.
            box: The part that is meant.
            ahead: Images that follow, to be decoded meanwhile.
        """
        self._serial += 1
        self._image, self._ahead = image_id, list(ahead)
        self._frame.box = box
        self.view.show_question(self._serial, size, self._loader.get(self.view.key(image_id)))
        self._frame.update()
        self._want()

    def show_message(self, message: str) -> None:
        """Shows a calm sentence in place of a picture."""
        self._serial += 1
        self._image, self._frame.box = 0, None
        self.view.show_message(self._serial, message)
        self._frame.update()

    def close(self) -> None:
        """Stops decoding."""
        self._loader.close()

    def _take_decoded(self) -> None:
        """Shows the picture at the size that is wanted now: as it was decoded before, or soon."""
        for key in keys_as_shown(self.view, self._image) if self._image else ():
            picture = self._loader.get(key)
            if picture is not None:
                self.view.accept(picture)
        self._want()

    def _want(self) -> None:
        if self._image:
            keys = keys_as_shown(self.view, self._image)
            self._loader.want([*keys, *(self.view.key(image) for image in self._ahead)])

    def _take(self, picture: Picture) -> None:
        key = picture.key
        if key.image_id == self._image and (key.full or key == self.view.key(self._image)):
            self.view.accept(picture)

    def _was_painted(self, serial: int) -> None:
        if serial == self._serial:
            self._painted_at = time.perf_counter()
            self._frame.update()
