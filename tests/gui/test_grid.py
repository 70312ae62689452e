"""Pages of the grid by real key events, checked against the log on disk."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

from reviewer.core.bindings import Bindings
from reviewer.core.review.feed import Mode
from reviewer.core.review.page import FEWEST, MOST, opposite
from reviewer.core.types import Answer, Side
from reviewer.store.library import Library
from reviewer.ui.grid.layout import GAP, beside, shape_for
from reviewer.ui.grid.resting import HOVER_MS
from reviewer.ui.pictures.decoding import Picture, PictureFiles, PictureKey, decode
from reviewer.ui.question_bar import PAGE_HINT, UNLIKE_HINT
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import rank_all, wait_painted

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from PySide6.QtCore import QRect
    from pytestqt.qtbot import QtBot

    from reviewer.core.review.page import Page
    from reviewer.ui.main_window import MainWindow


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    """Presses a key on the page, as the system would deliver it."""
    qtbot.keyClick(window.review.page, key)


def shown(window: MainWindow) -> Page:
    """The page on screen."""
    page = window.review.session.pages.current
    assert page is not None
    return page


def wait_page(qtbot: QtBot, window: MainWindow) -> None:
    """Waits until the page on screen can be stored."""
    qtbot.waitUntil(lambda: window.review.controller.showing.grid.ready)


@pytest.fixture
def gridded(qtbot: QtBot, reviewing: MainWindow) -> MainWindow:
    """The window with a painted page of more than three questions."""
    session = reviewing.review.session
    session.enter(Mode.TAG, session.vocabulary.by_name["hat"].id)
    reviewing.review.controller.showing.show()
    wait_painted(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_G)
    wait_page(qtbot, reviewing)
    assert len(shown(reviewing)) > 3
    return reviewing


def given(page: Page) -> dict[tuple[int, int], Answer]:
    return {question.pair: answer for question, answer in page.answers()}


def stored(window: MainWindow) -> dict[tuple[int, int], Answer]:
    return {d.pair: d.answer for d in window.review.library.decisions.live()}


def test_g_shows_a_page_of_the_tag_on_screen(qtbot: QtBot, reviewing: MainWindow):
    asked = reviewing.review.session.current
    press(qtbot, reviewing, Qt.Key.Key_G)
    page = reviewing.review.page
    assert page.grid.isVisible()
    assert not page.view.isVisible()
    assert shown(reviewing).questions[0] == asked
    assert {q.tag_id for q in shown(reviewing).questions} == {asked.tag_id}
    press(qtbot, reviewing, Qt.Key.Key_G)
    assert page.view.isVisible()
    assert reviewing.review.session.current == asked
    assert stored(reviewing) == {}


def test_enter_stores_one_decision_an_image_as_one_step(qtbot: QtBot, gridded: MainWindow):
    expected = given(shown(gridded))
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == expected
    log = gridded.review.library.decisions
    assert len({d.step for d in log.live()}) == 1
    assert all(d.reviewer == "tester" for d in log.live())
    assert not shown(gridded).pairs & set(expected)


def test_one_undo_takes_the_page_back_with_its_marks(qtbot: QtBot, gridded: MainWindow):
    press(qtbot, gridded, Qt.Key.Key_2)
    press(qtbot, gridded, Qt.Key.Key_Right)
    press(qtbot, gridded, Qt.Key.Key_S)
    expected = given(shown(gridded))
    press(qtbot, gridded, Qt.Key.Key_Return)
    wait_page(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_Backspace)
    assert stored(gridded) == {}
    assert given(shown(gridded)) == expected
    assert set(shown(gridded).exceptions().values()) == {
        opposite(shown(gridded).presumed),
        Answer.UNSURE,
    }
    wait_page(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_Enter)
    assert stored(gridded) == expected


def right_click(qtbot: QtBot, window: MainWindow, place: int) -> None:
    """Clicks a cell with the right button, as the window system tells of it."""
    cell = window.review.page.grid.cell(place)
    qtbot.mouseClick(cell, Qt.MouseButton.RightButton)
    middle = cell.rect().center()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(cell, QContextMenuEvent(reason, middle, cell.mapToGlobal(middle)))


@pytest.mark.parametrize("preset", ["prodigy", "hydrus"])
def test_a_right_click_cannot_tell_and_takes_that_back(
    qtbot: QtBot, gridded: MainWindow, preset: str
):
    gridded._store(replace(gridded.settings, bindings=Bindings(preset)))
    page = shown(gridded)
    right_click(qtbot, gridded, 2)
    assert page.exceptions() == {page.questions[2].pair: Answer.UNSURE}
    assert gridded.review.page.grid.focus == 2
    right_click(qtbot, gridded, 2)
    assert page.exceptions() == {}
    qtbot.mouseClick(gridded.review.page.grid.cell(1), Qt.MouseButton.LeftButton)
    assert page.exceptions() == {page.questions[1].pair: opposite(page.presumed)}
    assert stored(gridded) == {}


KEYS = {
    "prodigy": (Qt.Key.Key_A, Qt.Key.Key_X),
    "hydrus": (Qt.Key.Key_F7, Qt.Key.Key_Delete),
    "two-hands": (Qt.Key.Key_F, Qt.Key.Key_J),
    "numpad": (Qt.Key.Key_1, Qt.Key.Key_2),
    "danbooru": (Qt.Key.Key_J, Qt.Key.Key_K),
}


@pytest.mark.parametrize("preset", KEYS)
def test_the_keys_that_answer_mean_the_same_of_a_page(
    qtbot: QtBot, gridded: MainWindow, preset: str
):
    gridded._store(replace(gridded.settings, bindings=Bindings(preset)))
    modifier = Qt.KeyboardModifier
    pad = modifier.KeypadModifier if preset == "numpad" else modifier.NoModifier
    for key, answer in zip(KEYS[preset], (Answer.YES, Answer.NO), strict=True):
        qtbot.keyClick(gridded.review.page, key, pad)
        assert {given for _, given in shown(gridded).answers()} == {answer}
    assert gridded.review.library.flags.all() == []
    assert stored(gridded) == {}


def test_a_hand_on_the_number_pad_goes_over_a_page_and_leaves_it(qtbot: QtBot, gridded: MainWindow):
    gridded._store(replace(gridded.settings, bindings=Bindings("numpad")))
    page, pad = gridded.review.page, Qt.KeyboardModifier.KeypadModifier
    qtbot.keyClick(page, Qt.Key.Key_6, pad)
    qtbot.keyClick(page, Qt.Key.Key_6, pad)
    qtbot.keyClick(page, Qt.Key.Key_4, pad)
    assert page.grid.focus == 1
    qtbot.keyClick(page, Qt.Key.Key_5, pad)
    second = shown(gridded).questions[1].pair
    assert shown(gridded).exceptions() == {second: opposite(shown(gridded).presumed)}
    qtbot.keyClick(page, Qt.Key.Key_3, pad)
    assert shown(gridded).exceptions() == {second: Answer.UNSURE}
    expected = given(shown(gridded))
    qtbot.keyClick(page, Qt.Key.Key_Enter, pad)
    assert stored(gridded) == expected
    qtbot.keyClick(page, Qt.Key.Key_0, pad)
    assert stored(gridded) == {}
    qtbot.keyClick(page, Qt.Key.Key_Asterisk, pad)
    assert page.view.isVisible()


def test_redo_stores_the_page_again(qtbot: QtBot, gridded: MainWindow):
    expected = given(shown(gridded))
    press(qtbot, gridded, Qt.Key.Key_Return)
    wait_page(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_Backspace)
    qtbot.keyClick(gridded.review.page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert stored(gridded) == expected
    assert not shown(gridded).pairs & set(expected)


def test_keys_flip_cells(qtbot: QtBot, gridded: MainWindow):
    page, view = shown(gridded), gridded.review.page.grid
    other = opposite(page.presumed)
    press(qtbot, gridded, Qt.Key.Key_Space)
    assert page.answer(0) is other
    press(qtbot, gridded, Qt.Key.Key_Space)
    assert page.answer(0) is page.presumed
    press(qtbot, gridded, Qt.Key.Key_Right)
    press(qtbot, gridded, Qt.Key.Key_Right)
    press(qtbot, gridded, Qt.Key.Key_Left)
    assert view.focus == 1
    press(qtbot, gridded, Qt.Key.Key_S)
    assert page.answer(1) is Answer.UNSURE
    press(qtbot, gridded, Qt.Key.Key_3)
    assert page.answer(2) is other
    assert view.focus == 2
    press(qtbot, gridded, Qt.Key.Key_9)
    assert set(page.exceptions()) == {page.questions[1].pair, page.questions[2].pair}
    assert stored(gridded) == {}


def test_shift_and_space_flip_the_cell_in_focus_and_all_after_it(qtbot: QtBot, gridded: MainWindow):
    page = shown(gridded)
    presumed, other = page.presumed, opposite(page.presumed)
    press(qtbot, gridded, Qt.Key.Key_Right)
    qtbot.keyClick(gridded.review.page, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert [answer for _, answer in page.answers()] == [presumed] + [other] * (len(page) - 1)
    cells = [gridded.review.page.grid.cell(place) for place in range(len(page))]
    assert all(other.word in cell.accessibleName() for cell in cells[1:])
    expected = given(page)
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == expected


def test_a_click_flips_a_cell(qtbot: QtBot, gridded: MainWindow):
    page, view = shown(gridded), gridded.review.page.grid
    qtbot.mouseClick(view.cell(1), Qt.MouseButton.LeftButton)
    assert page.answer(1) is opposite(page.presumed)
    assert view.focus == 1
    assert f"{opposite(page.presumed).word}, by you" in view.cell(1).accessibleName()
    assert f"{page.presumed.word}, presumed" in view.cell(0).accessibleName()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_G])
def test_leaving_the_page_stores_nothing_and_loses_nothing(
    qtbot: QtBot, gridded: MainWindow, key: Qt.Key
):
    session = gridded.review.session
    page = shown(gridded)
    press(qtbot, gridded, Qt.Key.Key_2)
    press(qtbot, gridded, key)
    assert stored(gridded) == {}
    assert session.current == page.questions[1]
    coming = [session.current, *session.upcoming(50)]
    assert set(page.questions) <= set(coming)
    assert len(coming) == len(set(coming))
    wait_painted(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_G)
    assert shown(gridded).exceptions() == page.exceptions()


def test_enter_before_the_pictures_are_painted_does_nothing(qtbot: QtBot, reviewing: MainWindow):
    press(qtbot, reviewing, Qt.Key.Key_G)
    assert not reviewing.review.controller.showing.grid.ready
    press(qtbot, reviewing, Qt.Key.Key_Return)
    press(qtbot, reviewing, Qt.Key.Key_Space)
    assert stored(reviewing) == {}
    assert shown(reviewing).exceptions() == {}
    wait_page(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_Return)
    assert stored(reviewing)


def test_enter_twice_or_held_stores_one_page(qtbot: QtBot, gridded: MainWindow):
    expected = given(shown(gridded))
    press(qtbot, gridded, Qt.Key.Key_Return)
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == expected
    wait_page(qtbot, gridded)
    repeat = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", autorep=True
    )
    QApplication.sendEvent(gridded.review.page, repeat)
    assert stored(gridded) == expected


def test_the_answer_keys_of_a_single_question_do_nothing_here(qtbot: QtBot, gridded: MainWindow):
    for key in (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_N, Qt.Key.Key_F, Qt.Key.Key_V):
        press(qtbot, gridded, key)
    assert stored(gridded) == {}
    assert shown(gridded).exceptions() == {}


def test_what_is_presumed_is_said_and_the_side_is_not(qtbot: QtBot, gridded: MainWindow):
    bar, page = gridded.review.page.question_bar, shown(gridded)
    does = "shows" if page.presumed is Answer.YES else "does not show"
    assert f"presumed: {page.presumed.word}, {does} hat." in bar.accessibleName()
    assert "Flip the exceptions, then Enter" in bar.note
    press(qtbot, gridded, Qt.Key.Key_1)
    assert f"1 {opposite(page.presumed).word}" in bar.note
    for side in Side:
        assert side.name.lower() not in (bar.accessibleName() + bar.note).lower()


def test_the_presumption_is_of_one_side(qtbot: QtBot, gridded: MainWindow):
    first = shown(gridded)
    press(qtbot, gridded, Qt.Key.Key_Return)
    second = shown(gridded)
    assert {q.side for q in first.questions} != {q.side for q in second.questions}
    assert {q.tag_id for q in second.questions} == {q.tag_id for q in first.questions}


def test_w_shows_the_cell_large_while_it_is_held(qtbot: QtBot, gridded: MainWindow):
    page, grid = gridded.review.page, gridded.review.page.grid
    qtbot.keyPress(page, Qt.Key.Key_W)
    assert grid.large.isVisible()
    assert grid.large.image_id == shown(gridded).questions[0].image_id
    qtbot.waitUntil(lambda: grid.large._image.width() > grid.cell(0).image.width())
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert grid.large.image_id == shown(gridded).questions[1].image_id
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert grid.large._is_exception
    qtbot.keyRelease(page, Qt.Key.Key_W)
    assert not grid.large.isVisible()


def test_the_pointer_at_rest_shows_the_cell_large_beside_it(qtbot: QtBot, gridded: MainWindow):
    grid = gridded.review.page.grid
    cell = grid.cell(1)
    spot = QPointF(cell.rect().center())
    QApplication.sendEvent(cell, QEnterEvent(spot, spot, spot))
    qtbot.wait(HOVER_MS + 100)
    assert not grid.large.isVisible()
    qtbot.mouseMove(cell, cell.rect().center() + QPoint(3, 3))
    qtbot.waitUntil(grid.large.isVisible)
    assert grid.large.image_id == shown(gridded).questions[1].image_id
    assert not grid.large.geometry().intersects(cell.geometry().adjusted(1, 1, -1, -1))
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    assert not grid.large.isVisible()
    qtbot.mouseMove(cell, cell.rect().center() + QPoint(-3, 3))
    qtbot.wait(HOVER_MS + 100)
    assert not grid.large.isVisible()
    qtbot.mouseMove(grid.cell(2), cell.rect().center())
    qtbot.waitUntil(grid.large.isVisible)
    QApplication.sendEvent(grid.cell(2), QEvent(QEvent.Type.Leave))
    assert not grid.large.isVisible()


@pytest.mark.usefixtures("one_day")
def test_strip_figures_and_refresh_follow_the_page(qtbot: QtBot, gridded: MainWindow):
    review = gridded.review
    asked = []
    review.controller._refresh_every = 3
    review.controller.refresh_due.connect(lambda: asked.append(True))
    count = len(shown(gridded))
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert asked == [True]
    qtbot.waitUntil(lambda: review.page.status._today.text() == f"{count} today")
    assert len(review.page.answers.decisions()) == count
    assert review.page.status._saved.text() == "saved"
    wait_page(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: review.page.status._today.text() == "")


def test_a_click_on_an_answer_leaves_the_page(qtbot: QtBot, gridded: MainWindow):
    review = gridded.review
    press(qtbot, gridded, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(review.page.answers.decisions()))
    again = review.page.answers.decisions()[0]
    qtbot.mouseClick(review.page.answers._cells[0], Qt.MouseButton.LeftButton)
    assert review.session.current.pair == again.pair
    assert review.page.view.isVisible()
    assert "You answered" in review.page.question_bar.note


def test_a_page_on_a_full_disk_stays_and_says_so(qtbot: QtBot, gridded: MainWindow):
    review, page = gridded.review, shown(gridded)
    press(qtbot, gridded, Qt.Key.Key_1)
    review.library.decisions._database.write(_stop_growing)
    review.session.reviewer = "r" * 200_000
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert shown(gridded) is page
    assert stored(gridded) == {}
    assert review.page.notice.text.startswith("Not saved:")
    assert review.page.notice.kind is Kind.ERROR
    assert review.page.notice.isVisible()
    review.session.reviewer = "tester"
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == given(page)


def _stop_growing(connection: sqlite3.Connection) -> None:
    """Lets SQLite find no room for another page, as on a full disk."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_broken_file_is_left_out_of_the_page(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    for path in (tmp_path / "pictures").glob("[24].jpg"):
        path.write_bytes(path.read_bytes()[:200])
    window.open_collection(workspace)
    press(qtbot, window, Qt.Key.Key_G)
    wait_page(qtbot, window)
    while shown(window):
        wait_page(qtbot, window)
        press(qtbot, window, Qt.Key.Key_Return)
    images = window.review.library.images
    broken = {i for i in range(1, 7) if not images.is_askable(i)}
    assert len(broken) == 2
    answered = {image_id for image_id, _ in stored(window)}
    assert answered == set(range(1, 7)) - broken
    assert "Nothing is left to ask" in window.review.page.grid._message


def test_a_page_is_stored_without_the_picture_that_never_comes(
    qtbot: QtBot, window: MainWindow, workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    may_end = threading.Event()
    held: set[int] = set()

    def decode_when_it_comes(key: PictureKey, files: PictureFiles) -> Picture:
        if key.image_id in held:
            may_end.wait()
        return decode(key, files)

    monkeypatch.setattr("reviewer.ui.grid.showing.LATE_MS", 50)
    monkeypatch.setattr("reviewer.ui.pictures.loader.decode", decode_when_it_comes)
    window.open_collection(workspace)
    review = window.review
    review.session.enter(Mode.TAG, review.session.vocabulary.by_name["hat"].id)
    coming = review.session.feed.page(MOST, first=review.session.current)
    held.add(coming[-1].image_id)
    press(qtbot, window, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: "do not come" in review.page.notice.text)
    page = shown(window)
    places = {question.image_id: place for place, question in enumerate(page.questions)}
    late = places.pop(coming[-1].image_id)
    qtbot.waitUntil(lambda: all(review.page.grid.cell(n).is_seen for n in places.values()))
    assert not review.page.grid.cell(late).is_seen
    expected = {pair: answer for pair, answer in given(page).items() if pair[0] not in held}
    press(qtbot, window, Qt.Key.Key_Return)
    assert stored(window) == expected
    assert review.library.images.is_askable(*held)
    assert shown(window) is not page
    may_end.set()


def test_a_tag_picked_in_the_grid_is_shown_in_the_grid(qtbot: QtBot, gridded: MainWindow):
    review = gridded.review
    gridded.activateWindow()
    press(qtbot, gridded, Qt.Key.Key_Slash)
    picker = review.page.queues._picker
    qtbot.keyClicks(picker, "red h")
    qtbot.keyClick(picker, Qt.Key.Key_Return)
    (tag_id,) = {question.tag_id for question in shown(gridded).questions}
    assert review.session.vocabulary.name(tag_id) == "red_hat"
    press(qtbot, gridded, Qt.Key.Key_BracketRight)
    (other,) = {question.tag_id for question in shown(gridded).questions}
    assert other != tag_id


def test_a_new_ranking_leaves_the_page_on_screen(
    qtbot: QtBot, gridded: MainWindow, workspace: Path
):
    page = shown(gridded)
    press(qtbot, gridded, Qt.Key.Key_1)
    with Library.open(workspace) as other:
        rank_all(other, reverse=True)
    assert gridded.review.controller.take_new_ranking()
    assert shown(gridded) is page
    assert gridded.review.controller.showing.grid.ready
    assert len(page.exceptions()) == 1


def test_nothing_moves_between_pages(qtbot: QtBot, gridded: MainWindow):
    page = gridded.review.page

    def places() -> list[QRect]:
        parts = (page.question_bar, page.grid, page.captions, page.queues, page.answers)
        return [*(part.geometry() for part in parts), page.grid.cell(0).geometry()]

    before = places()
    for key in (Qt.Key.Key_1, Qt.Key.Key_Return, Qt.Key.Key_S, Qt.Key.Key_Backspace):
        press(qtbot, gridded, key)
        wait_page(qtbot, gridded)
        qtbot.wait(30)
        assert places() == before


def test_captions_are_those_of_the_view(qtbot: QtBot, gridded: MainWindow):
    captions = gridded.review.page.captions
    at_hand = {b.command_id for b in captions._buttons if b.isVisible()}
    assert {"grid.flip", "grid.commit", "grid.close", "undo"} <= at_hand
    assert not at_hand & {"answer.yes", "zoom.toggle", "grid"}
    (store,) = [b for b in captions._buttons if b.command_id == "grid.commit"]
    qtbot.mouseClick(store, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert stored(gridded)


def test_the_next_page_is_decoded_ahead(qtbot: QtBot, gridded: MainWindow):
    review = gridded.review
    coming = review.session.pages.upcoming()
    assert coming
    loader = review.controller.showing._loader
    qtbot.waitUntil(lambda: all(loader.get(review.page.grid.key(q.image_id)) for q in coming))
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert list(shown(gridded).questions) == coming
    assert all(review.page.grid.cell(n).image is not None for n in range(len(coming)))


@pytest.mark.parametrize("width", [520, 700, 1010, 1665, 2500, 3400])
@pytest.mark.parametrize("height", [300, 510, 870, 1250, 1900])
def test_cells_are_twenty_to_forty_and_lie_in_the_room(width: int, height: int):
    shape = shape_for(width, height)
    assert FEWEST <= shape.cells <= MOST
    corners = [shape.corner(place) for place in range(shape.cells)]
    assert len(set(corners)) == shape.cells
    for left, top in corners:
        assert left >= GAP
        assert top >= GAP
        assert left + shape.cell_width <= width - GAP
        assert top + shape.cell_height <= height - GAP
    for needed in (FEWEST, 33, MOST):
        assert needed <= shape_for(width, height, needed).cells <= MOST


def test_arrows_stop_at_the_edges():
    shape = shape_for(1000, 500)
    assert shape.moved(0, "Left", 20) == 0
    assert shape.moved(0, "Up", 20) == 0
    assert shape.moved(0, "Down", 20) == shape.columns
    assert shape.moved(19, "Right", 20) == 19
    assert shape.moved(18, "Right", 20) == 19


def test_the_large_picture_lies_beside_its_cell():
    assert beside(0, 100, 1000, needed=2000) == (100, 600)
    assert beside(900, 100, 1000, needed=2000) == (300, 600)
    assert beside(450, 100, 1000, needed=2000)[1] == 450
    assert beside(900, 100, 1000, needed=250) == (650, 250)


def test_f_puts_an_image_by_for_later_and_out_of_the_page(qtbot: QtBot, gridded: MainWindow):
    page, view = shown(gridded), gridded.review.page.grid
    put_by = page.questions[1].pair
    others = {pair: answer for pair, answer in given(page).items() if pair != put_by}
    press(qtbot, gridded, Qt.Key.Key_Right)
    press(qtbot, gridded, Qt.Key.Key_F)
    assert view.cell(1).accessibleName().endswith("flagged")
    assert [q.pair for q in gridded.review.library.flags.all()] == [put_by]
    assert given(page) == others
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == others
    wait_page_or_empty(qtbot, gridded)
    assert put_by not in shown(gridded).pairs
    gridded.review.session.enter(Mode.FLAGGED)
    assert gridded.review.session.pages.current.questions[0].pair == put_by


def test_f_again_takes_it_in_again_as_it_was(qtbot: QtBot, gridded: MainWindow):
    page, view = shown(gridded), gridded.review.page.grid
    press(qtbot, gridded, Qt.Key.Key_Space)
    before = given(page)
    press(qtbot, gridded, Qt.Key.Key_F)
    press(qtbot, gridded, Qt.Key.Key_F)
    assert given(page) == before
    assert page.answer(0) is opposite(page.presumed)
    assert gridded.review.library.flags.all() == []
    assert gridded.review.session.feed.flagged == {}
    assert view.cell(0).accessibleName().endswith("by you")


def test_a_click_on_a_flagged_image_takes_it_in_again(qtbot: QtBot, gridded: MainWindow):
    page, view = shown(gridded), gridded.review.page.grid
    press(qtbot, gridded, Qt.Key.Key_F)
    press(qtbot, gridded, Qt.Key.Key_Space)
    assert page.answer(0) is None
    qtbot.mouseClick(view.cell(0), Qt.MouseButton.LeftButton)
    assert page.answer(0) is page.presumed
    assert gridded.review.library.flags.all() == []


def test_a_flag_outlives_the_page_that_is_left(qtbot: QtBot, gridded: MainWindow):
    put_by = shown(gridded).questions[0].pair
    press(qtbot, gridded, Qt.Key.Key_F)
    press(qtbot, gridded, Qt.Key.Key_G)
    assert gridded.review.session.current.pair != put_by
    assert put_by in gridded.review.session.feed.flagged


def test_v_tells_why_of_the_image_in_focus_until_v_again(qtbot: QtBot, gridded: MainWindow):
    page, bar = shown(gridded), gridded.review.page.question_bar
    hint = bar.note
    press(qtbot, gridded, Qt.Key.Key_V)
    assert f"Score {page.questions[0].score:.2f}" in bar.note
    press(qtbot, gridded, Qt.Key.Key_Right)
    assert f"Score {page.questions[1].score:.2f}" in bar.note
    press(qtbot, gridded, Qt.Key.Key_V)
    assert bar.note == hint


def test_the_score_is_hidden_until_v(gridded: MainWindow):
    said = gridded.review.page.question_bar.note + gridded.review.page.question_bar.accessibleName()
    assert "Score" not in said
    assert "suspicion" not in said.lower()


def wait_page_or_empty(qtbot: QtBot, window: MainWindow) -> None:
    """Waits until the next page is on screen, if there is one."""
    if shown(window):
        wait_page(qtbot, window)


def test_what_is_unflagged_on_a_page_of_flagged_ones_is_asked_in_its_queue_again(
    qtbot: QtBot, gridded: MainWindow
):
    session = gridded.review.session
    first, second = (question.pair for question in shown(gridded).questions[:2])
    for key in (Qt.Key.Key_F, Qt.Key.Key_Right, Qt.Key.Key_F, Qt.Key.Key_G):
        press(qtbot, gridded, key)
    session.enter(Mode.FLAGGED)
    press(qtbot, gridded, Qt.Key.Key_G)
    wait_page(qtbot, gridded)
    assert shown(gridded).pairs == {first, second}
    press(qtbot, gridded, Qt.Key.Key_F)
    flagged = set(session.feed.flagged)
    assert len(flagged) == 1
    press(qtbot, gridded, Qt.Key.Key_G)
    session.enter(Mode.TAG, session.vocabulary.by_name["hat"].id)
    gridded.review.controller.showing.show()
    asked = {session.current.pair, *(question.pair for question in session.upcoming(40))}
    assert {first, second} - flagged <= asked
    assert not flagged & asked


def test_a_key_of_the_other_view_says_where_it_counts(qtbot: QtBot, gridded: MainWindow):
    page = gridded.review.page
    before = shown(gridded).answers()
    press(qtbot, gridded, Qt.Key.Key_D)
    assert page.notice.text == (
        "Definition and examples of the tag: only one by one. G goes back to that."
    )
    press(qtbot, gridded, Qt.Key.Key_E)
    assert page.notice.text.startswith("Edit the tags of this image: only one by one.")
    assert shown(gridded).answers() == before
    press(qtbot, gridded, Qt.Key.Key_G)
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert page.notice.text == "Store the page: only in the grid. G opens it."
    page.notice.clear()
    press(qtbot, gridded, Qt.Key.Key_F9)
    assert page.notice.text == ""
    assert stored(gridded) == {}


def test_a_page_that_is_presumed_otherwise_is_not_stored_by_the_first_enter(
    qtbot: QtBot, gridded: MainWindow
):
    while not shown(gridded).unlike_before:
        before = stored(gridded)
        wait_page(qtbot, gridded)
        press(qtbot, gridded, Qt.Key.Key_Return)
        assert len(stored(gridded)) > len(before), "no page was presumed otherwise"
    bar, expected = gridded.review.page.question_bar, given(shown(gridded))
    assert bar.note.startswith(gridded.review.page.naming_keys(UNLIKE_HINT))
    wait_page(qtbot, gridded)
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert not set(stored(gridded)) & set(expected)
    assert bar.note.startswith(gridded.review.page.naming_keys(PAGE_HINT))
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert expected.items() <= stored(gridded).items()


def test_a_key_presumes_the_other_answer_of_the_whole_page(qtbot: QtBot, gridded: MainWindow):
    page = shown(gridded)
    other = opposite(page.presumed)
    press(qtbot, gridded, Qt.Key.Key_2)
    press(qtbot, gridded, Qt.Key.Key_X if other is Answer.NO else Qt.Key.Key_A)
    assert {answer for _, answer in page.answers()} == {other}
    press(qtbot, gridded, Qt.Key.Key_Return)
    assert stored(gridded) == {question.pair: other for question in page.questions}


def test_no_row_of_the_queues_moves_when_a_page_of_a_chosen_queue_is_taken_back(
    qtbot: QtBot, gridded: MainWindow
):
    around = gridded.review.controller._around
    queues = gridded.review.page.queues._model

    def refreshed() -> list[int]:
        with qtbot.waitSignal(around.refreshed):
            around.touch(shown(gridded).questions[0].tag_id)
        return [row.key for row in queues.rows]

    before = refreshed()
    book = gridded.review.session.feed.book
    tag = shown(gridded).questions[0].tag_id
    # What was answered since the rows were sorted would sort them otherwise.
    book.test(tag, shown(gridded).questions[0].side, 0.9, fixed=False, times=50)
    book.test(tag, shown(gridded).questions[0].side, 0.5, fixed=False, times=50)
    press(qtbot, gridded, Qt.Key.Key_Return)
    press(qtbot, gridded, Qt.Key.Key_Backspace)
    assert refreshed() == before
    around.rebuild()
    assert refreshed() != before


def test_what_is_presumed_already_takes_the_exceptions_along_and_brings_them_back(
    qtbot: QtBot, gridded: MainWindow
):
    page, notice = shown(gridded), gridded.review.page.notice
    key = Qt.Key.Key_A if page.presumed is Answer.YES else Qt.Key.Key_X
    press(qtbot, gridded, Qt.Key.Key_2)
    flipped = given(page)
    press(qtbot, gridded, key)
    assert set(given(page).values()) == {page.presumed}
    all_now = f"All of the page are {page.presumed.word} now."
    assert notice.text == f"{all_now} {chr(key)} brings the other one back."
    press(qtbot, gridded, key)
    assert given(page) == flipped
