"""Beside the question: what a queue promises, when to go on, controls that cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt

from reviewer.core.review.advice import outlook
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Category, Decision, Origin, Side
from reviewer.settings import Settings
from reviewer.ui.queues.outlook_card import Better, OutlookCard, advice_lines, outlook_lines
from reviewer.ui.words import time_left
from tests.conftest import even_ranking
from tests.gui.conftest import wait_painted
from tests.gui.test_history_page import answer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.core.review.advice import Outlook
    from reviewer.core.review.session import ReviewSession
    from reviewer.ui.main_window import MainWindow


def two_queues(window: MainWindow, first: float, second: float) -> tuple[int, int]:
    """Ranks two tags over all images, with one suspicion each."""
    session = window.review.session
    names = session.vocabulary.by_name
    tags = [names["hat"].id, names["sky"].id]
    images = [image_id for image_id, _, _ in window.review.library.images.askable()]
    promises = np.repeat([first, second], len(images)).astype(np.float32)
    session.reload(even_ranking(tags, images, promises, decided=2500))
    session.enter(Mode.TAG, tags[0])
    window.review.controller.showing.show()
    return tags[0], tags[1]


def card_of(qtbot: QtBot, window: MainWindow, holds: str) -> OutlookCard:
    card = window.review.page.queues.outlook
    qtbot.waitUntil(lambda: holds in card.text)
    return card


def test_the_card_tells_what_the_queue_promises(qtbot: QtBot, reviewing: MainWindow):
    two_queues(reviewing, 0.5, 0.4)
    card = card_of(qtbot, reviewing, "~3 fixes in all 6")
    assert card.text.splitlines()[0] == "hat"
    assert "no answers here yet" in card.text
    answer(qtbot, reviewing, "ax")
    card_of(qtbot, reviewing, "yield 50%")
    assert "last 2" in card.text
    assert "U goes" not in card.text


def test_a_poor_queue_names_the_best_other_and_its_key_goes_there(
    qtbot: QtBot, reviewing: MainWindow
):
    _, sky = two_queues(reviewing, 0.01, 0.9)
    card_of(qtbot, reviewing, "U goes to sky:\n5 fixes in its next 100")
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_U)
    session = reviewing.review.session
    assert (session.feed.mode, session.feed.tag_id) == (Mode.TAG, sky)
    assert session.current.tag_id == sky
    card_of(qtbot, reviewing, "sky\n")


def test_when_no_queue_is_worth_it_the_card_says_stop(qtbot: QtBot, reviewing: MainWindow):
    two_queues(reviewing, 0.01, 0.02)
    card_of(qtbot, reviewing, "No queue promises 5 in its next 100")


def test_without_another_queue_the_key_says_so(qtbot: QtBot, reviewing: MainWindow):
    hat, sky = two_queues(reviewing, 0.5, 0.5)
    reviewing.review.session.feed.book.close(
        [(n, sky) for n in reviewing.review.session.feed.book.ranking.images.tolist()]
    )
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_U)
    assert "no other queue" in reviewing.review.page.notice.text
    assert reviewing.review.session.feed.tag_id == hat


def test_best_first_the_card_is_of_the_tag_on_screen(qtbot: QtBot, reviewing: MainWindow):
    hat, sky = two_queues(reviewing, 0.9, 0.1)
    review = reviewing.review
    review.session.enter(Mode.TAG, sky)
    review.controller.showing.show()
    answer(qtbot, reviewing, "a")
    (of_sky,) = review.library.decisions.recent(1)
    review.session.enter(Mode.BEST)
    review.controller.showing.show()
    card_of(qtbot, reviewing, "hat\n")
    review.controller.reopen(of_sky)
    card_of(qtbot, reviewing, "sky\n")
    review.session.enter(Mode.TAG, hat)
    review.controller.reopen(of_sky)
    card_of(qtbot, reviewing, "hat\n")


def test_nothing_moves_whatever_the_card_says(qtbot: QtBot, reviewing: MainWindow):
    page = reviewing.review.page
    two_queues(reviewing, 0.01, 0.9)
    card = card_of(qtbot, reviewing, "U goes to")
    before = (card.geometry(), page.queues._list.geometry(), page.view.geometry())
    assert card.height() >= 5 * card.fontMetrics().height()
    qtbot.keyClick(page, Qt.Key.Key_U)
    card_of(qtbot, reviewing, "sky\n")
    answer(qtbot, reviewing, "aaaa")
    reviewing.review.session.enter(Mode.FLAGGED)
    reviewing.review.controller.showing.show()
    qtbot.waitUntil(lambda: card.text == "")
    assert before == (card.geometry(), page.queues._list.geometry(), page.view.geometry())


@pytest.mark.usefixtures("one_day")
def test_figures_of_the_status_line_keep_their_places(qtbot: QtBot, reviewing: MainWindow):
    status = reviewing.review.page.status
    answer(qtbot, reviewing, "aaxa")
    qtbot.waitUntil(lambda: "4 today" in status._today.text())
    labels = (status._pace, status._today, status._yield, status._left, status._saved)
    status.show_time_left(3000)
    status.layout().activate()
    places = [label.geometry() for label in labels]
    for text in ("9 a minute", "a minute"):
        status._tell(status._pace, text)
        status._tell(status._yield, "yield 5% (1-9)")
        status.layout().activate()
        assert [label.geometry() for label in labels] == places
    status.show_time_left(None)
    status.layout().activate()
    assert [label.geometry() for label in labels] == places


def until_control(qtbot: QtBot, window: MainWindow) -> ReviewSession:
    session = window.review.session
    for _ in range(30):
        wait_painted(qtbot, window)
        if session.current.origin is Origin.CONTROL:
            return session
        answer(qtbot, window, "a")
    raise AssertionError("no control came")


@pytest.mark.parametrize(
    "settings", [Settings(reviewer="tester", refresh_every=0, controls_percent=100)]
)
def test_a_control_cannot_be_told_from_another_question(qtbot: QtBot, reviewing: MainWindow):
    library = reviewing.review.library
    tag_id = reviewing.review.session.current.tag_id
    for image_id, _, _ in library.images.askable():
        if tag_id not in library.images.original_tags(image_id):
            known = replace(
                _decision(image_id, tag_id), reviewer="ann", answer=Answer.YES, side=Side.MISSING
            )
            library.decisions.append([known])
            break
    reviewing.review.session.enter(Mode.TAG, tag_id)
    reviewing.review.controller.showing.show()
    page = reviewing.review.page
    session = until_control(qtbot, reviewing)
    control = session.current
    wait_painted(qtbot, reviewing)
    lines = {line.text: line for line in page.tags._model.rows if not line.heading}
    asked = next(line for line in lines.values() if line.asked)
    assert not asked.mark
    assert session.current_answer() is None
    total, counts = library.decisions.total(), library.decisions.counts_by_tag()
    answer(qtbot, reviewing, "x")
    assert library.decisions.total() == total + 1
    assert library.decisions.counts_by_tag() == counts
    assert library.decisions.answers(control.image_id)[tag_id] is Answer.YES
    (record,) = library.controls.records("tester")
    assert record.agrees is False
    # The last answers show it as any other.
    qtbot.waitUntil(lambda: [it.pair for it in page.answers.decisions()[:1]] == [control.pair])
    assert page.answers.decisions()[0].answer is Answer.NO
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert session.current == control
    assert library.controls.records("tester") == []


def _decision(image_id: int, tag_id: int) -> Decision:
    return Decision(image_id, tag_id, Answer.YES, Side.MISSING, 0.5, 0.5, "", "ann", 1)


def test_what_a_queue_gave_and_promises_in_words():
    found = outlook(np.full(200, 0.4), [True] * 40 + [False] * 60, 60.0, few=5)
    assert outlook_lines(found, proven=True) == (
        "yield 40% (31\N{EN DASH}50), last 100",
        "~80 fixes in all 200",
        "3 min at your pace",
    )
    partly = outlook(np.append(np.full(300, 0.5), np.zeros(300)), [], 0.0, few=5)
    assert outlook_lines(partly, proven=True)[1:] == (
        f"~{0.5 * partly.worth:.0f} fixes in the next {partly.worth}",
    )
    poor = outlook(np.full(500, 0.02), [], 60.0, few=5)
    assert outlook_lines(poor, proven=True)[1] == "~2 fixes in the next 100"
    done = outlook(np.zeros(0), [], 60.0, few=5)
    assert outlook_lines(done, proven=True)[1] == "nothing left to ask"
    unproven = outlook_lines(found, proven=False)[1]
    assert unproven.startswith("\N{LESS-THAN OR EQUAL TO} 80")


def test_advice_in_words():
    poor = outlook(np.full(500, 0.02), [], 60.0, few=5)
    good = outlook(np.full(500, 0.5), [], 60.0, few=5)
    better, worse = Better("red hat", 31.4), Better("sky", 3.0)

    def naming(text: str) -> str:
        return text.replace("{queue.best}", "U").replace("{jobs}", "J")

    def told(
        found: Outlook | None, other: Better | None, *, everywhere: bool = False
    ) -> tuple[str, str]:
        return advice_lines(found, other, 5, everywhere=everywhere, naming=naming)

    assert told(good, better) == ("", "")
    assert told(poor, better) == ("U goes to red hat:", "31 fixes in its next 100")
    assert told(poor, better, everywhere=True) == ("", "")
    assert told(poor, worse)[1] == "a good time to stop, or J to train"
    assert told(poor, None, everywhere=True)[0] == "No queue promises 5 in its next 100:"
    assert told(None, better) == ("", "")


def test_a_long_name_is_cut_and_said_in_full(qtbot: QtBot):
    card = OutlookCard()
    qtbot.addWidget(card)
    card.resize(120, card.sizeHint().height())
    name = "a tag with a very long name that has no room here"
    card.show_outlook(name, Category.CHARACTER, ("yield", "more"), ())
    assert card.toolTip().startswith(name)
    assert card.accessibleName().startswith(name)
    assert not card.grab().isNull()
    height = card.sizeHint().height()
    font = card.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    card.setFont(font)
    assert card.sizeHint().height() > height * 1.5


def test_time_left_changes_once_a_minute():
    told = [time_left(s) for s in (1200.0, 1141.0, 1140.0, 61.0, 60.0, 1.0, 0.0)]
    assert told == [
        "20 min left",
        "20 min left",
        "19 min left",
        "2 min left",
        "last minute",
        "last minute",
        "time is up after this answer",
    ]
