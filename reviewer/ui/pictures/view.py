"""Paints the picture of the question: fitted, at 100 %, or anything between.

Fitted pictures come decoded at the view's size and are copied as they are. Only while zoomed are
they scaled in the paint, and then only the part that shows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.ui.pictures.decoding import PictureKey
from reviewer.ui.pictures.paint import (
    device_size,
    fitted_box,
    paint_fitted,
    paint_ground,
    paint_message,
    paint_zoomed,
)
from reviewer.ui.pictures.viewport import Viewport

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from reviewer.ui.pictures.decoding import Picture

STEP = 1.25
"""One step of zoom."""
NOTCH = 120
"""Wheel units of one notch, as Qt counts them."""
LOADING = "Loading the picture\N{HORIZONTAL ELLIPSIS}"
WAIT_MS = 250
"""A picture that is not there after this long is said to be loading."""
SETTLE_MS = 80
"""The size is taken as final when it did not change for this long."""


class ImageView(QWidget):
    """Shows one picture.

    Attributes:
        message: Stands in the place of the picture; empty where it is there or expected soon.
        port: Where the picture lies; whoever moves it calls `update`.
        painted: Emitted with the serial of the showing when its picture was painted first.
        full_wanted: Full resolution is needed for what is shown now.
        resized: The size that pictures should be decoded at has changed.
        turned: Wheel notches without Ctrl; positive is towards the next question.
    """

    painted = Signal(int)
    full_wanted = Signal()
    resized = Signal()
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAccessibleName("Picture of the question")
        self.port = Viewport()
        self._serial = 0
        self._painted = 0
        self._fit: QImage | None = None
        self._full: QImage | None = None
        self._before_hold: tuple[float | None, tuple[float, float]] | None = None
        self._drag: QPointF | None = None
        self._turn = 0
        self.message = ""
        self._drawn: QRect | None = None
        self._awaits = False
        self._waiting = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._waiting.timeout.connect(partial(self.explain_wait, LOADING))
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.resized)

    # -- what is shown ---------------------------------------------------------------------------

    def key(self, image_id: int) -> PictureKey:
        """What to decode so that an image fits the view without scaling."""
        box = device_size(self)
        return PictureKey(image_id, box.width(), box.height())

    def show_question(self, serial: int, full_size: QSize, picture: Picture | None) -> None:
        """Shows the picture of a question, or waits for it.

        Args:
            serial: Number of the showing, greater than any before; `painted` gives it back.
            full_size: Of the picture, pixels; empty where unknown.
            picture: `None` while it is being decoded; hand it in with `accept`.
        """
        self._serial = serial
        self._before_hold = self._drag = None
        self._fit = self._full = None
        self.message = ""
        self.port.reset()
        self.port.picture = (float(full_size.width()), float(full_size.height()))
        self._awaits = picture is None
        if picture is None:
            self._waiting.start()
            self.update(self._drawn or self.rect())
        else:
            self.accept(picture)

    def accept(self, picture: Picture) -> None:
        """Takes a picture of the question on screen, fitted or in full resolution."""
        self._waiting.stop()
        self._awaits = False
        self.message = ""
        image = picture.image
        if picture.key.full:
            self._full = image
        else:
            self._fit = image
        if picture.key.full or min(self.port.picture) <= 0:
            self.port.picture = (float(image.width()), float(image.height()))
        # Round a fitted picture there is the same ground as before.
        before = None if self.zoomed else self._drawn
        place = self.picture_box.toAlignedRect()
        self.update(self.rect() if before is None else before | place)

    def show_message(self, serial: int, message: str) -> None:
        """Shows a calm sentence in place of a picture."""
        self.show_question(serial, QSize(), None)
        self._waiting.stop()
        self._awaits = False
        self.message = message
        self.update()

    def explain_wait(self, why: str) -> None:
        """Says why the picture that is waited for does not come; else nothing changes."""
        if self._awaits:
            self._waiting.stop()
            self.message = why
            self.update()

    @property
    def has_painted(self) -> bool:
        """Whether the picture of the present question has been painted."""
        return self._serial != 0 and self._painted == self._serial

    @property
    def picture_box(self) -> QRectF:
        """Where the whole picture lies, device-independent pixels; empty while there is none."""
        ratio = self.devicePixelRatioF()
        if self._fit is None:
            return QRectF()
        if not self.zoomed:
            return fitted_box(self._fit, device_size(self), ratio)
        place = self.port.place()
        return QRectF(
            place.left / ratio, place.top / ratio, place.width / ratio, place.height / ratio
        )

    @property
    def zoomed(self) -> bool:
        """Whether the picture is shown at another size than fitted."""
        return self.port.zoom is not None

    # -- zoom ------------------------------------------------------------------------------------

    def toggle_zoom(self, at: QPointF | None = None) -> None:
        """Changes between fitted and 100 %."""
        if self._fit is not None:
            self.port.toggle(_spot(self, at))
            self._zoom_changed()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms in (above 1) or out about a point of the view; all the way out is fitted."""
        if self._fit is not None:
            self.port.zoom_by(factor, _spot(self, at))
            self._zoom_changed()

    def hold_full(self, held: bool) -> None:
        """Shows full resolution under the pointer while held, then what was there before."""
        before = self._before_hold
        if held and before is None and self._fit is not None:
            self._before_hold = (self.port.zoom, self.port.centre)
            if self.port.zoom is None:
                self.port.toggle(_spot(self, QPointF(self.mapFromGlobal(self.cursor().pos()))))
        elif not held and before is not None:
            self.port.zoom, self.port.centre = before
            self._before_hold = None
        else:
            return
        self._zoom_changed()

    def _zoom_changed(self) -> None:
        if self.zoomed and self._full is None:
            self.full_wanted.emit()
        cursor = Qt.CursorShape.OpenHandCursor if self.zoomed else Qt.CursorShape.ArrowCursor
        self.setCursor(cursor)
        self.update()

    # -- Qt --------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the picture, then tells that it was painted."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        box = device_size(self)
        place = self.picture_box.toAlignedRect()
        self._drawn = None if self.message else place
        # What a picture covers need not be painted before, where it ends with a whole pixel.
        covers = not self.zoomed and ratio == 1.0
        paint_ground(painter, self.rect(), place if covers else QRect())
        if self._fit is None:
            paint_message(painter, self.rect(), self.message)
        elif self.zoomed:
            self.port.view = (float(box.width()), float(box.height()))
            paint_zoomed(painter, self._full or self._fit, self.port, ratio)
        else:
            paint_fitted(painter, self._fit, box, ratio)
        painter.end()
        if self._fit is not None and not self.has_painted:
            self._painted = self._serial
            self.painted.emit(self._serial)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Notes the new size; pictures are decoded anew once it has settled."""
        box = device_size(self)
        self.port.view = (float(box.width()), float(box.height()))
        self._settled.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turns to another question, or zooms while Ctrl is held."""
        delta = event.angleDelta().y()
        if event.phase() == Qt.ScrollPhase.ScrollMomentum:
            # What a touch pad adds once the fingers are gone is nobody's wish for another picture.
            event.accept()
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP ** (delta / NOTCH), event.position())
        else:
            self._turn += delta
            notches = int(self._turn / NOTCH)
            if notches:
                self._turn -= notches * NOTCH
                self.turned.emit(-notches)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Changes between fitted and 100 %."""
        self.toggle_zoom(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of a zoomed picture."""
        if event.button() == Qt.MouseButton.LeftButton and self.zoomed:
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the picture."""
        if self._drag is not None:
            moved = (event.position() - self._drag) * self.devicePixelRatioF()
            self._drag = event.position()
            self.port.pan(moved.x(), moved.y())
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Lets go of the picture."""
        if self._drag is not None:
            self._drag = None
            self._zoom_changed()


def _spot(view: QWidget, at: QPointF | None) -> tuple[float, float]:
    """A point of a view in device pixels; the middle if it is outside."""
    if at is None or not QRectF(view.rect()).contains(at):
        at = QRectF(view.rect()).center()
    ratio = view.devicePixelRatioF()
    return (at.x() * ratio, at.y() * ratio)
