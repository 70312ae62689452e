"""Answers that look wrong come back as questions, once, and unseen."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.review.feed import Mode
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.pipeline import refresh_and_rank
from reviewer.jobs.questions import large
from reviewer.jobs.questions.doubted import LEAST
from reviewer.jobs.questions.ranking import rank_questions
from tests.unit.jobs.conftest import CHOICES

if TYPE_CHECKING:
    import pytest

    from reviewer.store.library import Library

SHAPES = ("circle", "square")


def answer_all(
    library: Library, truth: dict[str, frozenset[str]], slips: set[tuple[int, int]]
) -> None:
    """Answers two tags of every image as one step, wrongly where it slips."""
    ids = library.tags.ids()
    rows = []
    for image_id, path, _ in library.images.askable():
        original = library.images.original_tags(image_id)
        for tag in SHAPES:
            pair = (image_id, ids[tag])
            yes = (tag in truth[path]) != (pair in slips)
            side = Side(int(ids[tag] in original))
            said = Answer.YES if yes else Answer.NO
            rows.append(Decision(*pair, said, side, 0.75, 0.5, "v1", "me", 1_700_000_000_000))
    library.decisions.append(rows)


def session_on(library: Library) -> ReviewSession:
    return ReviewSession(
        library.decisions,
        library.images,
        library.vocabulary(),
        library.rankings.load(),
        reviewer="me",
    )


def test_slips_come_back_unseen_and_only_once(
    shapes: tuple[Library, dict[str, frozenset[str]]],
) -> None:
    library, truth = shapes
    ids = library.tags.ids()
    images = [image_id for image_id, _, _ in library.images.askable()]
    slips = {(images[place], ids[SHAPES[place % 2]]) for place in (10, 41, 72, 103)}
    answer_all(library, truth, slips)
    refresh_and_rank(library, Silent(), minimum=CHOICES.minimum)
    doubted = library.rankings.load().doubted
    assert doubted is not None
    found = set(zip(doubted["image"].tolist(), doubted["tag"].tolist(), strict=True))
    # 236 of 240 answers are right: few of these are doubted, and most of the four are.
    assert len(found & slips) >= 3
    assert len(found) <= 24
    assert (doubted["wrong"] >= np.float32(LEAST)).all()
    runs = 1 + int((np.diff(doubted["tag"]) != 0).sum())
    assert runs == len(set(doubted["tag"].tolist()))

    session = session_on(library)
    assert session.enter(Mode.DOUBTED)
    left = len(session.feed.lists.of(Mode.DOUBTED))
    assert left == len(found)
    question = session.current
    assert question is not None
    assert question.origin is Origin.SETTLE
    assert session.current_answer() is None
    before = library.decisions.answers(question.image_id)[question.tag_id]
    other = Answer.NO if before is Answer.YES else Answer.YES
    session.answer(other)
    assert library.decisions.answers(question.image_id)[question.tag_id] is other
    assert len(session.feed.lists.of(Mode.DOUBTED)) == left - 1
    session.undo()
    assert library.decisions.answers(question.image_id)[question.tag_id] is before
    assert len(session.feed.lists.of(Mode.DOUBTED)) == left
    while session.current is not None:
        session.answer(Answer.YES)
    refresh_and_rank(library, Silent(), minimum=CHOICES.minimum)
    again = library.rankings.load().doubted
    assert again is not None
    assert not found & set(zip(again["image"].tolist(), again["tag"].tolist(), strict=True))


def test_without_answers_nothing_is_doubted(
    shapes: tuple[Library, dict[str, frozenset[str]]],
) -> None:
    library, _ = shapes
    refresh_and_rank(library, Silent(), minimum=CHOICES.minimum)
    ranking = library.rankings.load()
    assert ranking.doubted is not None
    assert not len(ranking.doubted)
    assert ranking.doubtful() == []


def test_in_a_large_collection_a_tag_without_new_answers_keeps_its_doubts(
    shapes: tuple[Library, dict[str, frozenset[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, truth = shapes
    monkeypatch.setattr(large, "LARGE_PAIRS", 0)
    shutil.rmtree(library.workspace.scans / "v1" / "crossfit")
    ids = library.tags.ids()
    images = [image_id for image_id, _, _ in library.images.askable()]
    slips = {(images[place], ids[SHAPES[place % 2]]) for place in (10, 41, 72, 103)}
    answer_all(library, truth, slips)
    refresh_and_rank(library, Silent(), minimum=CHOICES.minimum)
    before = library.rankings.load().doubtful()
    assert len({question.pair for question in before} & slips) >= 3
    circle, square = (ids[tag] for tag in SHAPES)
    # A second look at one tag, of which all that looks wrong is answered.
    session = session_on(library)
    session.enter(Mode.DOUBTED)
    again = [question for question in before if question.tag_id == circle]
    session.change([(question, Answer.YES) for question in again])
    rank_questions(library, Silent())
    after = library.rankings.load().doubtful()
    assert [q.pair for q in after if q.tag_id == square] == [
        q.pair for q in before if q.tag_id == square
    ]
    assert not {q.pair for q in after} & {q.pair for q in again}
