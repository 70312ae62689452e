from __future__ import annotations

import numpy as np
import pytest

from reviewer.core.queues import QueueBook, Ranking
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
    book.count_answer(7, fixed=True)
    book.count_answer(7, fixed=False)
    assert (book.summary(7).answered, book.summary(7).fixed) == (2, 1)
    book.count_answer(7, fixed=True, times=-1)
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
        book.count_answer(7, fixed=False, promised=0.9)
    assert book.summary(7).expected_fixes < 0.4 * 1.6
    for _ in range(6):
        book.count_answer(7, fixed=False, promised=0.9, times=-1)
    assert book.summary(7).expected_fixes == pytest.approx(1.6)


def test_a_tag_that_gives_more_than_promised_rises() -> None:
    book = QueueBook(make_ranking())
    for _ in range(9):
        book.count_answer(9, fixed=True, promised=0.2)
    assert book.summary(9).next_yield > 0.35
    assert book.summary(9).next_yield <= 1.0
