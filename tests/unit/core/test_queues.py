from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.queue_sums import untouched_summaries
from reviewer.core.queues import QueueBook, Ranking, suspicion_interval
from reviewer.core.types import Side


def make_ranking() -> Ranking:
    return Ranking(
        tags=np.array([7, 9]),
        offsets=np.array([0, 3, 5]),
        images=np.array([1, 2, 3, 1, 4]),
        sides=np.array([0, 1, 0, 0, 0], np.uint8),
        scores=np.full(5, 0.5, np.float32),
        suspicions=np.array([0.9, 0.5, 0.2, 0.6, 0.1], np.float32),
        version="v1",
    )


def test_the_most_promising_queue_comes_first() -> None:
    book = QueueBook(make_ranking())
    assert [entry.tag_id for entry in book.summaries()] == [7, 9]
    assert book.best() == 7
    first = book.summary(7)
    assert (first.left, first.expected_fixes) == (3, pytest.approx(1.6))
    assert first.next_yield == pytest.approx(1.6 / 3)


def test_a_closed_pair_is_not_asked_and_a_reopened_one_is() -> None:
    book = QueueBook(make_ranking())
    book.close([(1, 7), (99, 7), (1, 1234)])
    assert [question.image_id for question in book.questions(7)] == [2, 3]
    book.reopen(1, 7)
    assert [question.image_id for question in book.questions(7)] == [1, 2, 3]


def test_counts_follow_the_answers() -> None:
    book = QueueBook(make_ranking())
    book.count_answer(7, side=Side.MISSING, promised=0.9, fixed=True)
    book.count_answer(7, side=Side.MISSING, promised=0.9, fixed=False)
    assert (book.summary(7).answered, book.summary(7).fixed) == (2, 1)
    book.count_answer(7, side=Side.MISSING, promised=0.9, fixed=True, times=-1)
    assert (book.summary(7).answered, book.summary(7).fixed) == (1, 0)


def test_one_side_leaves_the_other_out() -> None:
    book = QueueBook(make_ranking(), Side.WRONG)
    assert [question.image_id for question in book.questions(7)] == [2]
    assert [entry.tag_id for entry in book.summaries()] == [7]


def test_an_empty_ranking_has_nothing_to_ask() -> None:
    book = QueueBook(Ranking.empty())
    assert book.summaries() == []
    assert book.best() is None
    assert list(book.questions(7)) == []


def test_a_tag_that_disappoints_falls_behind_at_once() -> None:
    book = QueueBook(make_ranking())
    assert book.best() == 7
    for _ in range(6):
        book.count_answer(7, side=Side.MISSING, promised=0.9, fixed=False)
    # The doubt is about questions as suspicious as those; the others keep most of their promise.
    assert book.promises(7)[0] < 0.4
    assert book.promises(7)[2] > 0.15
    for _ in range(6):
        book.count_answer(7, side=Side.MISSING, promised=0.9, fixed=False, times=-1)
    assert book.summary(7).expected_fixes == pytest.approx(1.6)


def test_a_tag_that_gives_more_than_promised_rises() -> None:
    book = QueueBook(make_ranking())
    book.count_answer(9, side=Side.MISSING, promised=0.2, fixed=True)
    assert not book.proven(9)
    for _ in range(9):
        book.count_answer(9, side=Side.MISSING, promised=0.2, fixed=True)
    assert book.proven(9)
    assert book.summary(9).next_yield > 0.45
    assert book.summary(9).next_yield <= 1.0


def test_the_ranking_may_order_tags_otherwise_than_by_suspicion() -> None:
    priorities = np.array([0.1, 0.1, 0.1, 5.0, 0.1], np.float32)
    book = QueueBook(replace(make_ranking(), priorities=priorities))
    assert [entry.tag_id for entry in book.summaries()] == [9, 7]
    assert book.best() == 9
    # What is promised stays what is suspected.
    assert book.summary(9).expected_fixes == pytest.approx(0.7)
    book.close([(1, 9)])
    assert book.best() == 7


def test_the_interval_of_a_suspicion_is_as_wide_as_its_doubt() -> None:
    spreads = np.array([0.0, 0.5, 2.0, 0.5, 0.5], np.float32)
    book = QueueBook(replace(make_ranking(), spreads=spreads))
    sure, near, far = (book.interval(question) for question in book.questions(7))
    assert sure == pytest.approx((0.9, 0.9), abs=1e-5)
    assert near is not None
    assert near[0] < 0.5 < near[1]
    assert near[0] == pytest.approx(1 - near[1], abs=1e-5)
    assert far is not None
    assert far[1] - far[0] > near[1] - near[0]
    assert QueueBook(make_ranking()).interval(next(iter(book.questions(7)))) is None


@given(suspicion=st.floats(0.0, 1.0), spread=st.floats(0.0, 4.0))
def test_an_interval_lies_within_0_and_1(suspicion: float, spread: float) -> None:
    low, high = suspicion_interval(suspicion, spread)
    assert 0.0 <= low <= high <= 1.0


def many_queues(count: int, seed: int) -> Ranking:
    """Queues of one to sixty questions, both sides, some promises alike."""
    chance = np.random.default_rng(seed)
    lengths = chance.integers(1, 60, count)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    total = int(offsets[-1])
    return Ranking(
        tags=np.arange(1, count + 1, dtype=np.int64),
        offsets=offsets,
        images=np.arange(total, dtype=np.int64) % 977,
        sides=chance.integers(0, 2, total).astype(np.uint8),
        scores=np.full(total, 0.5, np.float32),
        suspicions=chance.integers(1, 9, total).astype(np.float32) / 10,
    )


@pytest.mark.parametrize("changed", [3, 400])
def test_what_changed_is_sorted_in_where_sorting_all_anew_would_put_it(changed: int) -> None:
    ranking = many_queues(500, seed=3)
    kept, chance = QueueBook(ranking), np.random.default_rng(4)
    kept.left_out = frozenset([5, 6])
    for _ in range(6):
        kept.summaries()
        for tag_id in chance.choice(ranking.tags, changed, replace=False).tolist():
            span = slice(ranking.offsets[tag_id - 1], ranking.offsets[tag_id])
            kept.close((int(image), tag_id) for image in ranking.images[span][::2])
            kept.count_answer(tag_id, side=Side.MISSING, promised=0.5, fixed=tag_id % 2 == 0)
            kept.summary(tag_id)
        order = [entry.tag_id for entry in kept.summaries()]
        assert order == [entry.tag_id for entry in kept.summaries()]
        every = [kept.summary(tag_id) for tag_id in ranking.tags.tolist()]
        assert order == [
            entry.tag_id
            for entry in sorted(every, key=lambda e: (-e.next_worth, -e.expected_fixes, e.tag_id))
            if entry.left and entry.tag_id not in (5, 6)
        ]


@pytest.mark.parametrize("side", [None, *Side])
@pytest.mark.parametrize("seed", range(4))
def test_queues_summed_up_together_are_as_if_each_were_by_itself(
    side: Side | None, seed: int
) -> None:
    ranking, chance = many_queues(300, seed=seed), np.random.default_rng(seed)
    ranking = replace(ranking, suspicions=chance.random(len(ranking)).astype(np.float32))
    if seed % 2:
        ranking = replace(ranking, priorities=chance.random(len(ranking)).astype(np.float32))
    counts = {int(tag): (9, 4) for tag in ranking.tags[::3]}
    together, single = QueueBook(ranking, side), QueueBook(ranking, side)
    together.counts = single.counts = counts
    for book in (together, single):
        book.close([(int(ranking.images[0]), 1), (int(ranking.images[-1]), 300)])
        book.test(7, Side.MISSING, 0.5, fixed=True)
    every = [single.summary(tag_id) for tag_id in ranking.tags.tolist()]
    order = sorted(every, key=lambda e: (-e.next_worth, -e.expected_fixes, e.tag_id))
    assert together.summaries() == [entry for entry in order if entry.left]


def test_queues_without_questions_are_summed_up_as_empty() -> None:
    ranking = replace(
        make_ranking(), tags=np.array([5, 7, 8, 9]), offsets=np.array([0, 0, 3, 3, 5])
    )
    book = QueueBook(ranking)
    assert {e.tag_id: e.left for e in untouched_summaries(ranking, None, 25, {})} == {
        5: 0,
        7: 3,
        8: 0,
        9: 2,
    }
    assert [book.summary(tag_id).left for tag_id in (5, 7, 8, 9)] == [0, 3, 0, 2]
