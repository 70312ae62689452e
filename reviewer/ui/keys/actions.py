"""From a key event to a command: the only place that knows how Qt names keys.

Qt matches shortcuts by character, so on a Cyrillic or Greek layout `A` would be dead. Keys are
therefore looked up by character first and, where the character is not Latin, by the place of the
key on the keyboard. Digits and signs are found by their place too where a layout has something
else there: AZERTY types digits with Shift, and brackets not at all.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.commands import (
    BACK_CLICK,
    FORWARD_CLICK,
    LEFT_CLICK,
    MIDDLE_CLICK,
    MOUSE,
    RIGHT_CLICK,
    Command,
    View,
    commands_in,
)
from reviewer.core.commands import command as command_of

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
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "PgUp",
    Qt.Key.Key_PageDown: "PgDown",
    Qt.Key.Key_Clear: "Clear",
    **{Qt.Key(Qt.Key.Key_F1.value + n): f"F{n + 1}" for n in range(12)},
}
_FIRST_SPECIAL = Qt.Key.Key_Escape.value
"""Keys from here on are not characters."""
_DEAD = range(Qt.Key.Key_Dead_Grave.value, Qt.Key.Key_Dead_Longsolidusoverlay.value + 1)
"""Accents that wait for the letter below them."""
_PAD_WITHOUT_LOCK = dict(
    zip(
        ("Insert", "End", "Down", "PgDown", "Left", "Clear", "Right", "Home", "Up", "PgUp"),
        "0123456789",
        strict=True,
    )
) | {"Delete": "."}
"""What the number pad types without Num Lock, and the digit that is printed on the key."""
_BUTTONS = {
    Qt.MouseButton.LeftButton: LEFT_CLICK,
    Qt.MouseButton.MiddleButton: MIDDLE_CLICK,
    Qt.MouseButton.RightButton: RIGHT_CLICK,
    Qt.MouseButton.BackButton: BACK_CLICK,
    Qt.MouseButton.ForwardButton: FORWARD_CLICK,
}

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
_APPLE |= dict(zip((18, 19, 20, 21, 23, 22, 26, 28, 25, 29), "1234567890", strict=True))
_APPLE |= {27: "-", 24: "=", 33: "[", 30: "]", 41: ";", 39: "'", 43: ",", 47: ".", 44: "/"}
_CAPS = {
    "Right": "\N{RIGHTWARDS ARROW}",
    "Left": "\N{LEFTWARDS ARROW}",
    "Up": "\N{UPWARDS ARROW}",
    "Down": "\N{DOWNWARDS ARROW}",
    **MOUSE,
}
_ON_A_MAC = {"Meta+": "Control+", "Ctrl+": "Cmd+", "Alt+": "Option+"}


def key_cap(key: str) -> str:
    """A key of the command table as it is written for people."""
    return _CAPS.get(key) or keys_here(key)


def keys_here(text: str, platform: str = sys.platform) -> str:
    """A text about keys, with the names that held keys have on this system's keyboards.

    On a Mac the command key does what Ctrl does elsewhere, and Qt calls it so.

    Args:
        text: With the names of the command table ("Ctrl+Z").
        platform: As `sys.platform` has it.
    """
    if platform == "darwin":
        for name, there in _ON_A_MAC.items():
            text = text.replace(name, there)
    return text


def key_caps(command: Command) -> list[str]:
    """The keys of a command as they are written for people, those in use."""
    if command.brief:
        return [command.brief]
    return [key_cap(key) for key in command.keys if key]


def with_keys(command: Command) -> str:
    """What a command does, and its keys: a tooltip."""
    caps = ", ".join(key_caps(command))
    return f"{command.title} ({caps})" if caps else command.title


def button_name(button: Qt.MouseButton) -> str:
    """What the command table calls a button of the mouse; empty if it does not know it."""
    return _BUTTONS.get(button, "")


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
        self._all = commands
        self._commands: dict[str, tuple[Command, int]] = {}
        for command in commands:
            for place, key in enumerate(command.keys):
                if not key:
                    continue
                if key in self._commands:
                    raise ValueError(f"{key} is bound to two commands")
                self._commands[key] = (command, place)

    def find(self, event: QKeyEvent) -> Command | None:
        """The command of a key press or release; `None` if the key means nothing."""
        found = self.look_up(event)
        return None if found is None else found[0]

    def look_up(self, event: QKeyEvent) -> tuple[Command, int] | None:
        """The command of a key with the key's place among those of the command, from 0."""
        for name in self.names(event):
            if name in self._commands:
                return self._commands[name]
        return None

    def digit(self, event: QKeyEvent) -> tuple[Command, int] | None:
        """A digit from 1 to 9 where digits choose, on the number pad too, as the digits' command.

        Args:
            event: A press of any key.
        """
        for name in self.names(event):
            digit = name.removeprefix("Num+")
            if len(digit) == 1 and digit in "123456789":
                return command_of("quick"), int(digit) - 1
        return None

    def caps(self) -> dict[str, str]:
        """The first key of each command as it is written for people, by command id."""
        return {
            command.id: (key_caps(command) or ["its command in the menu"])[0]
            for command in self._all
        }

    def named(self, name: str) -> Command | None:
        """The command of a key or mouse button by the name that the table has for it."""
        found = self._commands.get(name)
        return None if found is None else found[0]

    def names(self, event: QKeyEvent) -> Iterator[str]:
        """What the key of an event may be called, the most exact first; nothing if unknown."""
        code = event.key()
        base = self._base(event, code)
        if not base:
            return
        prefix = _modifiers(event)
        if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
            yield from self._on_the_pad(base)
        if len(base) == 1 and not base.isalpha():
            yield from self._sign(event, base, "Ctrl+" if prefix == "Ctrl+" else "")
            return
        yield prefix + base
        # Holding Shift hides the panels; one may answer meanwhile.
        if prefix == "Shift+":
            yield base

    def _on_the_pad(self, base: str) -> Iterator[str]:
        yield "Num+" + base
        # A Mac has no Num Lock, and counts its arrow keys to the number pad.
        if base in _PAD_WITHOUT_LOCK and self._platform != "cocoa":
            yield "Num+" + _PAD_WITHOUT_LOCK[base]

    def _sign(self, event: QKeyEvent, base: str, prefix: str) -> Iterator[str]:
        """A digit or sign is what the layout makes of it: Shift and AltGr are how it is typed."""
        yield prefix + base
        modified = event.modifiers() & ~Qt.KeyboardModifier.ControlModifier
        place = self._physical(event) if not modified else ""
        if place and not place.isalpha():
            yield prefix + place

    def _base(self, event: QKeyEvent, code: int) -> str:
        if code in _DEAD:
            return self._physical(event)
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
