"""The settings, on a page of the window; every change is in force at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from reviewer.settings import settings_file
from reviewer.ui.settings_fields import SECTIONS
from reviewer.ui.settings_keys import KeySettings
from reviewer.ui.settings_rows import SettingRows
from reviewer.ui.side_page import SidePage

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from reviewer.core.bindings import Bindings
    from reviewer.ui.side_pages import Beside

WIDTH = 92
"""Of the page's middle, in characters."""


class SettingsPage(SidePage):
    """Sections of settings, and the keys below them."""

    command_id = "settings"

    def __init__(self, beside: Beside, parent: QWidget | None = None) -> None:
        """Shows the settings as they are now.

        Args:
            beside: Where they come from, and where changed ones go.
            parent: Its owner.
        """
        super().__init__(parent)
        self._beside = beside
        self._sections = [SettingRows(section.fields, self) for section in SECTIONS]
        self.keys = KeySettings(self)
        self._scroll = QScrollArea(self)
        self._lay_out()
        for rows in self._sections:
            rows.changed.connect(self._set)
        self.keys.changed.connect(self._bind)
        self.opened()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        title = QLabel("Settings", self)
        title.setProperty("tone", "page")
        back = QPushButton("Back  (Esc)", self)
        back.setAccessibleName("Back to where you were")
        back.clicked.connect(self.closed)
        head.addWidget(title, 1)
        head.addWidget(back)
        inside = QWidget(self._scroll)
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 14, 24)
        column.setSpacing(10)
        for section, rows in zip(SECTIONS, self._sections, strict=True):
            column.addWidget(_heading(section.title))
            column.addWidget(rows)
        column.addWidget(_heading("Keys"))
        column.addWidget(self.keys)
        where = QLabel(f"Kept in {settings_file()}. Nothing of it is sent anywhere.", self)
        where.setProperty("tone", "muted")
        where.setWordWrap(True)
        column.addSpacing(16)
        column.addWidget(where)
        column.addStretch(1)
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        middle = QWidget(self)
        page = QVBoxLayout(middle)
        page.setContentsMargins(24, 20, 10, 0)
        page.setSpacing(12)
        page.addLayout(head)
        page.addWidget(self._scroll, 1)
        middle.setMaximumWidth(self.fontMetrics().averageCharWidth() * WIDTH + 200)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(middle, 50)
        row.addStretch(1)

    def opened(self) -> None:
        """Shows the settings as they are now."""
        super().opened()
        settings = self._beside.settings()
        for rows in self._sections:
            rows.show_values(settings)
        self.keys.show_bindings(settings.bindings)

    def hideEvent(self, event: QHideEvent) -> None:
        """Takes what is being typed."""
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()
        super().hideEvent(event)

    def _set(self, name: str, value: object) -> None:
        self._beside.keep(self._beside.settings().with_value(name, value))

    def _bind(self, bindings: Bindings) -> None:
        self._beside.keep(replace(self._beside.settings(), bindings=bindings))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", "section")
    label.setContentsMargins(0, 14, 0, 2)
    return label
