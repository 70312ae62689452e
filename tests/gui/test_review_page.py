"""What the page shows, hides and keeps in its place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from reviewer.core.review.feed import Mode
from reviewer.core.types import Side
from reviewer.store.library import Library
from reviewer.ui.question_bar import chip_lines
from reviewer.ui.theme import look
from tests.gui.conftest import rank_all, wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.review_page import ReviewPage


def places(page: ReviewPage):
    parts = (page.question_bar, page.view, page.captions, page.queues, page.tags, page.answers)
    return [part.geometry() for part in parts]


def test_nothing_moves_between_questions(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    before = places(page)
    for key in (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_Right, Qt.Key.Key_V, Qt.Key.Key_Backspace):
        qtbot.keyClick(page, key)
        wait_painted(qtbot, reviewing)
        qtbot.wait(30)
        assert places(page) == before


def test_the_picture_has_most_of_the_centre(reviewing: MainWindow):
    page = reviewing.review.page
    centre = page.question_bar.height() + page.view.height() + page.captions.height()
    assert page.view.height() >= 0.7 * centre


def test_side_and_score_are_hidden_until_asked_for(qtbot: QtBot, reviewing: MainWindow):
    page, session = reviewing.review.page, reviewing.review.session
    assert page.question_bar.note == ""
    qtbot.keyClick(page, Qt.Key.Key_V)
    said = "absent" if session.current.side is Side.MISSING else "present"
    assert said in page.question_bar.note
    assert f"{session.current.score:.2f}" in page.question_bar.note
    qtbot.keyClick(page, Qt.Key.Key_A)
    assert page.question_bar.note == ""


def chip_ground(page: ReviewPage) -> QColor:
    """The colour of the tag's chip beside its words."""
    bar = page.question_bar.grab().toImage()
    row = [bar.pixelColor(x, 14) for x in range(bar.width())]
    inside = [x for x, colour in enumerate(row) if colour != QColor(look().ground)]
    return row[inside[0] + 6]


def test_the_first_question_about_another_tag_looks_otherwise_than_those_after_it(
    qtbot: QtBot, reviewing: MainWindow
):
    page, session = reviewing.review.page, reviewing.review.session
    seen = []
    for _ in range(8):
        tag = session.current.tag_id
        seen.append((tag, chip_ground(page) == QColor(look().raised)))
        qtbot.keyClick(page, Qt.Key.Key_A)
        wait_painted(qtbot, reviewing)
    tags = [tag for tag, _ in seen]
    # The very first question follows no other.
    changed = [False, *(before != now for before, now in pairwise(tags))]
    assert any(changed)
    assert [not calm for _, calm in seen] == changed


def test_a_long_name_is_read_whole_in_half_a_screen(reviewing: MainWindow):
    reviewing.resize(960, 700)
    room = reviewing.review.page.question_bar.width() / 2
    base = QFont(reviewing.font())
    base.setPointSizeF(20.0)
    name = "hatsune miku (project sekai colorful stage)"
    font, lines = chip_lines(base, name, room)
    assert " ".join(lines) == name
    assert len(lines) == 2
    assert all(QFontMetricsF(font).horizontalAdvance(line) <= room + 1 for line in lines)
    assert chip_lines(base, "hat", room)[1] == ["hat"]


def test_what_an_answer_means_reads_the_same_on_both_sides(qtbot: QtBot, reviewing: MainWindow):
    page, session = reviewing.review.page, reviewing.review.session
    seen = {}
    while session.current is not None and len(seen) < 2:
        side = session.current.side
        tag = session.vocabulary.name(session.current.tag_id)
        seen[side] = page.tags._yes._text.text().replace(tag.replace("_", " "), "X")
        qtbot.keyClick(page, Qt.Key.Key_Right)
        wait_painted(qtbot, reviewing)
    assert seen[Side.MISSING] == seen[Side.WRONG]


def test_no_text_field_has_the_focus_until_a_tag_is_picked(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    reviewing.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    qtbot.keyClick(page, Qt.Key.Key_Slash)
    picker = QApplication.focusWidget()
    assert isinstance(picker, QLineEdit)
    qtbot.keyClicks(picker, "red a")
    qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page
    assert reviewing.review.library.decisions.total() == 0


def test_the_picker_goes_to_the_tag_that_was_typed(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    reviewing.activateWindow()
    qtbot.keyClick(review.page, Qt.Key.Key_Slash)
    picker = review.page.queues._picker
    qtbot.keyClicks(picker, "red h")
    qtbot.keyClick(picker, Qt.Key.Key_Return)
    assert review.session.feed.mode is Mode.TAG
    assert review.session.vocabulary.name(review.session.current.tag_id) == "red_hat"


def test_a_click_on_a_queue_goes_there(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    queues = review.page.queues
    index = queues._model.index(5)
    wanted = queues._model.row_at(index).key
    spot = queues._list.visualRect(index).center()
    qtbot.mouseClick(queues._list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert review.session.current.tag_id == wanted


def test_brackets_step_through_the_queues(qtbot: QtBot, reviewing: MainWindow):
    session, page = reviewing.review.session, reviewing.review.page
    qtbot.keyClick(page, Qt.Key.Key_BracketRight)
    first = session.current.tag_id
    qtbot.keyClick(page, Qt.Key.Key_BracketRight)
    assert session.current.tag_id != first
    qtbot.keyClick(page, Qt.Key.Key_BracketLeft)
    assert session.current.tag_id == first


def test_the_side_filter_asks_one_side_only(qtbot: QtBot, reviewing: MainWindow):
    session, page = reviewing.review.session, reviewing.review.page
    for number, side in ((2, Side.WRONG), (1, Side.MISSING)):
        qtbot.mouseClick(page.queues._sides.button(number), Qt.MouseButton.LeftButton)
        assert session.current.side is side
        assert all(question.side is side for question in session.upcoming(4))


def test_tab_gives_the_side_panels_to_the_picture(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    before = page.view.width()
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: page.view.width() > before)
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: page.view.width() == before)


def test_shift_held_blanks_the_panels_without_moving_anything(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    before = page.view.geometry()
    qtbot.keyPress(page, Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: not page.queues.isVisible())
    assert page.view.geometry() == before
    qtbot.keyRelease(page, Qt.Key.Key_Shift)
    assert page.queues.isVisible()
    assert page.view.geometry() == before


def test_zoom_and_back(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    qtbot.keyClick(page, Qt.Key.Key_Z)
    assert page.view.zoomed
    qtbot.waitUntil(lambda: page.view._full is not None)
    qtbot.keyClick(page, Qt.Key.Key_Z)
    assert not page.view.zoomed
    qtbot.keyPress(page, Qt.Key.Key_W)
    assert page.view.zoomed
    qtbot.keyRelease(page, Qt.Key.Key_W)
    assert not page.view.zoomed


def test_a_window_that_gets_an_earlier_size_back_shows_the_picture_at_that_size(
    qtbot: QtBot, reviewing: MainWindow
):
    view = reviewing.review.page.view
    before, shown = reviewing.size(), view._fit.size()
    reviewing.resize(before.width() - 200, before.height())
    qtbot.waitUntil(lambda: view._fit.size() != shown)
    reviewing.resize(before)
    qtbot.waitUntil(lambda: view._fit.size() == shown)


def test_a_picture_that_comes_back_is_sharp_when_it_is_zoomed_again(
    qtbot: QtBot, reviewing: MainWindow
):
    page = reviewing.review.page
    qtbot.keyClick(page, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: page.view._full is not None)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(page, key)
        wait_painted(qtbot, reviewing)
    assert not page.view.zoomed
    qtbot.keyClick(page, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: page.view._full is not None)


def wheel(
    view: QWidget,
    turned: int,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
) -> None:
    """Turns the wheel over the middle of a widget, or moves two fingers on a touch pad."""
    centre = QPointF(view.rect().center())
    event = QWheelEvent(
        centre,
        view.mapToGlobal(centre),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        held,
        phase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_ctrl_and_wheel_zooms(reviewing: MainWindow):
    view = reviewing.review.page.view
    first = reviewing.review.session.current.pair
    wheel(view, 120, Qt.KeyboardModifier.ControlModifier)
    assert view.zoomed
    assert reviewing.review.session.current.pair == first


def test_what_a_touch_pad_adds_after_the_fingers_turns_no_question(reviewing: MainWindow):
    view, turned = reviewing.review.page.view, []
    view.turned.connect(turned.append)
    wheel(view, -120, phase=Qt.ScrollPhase.ScrollUpdate)
    wheel(view, -480, phase=Qt.ScrollPhase.ScrollMomentum)
    assert turned == [1]


def test_an_emptied_queue_says_what_to_do(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    while review.session.current is not None:
        qtbot.keyClick(review.page, Qt.Key.Key_Space)
        if review.session.current is not None:
            wait_painted(qtbot, reviewing)
    assert "Nothing is left to ask" in review.page.view.message
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    qtbot.keyClick(review.page, Qt.Key.Key_Backspace)
    wait_painted(qtbot, reviewing)


def test_at_the_end_of_a_queue_the_same_key_goes_on(qtbot: QtBot, reviewing: MainWindow):
    review = reviewing.review
    session = review.session
    for command in ("queue.next", "answer.yes"):
        review.controller.run_command(command)
        wait_painted(qtbot, reviewing)
    ended = session.feed.tag_id
    while session.current is not None:
        wait_painted(qtbot, reviewing)
        qtbot.keyClick(review.page, Qt.Key.Key_X)
    assert "goes on with the next queue" in review.page.view.message
    qtbot.keyClick(review.page, Qt.Key.Key_Right)
    wait_painted(qtbot, reviewing)
    assert session.feed.mode is Mode.TAG
    assert session.current.tag_id == session.feed.tag_id != ended
    session.enter(Mode.FLAGGED)
    review.controller.showing.show()
    assert session.current is None
    qtbot.keyClick(review.page, Qt.Key.Key_Right)
    wait_painted(qtbot, reviewing)
    assert session.feed.mode is Mode.BEST


def test_a_broken_file_is_set_aside_and_the_review_goes_on(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    first = min((tmp_path / "pictures").glob("*.jpg"))
    first.write_bytes(first.read_bytes()[:200])
    window.open_collection(workspace)
    review = window.review
    broken = review.session.current.image_id
    qtbot.waitUntil(lambda: not review.library.images.is_askable(broken))
    wait_painted(qtbot, window)
    assert review.session.current.image_id != broken
    assert first.name in review.page.notice.text
    assert all(question.image_id != broken for question in review.session.upcoming(40))


def test_a_missing_file_is_set_aside_too(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    for path in (tmp_path / "pictures").glob("[0-4].jpg"):
        path.unlink()
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    library = window.review.library
    left = library.images.get(window.review.session.current.image_id)
    assert left.path == "5.jpg"


def test_a_new_ranking_leaves_the_question_on_screen(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    review = reviewing.review
    asked = review.session.current
    assert not review.controller.take_new_ranking()
    with Library.open(workspace) as other:
        rank_all(other, reverse=True)
    assert review.controller.take_new_ranking()
    assert review.session.current == asked
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    left = [review.session.current, *review.session.upcoming(100)]
    assert asked.pair not in {question.pair for question in left}
    assert len(left) == len(review.library.rankings.load()) - 1


@pytest.mark.usefixtures("one_day")
def test_figures_come_from_the_answers(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    for key in (Qt.Key.Key_A, Qt.Key.Key_X):
        qtbot.keyClick(page, key)
        wait_painted(qtbot, reviewing)
    qtbot.waitUntil(lambda: page.status._today.text() == "2 today")
    assert page.status._saved.text() == "saved"
    assert page.status._tagger.text() == "v1"
    assert len(page.answers.decisions()) == 2
    assert len(reviewing.review.controller.showing.latency) >= 2
