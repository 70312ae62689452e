"""Figures of a sitting: totals, tags, lines over time, and where a sitting begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.review.controls import Agreement, Kind, record_of
from reviewer.core.review.sitting import (
    BREAK_MS,
    MINUTE_MS,
    MOST_POINTS,
    ROLLING,
    AnswerColumns,
    begin_of_sitting,
    moments,
    pace_line,
    report,
    tag_totals,
    totals,
    work_ms,
    yield_line,
)
from reviewer.core.review.timebox import Timebox
from reviewer.core.statistics import PAUSE_MS
from reviewer.core.types import Answer, Decision, Origin, Side

T0 = 1_700_000_000_000


def columns(
    at: list[int],
    *,
    tag: list[int] | None = None,
    fix: list[bool] | None = None,
    step: list[int] | None = None,
    elapsed: list[int] | None = None,
    ranked: bool = True,
    asked: bool = True,
) -> AnswerColumns:
    n = len(at)
    return AnswerColumns(
        at=np.array(at, np.int64),
        tag=np.array(tag or [1] * n, np.int64),
        fix=np.array(fix or [False] * n, bool),
        ranked=np.full(n, ranked),
        asked=np.full(n, asked),
        step=np.array(step or list(range(n)), np.int64),
        elapsed=np.array(elapsed or [500] * n, np.int64),
    )


def test_answers_one_by_one_take_the_time_between_them() -> None:
    answers = columns([T0, T0 + 1000, T0 + 3000])
    assert work_ms(answers).tolist() == [500, 1000, 2000]
    sums = totals(answers)
    assert sums.seconds == pytest.approx(3.5)
    assert sums.per_minute == pytest.approx(60 * 3 / 3.5)


def test_a_pause_is_no_work() -> None:
    answers = columns([T0, T0 + 1000, T0 + 1000 + PAUSE_MS + 1])
    assert work_ms(answers).tolist() == [500, 1000, 500]


def test_a_page_takes_what_was_measured_of_it() -> None:
    answers = columns([T0, T0 + 9000, T0 + 9000], step=[0, 1, 1], elapsed=[700, 4000, 4000])
    assert work_ms(answers).tolist() == [700, 4000, 4000]


def test_answers_of_a_page_are_given_over_the_time_that_it_took() -> None:
    answers = columns(
        [T0, T0 + 9000, T0 + 9000, T0 + 9000], step=[0, 1, 1, 1], elapsed=[700, 2000, 2000, 2000]
    )
    assert (moments(answers) - T0).tolist() == [0, 5000, 7000, 9000]
    assert len(moments(columns([]))) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.booleans(), st.integers(0, 9000)),
        min_size=1,
        max_size=40,
    )
)
def test_no_answer_is_given_after_it_was_stored_or_before_the_one_ahead_of_it(
    steps: list[tuple[int, bool, int]],
) -> None:
    at = (T0 + np.cumsum([gap if new else 0 for gap, new, _ in steps])).tolist()
    step = np.cumsum([new for _, new, _ in steps]).tolist()
    found = moments(columns(at, step=step, elapsed=[spent for *_, spent in steps]))
    assert (found <= np.array(at)).all()
    assert (np.diff(found) >= 0).all()


def test_the_yield_of_pages_does_not_jump() -> None:
    pages = 4
    at = [T0 + 60_000 * (page + 1) for page in range(pages) for _ in range(30)]
    step = [page for page in range(pages) for _ in range(30)]
    line = yield_line(columns(at, step=step, elapsed=[2000] * len(at)))
    assert len(line.at) > 20
    assert (np.diff(line.at) > 0).all()


def test_answers_that_nobody_was_asked_take_no_time() -> None:
    sums = totals(columns([T0, T0 + 1000], asked=False, ranked=False, fix=[True, False]))
    assert (sums.answers, sums.fixes, sums.seconds, sums.per_minute) == (2, 1, 0.0, 0.0)
    assert (sums.gain.low, sums.gain.high) == (0.0, 1.0)


def test_tags_are_listed_with_the_most_fixes_first() -> None:
    answers = columns(
        [T0 + n for n in range(6)],
        tag=[5, 5, 5, 9, 9, 2],
        fix=[True, False, False, True, True, False],
    )
    found = [(entry.tag_id, entry.answers, entry.fixes) for entry in tag_totals(answers)]
    assert found == [(9, 2, 2), (5, 3, 1), (2, 1, 0)]
    assert tag_totals(answers)[1].gain.share == pytest.approx(1 / 3)


def test_the_pace_is_that_of_each_minute() -> None:
    answers = columns([T0 + 2000 * n for n in range(30)] + [T0 + 3 * MINUTE_MS])
    line = pace_line(answers)
    assert line.value.tolist() == pytest.approx([30.0, 0.0, 1.0], rel=1e-4)
    assert line.at[0] * 1000 == pytest.approx(T0 + MINUTE_MS / 2)


def test_the_last_seconds_are_no_slow_minute() -> None:
    answers = columns([T0 + 2000 * n for n in range(32)])
    line = pace_line(answers)
    assert line.value.tolist() == pytest.approx([31.0], abs=0.1)


def test_a_long_time_is_a_line_of_few_points() -> None:
    answers = columns([T0 + 3_600_000 * n for n in range(5000)])
    line = pace_line(answers)
    assert len(line.at) <= MOST_POINTS + 1
    assert line.value[:-1].mean() == pytest.approx(1 / 60, rel=0.05)


def test_the_yield_is_shown_from_enough_answers_on() -> None:
    few = columns([T0 + n for n in range(ROLLING - 1)])
    assert len(yield_line(few).at) == 0
    fix = [n % 2 == 0 for n in range(4 * ROLLING)]
    line = yield_line(columns([T0 + n for n in range(4 * ROLLING)], fix=fix))
    assert line.low is not None
    assert line.high is not None
    assert np.allclose(line.value, 0.5)
    assert (line.low < 0.5).all()
    assert (line.high > 0.5).all()
    assert (np.diff(line.at) >= 0).all()


def test_a_sitting_begins_after_the_last_long_break() -> None:
    now = T0 + 100 * MINUTE_MS
    times = np.array([T0, T0 + MINUTE_MS, now - MINUTE_MS], np.int64)
    assert begin_of_sitting(times, now, now) == now - MINUTE_MS
    assert begin_of_sitting(times[:2], now, now - 5) == now - 5
    near = np.array([now - BREAK_MS + 1], np.int64)
    assert begin_of_sitting(near, now, now) == now - BREAK_MS + 1
    assert begin_of_sitting(np.zeros(0, np.int64), now, now - 7) == now - 7


@given(st.lists(st.tuples(st.integers(0, 100_000), st.booleans(), st.integers(0, 3)), max_size=120))
def test_sums_agree_with_each_other(rows: list[tuple[int, bool, int]]) -> None:
    at = np.cumsum([gap for gap, _, _ in rows]).tolist() if rows else []
    answers = columns(
        [T0 + int(value) for value in at],
        tag=[tag for _, _, tag in rows],
        fix=[fix for _, fix, _ in rows],
    )
    sums, tags = totals(answers), tag_totals(answers)
    assert sum(entry.answers for entry in tags) == sums.answers == len(rows)
    assert sum(entry.fixes for entry in tags) == sums.fixes
    assert (work_ms(answers) >= 0).all()
    assert (work_ms(answers) <= PAUSE_MS).all()
    line = pace_line(answers)
    widths = np.diff(line.at[:-1]) if len(line.at) > 2 else np.zeros(0)
    assert np.allclose(widths, widths[:1] if len(widths) else widths)
    assert len(answers.since(T0 + 50_000)) == sum(T0 + int(v) >= T0 + 50_000 for v in at)


def test_a_report_says_how_controls_went() -> None:
    def said(number: int, answer: Answer, origin: Origin) -> Decision:
        return Decision(
            4, 7, answer, Side.MISSING, 0.1, 0.2, "v1", "me", T0, id=number, origin=origin
        )

    before, control = said(1, Answer.YES, Origin.QUEUE), said(300, Answer.NO, Origin.CONTROL)
    record = record_of(control, [before, control])
    assert record is not None
    found = report(columns([T0]), [record], T0)
    assert found.agreed == {(7, Kind.REPEAT): Agreement(0, 1)}
    assert found.agreed_in_all(Kind.REPEAT) == Agreement(0, 1)
    assert found.agreed_in_all(Kind.KNOWN) == Agreement(0, 0)
    assert found.disputed == [record]


def test_a_timebox_runs_out_and_stays_so() -> None:
    box = Timebox(began=1000.0, minutes=20)
    assert box.left(1000.0) == 1200
    assert not box.over(2199.0)
    assert box.over(2200.0)
    assert box.left(9999.0) == 0
