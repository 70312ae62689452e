"""The command table and the keyboard: complete, unambiguous, alive on every layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from reviewer.core.commands import COMMANDS, MOUSE, Command, View, commands_in
from reviewer.ui.keys.actions import KeyMap, key_caps, keys_here
from reviewer.ui.keys.key_overlay import KeyOverlay, groups

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def typed(key: str) -> QKeyEvent:
    """The event of a key as the command table writes it, on a US keyboard."""
    if key == "Shift":
        return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, SHIFT)
    combination = QKeySequence(key)[0]
    modifiers = combination.keyboardModifiers()
    if key in {"?", "+"}:
        modifiers |= SHIFT
    return QKeyEvent(QEvent.Type.KeyPress, combination.key(), modifiers)


def scanned(code: int, scan: int, virtual: int = 0, modifiers: object = NONE) -> QKeyEvent:
    """An event as a native keyboard gives it."""
    return QKeyEvent(QEvent.Type.KeyPress, code, modifiers, scan, virtual, 0, "")


@pytest.mark.parametrize(
    ("view", "command", "key"),
    [
        (view, command, key)
        for view in (View.SINGLE, View.GRID)
        for command in commands_in(view)
        for key in command.keys
        if key not in MOUSE
    ],
)
def test_every_key_of_the_table_finds_its_command(view: View, command: Command, key: str):
    found = KeyMap("xcb", commands_in(view)).look_up(typed(key))
    assert found == (command, command.keys.index(key))


def test_a_key_bound_twice_is_refused():
    table = (Command("a", "A", ("A",), "G"), Command("b", "B", ("B", "A"), "G"))
    with pytest.raises(ValueError, match="A is bound"):
        KeyMap("xcb", table)


@pytest.mark.parametrize(
    ("character", "scan", "command_id"),
    [
        ("\N{CYRILLIC CAPITAL LETTER EF}", 38, "answer.yes"),
        ("\N{CYRILLIC CAPITAL LETTER CHE}", 53, "answer.no"),
        ("\N{CYRILLIC CAPITAL LETTER HARD SIGN}", 35, "queue.next"),
        ("\N{GREEK CAPITAL LETTER ALPHA}", 38, "answer.yes"),
        ("\N{HANGUL LETTER MIEUM}", 38, "answer.yes"),
    ],
)
def test_letters_work_on_layouts_without_latin_letters(character: str, scan: int, command_id: str):
    event = scanned(ord(character), scan)
    found = KeyMap("xcb").find(event)
    assert found is not None
    assert found.id == command_id


def test_windows_and_apple_number_their_keys_differently():
    cyrillic = ord("\N{CYRILLIC CAPITAL LETTER EF}")
    on_windows = KeyMap("windows").find(scanned(cyrillic, 30))
    on_apple = KeyMap("cocoa").find(scanned(cyrillic, 1, virtual=0))
    assert on_windows is not None
    assert on_apple is not None
    assert on_windows.id == on_apple.id == "answer.yes"


def test_undo_works_on_a_cyrillic_layout():
    event = scanned(
        ord("\N{CYRILLIC CAPITAL LETTER YA}"), 52, modifiers=Qt.KeyboardModifier.ControlModifier
    )
    found = KeyMap("xcb").find(event)
    assert found is not None
    assert found.id == "undo"


def test_a_latin_letter_is_never_taken_by_its_place():
    """On AZERTY the key at the place of A types Q, and Q picks a queue."""
    found = KeyMap("xcb").find(scanned(Qt.Key.Key_Q.value, 38))
    assert found is not None
    assert found.id == "queue.pick"


def test_shift_held_does_not_take_the_answer_keys_away():
    found = KeyMap("xcb").find(scanned(Qt.Key.Key_A.value, 38, modifiers=SHIFT))
    assert found is not None
    assert found.id == "answer.yes"


def test_alt_and_meta_mean_nothing():
    for modifier in (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier):
        assert KeyMap("xcb").find(scanned(Qt.Key.Key_A.value, 38, modifiers=modifier)) is None


def test_every_command_has_a_handler_and_every_handler_a_command(reviewing: MainWindow):
    assert set(reviewing.review.controller.handlers) == {command.id for command in COMMANDS}


def test_every_command_can_be_carried_out(qtbot: QtBot, reviewing: MainWindow):
    controller = reviewing.review.controller
    for command in COMMANDS:
        if command.id not in {"leave", "fullscreen", "jobs", "menu", "settings"}:
            controller.run_command(command.id)
            reviewing.review.page.overlay.hide()
    controller._release("look.bare")
    controller._release("look.full")


def test_the_list_of_keys_is_complete_and_swallows_answers(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    overlay: KeyOverlay = page.overlay
    qtbot.keyClicks(page, "?")
    assert overlay.isVisible()
    told = overlay.accessibleDescription()
    for command in COMMANDS:
        assert f"{command.title}: {', '.join(key_caps(command))}" in told
    assert sum(len(part) for part in groups().values()) == len(COMMANDS)
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert reviewing.review.library.decisions.total() == 0
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    assert reviewing.review is not None


def test_held_keys_have_the_names_that_a_mac_has_for_them():
    assert keys_here("Ctrl+Shift+Z", "darwin") == "Cmd+Shift+Z"
    assert keys_here("Meta+Alt+wheel", "darwin") == "Control+Option+wheel"
    assert (
        keys_here("Ctrl+Shift+Z", "win32") == keys_here("Ctrl+Shift+Z", "linux") == "Ctrl+Shift+Z"
    )
