"""The audit's page: a sample from the window, its progress, its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Origin
from reviewer.jobs.audit_report import note_audit
from reviewer.jobs.auditing import draw_audit
from reviewer.jobs.context import Silent
from reviewer.store.library import Library
from reviewer.ui.jobs.runner import JobState
from reviewer.ui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def words(window: MainWindow) -> str:
    page = window.side_pages.get("audit")
    assert page is not None
    return " ".join(label.text() for label in page.findChildren(QLabel))


def test_the_page_says_what_an_audit_is_and_asks_for_a_sample(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    window.open_collection(workspace)
    assert window.review is not None
    qtbot.keyClick(window.review.page, Qt.Key.Key_I)
    assert window.page is window.side_pages.get("audit")
    assert "No sample is drawn yet" in words(window)
    shown = [b.text() for b in window.page.findChildren(QPushButton) if b.isVisibleTo(window.page)]
    assert sorted(shown) == ["Back  (Esc)", "Draw a sample"]
    runner = window._runner
    page = window.page
    page.findChild(EmptyState).button.click()
    job = runner.jobs[-1]
    assert job.command[:2] == ("audit", "--new")
    assert not page.findChild(EmptyState).button.isEnabled()
    qtbot.waitUntil(lambda: job.state is JobState.FAILED)
    assert "ended with code 1" in page.findChild(EmptyState).words
    qtbot.keyClick(window.page, Qt.Key.Key_Escape)
    assert window.page is window.review.page


def test_questions_of_the_sample_come_among_the_others_and_make_an_estimate(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        draw_audit(library, Silent(), size=100, seed=3)
    window.open_collection(workspace)
    review = window.review
    assert review is not None
    origins = set()
    for _ in range(60):
        question = review.session.current
        if question is None:
            break
        origins.add(question.origin)
        review.session.answer(Answer.YES)
    assert {Origin.QUEUE, Origin.AUDIT} <= origins
    note_audit(review.library)
    qtbot.keyClick(review.page, Qt.Key.Key_I)
    bar = window.page.findChild(QProgressBar, "answered")
    audit = review.library.audits.current()
    left = len(review.library.audits.open_questions(audit))
    assert bar.value() == bar.maximum() - left > 0
    assert "Recall:" in words(window)


def test_the_sample_can_be_answered_at_once_and_an_empty_estimate_says_so(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        draw_audit(library, Silent(), size=100, seed=3)
    window.open_collection(workspace)
    review = window.review
    assert review is not None
    qtbot.keyClick(review.page, Qt.Key.Key_I)
    assert "There is no estimate yet" in words(window)
    (now,) = [b for b in window.page.findChildren(QPushButton) if b.text() == "Answer it now"]
    now.click()
    assert window.page is review.page
    assert review.session.feed.mode is Mode.AUDIT
    while review.session.current is not None:
        assert review.session.current.origin is Origin.AUDIT
        review.session.answer(Answer.YES)
    qtbot.keyClick(review.page, Qt.Key.Key_I)
    assert not now.isVisibleTo(window.page)
