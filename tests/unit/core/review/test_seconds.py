"""Second answers: as many as were asked for, each pair once, of the tag at hand."""

from __future__ import annotations

from collections import deque
from random import Random

import pytest

from reviewer.core.review.listed import Lists
from reviewer.core.review.seconds import SecondAnswers
from reviewer.core.types import Origin, Question, Side


class Answered:
    """Pairs of tag 7 that others answered, one after the other."""

    def __init__(self, count: int) -> None:
        self.waiting = deque(range(1, count + 1))

    def answered_by_others(self, reviewer: str, tag_id: int, start: int) -> Question | None:
        assert reviewer == "me"
        assert start >= 1
        if tag_id != 7 or not self.waiting:
            return None
        image_id = self.waiting.popleft()
        return Question(image_id, 7, Side(image_id % 2), 0.5, 0.5, "v1", Origin.SECOND)

    def last_id(self) -> int:
        return 900


@pytest.mark.parametrize("percent", [2, 10, 50])
def test_the_share_is_about_what_was_asked_for(percent: int) -> None:
    seconds = SecondAnswers(Answered(10_000), "me", percent / 100, random=Random(5))
    asked = sum(seconds.next(7) is not None for _ in range(5000))
    assert asked == pytest.approx(50 * percent, rel=0.1)


def test_none_is_asked_without_a_share_and_of_another_tag_none_either() -> None:
    source = Answered(10)
    assert all(SecondAnswers(source, "me", 0.0).next(7) is None for _ in range(50))
    seconds = SecondAnswers(source, "me", 1.0, random=Random(1))
    assert all(seconds.next(8) is None for _ in range(50))
    assert len(source.waiting) == 10


def test_a_pair_is_served_once_and_on_the_side_that_is_asked() -> None:
    class Same(Answered):
        def answered_by_others(self, reviewer: str, tag_id: int, start: int) -> Question | None:
            return Question(1, tag_id, Side.WRONG, 0.5, 0.5, "v1", Origin.SECOND)

    seconds = SecondAnswers(Same(0), "me", 1.0, random=Random(1))
    assert all(seconds.next(7, Side.MISSING) is None for _ in range(60))
    assert sum(seconds.next(7, Side.WRONG) is not None for _ in range(60)) == 1


def test_lists_give_back_what_was_taken_back() -> None:
    questions = [Question(n, 7, Side.MISSING, 0.5, 0.5, "v1", Origin.AUDIT) for n in (1, 2)]
    lists = Lists()
    lists.put("audit", questions)
    lists.put("other", questions[:1])
    lists.close((1, 7))
    assert list(lists.of("audit")) == [(2, 7)]
    assert not lists.of("other")
    lists.reopen((1, 7))
    assert set(lists.of("audit")) == {(1, 7), (2, 7)}
    assert list(lists.of("other")) == [(1, 7)]
    lists.reopen((9, 9))
    lists.close((1, 7))
    lists.put("audit", [])
    lists.reopen((1, 7))
    assert not lists.of("audit")
    assert list(lists.of("other")) == [(1, 7)]
    assert not lists.of("unknown")
