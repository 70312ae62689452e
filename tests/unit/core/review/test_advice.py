"""Advice: how far a queue is worth going through, and when to go on elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.review.advice import ENOUGH, LAST, NEXT, outlook


def falling(first: float, last: float, count: int) -> np.ndarray:
    return np.linspace(first, last, count)


def test_a_good_queue_is_worth_going_on_until_a_hundred_promise_too_little() -> None:
    promises = np.concatenate([np.full(120, 0.5), np.full(400, 0.01)])
    found = outlook(promises, [], 60.0, few=5)
    # A hundred hold fewer than 5 once fewer than 9 of the good ones are among them.
    assert 110 <= found.worth <= 120
    assert found.worth_fixes == pytest.approx(0.5 * found.worth)
    assert found.seconds == pytest.approx(found.worth)
    assert found.next_fixes == pytest.approx(50)
    assert found.left == 520
    assert not found.move_on


def test_a_queue_that_promises_little_is_better_left() -> None:
    found = outlook(np.full(500, 0.03), [], 60.0, few=5)
    assert found.move_on
    assert found.worth == 0
    assert not outlook(np.full(500, 0.03), [], 60.0, few=2).move_on
    assert not outlook(np.full(500, 0.0), [], 60.0, few=0).move_on


def test_a_short_queue_is_judged_by_its_share() -> None:
    assert not outlook(np.full(10, 0.2), [], 60.0, few=5).move_on
    assert outlook(np.full(10, 0.02), [], 60.0, few=5).move_on


def test_a_queue_that_has_dried_up_is_left_whatever_it_promises() -> None:
    promises = np.full(500, 0.5)
    assert outlook(promises, [False] * 100, 60.0, few=5).move_on
    assert not outlook(promises, [False] * (ENOUGH - 1), 60.0, few=5).move_on
    assert not outlook(promises, [True] * 10 + [False] * 90, 60.0, few=5).move_on


def test_the_yield_is_that_of_the_last_hundred() -> None:
    found = outlook(np.full(10, 0.2), [True] * 30 + [False] * 70 + [True] * 500, 60.0, few=5)
    assert found.counted == LAST
    assert found.gain.share == pytest.approx(0.3)
    assert found.gain.low < 0.3 < found.gain.high


def test_without_pace_there_is_no_time_and_without_questions_no_advice() -> None:
    assert outlook(np.full(10, 0.2), [], 0.0, few=5).seconds is None
    empty = outlook(np.zeros(0), [], 60.0, few=5)
    assert (empty.left, empty.worth, empty.move_on) == (0, 0, False)


@given(
    st.lists(st.floats(0, 1), max_size=300),
    st.lists(st.booleans(), max_size=150),
    st.integers(0, 100),
)
def test_what_is_worth_it_really_promises_enough(
    promises: list[float], recent: list[bool], few: int
) -> None:
    array = np.array(promises, float)
    found = outlook(array, recent, 30.0, few)
    assert 0 <= found.worth <= found.left == len(promises)
    assert found.worth_fixes <= found.worth + 1e-9
    assert found.gain.low <= found.gain.share <= found.gain.high
    for begin in range(0, found.worth, 37):
        ahead = array[begin : begin + NEXT]
        assert ahead.mean() >= few / NEXT - 1e-9
    if found.move_on and not (found.counted >= ENOUGH and found.gain.high < few / NEXT):
        assert array[:NEXT].mean() < few / NEXT
