"""What the answers on a tag say of its other questions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from reviewer.core.track_record import (
    DOUBT,
    ENDS,
    STEP,
    WIDTH,
    TrackRecord,
    TrackRecords,
    log_odds,
    nearest_points,
)
from reviewer.core.types import Side

POINTS = np.arange(-ENDS, ENDS + STEP / 2, STEP)


def ratio(record: TrackRecord, suspicion: float) -> float:
    return float(record.ratios[int(nearest_points(np.array([suspicion]))[0])])


def record_of(*answers: tuple[float, bool, int]) -> TrackRecord:
    record = TrackRecord()
    for promised, fixed, times in answers:
        record.add(promised, fixed=fixed, times=times)
    return record


def test_without_answers_the_ranking_is_believed():
    assert TrackRecord().ratios == pytest.approx(np.ones(len(POINTS)))
    assert TrackRecords().ratios(7) is None


def test_a_queue_that_gives_more_promises_more_nearby_and_no_more_far_down():
    record = record_of((0.55, True, 20))
    assert 0.55 * ratio(record, 0.55) > 0.85
    assert ratio(record, 0.3) > 1.5
    assert ratio(record, 0.01) < 1.1


def test_a_queue_that_gives_less_promises_less():
    record = record_of((0.9, False, 6), (0.9, True, 1))
    assert 0.9 * ratio(record, 0.9) < 0.4
    assert ratio(record, 0.1) > 0.95


def test_answers_as_promised_change_little():
    record = record_of((0.62, True, 31), (0.62, False, 19))
    assert record.ratios == pytest.approx(np.ones(len(POINTS)), abs=0.05)


def test_the_curve_is_the_most_likely_one_under_its_prior():
    answers = ((0.8, True, 9), (0.8, False, 1), (0.3, True, 6), (0.3, False, 2), (0.05, False, 12))
    asked, found = np.zeros(len(POINTS)), np.zeros(len(POINTS))
    for promised, fixed, times in answers:
        point = int(nearest_points(np.array([promised]))[0])
        asked[point] += times
        found[point] += times * fixed
    prior = DOUBT**2 * np.exp(-((POINTS[:, None] - POINTS) ** 2) / (2 * WIDTH**2))
    root = np.linalg.cholesky(prior + 1e-9 * np.eye(len(POINTS)))

    def cost(whitened: np.ndarray) -> float:
        odds = POINTS + root @ whitened
        said = asked * np.logaddexp(0.0, odds) - found * odds
        return float(said.sum() + whitened @ whitened / 2)

    best = minimize(cost, np.zeros(len(POINTS)), method="L-BFGS-B").x
    expected = (1 + np.exp(-POINTS)) / (1 + np.exp(-POINTS - root @ best))
    assert record_of(*answers).ratios == pytest.approx(expected, rel=0.02)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(1, 40)), min_size=1, max_size=30)
)
def test_answers_taken_back_leave_nothing_and_no_promise_leaves_0_to_1(
    answers: list[tuple[float, bool, int]],
):
    record = record_of(*answers)
    assert np.isfinite(record.ratios).all()
    chances = 1 / (1 + np.exp(-POINTS))
    assert (record.ratios > 0).all()
    assert (chances * record.ratios <= 1 + 1e-9).all()
    for promised, fixed, times in reversed(answers):
        record.add(promised, fixed=fixed, times=-times)
    assert record.tests == 0
    assert record.ratios == pytest.approx(np.ones(len(POINTS)))


def test_each_tag_and_side_has_its_own_record():
    records = TrackRecords()
    records.add(7, Side.WRONG, 0.4, fixed=True, times=12)
    ratios = records.ratios(7)
    assert ratios is not None
    assert ratios[Side.MISSING] == pytest.approx(np.ones(len(POINTS)))
    assert ratios[Side.WRONG].max() > 1.5
    assert records.ratios(8) is None
    assert (records.tests(7), records.tests(8)) == (12, 0)


def test_log_odds_end_where_the_curve_does():
    assert log_odds(np.array([0.0, 0.5, 1.0])) == pytest.approx([-ENDS, 0.0, ENDS])


@given(st.floats(0.0, 1.0))
def test_one_suspicion_goes_to_the_same_point_as_many(promised: float):
    record = record_of((promised, True, 1))
    (at,) = np.flatnonzero(record._asked)
    assert at == nearest_points(np.array([promised]))[0]
