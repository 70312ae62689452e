"""Which page comes next: it stays with a tag while that gives nearly as much; what is mixed in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.queues import Ranking
from reviewer.core.review.feed import HEAD, STAY, Mode, QuestionFeed
from reviewer.core.review.page import Pages, is_fix, with_others
from reviewer.core.types import Origin, Question, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

Entry = tuple[float, bool]
"""A suspicion, and whether the tag is there."""
tags_with_questions = st.lists(
    st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
)


def ranking_of(tags: Sequence[Sequence[Entry]]) -> Ranking:
    """A ranking of tags 1, 2, 3, each with questions about images 1, 2, 3."""
    ordered = [sorted(entries, reverse=True) for entries in tags]
    flat = [entry for entries in ordered for entry in entries]
    suspicions = np.array([suspicion for suspicion, _ in flat], np.float32)
    return Ranking(
        tags=np.arange(1, len(tags) + 1),
        offsets=np.cumsum([0, *map(len, ordered)]),
        images=np.array([n for entries in ordered for n in range(1, len(entries) + 1)]),
        sides=np.array([there for _, there in flat], np.uint8),
        scores=suspicions,
        suspicions=suspicions,
        version="v1",
    )


class Sitting:
    """Answers page after page, best first, and keeps what was asked."""

    def __init__(self, tags: Sequence[Sequence[Entry]], size: int) -> None:
        self.feed = QuestionFeed(ranking_of(tags), self.is_open)
        self.pages = Pages(self.feed)
        self.pages.size = size
        self.answered: list[tuple[int, int]] = []
        self.pages.turn()

    def is_open(self, question: Question) -> bool:
        return question.pair not in self.answered

    def commit(self) -> None:
        """Stores the page as it is presumed."""
        page = self.pages.current
        assert page is not None
        for question, answer in page.answers():
            if question.origin.blind:
                continue
            self.answered.append(question.pair)
            self.feed.book.close([question.pair])
            self.feed.book.count_answer(
                question.tag_id,
                side=question.side,
                promised=question.suspicion,
                fixed=is_fix(question, answer),
            )
        self.pages.committed(page.pairs)
        self.pages.turn()

    def promise(self, tag_id: int) -> float:
        """What the better side of a tag promises for a page."""
        return max(self.feed.book.promise(tag_id, min(self.pages.size, HEAD)).values())


@given(tags_with_questions, st.integers(1, 8))
def test_every_question_comes_once(tags: list[list[Entry]], size: int):
    sitting = Sitting(tags, size)
    while sitting.pages.current:
        sitting.commit()
    assert len(sitting.answered) == len(set(sitting.answered)) == sum(map(len, tags))


@given(tags_with_questions, st.integers(1, 8))
def test_a_page_is_of_the_tag_before_while_that_gives_nearly_as_much(
    tags: list[list[Entry]], size: int
):
    sitting = Sitting(tags, size)
    while sitting.pages.current:
        before = sitting.pages.current.questions[0].tag_id
        coming = sitting.pages.upcoming()
        sitting.commit()
        page = sitting.pages.current
        assert list(page.questions) == coming
        if not page:
            return
        here, now = sitting.promise(before), page.questions[0].tag_id
        best = max(sitting.promise(tag) for tag in range(1, len(tags) + 1))
        if now == before:
            assert here >= STAY * best
        else:
            assert here < STAY * best
            assert sitting.promise(now) == best


def test_two_tags_that_promise_alike_come_in_runs_and_not_in_turn():
    falling = [(0.9 - place / 200, False) for place in range(60)]
    sitting = Sitting([falling, falling], 10)
    tags = []
    while sitting.pages.current:
        tags.append(sitting.pages.current.questions[0].tag_id)
        sitting.commit()
    assert len(tags) == 12
    assert sum(one != other for one, other in pairwise(tags)) == 1


def test_a_better_tag_is_gone_to_at_once():
    sitting = Sitting([[(0.9, False)] * 4 + [(0.2, False)] * 30, [(0.6, False)] * 30], 4)
    assert {question.tag_id for question in sitting.pages.current.questions} == {1}
    sitting.commit()
    assert {question.tag_id for question in sitting.pages.current.questions} == {2}


def control(image_id: int, tag_id: int, side: Side) -> Question:
    return Question(image_id, tag_id, side, 0.5, 0.5, origin=Origin.CONTROL)


def test_what_is_mixed_in_takes_places_of_the_page_and_nothing_is_lost():
    sitting = Sitting([[(0.9, False)] * 20], 5)
    sitting.feed.mix_page = lambda tag, side: control(100 + len(sitting.answered), tag, side)
    sitting.pages.turn()
    while sitting.pages.current:
        page = sitting.pages.current
        assert len(page) <= 5
        assert page.questions[1].origin is Origin.CONTROL
        assert {question.side for question in page.questions} == {Side.MISSING}
        assert len(page.pairs) == len(page)
        sitting.commit()
    assert len(sitting.answered) == len(set(sitting.answered)) == 20


def test_on_a_page_of_a_list_nothing_is_mixed_in():
    sitting = Sitting([[(0.9, False)] * 4], 4)
    sitting.feed.mix_page = lambda tag, side: control(9, tag, side)
    for question in sitting.pages.current.questions:
        sitting.feed.flagged[question.pair] = question
    sitting.feed.enter(Mode.FLAGGED, None)
    sitting.pages.turn()
    assert {question.origin for question in sitting.pages.current.questions} == {Origin.QUEUE}


def test_a_control_on_a_page_promises_nothing_of_the_next():
    sitting = Sitting([[(0.6, False)] * 12], 4)
    sitting.feed.mix_page = lambda tag, side: control(50, tag, side)
    sitting.pages.turn()
    before = sitting.feed.book.promises(1).tolist()
    sitting.pages.upcoming()
    assert sitting.feed.book.promises(1).tolist() == before


def test_one_that_is_mixed_in_twice_stands_on_the_page_once():
    asked = [Question(n, 1, Side.WRONG, 0.5, 0.5) for n in range(3)]
    mixed = with_others(asked, lambda tag, side: control(77, tag, side))
    assert [question.image_id for question in mixed] == [0, 77, 1, 2]
    assert with_others(asked, lambda _tag, _side: None) == asked
