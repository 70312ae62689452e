from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.statistics import Pace, wilson
from reviewer.core.types import Answer, Decision, Side


def decision(number: int, at_ms: int, *, fixed: bool = True) -> Decision:
    answer = Answer.YES if fixed else Answer.NO
    return Decision(1, 2, answer, Side.MISSING, 0.5, 0.5, "v1", "me", at_ms, id=number)


def test_one_answer_a_second_is_sixty_a_minute() -> None:
    pace = Pace()
    for number in range(10):
        pace.add(decision(number + 1, 1000 * number))
    assert pace.per_minute == pytest.approx(60)


def test_a_pause_does_not_count() -> None:
    pace = Pace()
    for number, at in enumerate((0, 1000, 2000, 600_000, 601_000)):
        pace.add(decision(number + 1, at))
    assert pace.per_minute == pytest.approx(60)


def test_an_answer_that_is_taken_back_leaves_the_yield() -> None:
    pace = Pace()
    pace.add(decision(1, 0, fixed=False))
    pace.add(decision(2, 1000, fixed=True))
    pace.remove(decision(1, 0, fixed=False))
    assert pace.recent_yield.share == 1.0
    assert pace.counted == 1


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share(hits: int, misses: int) -> None:
    found = wilson(hits, hits + misses)
    assert 0 <= found.low <= found.high <= 1
    if hits + misses:
        assert found.low <= found.share <= found.high


@pytest.mark.parametrize(
    ("answer", "side", "changes"),
    [
        (Answer.YES, Side.MISSING, True),
        (Answer.NO, Side.MISSING, False),
        (Answer.YES, Side.WRONG, False),
        (Answer.NO, Side.WRONG, True),
        (Answer.UNSURE, Side.MISSING, False),
        (Answer.UNSURE, Side.WRONG, False),
    ],
)
def test_what_changes_the_metadata(answer: Answer, side: Side, changes: bool) -> None:
    assert Decision(1, 2, answer, side, 0, 0, "", "", 0).changes_metadata is changes
