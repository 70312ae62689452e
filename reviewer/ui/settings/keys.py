"""The keys in the settings: each command's, and the recorder that hears a new one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QPushButton,
    QWidget,
)

from reviewer.core.bindings import PRESETS, Bindings, preset
from reviewer.core.commands import MOUSE, Command, View
from reviewer.ui.keys.actions import KeyMap, key_cap
from reviewer.ui.keys.key_overlay import groups
from reviewer.ui.settings.key_row import KeyRow
from reviewer.ui.widgets.parts import in_column, in_row, text_label

_ALONE = {
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
"""Keys that mean nothing alone."""


class KeyRecorder(QObject):
    """Waits for a key.

    Shift is a key of its own if it is let go before another one is pressed.

    Attributes:
        recorded: Emitted with the `QKeyEvent`.
        ended: Nothing is waited for any more: Esc was pressed, or the window was left.
    """

    recorded = Signal(object)
    ended = Signal()

    def __init__(self, owner: QWidget) -> None:
        """Waits for nothing yet."""
        super().__init__(owner)
        self._owner = owner
        self._waits = False

    def start(self) -> None:
        """Waits from now on."""
        app = QCoreApplication.instance()
        if not self._waits and app is not None:
            self._waits = True
            # Before any widget, and before Tab or Esc mean something to one.
            app.installEventFilter(self)

    def stop(self) -> None:
        """Waits no longer."""
        app = QCoreApplication.instance()
        if self._waits and app is not None:
            self._waits = False
            app.removeEventFilter(self)
            self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes every key while one is waited for; what hides the page ends the wait."""
        kind = event.type()
        gone = watched is self._owner and kind == QEvent.Type.Hide
        if gone or kind == QEvent.Type.ApplicationDeactivate:
            self.stop()
            return False
        if not isinstance(event, QKeyEvent):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        key = Qt.Key(event.key()) if event.key() else Qt.Key.Key_unknown
        shift_alone = key == Qt.Key.Key_Shift
        wanted = QEvent.Type.KeyRelease if shift_alone else QEvent.Type.KeyPress
        if kind == wanted and key not in _ALONE and not event.isAutoRepeat():
            if key != Qt.Key.Key_Escape:
                self.recorded.emit(event)
            self.stop()
        return True


class KeySettings(QWidget):
    """Presets and keys.

    Attributes:
        changed: Emitted with the `Bindings` that the person wants.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Makes a row for every command."""
        super().__init__(parent)
        self._bindings = Bindings()
        self._keys = KeyMap(QGuiApplication.platformName(), ())
        self._recorder = KeyRecorder(self)
        self._recorder.recorded.connect(self._recorded)
        self._recorder.ended.connect(self._stop_waiting)
        self._wanted: tuple[str, int] | None = None
        self._column = in_column(of=self, gap=4, edge=0)
        self._presets = QComboBox(self)
        self._presets.setAccessibleName("Preset of keys")
        for choice in PRESETS:
            self._presets.addItem(choice.title, choice.id)
        self._presets.activated.connect(self._choose)
        self._as_preset = QPushButton("Forget my changes", self)
        self._as_preset.clicked.connect(self._forget)
        self._about = text_label(tone="muted", of=self, wrap=True)
        first = in_row(self._presets, self._as_preset, 1)
        self._column.addLayout(first)
        self._column.addWidget(self._about)
        self._rows: dict[str, KeyRow] = {}
        for heading, commands in groups().items():
            title = text_label(heading, "heading", of=self)
            title.setContentsMargins(0, 10, 0, 0)
            self._column.addWidget(title)
            for entry in commands:
                self._add(entry)

    def _add(self, entry: Command) -> None:
        row = KeyRow(entry, self)
        row.key_clicked.connect(partial(self._offer, entry.id))
        row.given.connect(partial(self._give, entry.id))
        row.kept.connect(self._show)
        row.reset.connect(partial(self._reset, entry.id))
        self._rows[entry.id] = row
        self._column.addWidget(row)

    def show_bindings(self, bindings: Bindings) -> None:
        """Shows the keys as they are."""
        self._bindings = bindings
        self._show()

    def row(self, command_id: str) -> KeyRow:
        """The row of a command."""
        return self._rows[command_id]

    def _show(self) -> None:
        chosen = preset(self._bindings.preset)
        self._presets.setCurrentIndex(self._presets.findData(chosen.id))
        self._about.setText(chosen.sentence)
        self._as_preset.setVisible(bool(self._bindings.own))
        for entry in self._bindings.commands():
            self._rows[entry.id].show_command(entry, is_own=entry.id in self._bindings.own)

    # -- changing --------------------------------------------------------------------------------

    def _take(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._show()
        self.changed.emit(bindings)

    def _choose(self, index: int) -> None:
        self._take(replace(self._bindings, preset=str(self._presets.itemData(index)), own={}))

    def _forget(self) -> None:
        self._take(replace(self._bindings, own={}))

    def _reset(self, command_id: str) -> None:
        self._take(self._bindings.reset(command_id))

    def _offer(self, command_id: str, place: int, corner: QPoint) -> None:
        """Shows what can be done with a key of a command; `place` is -1 for another one."""
        entry = self._command(command_id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Press a key\N{HORIZONTAL ELLIPSIS}", partial(self.wait, command_id, place))
        if not (entry.held or entry.numbered or entry.view is View.GRID):
            for name, words in MOUSE.items():
                menu.addAction(words.capitalize(), partial(self._set, command_id, place, name))
        if 0 <= place < len(entry.keys) and not entry.numbered:
            menu.addSeparator()
            without = (*entry.keys[:place], *entry.keys[place + 1 :])
            cap = key_cap(entry.keys[place])
            menu.addAction(f"Take {cap} away", partial(self._give, command_id, without))
        menu.popup(corner)

    def wait(self, command_id: str, place: int) -> None:
        """Lets the next key be a command's.

        Args:
            command_id: The command.
            place: Of the key among the command's that it replaces; -1 for another one.
        """
        self._wanted = (command_id, place)
        self._rows[command_id].show_waiting(True)
        self._recorder.start()

    def _stop_waiting(self) -> None:
        if self._wanted is not None:
            row = self._rows[self._wanted[0]]
            self._wanted = None
            row.show_waiting(False)

    def _recorded(self, event: QKeyEvent) -> None:
        wanted = self._wanted
        name = next(self._keys.names(event), "")
        self._stop_waiting()
        if wanted is not None and name:
            self._set(*wanted, name)

    def _set(self, command_id: str, place: int, name: str) -> None:
        """Gives a command a key, unless it is another's: then the row asks first."""
        entry = self._command(command_id)
        if name in entry.keys:
            return
        if place < 0:
            keys = (*entry.keys, name)
        else:
            keys = (*entry.keys[:place], name, *entry.keys[place + 1 :])
        holder = self._bindings.holder(name, command_id)
        if holder is None:
            self._give(command_id, keys)
        else:
            self._rows[command_id].warn(key_cap(name), holder, keys)

    def _give(self, command_id: str, keys: tuple[str, ...]) -> None:
        self._take(self._bindings.given(command_id, keys))

    def _command(self, command_id: str) -> Command:
        return next(entry for entry in self._bindings.commands() if entry.id == command_id)
