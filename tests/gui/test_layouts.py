"""Keyboards of the world: real X key events of real layouts, by the place of the key."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.gui.virtual_screen import VirtualScreen, missing_programs, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.ui.main_window import MainWindow

pytestmark = pytest.mark.skipif(
    bool(missing_programs("setxkbmap")),
    reason=f"needs {' and '.join(missing_programs('setxkbmap'))}",
)

PROGRAM = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from reviewer.ui.keys.actions import KeyMap

class Ear(QWidget):
    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Control.value:
            return
        found = KeyMap(QGuiApplication.platformName()).find(event)
        print("-" if found is None else found.id, flush=True)

app = QApplication(sys.argv)
ear = Ear()
ear.setWindowTitle("the ear")
ear.show()
app.exec()
"""

A, X, Y, N, F, Q, Z, V, LEFT_BRACKET, RIGHT_BRACKET = 38, 53, 29, 57, 41, 24, 52, 55, 34, 35
"""Key codes of X by the letter that a US keyboard has at that place."""
SPACE, BACKSPACE, RIGHT, DOWN, PAD_1, PAD_2, NUM_LOCK = 65, 22, 114, 116, 87, 88, 77
US = {
    A: "answer.yes",
    X: "answer.no",
    SPACE: "answer.unsure",
    Y: "answer.yes",
    N: "answer.no",
    F: "flag",
    Z: "zoom.toggle",
    V: "look.why",
    LEFT_BRACKET: "queue.previous",
    RIGHT_BRACKET: "queue.next",
    BACKSPACE: "undo",
    RIGHT: "next",
    PAD_1: "answer.yes",
    PAD_2: "answer.no",
}
W = 25
ELSEWHERE = {
    # Latin letters are where the layout has them; its dead accent and its dollar stand at brackets.
    "fr": {Q: "answer.yes", A: "queue.pick", W: "zoom.toggle", Z: "look.full"},
    # A plus is a plus wherever it is.
    "de": {Y: "zoom.toggle", Z: "answer.yes", RIGHT_BRACKET: "zoom.in"},
    # Brackets are mirrored where one writes from right to left.
    "il": {LEFT_BRACKET: "queue.next", RIGHT_BRACKET: "queue.previous"},
}
"""What a layout has elsewhere counts where it is."""


class Ear:
    """A window that tells which command each key stands for."""

    def __init__(self, screen: VirtualScreen, process: subprocess.Popen[str], heard: Path) -> None:
        self._screen = screen
        self._process = process
        self._heard = heard

    def layout(self, name: str, variant: str = "") -> None:
        words = ["setxkbmap", "-display", self._screen.display, name]
        subprocess.run([*words, "-variant", variant] if variant else words, check=True)

    def hears(self, key: str) -> str:
        """Presses a key (X's code or name) and waits for what it stands for."""
        before = self._lines()
        self._screen.press([key])
        wait_for(lambda: len(self._lines()) > len(before), f"key {key}")
        return self._lines()[-1]

    def _lines(self) -> list[str]:
        return self._heard.read_text().splitlines()


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ear]:
    folder = tmp_path_factory.mktemp("screen")
    heard = folder / "heard"
    with VirtualScreen(folder) as screen, heard.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], stdout=out, env=screen.environment(), text=True
        )
        try:
            screen.focus("the ear")
            yield Ear(screen, process, heard)
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("layout", "variant"),
    [
        ("us", ""),
        ("ru", ""),
        ("ua", ""),
        ("bg", "phonetic"),
        ("gr", ""),
        ("il", ""),
        ("ara", ""),
        ("kr", ""),
        ("jp", "kana"),
        ("fr", ""),
        ("de", ""),
    ],
    ids=lambda name: name,
)
def test_every_key_is_alive_on_every_layout(ear: Ear, layout: str, variant: str):
    ear.layout(layout, variant)
    expected = {**US, **ELSEWHERE.get(layout, {})}
    if layout == "bg":
        # Phonetic: the key of a Latin letter types the Cyrillic one of its sound.
        expected = {key: US[key] for key in (A, N, F, SPACE, BACKSPACE)}
    assert {key: ear.hears(str(key)) for key in expected} == expected


def test_the_number_pad_answers_without_num_lock_too(ear: Ear):
    ear.layout("us")
    for _ in ("without", "with"):
        assert ear.hears(str(PAD_1)) == "answer.yes"
        assert ear.hears(str(PAD_2)) == "answer.no"
        assert ear.hears(str(NUM_LOCK)) == "-"
    assert ear.hears(str(DOWN)) == "next"


@pytest.mark.parametrize("layout", ["ru", "gr", "fr"])
def test_undo_with_ctrl_is_alive(ear: Ear, layout: str):
    ear.layout(layout)
    key = W if layout == "fr" else Z
    assert ear.hears(f"ctrl+{key}") == "undo"


def test_no_input_method_gets_the_keys(reviewing: MainWindow):
    """Those of Japanese and Korean compose letters; a page that takes no text gets the keys."""
    page = reviewing.review.page
    for part in (page, *page.findChildren(QWidget)):
        typed = part.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        assert not typed or part.focusPolicy() != Qt.FocusPolicy.NoFocus
        assert not (typed and part.hasFocus())
    assert not page.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
