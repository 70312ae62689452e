"""The heat map over a picture: bright where the tagger sees the tag, dimmed where it does not.

Dimming keeps the picture's own colours where it matters, and needs no eye for hues; the warm tint
and the line round the brightest part are for pictures that are dark already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

    from reviewer.ui.pictures.view import ImageView

FINE = 16
"""Steps between two cells of the map, so that no cell is seen."""
DIM = 0.62
"""How much is taken from where nothing is seen."""
TINT = (255, 176, 32)
TINTED = 0.22
CONTOUR = 0.55
"""The line stands where the map has this share of its highest value."""
LINE_ALPHA = 0.9


class HeatOverlay(QWidget):
    """Lies over the view and paints the map over its picture, wherever that is."""

    def __init__(self, view: ImageView) -> None:
        """Begins hidden."""
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view = view
        self._image: QImage | None = None
        view.installEventFilter(self)
        self.hide()

    def show_heat(self, heat: NDArray[np.uint8], words: str) -> None:
        """Shows a map, until it is hidden.

        Args:
            heat: (H, W) uint8, 255 where the tag is seen most.
            words: What it shows, for screen readers.
        """
        self._image = heat_image(heat)
        self.setAccessibleName(words)
        self.setGeometry(self._view.rect())
        self.show()
        self.update()

    @property
    def has_heat(self) -> bool:
        """Whether there is a map to show."""
        return self._image is not None

    def clear(self) -> None:
        """Takes the map away."""
        self._image = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of the view."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Stretches the map over the picture."""
        box = self._view.picture_box
        if self._image is None or box.isEmpty():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._image)
        painter.end()


def heat_image(heat: NDArray[np.uint8]) -> QImage:
    """An overlay to be stretched over the whole picture.

    Args:
        heat: (H, W) uint8, 255 where the tag is seen most.

    Returns:
        Premultiplied ARGB32.
    """
    share = _smooth(heat.astype(np.float32) / np.float32(255))
    alpha = DIM * (1 - share) + TINTED * share
    colour = np.zeros((*share.shape, 4), np.float32)
    # Black where it dims, warm where it is bright; blue, green, red, alpha as Qt holds them.
    for channel, value in enumerate(reversed(TINT)):
        colour[..., channel] = value * TINTED * share
    colour[..., 3] = 255 * alpha
    line = _contour(share)
    colour[line] = np.array([*reversed(TINT), 255], np.float32) * LINE_ALPHA
    pixels = np.ascontiguousarray(np.rint(colour).astype(np.uint8))
    height, width = share.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    # The image borrows numpy's memory; the copy owns its own.
    return image.copy()


def _smooth(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """The map between its cells: linear, with soft steps, `FINE` times as fine."""
    for axis in (0, 1):
        cells = coarse.shape[axis]
        at = np.clip((np.arange(cells * FINE) + 0.5) / FINE - 0.5, 0, cells - 1)
        low = np.minimum(at.astype(int), cells - 2)
        part = (at - low).astype(np.float32)
        part = part * part * (3 - 2 * part)
        shape = (-1, 1) if axis == 0 else (1, -1)
        part = part.reshape(shape)
        below, above = np.take(coarse, low, axis), np.take(coarse, low + 1, axis)
        coarse = below * (1 - part) + above * part
    return coarse


def _contour(share: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the line round the brightest part runs; nowhere if nothing is seen."""
    inside = share >= CONTOUR
    edge = np.zeros_like(inside)
    edge[:, 1:] |= inside[:, 1:] != inside[:, :-1]
    edge[1:] |= inside[1:] != inside[:-1]
    return edge
