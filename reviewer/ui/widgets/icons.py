"""Small icons, drawn once in one colour and tinted where they are used."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from reviewer.assets import asset

SIZES = (16, 20, 24, 32, 48, 64)
APPLICATION_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def icon(name: str, colour: str) -> QIcon:
    """An icon of `resources/icons` in a colour ("#rrggbb").

    Raises:
        FileNotFoundError: There is none of that name.
    """
    renderer = QSvgRenderer(str(asset(f"icons/{name}.svg")))
    made = QIcon()
    for size in SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(pixmap.rect(), QColor(colour))
        painter.end()
        made.addPixmap(pixmap)
    return made


def application_icon() -> QIcon:
    """The icon of the program."""
    made = QIcon()
    for size in APPLICATION_SIZES:
        made.addFile(str(asset(f"icon-{size}.png")))
    return made
