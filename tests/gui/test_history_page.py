"""The history page: searched, scrolled, looked at, opened again, saved."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.core.tags.vocabulary import Vocabulary
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.store.library import Library
from reviewer.ui.background import Background
from reviewer.ui.history import model as history_model
from reviewer.ui.history.model import Column
from reviewer.ui.history.page import HistoryPage
from reviewer.ui.history.search import Span, tags_called
from reviewer.ui.words import when
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def answer(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    """Answers what is asked: `a` is Yes, `x` No, `z` takes back."""
    for letter in keys:
        wait_painted(qtbot, window)
        key = {"a": Qt.Key.Key_A, "x": Qt.Key.Key_X, "z": Qt.Key.Key_Backspace}[letter]
        qtbot.keyClick(window.review.page, key)


def opened(qtbot: QtBot, window: MainWindow) -> HistoryPage:
    qtbot.keyClick(window.review.page, Qt.Key.Key_L)
    page = window.page
    assert isinstance(page, HistoryPage)
    qtbot.waitUntil(lambda: "looking" not in page._found.text())
    qtbot.waitUntil(lambda: not page._background.busy)
    return page


def words(page: HistoryPage, column: Column) -> list[str]:
    model = page.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def searched(qtbot: QtBot, page: HistoryPage) -> None:
    with qtbot.waitSignal(page.model.counted):
        pass


def test_every_answer_is_listed_the_newest_first_and_taken_back_ones_are_struck(
    qtbot: QtBot, reviewing: MainWindow
):
    answer(qtbot, reviewing, "axaz")
    page = opened(qtbot, reviewing)
    assert words(page, Column.ANSWER) == ["Yes", "No", "Yes"]
    assert words(page, Column.HOW) == ["taken back", "one by one", "one by one"]
    assert page._found.text() == "2 answers, 1 taken back"
    fonts = [
        page.model.data(page.model.index(row, Column.TAG), Qt.ItemDataRole.FontRole)
        for row in range(3)
    ]
    assert fonts[0].strikeOut()
    assert fonts[1] is None


def test_escape_and_the_key_that_opened_it_go_back(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "a")
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_L):
        page = opened(qtbot, reviewing)
        assert page.view.hasFocus() or not reviewing.isActiveWindow()
        qtbot.keyClick(page.view, key)
        assert reviewing.page is reviewing.review.page


def test_enter_asks_a_question_again(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "axa")
    log = list(reviewing.review.library.decisions.log())
    page = opened(qtbot, reviewing)
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert reviewing.page is reviewing.review.page
    session = reviewing.review.session
    assert session.current.pair == log[1].pair
    assert session.current_answer() is Answer.NO
    answer(qtbot, reviewing, "a")
    assert reviewing.review.library.decisions.answers(log[1].image_id)[log[1].tag_id] is Answer.YES


def test_a_double_click_does_the_same(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "ax")
    page = opened(qtbot, reviewing)
    spot = page.view.visualRect(page.model.index(1, Column.TAG)).center()
    qtbot.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    first = next(iter(reviewing.review.library.decisions.log()))
    assert reviewing.review.session.current.pair == first.pair


@pytest.mark.usefixtures("one_day")
def test_it_narrows_by_tag_answer_way_and_day(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "axaax")
    library = reviewing.review.library
    yesterday = int((dt.datetime.now().astimezone() - dt.timedelta(days=1)).timestamp() * 1000)
    sky = reviewing.review.session.vocabulary.by_name["sky"].id
    library.decisions.append(
        [
            Decision(
                1, sky, Answer.NO, Side.WRONG, 0.5, 0.5, "", "ann", yesterday, origin=Origin.EDIT
            )
        ]
    )
    page = opened(qtbot, reviewing)
    assert len(words(page, Column.TAG)) == 6
    page.search.tag.setText("Sk")
    searched(qtbot, page)
    assert words(page, Column.TAG) == ["sky"]
    assert words(page, Column.CHANGE) == ["removed"]
    page.search.tag.clear()
    searched(qtbot, page)
    page.search.answer.setCurrentIndex(page.search.answer.findText("No"))
    searched(qtbot, page)
    assert words(page, Column.ANSWER) == ["No"] * 3
    page.search.span.setCurrentIndex(page.search.span.findText(str(Span.TODAY)))
    searched(qtbot, page)
    assert words(page, Column.REVIEWER) == ["tester"] * 2
    page.search.reviewer.setCurrentIndex(page.search.reviewer.findText("ann"))
    searched(qtbot, page)
    assert page._found.text() == "no answer is like that"
    page.search.span.setCurrentIndex(page.search.span.findText(str(Span.DAY)))
    assert page.search.day.isVisibleTo(page)
    page.search.day.setDate(page.search.day.date().addDays(-1))
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert words(page, Column.HOW) == ["unasked"]


def test_a_long_log_is_read_as_far_as_it_is_scrolled(
    qtbot: QtBot, reviewing: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    library = reviewing.review.library
    row = Decision(1, 1, Answer.YES, Side.MISSING, 0.5, 0.5, "", "tester", 1_700_000_000_000)
    library.decisions.append([row] * 1300)
    page = opened(qtbot, reviewing)
    model = page.model
    assert model.rowCount() == history_model.PAGE
    assert page._found.text() == "1,300 answers"
    while model.canFetchMore():
        model.fetchMore()
        qtbot.waitUntil(lambda: not page._background.busy)
    assert model.rowCount() == 1300
    assert [model.row(place).decision.id for place in (0, 511, 700, 1299)] == [1300, 789, 600, 1]
    monkeypatch.setattr(history_model, "BLOCKS", 2)
    assert all(model.row(place) is not None for place in range(0, 1300, 50))
    assert len(model._blocks) <= 2
    assert model.row(1300) is None


def test_end_goes_to_the_very_first_answer_and_home_back(qtbot: QtBot, reviewing: MainWindow):
    library = reviewing.review.library
    row = Decision(1, 1, Answer.YES, Side.MISSING, 0.5, 0.5, "", "tester", 1_700_000_000_000)
    library.decisions.append([row] * (2 * history_model.PAGE + 7))
    page = opened(qtbot, reviewing)
    qtbot.keyClick(page.view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: page.view.currentIndex().row() == 2 * history_model.PAGE + 6)
    assert page._current().decision.id == 1
    assert not page.model.canFetchMore()
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert page._current().decision.id == library.decisions.last_id()
    qtbot.keyClick(page.view, Qt.Key.Key_End)
    assert page._current().decision.id == 1


@pytest.mark.usefixtures("one_day")
def test_the_chosen_answer_is_shown_with_its_picture(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "ax")
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: page.preview.picture._image is not None)
    text = page.preview._facts.text()
    assert "No, today" in text
    assert "by tester" in text
    page.view.selectRow(1)
    assert "Yes, today" in page.preview._facts.text()


def test_an_image_that_is_gone_is_said(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "a")
    library = reviewing.review.library
    decision = library.decisions.recent(1)[0]
    (library.folder / library.images.get(decision.image_id).path).unlink()
    page = opened(qtbot, reviewing)
    qtbot.waitUntil(lambda: page.preview.picture._words != "")


def test_without_answers_it_says_so(qtbot: QtBot, reviewing: MainWindow):
    page = opened(qtbot, reviewing)
    assert page._found.text() == "no answers yet"
    assert not page.preview._again.isEnabled()
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert reviewing.page is page


def test_the_log_is_saved_by_a_job(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path, tmp_path: Path
):
    reviewing._runner._program = (sys.executable, "-c", "print()")
    page = opened(qtbot, reviewing)
    page.save_log(tmp_path / "out")
    (job,) = reviewing._runner.jobs
    assert job.command[:3] == ("export", "--to", str(tmp_path / "out"))
    assert job.command[3:5] == ("--format", "log")
    assert str(tmp_path / "out") in page._hint.text()


def test_the_collection_can_be_left_while_the_history_is_read(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    answer(qtbot, reviewing, "ax")
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_L)
    reviewing.show_start()
    with Library.open(workspace) as library:
        assert library.decisions.total() == 2


def test_only_the_last_question_to_the_reader_is_answered(qtbot: QtBot):
    reader = Background()
    told: list[int] = []
    for number in range(20):
        reader.ask(lambda number=number: number, told.append)
    qtbot.waitUntil(lambda: not reader.busy)
    assert told == [19]
    reader.ask(lambda: 1, told.append)
    reader.forget()
    reader.close()
    qtbot.wait(20)
    assert told == [19]


def test_tags_are_found_by_how_a_word_of_their_name_begins():
    from reviewer.core.types import Tag

    names = ("hat", "red_hat", "that", "hat_ribbon", "cat_ears")
    vocabulary = Vocabulary({n: Tag(n, name) for n, name in enumerate(names, 1)})
    assert tags_called(vocabulary, "hat") == (1, 2, 4)
    assert tags_called(vocabulary, "Cat Ea") == (5,)
    assert tags_called(vocabulary, "zebra") == ()


def test_a_time_is_told_in_as_few_words_as_tell_it():
    now = dt.datetime(2026, 5, 20, 12, 0).astimezone()

    def told(*parts: int) -> str:
        return when(int(dt.datetime(*parts).astimezone().timestamp() * 1000), now)

    assert told(2026, 5, 20, 9, 8, 7) == "today 09:08:07"
    assert told(2026, 5, 19, 9, 8) == "19 May 09:08"
    assert told(2025, 5, 20, 9, 8) == "20 May 2025 09:08"
