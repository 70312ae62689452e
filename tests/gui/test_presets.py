"""Presets and own keys in the window, and presses that must not count, by real events."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from reviewer.core.bindings import Bindings
from reviewer.core.commands import View, commands_in
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Side
from reviewer.ui.keys.actions import key_caps
from reviewer.ui.keys.bounce import BOUNCE_MS, Bounce
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
RIGHT = Qt.MouseButton.RightButton


def with_keys(window: MainWindow, bindings: Bindings) -> None:
    """Sets keys as the settings page does."""
    window._store(replace(window.settings, bindings=bindings))


def last(window: MainWindow) -> Answer:
    (decision,) = window.review.library.decisions.recent(1)
    return decision.answer


def total(window: MainWindow) -> int:
    return window.review.library.decisions.total()


def pressed_at(window: MainWindow, key: Qt.Key, at_ms: int) -> None:
    """Presses a key at a time of the window system's clock."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, NONE)
    event.setTimestamp(at_ms)
    QApplication.sendEvent(window.review.page, event)


def mouse(
    window: MainWindow, kind: QEvent.Type, button: Qt.MouseButton, at_ms: int, way: int = 0
) -> None:
    """Sends an event of the mouse to the picture."""
    view = window.review.page.view
    place = QPointF(view.rect().center() + QPoint(way, 0))
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, place, view.mapToGlobal(place), button, held, NONE)
    event.setTimestamp(at_ms)
    QApplication.sendEvent(view, event)


def click(window: MainWindow, button: Qt.MouseButton, at_ms: int = 1000) -> None:
    mouse(window, QEvent.Type.MouseButtonPress, button, at_ms)
    mouse(window, QEvent.Type.MouseButtonRelease, button, at_ms + 5)


def lines_of(menu: QMenu) -> list[QAction]:
    """The lines of a menu and of the menus in it."""
    lines = []
    for action in menu.actions():
        inner = action.menu()
        lines += lines_of(inner) if isinstance(inner, QMenu) else [action]
    return lines


# -- presets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "keys"),
    [
        ("prodigy", (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_Space)),
        ("two-hands", (Qt.Key.Key_F, Qt.Key.Key_J, Qt.Key.Key_Space)),
        ("danbooru", (Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_Space)),
        ("hydrus", (Qt.Key.Key_F7, Qt.Key.Key_Delete, Qt.Key.Key_Space)),
    ],
)
def test_a_preset_answers_with_its_keys(
    qtbot: QtBot, reviewing: MainWindow, preset: str, keys: tuple[Qt.Key, ...]
):
    with_keys(reviewing, Bindings(preset))
    for key, answer in zip(keys, (Answer.YES, Answer.NO, Answer.UNSURE), strict=True):
        qtbot.keyClick(reviewing.review.page, key)
        assert last(reviewing) is answer
        wait_painted(qtbot, reviewing)
    assert total(reviewing) == 3


def test_the_number_pad_answers_moves_and_takes_back(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("numpad"))
    page, pad = reviewing.review.page, Qt.KeyboardModifier.KeypadModifier
    qtbot.keyClick(page, Qt.Key.Key_2, pad)
    assert last(reviewing) is Answer.NO
    wait_painted(qtbot, reviewing)
    qtbot.keyClick(page, Qt.Key.Key_Insert, pad)
    assert total(reviewing) == 0
    asked = reviewing.review.session.current
    qtbot.keyClick(page, Qt.Key.Key_6, pad)
    assert reviewing.review.session.current != asked
    qtbot.keyClick(page, Qt.Key.Key_4, pad)
    assert reviewing.review.session.current == asked


def test_in_danbooru_keys_a_moves_and_does_not_answer(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("danbooru"))
    asked = reviewing.review.session.current
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_D)
    assert reviewing.review.session.current != asked
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    assert reviewing.review.session.current == asked
    assert total(reviewing) == 0


def test_an_own_key_answers_at_once_and_the_old_one_no_longer(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings().given("answer.yes", ("P",)))
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    assert total(reviewing) == 0
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_P)
    assert last(reviewing) is Answer.YES


def test_captions_tips_list_and_menu_tell_the_keys_of_the_moment(reviewing: MainWindow):
    bindings = Bindings("two-hands").given("undo", ("U", "Backspace"))
    with_keys(reviewing, bindings)
    page = reviewing.review.page
    table = {entry.id: entry for entry in bindings.commands()}
    for button in page.captions._buttons:
        caps = ", ".join(key_caps(table[button.command_id]))
        assert button.toolTip().endswith(f"({caps})")
        assert button.accessibleDescription() == caps
    told = page.overlay.accessibleDescription()
    for entry in table.values():
        assert f"{entry.title}: {', '.join(key_caps(entry))}" in told
    lines = [action.text() for action in lines_of(page.captions.menu.fill())]
    assert "Yes, the image shows it\tF, Y, Num+1" in lines


@pytest.mark.parametrize("view", [View.SINGLE, View.GRID])
def test_the_menu_has_every_command_that_a_click_can_carry_out(reviewing: MainWindow, view: View):
    menu = reviewing.review.page.captions.menu
    menu.show_view(view)
    titles = [action.text().partition("\t")[0] for action in lines_of(menu.fill())]
    wanted = [
        entry.title
        for entry in commands_in(view)
        if not (entry.held or entry.numbered or entry.id == "menu")
    ]
    assert sorted(titles) == sorted(wanted)
    assert wanted


def test_a_line_of_the_menu_carries_its_command_out(reviewing: MainWindow):
    for action in lines_of(reviewing.review.page.captions.menu.fill()):
        if action.text().startswith("No, it does not\t"):
            action.trigger()
    assert last(reviewing) is Answer.NO


# -- the mouse ---------------------------------------------------------------------------------


def test_the_mouse_answers_and_takes_back_in_hydrus_keys(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("hydrus"))
    click(reviewing, LEFT, 1000)
    assert last(reviewing) is Answer.YES
    wait_painted(qtbot, reviewing)
    click(reviewing, RIGHT, 2000)
    assert last(reviewing) is Answer.NO
    wait_painted(qtbot, reviewing)
    click(reviewing, MIDDLE, 3000)
    assert total(reviewing) == 1


def test_a_click_answers_nothing_with_the_usual_keys(reviewing: MainWindow):
    for button in (LEFT, RIGHT, MIDDLE):
        click(reviewing, button)
    assert total(reviewing) == 0


def test_who_drags_does_not_answer(reviewing: MainWindow):
    with_keys(reviewing, Bindings("hydrus"))
    mouse(reviewing, QEvent.Type.MouseButtonPress, LEFT, 1000)
    mouse(reviewing, QEvent.Type.MouseButtonRelease, LEFT, 1200, way=60)
    assert total(reviewing) == 0


def test_a_click_begun_on_one_picture_does_not_answer_the_next(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("hydrus"))
    mouse(reviewing, QEvent.Type.MouseButtonPress, LEFT, 1000)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    wait_painted(qtbot, reviewing)
    mouse(reviewing, QEvent.Type.MouseButtonRelease, LEFT, 1100)
    assert total(reviewing) == 1


def test_two_quick_clicks_are_two_answers_and_no_zoom(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("hydrus"))
    click(reviewing, LEFT, 1000)
    wait_painted(qtbot, reviewing)
    mouse(reviewing, QEvent.Type.MouseButtonDblClick, LEFT, 1250)
    mouse(reviewing, QEvent.Type.MouseButtonRelease, LEFT, 1260)
    assert total(reviewing) == 2
    assert not reviewing.review.page.view.zoomed


def test_a_click_before_the_picture_is_painted_does_nothing(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    window.settings = replace(window.settings, bindings=Bindings("hydrus"))
    window.open_collection(workspace)
    assert not window.review.controller.showing.ready
    click(window, LEFT)
    assert total(window) == 0


# -- presses that do not count -------------------------------------------------------------------


def test_a_switch_that_bounces_answers_once(qtbot: QtBot, reviewing: MainWindow):
    pressed_at(reviewing, Qt.Key.Key_A, 1000)
    wait_painted(qtbot, reviewing)
    pressed_at(reviewing, Qt.Key.Key_A, 1000 + BOUNCE_MS - 1)
    assert total(reviewing) == 1
    pressed_at(reviewing, Qt.Key.Key_A, 1000 + 2 * BOUNCE_MS)
    assert total(reviewing) == 2


def test_two_answer_keys_at_once_answer_once(qtbot: QtBot, reviewing: MainWindow):
    pressed_at(reviewing, Qt.Key.Key_A, 1000)
    wait_painted(qtbot, reviewing)
    pressed_at(reviewing, Qt.Key.Key_X, 1008)
    assert total(reviewing) == 1
    assert last(reviewing) is Answer.YES


def test_an_answer_and_its_undo_may_follow_at_once(qtbot: QtBot, reviewing: MainWindow):
    pressed_at(reviewing, Qt.Key.Key_A, 1000)
    pressed_at(reviewing, Qt.Key.Key_Backspace, 1010)
    assert total(reviewing) == 0


def test_a_click_that_bounces_answers_once(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("hydrus"))
    click(reviewing, LEFT, 1000)
    wait_painted(qtbot, reviewing)
    click(reviewing, LEFT, 1012)
    assert total(reviewing) == 1


@given(st.lists(st.integers(1, 200), min_size=1, max_size=40))
def test_answers_that_count_are_never_closer_than_a_bounce(gaps: list[int]):
    bounce, now, counted = Bounce(), 1000, []
    for at, gap in enumerate(gaps):
        now += gap
        if not bounce.is_echo(("answer.yes", "answer.no")[at % 2], now):
            counted.append(now)
    assert all(later - earlier >= BOUNCE_MS for earlier, later in pairwise(counted))
    assert counted[0] == 1000 + gaps[0]


def test_without_a_clock_every_press_counts():
    bounce = Bounce()
    assert not any(bounce.is_echo("answer.yes", 0) for _ in range(5))


@pytest.mark.parametrize("preset", ["prodigy", "two-hands", "danbooru"])
def test_a_key_held_down_never_answers(reviewing: MainWindow, preset: str):
    with_keys(reviewing, Bindings(preset))
    for entry in reviewing.settings.bindings.commands():
        for name in entry.keys if entry.id.startswith("answer.") else ():
            code = Qt.Key.Key_Space if name == "Space" else Qt.Key(ord(name[-1]))
            event = QKeyEvent(QEvent.Type.KeyPress, code, NONE, name, autorep=True)
            QApplication.sendEvent(reviewing.review.page, event)
    assert total(reviewing) == 0


def test_the_key_that_opens_the_jobs_closes_them(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings("two-hands").given("jobs", ("P",)))
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_P)
    assert reviewing.page is reviewing.jobs_page
    qtbot.keyClick(reviewing.jobs_page, Qt.Key.Key_P)
    assert reviewing.page is reviewing.review.page


def test_the_key_that_opens_the_settings_closes_them(qtbot: QtBot, reviewing: MainWindow):
    with_keys(reviewing, Bindings().given("settings", ("P",)))
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_P)
    assert reviewing.page is reviewing.side_pages.get("settings")
    qtbot.keyClick(reviewing.page, Qt.Key.Key_P)
    assert reviewing.page is reviewing.review.page


def test_sentences_name_the_keys_of_the_moment(reviewing: MainWindow):
    page, showing = reviewing.review.page, reviewing.review.controller.showing
    reviewing.review.session.enter(Mode.FLAGGED)
    showing.show()
    assert "\nF flags a question for later; / picks" in page.view.message
    assert page.queues._picker.placeholderText() == "Pick a tag  ( / )"
    with_keys(reviewing, Bindings("two-hands").given("queue.pick", ()))
    showing.show()
    assert "\nCtrl+F flags a question for later; its command in the menu picks" in page.view.message


def test_what_is_offered_and_said_names_the_keys_of_the_moment(reviewing: MainWindow):
    own = Bindings("two-hands").given("accept.rest", ("Q",)).given("summary", ("Ctrl+T",))
    with_keys(reviewing, own.given("grid.commit", ("Ctrl+Space",)))
    page, session = reviewing.review.page, reviewing.review.session
    page.status.show_job("Train", None)
    assert page.status._job.toolTip() == "Train: Ctrl+J shows more"
    assert "Ctrl+T" in page.status._time.toolTip()
    assert all("(P)" in button.toolTip() for button in page.queues._sides.buttons())
    session.open_page()
    reviewing.review.controller.showing.show()
    assert "then Ctrl+Space." in page.question_bar.note


def test_a_key_turns_from_both_sides_to_one_and_the_other(qtbot: QtBot, reviewing: MainWindow):
    page, session = reviewing.review.page, reviewing.review.session
    for grid in (False, True):
        for side in (Side.MISSING, Side.WRONG, None):
            qtbot.keyClick(page, Qt.Key.Key_P)
            assert session.feed.side is side
            shown = session.pages.current.questions if grid else [session.current]
            assert shown
            assert side is None or {question.side for question in shown} == {side}
            number = [None, Side.MISSING, Side.WRONG].index(side)
            assert page.queues._sides.checkedId() == number
        qtbot.keyClick(page, Qt.Key.Key_G)
    assert total(reviewing) == 0


def test_an_empty_queue_tells_what_was_flagged_of_it(qtbot: QtBot, reviewing: MainWindow):
    session, page = reviewing.review.session, reviewing.review.page
    session.enter(Mode.TAG, session.current.tag_id)
    reviewing.review.controller.showing.show()
    left = session.feed.book.summary(session.feed.tag_id).left
    for _ in range(left):
        wait_painted(qtbot, reviewing)
        qtbot.keyClick(page, Qt.Key.Key_F)
    assert session.current is None
    assert f"\n{left} flagged for later: the list has them" in page.view.message
    session.choose_side(Side.WRONG)
    session.enter(Mode.TAG, session.vocabulary.by_name["sky"].id)
    reviewing.review.controller.showing.show()
    assert "flagged" not in page.view.message


def test_keys_survive_the_window(qtbot: QtBot, reviewing: MainWindow, workspace: Path):
    with_keys(reviewing, Bindings("danbooru"))
    reviewing.show_start()
    reviewing.open_collection(workspace)
    wait_painted(qtbot, reviewing)
    QTest.keyClick(reviewing.review.page, Qt.Key.Key_J)
    assert last(reviewing) is Answer.YES


def test_undo_may_be_pressed_as_fast_as_one_can(qtbot: QtBot, reviewing: MainWindow):
    for _ in range(3):
        QTest.keyClick(reviewing.review.page, Qt.Key.Key_A)
        wait_painted(qtbot, reviewing)
    for at_ms in (1000, 1005, 1010):
        pressed_at(reviewing, Qt.Key.Key_Backspace, at_ms)
    assert total(reviewing) == 0


def test_a_flag_that_bounces_stays(reviewing: MainWindow):
    pressed_at(reviewing, Qt.Key.Key_F, 1000)
    pressed_at(reviewing, Qt.Key.Key_F, 1006)
    assert len(reviewing.review.library.flags.all()) == 1
