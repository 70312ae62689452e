"""A command on the settings page: its name, its keys as buttons, and the warning of a clash."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from reviewer.ui.keys.actions import key_cap
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from reviewer.core.commands import Command


class KeyRow(QWidget):
    """One command.

    Attributes:
        key_clicked: Emitted with the place of a key, -1 for "another one", and the corner of its
            button on the screen.
        given: Emitted with the keys that the command gets although another had one of them.
        kept: The other command keeps it.
        reset: The usual keys are wanted again.
    """

    key_clicked = Signal(int, QPoint)
    given = Signal(object)
    kept = Signal()
    reset = Signal()

    def __init__(self, command: Command, parent: QWidget | None = None) -> None:
        """Shows a command without its keys."""
        super().__init__(parent)
        self._command = command
        self._shown: tuple[tuple[str, ...], bool] | None = None
        self._buttons: list[QToolButton] = []
        self._pending: tuple[str, ...] = ()
        self._title = text_label(command.title, of=self, wrap=True)
        self._line = in_row((self._title, 2), gap=5)
        self._keys = in_row(gap=5)
        self._line.addLayout(self._keys, 3)
        self._warning: _Warning | None = None
        self._column = in_column(self._line, of=self, gap=2, edge=(0, 1, 0, 1))

    @property
    def warning(self) -> str:
        """What the row warns of; empty if of nothing."""
        if self._warning is None or not self._warning.isVisibleTo(self):
            return ""
        return self._warning.text

    def caps(self) -> list[str]:
        """The keys as they are written."""
        return [button.text() for button in self._buttons]

    def show_command(self, command: Command, *, is_own: bool) -> None:
        """Shows the keys that the command has now.

        Args:
            command: With its keys.
            is_own: Whether the person set them.
        """
        self._warn_no_more()
        if self._shown == (command.keys, is_own):
            return
        self._command, self._shown = command, (command.keys, is_own)
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = []
        if command.brief:
            # A row of digits is what it is.
            self._keys.addWidget(QLabel(command.brief, self))
        else:
            self._add_buttons(command)
        if is_own:
            again = QToolButton(self)
            again.setText("As before")
            again.setAccessibleName(f"{command.title}: the preset's keys again")
            again.clicked.connect(self.reset)
            self._keys.addWidget(again)
        self._keys.addStretch(1)

    def _add_buttons(self, command: Command) -> None:
        for place, key in enumerate(command.keys):
            button = self._button(key_cap(key) or "\N{EN DASH}", place)
            self._buttons.append(button)
            self._keys.addWidget(button)
        if not command.numbered:
            self._keys.addWidget(self._button("+", -1))

    def _button(self, text: str, place: int) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        does = "another key" if place < 0 else f"key {text}: change or take away"
        button.setAccessibleName(f"{self._command.title}, {does}")
        button.clicked.connect(partial(self._clicked, button, place))
        return button

    def _clicked(self, button: QToolButton, place: int) -> None:
        self.key_clicked.emit(place, button.mapToGlobal(QPoint(0, button.height())))

    def show_waiting(self, waits: bool) -> None:
        """Says that the next key will be this command's, or no longer."""
        if waits:
            self._say("Press the key. Esc leaves everything as it is.")
        else:
            self._warn_no_more()

    def warn(self, cap: str, holder: Command, keys: tuple[str, ...]) -> None:
        """Asks whether a key is to be taken from another command.

        Args:
            cap: The key, as it is written.
            holder: The command that has it.
            keys: What this command would have.
        """
        self._pending = keys
        self._say(f"{cap} is a key of: {holder.title}.", give=f"Take {cap} from it")

    def _say(self, text: str, give: str = "") -> None:
        if self._warning is None:
            # Made when first wanted: most rows never warn, and the page opens sooner.
            self._warning = _Warning(self)
            self._warning.given.connect(self._give)
            self._warning.kept.connect(self._keep)
            self._column.addWidget(self._warning)
        self._warning.say(text, give)

    def _warn_no_more(self) -> None:
        if self._warning is not None:
            self._warning.hide()

    def _give(self) -> None:
        self._warn_no_more()
        self.given.emit(self._pending)

    def _keep(self) -> None:
        self._warn_no_more()
        self.kept.emit()


class _Warning(QWidget):
    """A sentence, and where there is a choice, two buttons."""

    given = Signal()
    kept = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = text_label(tone="warning", of=self, wrap=True)
        self._take = QPushButton(self)
        self._take.setProperty("tone", "segment")
        self._take.clicked.connect(self.given)
        self._leave = QPushButton("Leave it", self)
        self._leave.setProperty("tone", "segment")
        self._leave.clicked.connect(self.kept)
        in_row((self._said, 1), self._take, self._leave, of=self, edge=(0, 0, 0, 4))

    @property
    def text(self) -> str:
        return self._said.text()

    def say(self, text: str, give: str = "") -> None:
        self._said.setText(text)
        self._take.setText(give)
        for button in (self._take, self._leave):
            button.setVisible(bool(give))
        self.show()
        if give:
            self._take.setFocus()
