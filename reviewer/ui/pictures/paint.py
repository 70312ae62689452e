"""How a picture, or a sentence in its place, is painted; all sizes in device pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from reviewer.ui.pictures.decoding import fitted
from reviewer.ui.theme import look, points

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from reviewer.ui.pictures.viewport import Viewport

MESSAGE_POINTS = 13.0
SOFTEN_BELOW = 2.0
"""Pixels enlarged more than this are shown as they are, sharp-edged."""


def device_size(widget: QWidget) -> QSize:
    """The size of a widget in device pixels, at least 1 by 1."""
    ratio = widget.devicePixelRatioF()
    return QSize(max(int(widget.width() * ratio), 1), max(int(widget.height() * ratio), 1))


def paint_message(painter: QPainter, box: QRect, message: str) -> None:
    """Paints a calm sentence in the middle of a box, device-independent pixels."""
    font = painter.font()
    font.setPointSizeF(points(MESSAGE_POINTS))
    painter.setFont(font)
    painter.setPen(QColor(look().muted))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(box.adjusted(32, 16, -32, -16), flags, message)


def fitted_box(image: QImage, box: QSize, ratio: float) -> QRectF:
    """Where a picture that was decoded for its box lies: in the middle.

    Args:
        image: The picture.
        box: The view's size, device pixels.
        ratio: Device pixels for one of the painter's.

    Returns:
        In the painter's units.
    """
    size = image.size()
    if size.width() > box.width() or size.height() > box.height():
        # Only between a change of the window's size and the picture decoded for it.
        size = fitted(size, box.width(), box.height())
    left, top = (box.width() - size.width()) // 2, (box.height() - size.height()) // 2
    return QRectF(left / ratio, top / ratio, size.width() / ratio, size.height() / ratio)


def paint_ground(painter: QPainter, box: QRect, picture: QRect) -> None:
    """Paints the ground of a view round what a picture covers.

    Args:
        painter: Of the view.
        box: The view.
        picture: Inside it; empty for none.
    """
    ground, inner = QColor(look().canvas), picture & box
    if inner.isEmpty():
        painter.fillRect(box, ground)
        return
    right, below = inner.right() + 1, inner.bottom() + 1
    for part in (
        QRect(0, 0, box.width(), inner.top()),
        QRect(0, below, box.width(), box.height() - below),
        QRect(0, inner.top(), inner.left(), inner.height()),
        QRect(right, inner.top(), box.width() - right, inner.height()),
    ):
        painter.fillRect(part, ground)


def paint_fitted(painter: QPainter, image: QImage, box: QSize, ratio: float) -> None:
    """Copies a picture that was decoded for its box into the middle of it.

    Args:
        painter: Of the view.
        image: The picture.
        box: The view's size, device pixels.
        ratio: Device pixels for one of the painter's.
    """
    painter.drawImage(fitted_box(image, box, ratio), image)


def paint_zoomed(painter: QPainter, image: QImage, port: Viewport, ratio: float) -> None:
    """Paints the part of a picture that shows, scaled.

    Args:
        painter: Of the view.
        image: The picture at any resolution.
        port: Where the picture lies.
        ratio: Device pixels for one of the painter's.
    """
    place = port.place()
    shown = QRectF(place.left, place.top, place.width, place.height).intersected(
        QRectF(0, 0, *port.view)
    )
    factor = image.width() / place.width
    source = QRectF(
        (shown.left() - place.left) * factor,
        (shown.top() - place.top) * factor,
        shown.width() * factor,
        shown.height() * factor,
    )
    target = QRectF(
        shown.left() / ratio, shown.top() / ratio, shown.width() / ratio, shown.height() / ratio
    )
    smooth = factor > 1 / SOFTEN_BELOW
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=smooth)
    painter.drawImage(target, image, source)
