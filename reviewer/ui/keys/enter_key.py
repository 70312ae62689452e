"""Enter presses the button that has the focus, as Space does.

Qt leaves that to dialogs. This program has pages instead, on some of which Enter means something
of its own: with the focus on "Another folder" it must not begin an import.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QPushButton, QWidget


class EnterKey(QObject):
    """Follows the focus through all pages of a window."""

    def __init__(self, window: QWidget) -> None:
        """Begins at once; ends with the window."""
        super().__init__(window)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._moved)

    def _moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        # Qt's word for a button that Enter presses while it has the focus.
        if isinstance(now, QPushButton):
            now.setAutoDefault(True)
