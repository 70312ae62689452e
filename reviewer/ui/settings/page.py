"""The settings, on a page of the window; every change is in force at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from reviewer.settings import settings_file
from reviewer.ui.settings.fields import SECTIONS
from reviewer.ui.settings.keys import KeySettings
from reviewer.ui.settings.rows import SettingRows
from reviewer.ui.side_page import SidePage
from reviewer.ui.widgets.parts import in_column, text_label
from reviewer.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from reviewer.core.bindings import Bindings
    from reviewer.ui.side_pages import Beside

WIDTH = 860
"""Of the page's middle, pixels at the usual size of the text."""


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
        self._lay_out()
        for rows in self._sections:
            rows.changed.connect(self._set)
        self.keys.changed.connect(self._bind)
        self.opened()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        title = text_label("Settings", "page", of=self)
        back = QPushButton("Back  (Esc)", self)
        back.setAccessibleName("Back to where you were")
        back.clicked.connect(self.closed)
        head.addWidget(title, 1)
        head.addWidget(back)
        column = in_column(head, gap=10, edge=(24, 20, 24, 24))
        for section, rows in zip(SECTIONS, self._sections, strict=True):
            column.addWidget(_heading(section.title))
            column.addWidget(rows)
        column.addWidget(_heading("Keys"))
        column.addWidget(self.keys)
        where = text_label(
            f"Kept in {settings_file()}. Nothing of it is sent anywhere.",
            "muted",
            of=self,
            wrap=True,
        )
        column.addSpacing(16)
        column.addWidget(where)
        column.addStretch(1)
        in_column(ScrolledColumn(column, WIDTH, self), of=self, edge=0)

    def opened(self) -> None:
        """Shows the settings as they are now."""
        super().opened()
        settings = self._beside.settings()
        for rows in self._sections:
            rows.show_values(settings)
        self.keys.show_bindings(settings.bindings)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Takes what is being typed before the page is left."""
        self.setFocus()
        super().keyPressEvent(event)

    def _set(self, name: str, value: object) -> None:
        self._beside.keep(self._beside.settings().with_value(name, value))

    def _bind(self, bindings: Bindings) -> None:
        self._beside.keep(replace(self._beside.settings(), bindings=bindings))


def _heading(text: str) -> QLabel:
    label = text_label(text, "section")
    label.setContentsMargins(0, 14, 0, 2)
    return label
