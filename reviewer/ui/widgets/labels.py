"""Words in the window, in one of the tones that the style sheet knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def text_label(
    text: str = "", tone: str = "", *, of: QWidget | None = None, wrap: bool = False
) -> QLabel:
    """Words as they stand: what a file or a tag is called is never taken for markup.

    Args:
        text: At first.
        tone: "page", "section", "heading", "title", "muted" or "warning"; plain where it is empty.
        of: Qt's owner; without one, whoever lays it out.
        wrap: Whether it goes on in the next line where it has no more room.
    """
    label = QLabel(text, of) if of is not None else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if tone:
        label.setProperty("tone", tone)
    return label
