"""Can't tell, and answers that look wrong, are queues of the window for a second look."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt

from reviewer.core.ranking.doubted import DOUBTED
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Origin
from reviewer.store.library import Library
from reviewer.ui.queues.rows import RowKind
from tests.gui.conftest import wait_painted
from tests.gui.test_history_page import answer
from tests.gui.test_several_reviewers import QUIET, choose, open_on, rows, said

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.settings import Settings
    from reviewer.ui.main_window import MainWindow


@pytest.fixture
def settings() -> Settings:
    return QUIET


def cannot_tell(qtbot: QtBot, window: MainWindow) -> None:
    wait_painted(qtbot, window)
    qtbot.keyClick(window.review.page, Qt.Key.Key_Space)


def test_what_cannot_be_told_waits_for_a_second_look(qtbot: QtBot, reviewing: MainWindow):
    session, page = reviewing.review.session, reviewing.review.page
    library = reviewing.review.library
    first = session.current
    assert RowKind.UNSURE not in rows(reviewing)
    cannot_tell(qtbot, reviewing)
    assert session.current.pair != first.pair
    # It stands in the list from now on, and does not come back by itself.
    assert list(session.feed.lists.of(Mode.UNSURE)) == [first.pair]
    reviewing.review.controller._around.rebuild()
    assert rows(reviewing)[RowKind.UNSURE].detail == "1 for a second look"
    choose(qtbot, reviewing, RowKind.UNSURE)
    assert session.current.pair == first.pair
    assert session.current.origin is Origin.SETTLE
    assert session.current_answer() is None
    answer(qtbot, reviewing, "a")
    assert page.notice.text.endswith(": Yes, you had said Can't tell.")
    assert library.decisions.answers(first.image_id)[first.tag_id] is Answer.YES
    assert session.current is None
    assert "second look" in reviewing.review.controller.showing._why_nothing()
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    wait_painted(qtbot, reviewing)
    assert session.current.pair == first.pair
    assert library.decisions.answers(first.image_id)[first.tag_id] is Answer.UNSURE
    cannot_tell(qtbot, reviewing)
    assert page.notice.text.endswith(": Can't tell, as before.")
    # Whoever looked twice is not asked a third time; somebody else is.
    assert not library.reviewers.not_told("tester")
    assert [q.pair for q in library.reviewers.not_told("ann")] == [first.pair]


def test_an_answer_taken_back_leaves_the_list(qtbot: QtBot, reviewing: MainWindow):
    session = reviewing.review.session
    cannot_tell(qtbot, reviewing)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Backspace)
    wait_painted(qtbot, reviewing)
    assert not session.feed.lists.of(Mode.UNSURE)


def test_what_others_could_not_tell_is_asked_of_me(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        tag_id = library.tags.ids()["hat"]
        library.decisions.append([said("ann", 1, tag_id, Answer.UNSURE, 1000)])
        library.decisions.append([said("ann", 2, tag_id, Answer.UNSURE, 1001)])
        library.decisions.append([said("ann", 2, tag_id, Answer.NO, 1002)])
    session = open_on(qtbot, window, workspace)
    assert list(session.feed.lists.of(Mode.UNSURE)) == [(1, tag_id)]
    choose(qtbot, window, RowKind.UNSURE)
    answer(qtbot, window, "x")
    page = window.review.page
    assert page.notice.text == "hat: ann Can't tell; now you No. It is settled: No."


def test_answers_that_look_wrong_are_asked_unseen_and_told_after(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        tag_id = library.tags.ids()["hat"]
        for image_id in (1, 2, 3):
            library.decisions.append([said("tester", image_id, tag_id, Answer.NO, 1000 + image_id)])
        ranking = library.rankings.load()
        found = [(image_id, tag_id, 0, 0.5, 0.9, 0.4) for image_id in (1, 2)]
        ranking = replace(
            ranking, decided=library.decisions.last_id(), doubted=np.array(found, DOUBTED)
        )
        library.rankings.save(ranking)
    session = open_on(qtbot, window, workspace)
    assert rows(window)[RowKind.DOUBTED].detail == "2 for a second look"
    # They are asked where they are chosen and nowhere else.
    assert all(q.origin.ranked for q in session.upcoming(50))
    choose(qtbot, window, RowKind.DOUBTED)
    assert session.current.pair == (1, tag_id)
    assert session.current_answer() is None
    answer(qtbot, window, "a")
    page = window.review.page
    assert page.notice.text == "hat: Yes, you had said No."
    answer(qtbot, window, "x")
    assert page.notice.text == "hat: No, as before."
    assert session.current is None
    assert window.review.library.decisions.answers(1)[tag_id] is Answer.YES
