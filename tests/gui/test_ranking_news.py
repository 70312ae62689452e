"""What is said when a new ranking changes the promise while somebody reviews."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.store.library import Library
from reviewer.ui.ranking_news import Promised, ranking_news
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import rank_all

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

TAGS_ALONE = Promised("", 9_000, 2_110.0, proven=False, decided=0)
TAGGER = Promised("v1", 64_000, 11_296.4, proven=False, decided=0)


def test_the_tagger_in_place_of_the_tags_says_why_there_are_more():
    told = ranking_news(TAGS_ALONE, TAGGER)
    assert told == (
        "The tagger v1 has looked, and the questions are ranked anew: "
        "≤ 11,296 errors among 64,000 pairs; by the tags alone ≤ 2,110 errors among 9,000."
    )


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (Promised("v1", 60_000, 9_000.0, proven=True, decided=400), ", with your answers: ~9,000"),
        (Promised("v2", 60_000, 9_000.0, proven=True, decided=400), " by v2: ~9,000 errors now"),
        (Promised("v1", 60_000, 9_000.0, proven=False, decided=0), " anew: ≤ 9,000 errors now"),
    ],
)
def test_other_rankings_give_the_figure_before_and_after(after: Promised, told: str):
    sentence = ranking_news(TAGGER, after)
    assert told in sentence
    assert sentence.endswith("≤ 11,296 errors before.")


def test_answers_that_look_wrong_are_told_where_there_are_more_of_them():
    told = ranking_news(TAGGER, replace(TAGGER, doubted=3))
    assert told.endswith("as before. 3 answers look wrong: a queue asks them again.")
    told = ranking_news(replace(TAGGER, doubted=3), replace(TAGGER, doubted=1))
    assert "wrong" not in told


def test_no_figure_is_told_that_did_not_change():
    same = Promised("v1", 64_000, 11_290.0, proven=False, decided=300)
    assert ranking_news(TAGGER, same).endswith("as many errors are expected as before.")
    nothing = Promised("v1", 0, 0.0, proven=False, decided=0)
    assert "before" not in ranking_news(nothing, TAGGER)


def test_it_is_said_over_the_picture_and_kept_over_the_figure(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path
):
    review = reviewing.review
    asked = review.session.current
    with Library.open(workspace) as other:
        rank_all(other, decided=1)
    assert review.controller.take_new_ranking()
    assert "ranked anew, with your answers" in review.page.notice.text
    assert review.page.notice.text in review.page.status._left.toolTip()
    assert review.session.current == asked
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert review.session.current != asked


def test_what_must_be_seen_stays(reviewing: MainWindow, workspace: Path):
    page = reviewing.review.page
    page.notice.say("Not saved: the disk is full.", Kind.ERROR)
    with Library.open(workspace) as other:
        rank_all(other, reverse=True)
    assert reviewing.review.controller.take_new_ranking()
    assert page.notice.text == "Not saved: the disk is full."
    assert "ranked anew" in page.status._left.toolTip()
