"""How changed settings take effect: at once, without a restart."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from reviewer.settings import Settings
from reviewer.ui.theme import Theme, apply_theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

AT_ONCE = frozenset(
    {
        "refresh_every",
        "cache_mib",
        "ahead",
        "behind",
        "theme",
        "text_percent",
        "bindings",
        "timebox_minutes",
        "few_fixes",
        "engine",
        "controls_floor_percent",
        "window",
        "maximized",
        "recent",
    }
)
"""Settings that an open review takes while it goes on; for the others it is opened anew."""


def needs_reopening(opened: Settings, now: Settings) -> bool:
    """Whether a review that was opened with some settings must be opened anew for others."""
    return any(
        getattr(opened, field.name) != getattr(now, field.name)
        for field in fields(Settings)
        if field.name not in AT_ONCE
    )


class Appearance(QObject):
    """Keeps the look of the application as it is set, and follows the system where that is set."""

    def __init__(self, parent: QWidget, settings: Settings) -> None:
        """Gives the application the look that is set."""
        super().__init__(parent)
        self._theme, self._percent = Theme(settings.theme), settings.text_percent
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)

    def show(self, settings: Settings) -> None:
        """Takes other settings."""
        wanted = (Theme(settings.theme), settings.text_percent)
        if wanted != (self._theme, self._percent):
            self._theme, self._percent = wanted
            self._apply()

    def _apply(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self._theme, self._percent)
