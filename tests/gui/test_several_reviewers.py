"""Several reviewers in the window: disagreements, second answers, the audit's last questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.core.review.disagreement import State
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.auditing import draw_audit
from reviewer.jobs.context import Silent
from reviewer.settings import Settings
from reviewer.store.library import Library
from reviewer.ui.queues.rows import RowKind
from reviewer.ui.summary.page import SummaryPage
from tests.gui.conftest import wait_painted
from tests.gui.test_history_page import answer

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.core.review.session import ReviewSession
    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.queues.rows import QueueRow

QUIET = Settings(
    reviewer="tester",
    refresh_every=0,
    controls_percent=0,
    audit_percent=0,
    carry_copies=False,
    window=(1280, 720),
)


@pytest.fixture
def settings() -> Settings:
    return QUIET


def said(name: str, image_id: int, tag_id: int, answer_: Answer, at: int) -> Decision:
    return Decision(image_id, tag_id, answer_, Side.MISSING, 0.5, 0.5, "v1", name, at, 700)


@pytest.fixture
def quarrel(workspace: Path) -> Path:
    """Ann and ben differ about two pairs of a tag, and agree about a third."""
    with Library.open(workspace) as library:
        tag_id = library.tags.ids()["hat"]
        for image_id in (1, 2, 3):
            library.decisions.append([said("ann", image_id, tag_id, Answer.YES, 1000 + image_id)])
            theirs = Answer.YES if image_id == 3 else Answer.NO
            library.decisions.append([said("ben", image_id, tag_id, theirs, 2000 + image_id)])
    return workspace


def rows(window: MainWindow) -> dict[RowKind, QueueRow]:
    model = window.review.page.queues._model
    found = [model.row_at(model.index(place)) for place in range(model.rowCount())]
    return {row.kind: row for row in found if row.kind is not RowKind.TAG}


def open_on(qtbot: QtBot, window: MainWindow, workspace: Path) -> ReviewSession:
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    return window.review.session


def choose(qtbot: QtBot, window: MainWindow, kind: RowKind) -> None:
    window.review.page.queues.chosen.emit(rows(window)[kind])
    wait_painted(qtbot, window)


def test_there_is_no_such_queue_where_nobody_disagrees(qtbot: QtBot, reviewing: MainWindow):
    assert set(rows(reviewing)) == {RowKind.BEST, RowKind.FLAGGED}


def test_a_disagreement_is_asked_blind_and_both_answers_are_told_after(
    qtbot: QtBot, window: MainWindow, quarrel: Path
):
    session = open_on(qtbot, window, quarrel)
    assert rows(window)[RowKind.DISAGREEMENTS].detail == "2 to settle"
    choose(qtbot, window, RowKind.DISAGREEMENTS)
    page, library = window.review.page, window.review.library
    question = session.current
    assert question.origin is Origin.SETTLE
    assert session.current_answer() is None
    # What was said is nowhere on screen.
    # The line below is filled after the last answers.
    qtbot.waitUntil(lambda: bool(page.status._left.text()))
    assert page.answers.decisions() == []
    qtbot.waitUntil(lambda: bool(page.tags._model.rows))
    asked = next(line for line in page.tags._model.rows if line.asked)
    assert not asked.mark
    assert question.tag_id not in page.tags.on_image
    assert "ann" not in page.notice.text
    answer(qtbot, window, "x")
    assert page.notice.text == "hat: ann Yes, ben No; now you No. It is settled: No."
    assert library.reviewers.state_of(question.pair) is State.WEIGHED
    qtbot.waitUntil(lambda: rows(window)[RowKind.DISAGREEMENTS].detail == "1 to settle")
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert session.current == question
    assert library.reviewers.state_of(question.pair) is State.OPEN
    wait_painted(qtbot, window)
    for _ in range(2):
        answer(qtbot, window, "a")
    assert session.current is None
    said_ = window.review.controller.showing._why_nothing()
    assert said_.startswith("No disagreement is left")


def test_a_log_that_is_merged_meanwhile_brings_the_queue(qtbot: QtBot, reviewing: MainWindow):
    library = reviewing.review.library
    tag_id = library.tags.ids()["hat"]
    session = reviewing.review.session
    pair = session.current.pair
    answer(qtbot, reviewing, "a")
    from reviewer.store.merges import Incoming

    other = said("ben", *pair, Answer.NO, 5)
    library.merges.merge(
        [Incoming(1, other), Incoming(2, said("ben", 2, tag_id, Answer.NO, 6))], "x", 9
    )
    reviewing.review.controller._disagreeing.look()
    assert rows(reviewing)[RowKind.DISAGREEMENTS].detail == "1 to settle"
    assert "1 disagreements are left" in reviewing.review.page.notice.text
    # One's own last answer is still the one to take back.
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Backspace)
    assert library.decisions.answers(pair[0])[pair[1]] is Answer.NO


@pytest.mark.parametrize("settings", [replace(QUIET, second_percent=50)])
def test_what_another_answered_is_asked_again_unseen(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        for tag_id in library.vocabulary().tags:
            library.decisions.append([said("ann", 1, tag_id, Answer.YES, 1000)])
    session = open_on(qtbot, window, workspace)
    for _ in range(6):
        wait_painted(qtbot, window)
        if session.current.origin is Origin.SECOND:
            break
        answer(qtbot, window, "a")
    question = session.current
    assert (question.image_id, question.origin) == (1, Origin.SECOND)
    assert session.current_answer() is None
    library = window.review.library
    before = library.decisions.counts_by_tag()
    answer(qtbot, window, "x")
    assert library.decisions.answers(1)[question.tag_id] is Answer.YES
    assert library.decisions.counts_by_tag() == before
    assert library.reviewers.disagreements()[State.OPEN] == 1


def test_the_last_questions_of_an_audit_are_a_queue(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        draw_audit(library, Silent(), size=50, seed=3)
    session = open_on(qtbot, window, workspace)
    left = len(session.feed.lists.of(Mode.AUDIT))
    assert rows(window)[RowKind.AUDIT].detail == f"{left} of the random sample left"
    choose(qtbot, window, RowKind.AUDIT)
    for _ in range(left):
        assert session.current.origin is Origin.AUDIT
        answer(qtbot, window, "a")
    assert session.current is None
    audit = window.review.library.audits.current()
    assert window.review.library.audits.open_questions(audit) == []
    assert "random sample is answered" in window.review.controller.showing._why_nothing()


@pytest.mark.parametrize("settings", [replace(QUIET, controls_percent=100)])
def test_a_flagged_control_is_there_after_a_restart_and_is_still_unseen(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        tag_id = library.tags.ids()["cat_ears"]
        library.decisions.append([said("ann", 1, tag_id, Answer.YES, 1000)])
    session = open_on(qtbot, window, workspace)
    session.enter(Mode.TAG, tag_id)
    window.review.controller.showing.show()
    for _ in range(6):
        wait_painted(qtbot, window)
        if session.current.origin is Origin.CONTROL:
            break
        answer(qtbot, window, "x")
    assert session.current.origin is Origin.CONTROL
    qtbot.keyClick(window.review.page, Qt.Key.Key_F)
    window.show_start()
    session = open_on(qtbot, window, workspace)
    (flagged,) = session.feed.flagged.values()
    assert (flagged.pair, flagged.origin) == ((1, tag_id), Origin.CONTROL)
    choose(qtbot, window, RowKind.FLAGGED)
    assert session.current == flagged
    assert session.current_answer() is None


@pytest.mark.parametrize("settings", [replace(QUIET, controls_percent=100)])
def test_the_editor_does_not_tell_what_a_control_was_answered(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        library.tags.add_implications([("cat_ears", "animal_ears")])
        ids = library.tags.ids()
        bare = next(
            number
            for number, _, _ in library.images.askable()
            if not {ids["cat_ears"], ids["animal_ears"]} & library.images.original_tags(number)
        )
        known = replace(said("ann", bare, ids["cat_ears"], Answer.YES, 1000))
        library.decisions.append([known])
        library.aids.quick.set(1, ids["animal_ears"])
    session = open_on(qtbot, window, workspace)
    session.enter(Mode.TAG, ids["cat_ears"])
    window.review.controller.showing.show()
    for _ in range(8):
        wait_painted(qtbot, window)
        if session.current.origin is Origin.CONTROL:
            break
        answer(qtbot, window, "x")
    assert session.current.pair == (bare, ids["cat_ears"])
    # The answer given before brought animal ears along, which the screen does not show.
    qtbot.keyClick(window.review.page, Qt.Key.Key_1)
    assert window.review.page.notice.text == "Added: animal ears."


def test_the_summary_tells_how_others_agree(qtbot: QtBot, window: MainWindow, workspace: Path):
    with Library.open(workspace) as library:
        tags = sorted(library.vocabulary().tags)
        pairs = [(image_id, tag_id) for image_id in range(1, 7) for tag_id in tags[:8]][:40]
        for place, (image_id, tag_id) in enumerate(pairs):
            yes = Answer.YES if place % 2 else Answer.NO
            wrong = Answer.NO if place % 2 else Answer.YES
            library.decisions.append([said("tester", image_id, tag_id, yes, 1000 + place)])
            library.decisions.append([said("ann", image_id, tag_id, yes, 2000 + place)])
            library.decisions.append(
                [said("eve", image_id, tag_id, wrong if place % 3 else yes, 3000 + place)]
            )
    open_on(qtbot, window, workspace)
    qtbot.keyClick(window.review.page, Qt.Key.Key_T)
    page = window.page
    assert isinstance(page, SummaryPage)
    qtbot.waitUntil(lambda: not page._background.busy)
    text = page.sheet._others.text()
    assert page.sheet._others.isVisible()
    assert "ann: 100% (91\N{EN DASH}100) alike, kappa 1.00, 40 pairs" in text
    assert "eve differs from what all answers together come to in 65% (50\N{EN DASH}78)" in text


def test_alone_the_summary_says_nothing_of_others(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "a")
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_T)
    page = reviewing.page
    assert isinstance(page, SummaryPage)
    qtbot.waitUntil(lambda: not page._background.busy)
    assert not page.sheet._others.isVisible()


def test_disagreements_are_settled_by_the_page_too(qtbot: QtBot, window: MainWindow, quarrel: Path):
    session = open_on(qtbot, window, quarrel)
    choose(qtbot, window, RowKind.DISAGREEMENTS)
    page, library = window.review.page, window.review.library
    qtbot.keyClick(page, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: session.pages.current is not None)
    shown = session.pages.current
    count = len(shown)
    assert 1 <= count <= 2
    assert {entry.origin for entry in shown.questions} == {Origin.SETTLE}
    qtbot.waitUntil(lambda: window.review.controller.showing.grid.ready)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: library.reviewers.disagreements()[State.WEIGHED] == count)
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert library.reviewers.disagreements()[State.OPEN] == 2
    assert len(session.feed.lists.of(Mode.DISAGREEMENTS)) == 2
