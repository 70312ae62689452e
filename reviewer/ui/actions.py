"""From a key event to a command: the only place that knows how Qt names keys.

Qt matches shortcuts by character, so on a Cyrillic or Greek layout `A` would be dead. Letters are
therefore looked up by character first and, where the character is not Latin, by the place of the
key on the keyboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.commands import Command, View, commands_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QKeyEvent

_NAMED = {
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Shift: "Shift",
    **{Qt.Key(Qt.Key.Key_F1.value + n): f"F{n + 1}" for n in range(12)},
}
_FIRST_SPECIAL = Qt.Key.Key_Escape.value
"""Keys from here on are not characters."""

# Set 1 scan codes, row by row; Linux adds 8 to them (the X keycode), Windows gives them as they
# are. Apple's virtual key codes (Events.h, kVK_ANSI_*) follow no order.
_ROWS = (
    (0x02, "1234567890-="),
    (0x10, "QWERTYUIOP[]"),
    (0x1E, "ASDFGHJKL;'"),
    (0x2C, "ZXCVBNM,./"),
)
_SET_1 = {start + at: letter for start, row in _ROWS for at, letter in enumerate(row)}
_APPLE_RUNS = ((0, "ASDFHGZXCV"), (11, "BQWERYT"), (31, "OU"), (34, "IP"), (37, "LJ"), (40, "K"))
_APPLE = {start + at: letter for start, run in _APPLE_RUNS for at, letter in enumerate(run)}
_APPLE |= {45: "N", 46: "M"}
_CAPS = {
    "Right": "\N{RIGHTWARDS ARROW}",
    "Left": "\N{LEFTWARDS ARROW}",
    "Up": "\N{UPWARDS ARROW}",
    "Down": "\N{DOWNWARDS ARROW}",
}


def key_cap(key: str) -> str:
    """A key of the command table as it is written for people."""
    return _CAPS.get(key, key)


class KeyMap:
    """Finds the command of a key event."""

    def __init__(
        self, platform: str, commands: tuple[Command, ...] = commands_in(View.SINGLE)
    ) -> None:
        """Reads the command table.

        Args:
            platform: Qt's name of the window system (`QGuiApplication.platformName()`).
            commands: Those of one view.

        Raises:
            ValueError: Two commands ask for the same key.
        """
        self._platform = platform
        self._commands: dict[str, tuple[Command, int]] = {}
        for command in commands:
            for place, key in enumerate(command.keys):
                if key in self._commands:
                    raise ValueError(f"{key} is bound to two commands")
                self._commands[key] = (command, place)

    def find(self, event: QKeyEvent) -> Command | None:
        """The command of a key press or release; `None` if the key means nothing."""
        found = self.look_up(event)
        return None if found is None else found[0]

    def look_up(self, event: QKeyEvent) -> tuple[Command, int] | None:
        """The command of a key with the key's place among those of the command, from 0."""
        for name in self._names(event):
            if name in self._commands:
                return self._commands[name]
        return None

    def _names(self, event: QKeyEvent) -> Iterator[str]:
        """What the key may be called, the most exact first."""
        code = event.key()
        base = self._base(event, code)
        if not base:
            return
        prefix = _modifiers(event)
        if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
            yield "Num+" + base
        if len(base) == 1 and not base.isalpha():
            # A symbol is what the layout makes of it: Shift and AltGr are part of how it is typed.
            yield ("Ctrl+" if prefix == "Ctrl+" else "") + base
            return
        yield prefix + base
        # Holding Shift hides the panels; one may answer meanwhile.
        if prefix == "Shift+":
            yield base

    def _base(self, event: QKeyEvent, code: int) -> str:
        if code >= _FIRST_SPECIAL and code != Qt.Key.Key_unknown.value:
            return _NAMED.get(Qt.Key(code), "") if code in _NAMED_CODES else ""
        if 0x21 <= code <= 0x7E:
            return chr(code)
        if code == 0x20:
            return "Space"
        return self._physical(event)

    def _physical(self, event: QKeyEvent) -> str:
        """The Latin letter at the place of a key whose own character is not Latin."""
        if self._platform == "cocoa":
            return _APPLE.get(event.nativeVirtualKey(), "")
        offset = 0 if self._platform == "windows" else 8
        return _SET_1.get(event.nativeScanCode() - offset, "")


_NAMED_CODES = frozenset(key.value for key in _NAMED)


def _modifiers(event: QKeyEvent) -> str:
    """Held modifiers as a prefix in the order of the command table."""
    held = event.modifiers()
    if event.key() == Qt.Key.Key_Shift.value:
        return ""
    parts = (
        ("Ctrl+", Qt.KeyboardModifier.ControlModifier),
        ("Alt+", Qt.KeyboardModifier.AltModifier),
        ("Meta+", Qt.KeyboardModifier.MetaModifier),
        ("Shift+", Qt.KeyboardModifier.ShiftModifier),
    )
    return "".join(name for name, modifier in parts if held & modifier)
