"""The settings page by real events: what is changed there holds at once, and after a restart."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from reviewer import settings as settings_files
from reviewer.core.bindings import Bindings
from reviewer.core.commands import COMMANDS
from reviewer.core.types import Answer
from reviewer.settings import Settings
from reviewer.ui import theme
from reviewer.ui.settings.fields import SECTIONS, Choice, Number
from reviewer.ui.settings.page import SettingsPage
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

FIELDS = [field for section in SECTIONS for field in section.fields]


@pytest.fixture(autouse=True)
def usual_look(qapp: QApplication) -> Iterator[None]:
    """Leaves the application as other tests know it."""
    yield
    theme.apply_theme(qapp)


@pytest.fixture
def page(qtbot: QtBot, reviewing: MainWindow) -> SettingsPage:
    """The settings over an open review."""
    QTest.keyClick(reviewing.review.page, Qt.Key.Key_Comma)
    shown = reviewing.page
    assert isinstance(shown, SettingsPage)
    return shown


def editor(page: SettingsPage, name: str) -> QWidget:
    (found,) = [child for child in page.findChildren(QWidget) if child.objectName() == name]
    return found


def choose(page: SettingsPage, name: str, value: object) -> None:
    """Picks a value by the keyboard, as a person does."""
    box = editor(page, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    while box.currentData() != value:
        at = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if box.findData(value) > at else Qt.Key.Key_Up)
        assert box.currentIndex() != at


def test_comma_opens_and_esc_goes_back(reviewing: MainWindow, page: SettingsPage):
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert reviewing.page is reviewing.review.page
    assert reviewing.review.page.hasFocus() or not reviewing.isActiveWindow()


def test_the_start_page_opens_them_too(qtbot: QtBot, window: MainWindow):
    qtbot.mouseClick(window.start_page._settings, Qt.MouseButton.LeftButton)
    assert isinstance(window.page, SettingsPage)
    QTest.keyClick(window.page, Qt.Key.Key_Escape)
    assert window.page is window.start_page


def test_every_line_is_a_setting_and_every_setting_of_a_person_has_a_line():
    names = {field.name for field in fields(Settings)}
    shown = [field.name for field in FIELDS]
    assert len(shown) == len(set(shown))
    assert set(shown) <= names
    # The others are kept by the window itself, or have a place of their own.
    assert names - set(shown) == {"window", "maximized", "recent", "bindings", "timebox_minutes"}


@pytest.mark.parametrize(
    "field", [field for field in FIELDS if isinstance(field, Number)], ids=lambda f: f.name
)
def test_the_page_takes_no_number_that_the_file_would_refuse(field: Number, tmp_path: Path):
    for value in (field.least, field.most):
        path = tmp_path / "settings.toml"
        number = int(value) if field.is_whole else float(value)
        settings_files.save(Settings().with_value(field.name, number), path)
        assert getattr(settings_files.load(path), field.name) == number


def test_a_name_that_was_emptied_shows_the_one_that_holds(
    reviewing: MainWindow, page: SettingsPage
):
    line = editor(page, "reviewer")
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "anna")
    QTest.keyClick(line, Qt.Key.Key_Return)
    line.selectAll()
    QTest.keyClicks(line, "  ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (line.text(), reviewing.settings.reviewer) == ("anna", "anna")


@pytest.mark.parametrize(
    "field", [field for field in FIELDS if isinstance(field, Choice)], ids=lambda f: f.name
)
def test_the_page_offers_no_choice_that_the_file_would_refuse(field: Choice, tmp_path: Path):
    for value, words in field.options:
        path = tmp_path / "settings.toml"
        settings_files.save(Settings().with_value(field.name, value), path)
        assert getattr(settings_files.load(path), field.name) == value
        assert words


def test_the_light_look_is_there_at_once(reviewing: MainWindow, page: SettingsPage):
    assert theme.look() == theme.DARK
    choose(page, "theme", "light")
    assert theme.look() == theme.LIGHT
    assert reviewing.settings.theme == "light"
    shot = reviewing.grab().toImage()
    assert shot.pixelColor(3, 3).name() == theme.LIGHT.ground
    choose(page, "theme", "dark")
    assert reviewing.grab().toImage().pixelColor(3, 3).name() == theme.DARK.ground


def test_the_text_grows_at_once(reviewing: MainWindow, page: SettingsPage):
    bar = reviewing.review.page.question_bar
    height, points = bar.height(), page.font().pointSizeF()
    choose(page, "text_percent", 125)
    assert page.font().pointSizeF() == pytest.approx(1.25 * points)
    assert bar.minimumHeight() > 1.1 * height
    choose(page, "text_percent", 100)
    assert bar.minimumHeight() == height


def test_numbers_and_switches_are_kept(qtbot: QtBot, reviewing: MainWindow, page: SettingsPage):
    box = editor(page, "refresh_every")
    assert isinstance(box, QSpinBox)
    assert box.text() == "never"
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert reviewing.settings.refresh_every == 50
    assert reviewing.review.controller._refresh_every == 50
    memory = editor(page, "cache_mib")
    memory.setFocus()
    QTest.keyClick(memory, Qt.Key.Key_Up)
    more = Settings().cache_mib + 64
    assert reviewing.settings.cache_mib == more
    assert reviewing.review.controller.showing._loader.cache_bytes == more << 20
    copies = editor(page, "carry_copies")
    assert isinstance(copies, QCheckBox)
    QTest.keyClick(copies, Qt.Key.Key_Space)
    assert not reviewing.settings.carry_copies


def test_another_name_signs_the_next_answer(
    qtbot: QtBot, reviewing: MainWindow, page: SettingsPage
):
    line = editor(page, "reviewer")
    assert isinstance(line, QLineEdit)
    reviewing.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    QTest.keyClicks(line, "ada")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    wait_painted(qtbot, reviewing)
    QTest.keyClick(reviewing.review.page, Qt.Key.Key_A)
    (decision,) = reviewing.review.library.decisions.recent(1)
    assert (decision.reviewer, reviewing.settings.reviewer) == ("ada", "ada")


def test_an_empty_name_is_not_taken(reviewing: MainWindow, page: SettingsPage):
    line = editor(page, "reviewer")
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert reviewing.settings.reviewer == "tester"


def test_the_wheel_over_a_setting_does_not_change_it(reviewing: MainWindow, page: SettingsPage):
    box = editor(page, "cache_mib")
    page.setFocus()
    place = QPointF(box.rect().center())
    event = QWheelEvent(
        place,
        box.mapToGlobal(place),
        QPointF(0, 0).toPoint(),
        QPointF(0, 120).toPoint(),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)
    assert reviewing.settings.cache_mib == Settings().cache_mib


# -- keys ----------------------------------------------------------------------------------------


def press_for(page: SettingsPage, command_id: str, place: int, key: Qt.Key) -> None:
    """Waits for a key of a command and presses it."""
    page.keys.wait(command_id, place)
    assert "Press the key" in page.keys.row(command_id).warning
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(page.keys, event)


def button(page: SettingsPage, text: str) -> QPushButton:
    buttons = page.keys.findChildren(QPushButton)
    (found,) = [one for one in buttons if one.text() == text and one.isVisible()]
    return found


def test_every_command_has_a_row_with_its_keys(page: SettingsPage):
    for entry in COMMANDS:
        assert page.keys.row(entry.id).caps() or entry.brief


def test_a_free_key_is_taken_at_once(reviewing: MainWindow, page: SettingsPage):
    press_for(page, "answer.yes", 0, Qt.Key.Key_Semicolon)
    assert page.keys.row("answer.yes").caps()[0] == ";"
    QTest.keyClick(page, Qt.Key.Key_Escape)
    QTest.keyClick(reviewing.review.page, Qt.Key.Key_Semicolon)
    (decision,) = reviewing.review.library.decisions.recent(1)
    assert decision.answer is Answer.YES


def test_a_key_of_another_command_is_asked_about_and_can_be_left(
    qtbot: QtBot, reviewing: MainWindow, page: SettingsPage
):
    press_for(page, "answer.yes", -1, Qt.Key.Key_F)
    row = page.keys.row("answer.yes")
    assert row.warning == "F is a key of: Flag for later."
    assert reviewing.settings.bindings == Bindings()
    qtbot.mouseClick(button(page, "Leave it"), Qt.MouseButton.LeftButton)
    assert row.warning == ""
    assert reviewing.settings.bindings == Bindings()


def test_a_key_can_be_taken_from_another_command_and_given_back(
    qtbot: QtBot, reviewing: MainWindow, page: SettingsPage
):
    press_for(page, "answer.yes", -1, Qt.Key.Key_F)
    qtbot.mouseClick(button(page, "Take F from it"), Qt.MouseButton.LeftButton)
    assert page.keys.row("answer.yes").caps() == ["A", "Y", "Num+1", "F"]
    assert page.keys.row("flag").caps() == []
    qtbot.mouseClick(button(page, "Forget my changes"), Qt.MouseButton.LeftButton)
    assert page.keys.row("flag").caps() == ["F"]
    assert reviewing.settings.bindings == Bindings()


def test_esc_leaves_the_keys_and_the_page_as_they_are(reviewing: MainWindow, page: SettingsPage):
    press_for(page, "answer.yes", 0, Qt.Key.Key_Escape)
    assert reviewing.settings.bindings == Bindings()
    assert reviewing.page is page
    assert page.keys.row("answer.yes").warning == ""


def test_a_key_on_a_cyrillic_layout_is_kept_by_its_place(reviewing: MainWindow, page: SettingsPage):
    page.keys.wait("answer.yes", 0)
    code, place = ord("\N{CYRILLIC CAPITAL LETTER ZHE}"), 47
    none = Qt.KeyboardModifier.NoModifier
    offset = 0 if QApplication.platformName() == "windows" else 8
    event = QKeyEvent(QEvent.Type.KeyPress, code, none, place - 8 + offset, 0, 0, "")
    QApplication.sendEvent(page.keys, event)
    assert reviewing.settings.bindings.own["answer.yes"][0] == ";"


def test_a_preset_is_chosen_and_drops_own_keys(reviewing: MainWindow, page: SettingsPage):
    press_for(page, "answer.yes", 0, Qt.Key.Key_Semicolon)
    box = page.keys._presets
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())
    assert reviewing.settings.bindings == Bindings("hydrus")
    assert page.keys.row("answer.yes").caps()[0] == "left click"


def test_keys_come_back_as_they_were(tmp_path: Path):
    path = tmp_path / "settings.toml"
    wanted = replace(Settings(), bindings=Bindings("danbooru").given("flag", ("Ctrl+K", "F2")))
    settings_files.save(wanted, path)
    assert settings_files.load(path) == wanted


@pytest.mark.parametrize("text", ['theme = "pink"', "text_percent = 10", "[bindings]\nown = 3"])
def test_looks_and_keys_that_cannot_be_used_name_the_file(tmp_path: Path, text: str):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(settings_files.SourceError, match=r"settings\.toml"):
        settings_files.load(path)


# -- for everyone --------------------------------------------------------------------------------


def test_every_control_has_a_name_and_can_be_reached(page: SettingsPage):
    kinds = (QPushButton, QToolButton, QComboBox, QSpinBox, QCheckBox, QLineEdit)
    controls = [
        child
        for kind in kinds
        for child in page.findChildren(kind)
        # Parts of another control: the line of a number, buttons of a line.
        if isinstance(child.parent(), QWidget) and not isinstance(child.parent(), QSpinBox)
    ]
    assert len(controls) > 50
    for control in controls:
        if control.objectName().startswith("qt_") or not control.isVisibleTo(page):
            continue
        text = control.text() if isinstance(control, (QPushButton, QCheckBox)) else ""
        assert control.accessibleName() or text, control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()
