"""Accepting the rest: when it is offered, what the sample promises, what a No does."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.queues import Ranking
from reviewer.core.review.acceptance import DOUBT, Acceptance, Offer, Verdict, sample_size
from reviewer.core.review.feed import QuestionFeed
from reviewer.core.types import Answer, Decision, Origin, Question, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

TAG, OTHER = 3, 4
COUNT = 300


def make_feed() -> QuestionFeed:
    """A tag's wrong side by falling suspicion: scores rise; and another tag."""
    ranking = Ranking(
        tags=np.array([TAG, OTHER]),
        offsets=np.array([0, COUNT, COUNT + 30]),
        images=np.arange(COUNT + 30) + 1,
        sides=np.full(COUNT + 30, int(Side.WRONG), np.uint8),
        scores=np.linspace(0.1, 0.9, COUNT + 30, dtype=np.float32),
        suspicions=np.linspace(0.5, 0.01, COUNT + 30, dtype=np.float32),
        version="v1",
    )
    return QuestionFeed(ranking, lambda _: True)


def make(feed: QuestionFeed, after: int = 5, precision: float = 0.9) -> Acceptance:
    return Acceptance(feed, after=after, precision=precision, rng=random.Random(1))


IDS = itertools.count(1)


def decide(
    feed: QuestionFeed, questions: Sequence[Question], answer: Answer = Answer.YES
) -> list[Decision]:
    """Answers as the session stores them, one step."""
    feed.book.close([question.pair for question in questions])
    return [
        Decision(
            q.image_id,
            q.tag_id,
            answer,
            q.side,
            q.score,
            q.suspicion,
            q.version,
            "me",
            0,
            id=next(IDS),
            origin=q.origin,
        )
        for q in questions
    ]


def answer_next(
    acceptance: Acceptance, feed: QuestionFeed, count: int, answer: Answer = Answer.YES
) -> None:
    for _ in range(count):
        question = next(feed.book.questions(TAG))
        acceptance.taken(decide(feed, [question], answer))


def test_it_is_offered_after_so_many_yes_in_a_row() -> None:
    feed = make_feed()
    acceptance = make(feed)
    answer_next(acceptance, feed, 4)
    assert acceptance.offer is None
    answer_next(acceptance, feed, 1, Answer.NO)
    answer_next(acceptance, feed, 4)
    assert acceptance.offer is None
    answer_next(acceptance, feed, 1)
    offer = acceptance.offer
    assert offer is not None
    assert (offer.tag_id, offer.side) == (TAG, Side.WRONG)
    assert offer.rest == COUNT - 10
    assert offer.sample == sample_size(COUNT - 10, 0.9)


def test_answers_on_another_tag_do_not_end_a_row_and_undo_shortens_it() -> None:
    feed = make_feed()
    acceptance = make(feed)
    answer_next(acceptance, feed, 4)
    other = next(feed.book.questions(OTHER))
    acceptance.taken(decide(feed, [other], Answer.NO))
    last = decide(feed, [next(feed.book.questions(TAG))])
    acceptance.taken(last)
    assert acceptance.offer is not None
    acceptance.taken_back(last)
    assert acceptance.offer is None


def test_an_offer_stands_while_the_row_goes_on() -> None:
    feed = make_feed()
    acceptance = make(feed)
    answer_next(acceptance, feed, 12)
    offer = acceptance.offer
    assert offer is not None
    assert offer.rest == COUNT - 12
    missing = Question(999, TAG, Side.MISSING, 0.5, 0.5, "v1")
    acceptance.taken(decide(feed, [missing], Answer.NO))
    assert acceptance.offer == offer
    answer_next(acceptance, feed, 1, Answer.NO)
    assert acceptance.offer is None


def test_what_scores_less_than_the_row_is_not_in_the_batch() -> None:
    feed = make_feed()
    acceptance = make(feed)
    top = list(feed.book.questions(TAG))[100:105]
    for question in top:
        acceptance.taken(decide(feed, [question]))
    assert acceptance.offer is not None
    assert acceptance.offer.rest == COUNT - 105
    drawn = acceptance.begin(None)
    assert all(question.score >= top[0].score for question in drawn)


def test_nothing_is_offered_where_no_question_scores_as_high_as_the_row() -> None:
    feed = make_feed()
    acceptance = make(feed)
    for question in reversed(list(feed.book.questions(TAG))[-5:]):
        acceptance.taken(decide(feed, [question]))
    assert acceptance.offer is None


def begun() -> tuple[QuestionFeed, Acceptance, list[Question]]:
    feed = make_feed()
    acceptance = make(feed)
    answer_next(acceptance, feed, 5)
    return feed, acceptance, acceptance.begin(next(feed.book.questions(TAG)))


def test_a_sample_of_yes_passes_and_the_others_are_the_batch() -> None:
    feed, acceptance, drawn = begun()
    shown = next(feed.book.questions(TAG))
    assert shown not in drawn
    for question in drawn[:-1]:
        assert acceptance.taken(decide(feed, [question])) is None
    sample = acceptance.sample
    assert sample is not None
    assert (sample.answered, sample.size) == (len(drawn) - 1, len(drawn))
    assert acceptance.taken(decide(feed, drawn[-1:])) is Verdict.PASSED
    assert {q.origin for q in sample.others} == {Origin.BATCH}
    pairs = {question.pair for question in sample.others}
    assert len(pairs) == COUNT - 5 - 1 - len(drawn)
    assert not pairs & {question.pair for question in [*drawn, shown]}


def test_one_other_answer_withdraws_the_batch() -> None:
    for answer in (Answer.NO, Answer.UNSURE):
        feed, acceptance, drawn = begun()
        acceptance.taken(decide(feed, drawn[:1]))
        assert acceptance.taken(decide(feed, drawn[1:2], answer)) is Verdict.FAILED
        assert acceptance.sample is None
        assert acceptance.offer is None
        assert acceptance.begin(None) == []


def test_an_answer_of_the_sample_that_is_taken_back_is_asked_again() -> None:
    feed, acceptance, drawn = begun()
    step = decide(feed, drawn[:1])
    acceptance.taken(step)
    sample = acceptance.sample
    assert sample is not None
    assert drawn[0] not in sample.pending
    acceptance.taken_back(step)
    assert sample.pending == drawn


def test_what_was_answered_otherwise_is_not_in_the_batch() -> None:
    feed, acceptance, _ = begun()
    sample = acceptance.sample
    assert sample is not None
    gone = sample.others[0]
    acceptance.taken(decide(feed, [gone], Answer.NO))
    assert acceptance.sample is sample
    assert gone.pair not in {question.pair for question in sample.others}


def test_it_can_be_turned_off_and_small_rests_are_not_worth_it() -> None:
    feed = make_feed()
    never = make(feed, after=0)
    answer_next(never, feed, 40)
    assert never.offer is None
    few = make(feed)
    answer_next(few, feed, COUNT - 60)
    assert few.offer is None


def test_the_sample_is_drawn_at_random() -> None:
    feed = make_feed()
    seen: dict[int, int] = {}
    for seed in range(60):
        acceptance = Acceptance(feed, after=5, precision=0.9, rng=random.Random(seed))
        acceptance.offer = Offer(TAG, Side.WRONG, 0.0, COUNT, 31)
        for question in acceptance.begin(None):
            seen[question.image_id] = seen.get(question.image_id, 0) + 1
    early = sum(count for image_id, count in seen.items() if image_id <= COUNT / 2)
    assert 0.4 < early / sum(seen.values()) < 0.6


def chance_of_all_yes(batch: int, size: int, precision: float) -> float:
    """Of a sample of the worst batch that breaks the promise, by just too many bad ones."""
    bad = int((1 - precision) * (batch - size)) + 1
    return math.comb(batch - bad, size) / math.comb(batch, size) if batch >= bad else 0.0


@given(st.integers(1, 400), st.sampled_from([0.8, 0.9, 0.95, 0.98]))
def test_a_sample_keeps_its_promise_and_is_no_larger_than_that_needs(
    batch: int, precision: float
) -> None:
    size = sample_size(batch, precision)
    assert 0 <= size <= batch
    assert size == batch or chance_of_all_yes(batch, size, precision) <= DOUBT
    assert size == 0 or chance_of_all_yes(batch, size - 1, precision) > DOUBT


def test_known_sample_sizes() -> None:
    # With a large batch the rule of three: 3 / (1 - precision), nearly.
    assert 28 <= sample_size(100_000, 0.9) <= 30
    assert 57 <= sample_size(100_000, 0.95) <= 60
