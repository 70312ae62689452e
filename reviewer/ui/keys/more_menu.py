"""A menu of every command at hand, for the mouse and for who looks for something."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from reviewer.core.commands import COMMANDS, Command, View, commands_in
from reviewer.ui.keys.actions import key_caps, with_keys

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

OPEN = "Window"
"""The heading whose commands stand in the menu itself."""
OPENS = "menu"
"""The command that opens the menu."""


class MoreMenu(QToolButton):
    """The button; its menu is made from the command table each time it opens.

    Attributes:
        chosen: Emitted with a command's id.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins with the usual keys."""
        super().__init__(parent)
        self._commands: tuple[Command, ...] = COMMANDS
        self._view = View.SINGLE
        self.menu_shown = QMenu(self)
        self.menu_shown.setToolTipsVisible(True)
        self.setText("\N{TRIGRAM FOR HEAVEN}")
        self.setAccessibleName("Menu of all commands")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clicked.connect(self.open)

    def show_commands(self, commands: tuple[Command, ...]) -> None:
        """Takes the command table with other keys."""
        self._commands = commands
        self.setToolTip(
            next((with_keys(entry) for entry in commands if entry.id == OPENS), self.text())
        )

    def show_view(self, view: View) -> None:
        """Takes the view whose commands are at hand."""
        self._view = view

    def fill(self) -> QMenu:
        """The menu as it is now: the window's commands, and a menu for each other heading."""
        self.menu_shown.clear()
        for group, entries in groupby(self._offered(), key=lambda entry: entry.group):
            menu = self.menu_shown if group == OPEN else self.menu_shown.addMenu(group)
            for entry in entries:
                caps = ", ".join(key_caps(entry))
                action = menu.addAction(f"{entry.title}\t{caps}")
                action.triggered.connect(partial(self.chosen.emit, entry.id))
        return self.menu_shown

    def open(self) -> None:
        """Shows the menu above the button."""
        menu = self.fill()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        size = menu.sizeHint()
        menu.popup(QPoint(corner.x() - size.width(), max(corner.y() - size.height(), 0)))

    def _offered(self) -> list[Command]:
        """Commands that a menu can carry out; those of a held or numbered key it cannot."""
        at_hand = commands_in(self._view, self._commands)
        offered = [e for e in at_hand if not (e.held or e.numbered or e.id == OPENS)]
        order = list(dict.fromkeys(entry.group for entry in offered))
        return sorted(offered, key=lambda entry: order.index(entry.group))
