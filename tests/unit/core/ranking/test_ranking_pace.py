"""How long answers take, learned from the log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.ranking.pace import RUN, USUAL_CHANGE, USUAL_SECONDS, Pace, measured_pace


def log(runs: list[tuple[int, int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Tags and times of runs of (tag, answers, ms of the first, ms of the others)."""
    tags = np.concatenate([np.full(count, tag) for tag, count, _, _ in runs])
    times = np.concatenate([[first] + [other] * (n - 1) for _, n, first, other in runs])
    return tags, times


def test_the_pace_is_what_the_log_says():
    pace = measured_pace(*log([(0, 500, 4000, 1000), (1, 500, 4000, 3000)] * 40), 3)
    assert pace.seconds[0] == pytest.approx(1.0, rel=0.05)
    assert pace.seconds[1] == pytest.approx(3.0, rel=0.05)
    assert pace.seconds[0] < pace.seconds[2] < pace.seconds[1]
    assert pace.change == pytest.approx(4.0 - np.sqrt(3.0), rel=0.2)


def test_a_pause_and_what_was_not_measured_say_nothing():
    tags, times = log([(0, 100, 900, 900)])
    times[10], times[20] = 3_000_000, 0
    whole = measured_pace(*log([(0, 98, 900, 900)]), 1)
    assert measured_pace(tags, times, 1).seconds == pytest.approx(whole.seconds)


def test_without_answers_the_usual_pace_holds():
    nothing = np.zeros(0, np.int64)
    pace = measured_pace(nothing, nothing, 4)
    assert pace.seconds == pytest.approx(np.full(4, USUAL_SECONDS))
    assert pace.change == pytest.approx(USUAL_CHANGE)
    assert Pace.usual(4).seconds == pytest.approx(pace.seconds)


@given(counts=st.lists(st.integers(0, 60), min_size=1, max_size=6))
@settings(max_examples=50)
def test_the_shorter_the_queue_the_dearer_the_question(counts: list[int]):
    tag = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    pace = Pace(np.ones(len(counts)), 10.0)
    cost = pace.cost(tag)
    for at, count in enumerate(counts):
        assert cost[tag == at] == pytest.approx(np.full(count, 1 + 10 / np.clip(count, 1, RUN)))
