"""Controls that several pages have alike: one of some choices, a bar that fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def segment(
    words: str, meaning: str, of: QWidget, focus: Qt.FocusPolicy = Qt.FocusPolicy.TabFocus
) -> QPushButton:
    """A button that stays down: one of several, of which one is chosen.

    Args:
        words: On it.
        meaning: For those who hear the window.
        of: Qt's owner.
        focus: How it takes the keyboard.
    """
    button = QPushButton(words, of)
    button.setCheckable(True)
    button.setProperty("tone", "segment")
    button.setAccessibleName(meaning)
    button.setFocusPolicy(focus)
    return button


def progress_bar(name: str, of: QWidget) -> QProgressBar:
    """A bar without words on it; they stand beside it.

    Args:
        name: For those who hear the window.
        of: Qt's owner.
    """
    bar = QProgressBar(of)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar
