"""What is drawn in the window as a file: a picture, or a drawing of lines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QPoint, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QToolButton, QWidget

from reviewer.core.errors import SourceError
from reviewer.ui.widgets.svg_strokes import bake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PICTURE, DRAWING = "Picture (*.png)", "Drawing (*.svg)"


class SaveButton(QToolButton):
    """A button of what it saves, which is not in the picture."""

    def __init__(self, meaning: str, parent: QWidget | None = None) -> None:
        """Stands where it stands, shown or not.

        Args:
            meaning: What it saves, for its tip and for screen readers.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setText("Save plot\N{HORIZONTAL ELLIPSIS}")
        self.setProperty("tone", "quiet")
        self.setToolTip(meaning)
        self.setAccessibleName(meaning)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)


def save_widget(widget: QWidget, path: Path, title: str) -> None:
    """Writes what a widget shows as a picture (`.png`) or a drawing (`.svg`).

    Args:
        widget: It is laid out; its buttons for saving are left out.
        path: Where to; its ending says which.
        title: Of the drawing.

    Raises:
        SourceError: It cannot be written, or the name ends in something else.
    """
    ending = path.suffix.lower()
    if ending not in {".png", ".svg"}:
        raise SourceError(f"{path} should end in .png or .svg.")
    with _without_buttons(widget):
        # Axes find their width when they are painted for the first time.
        picture = widget.grab()
        if ending == ".svg":
            write_text(path, _drawing(widget, title))
        elif not picture.save(str(path), "PNG"):
            raise SourceError(f"{path} cannot be written. Choose another place.")


def write_text(path: Path, text: str) -> None:
    """Writes a text file.

    Raises:
        SourceError: It cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be written. Choose another place.") from error


def with_ending(name: str, kind: str) -> str:
    """The name that a dialog returned, with the ending of the kind that was chosen.

    Args:
        name: As typed.
        kind: A filter as "Picture (*.png)".
    """
    has_one = "." in name.rsplit("/", 1)[-1].lstrip(".")
    return name if has_one else name + kind[kind.rindex("*") + 1 : -1]


def _drawing(widget: QWidget, title: str) -> str:
    drawing, buffer = QSvgGenerator(), QBuffer()
    drawing.setOutputDevice(buffer)
    drawing.setSize(QSize(widget.width(), widget.height()))
    drawing.setViewBox(widget.rect())
    drawing.setTitle(title)
    painter = QPainter()
    painter.begin(drawing)
    painter.fillRect(widget.rect(), widget.palette().window())
    widget.render(painter, QPoint())
    painter.end()
    return bake(buffer.data().toStdString())


@contextmanager
def _without_buttons(widget: QWidget) -> Iterator[None]:
    shown = [button for button in widget.findChildren(SaveButton) if not button.isHidden()]
    for button in shown:
        button.hide()
    try:
        yield
    finally:
        for button in shown:
            button.show()
