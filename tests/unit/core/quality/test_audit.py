"""Estimates from a random sample: exact where all is known, honest where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.quality.audit import (
    FEWEST,
    Outcome,
    Part,
    Stratum,
    allocate,
    band_of,
    estimate,
    part_of,
)
from reviewer.core.review.mixing import AuditMix, first_of
from reviewer.core.types import Origin, Question, Side


def stratum(side: Side, pairs: int, expected: float = 0.01) -> Stratum:
    return Stratum(side, 0, Part.REST, pairs, expected)


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.floats(0.0005, 0.9)), min_size=1, max_size=18),
    st.integers(0, 2000),
)
def test_a_sample_is_shared_out_within_what_there_is(
    entries: list[tuple[int, float]], size: int
) -> None:
    strata = [stratum(Side.MISSING, pairs, expected) for pairs, expected in entries]
    drawn = allocate(strata, size)
    assert all(
        min(FEWEST, s.pairs) <= count <= s.pairs for s, count in zip(strata, drawn, strict=True)
    )
    assert sum(drawn) <= max(size, FEWEST * len(strata))


def test_where_everything_was_answered_nothing_is_uncertain() -> None:
    outcomes = [
        Outcome(stratum(Side.MISSING, 900), reviewed=800, fixed=90, answered=100, errors=10),
        Outcome(stratum(Side.WRONG, 500), reviewed=500, fixed=25),
    ]
    found = estimate(outcomes)
    # 500 present of which 25 are wrong, and 100 are missing: 475 right of 575 that should be.
    assert found.before.precision.share == pytest.approx(475 / 500)
    assert found.before.recall.share == pytest.approx(475 / 575)
    assert found.before.recall.low == pytest.approx(found.before.recall.high)
    assert found.after.precision.share == found.after.recall.share == 1
    assert found.missing == found.wrong == (0, 0, 0)


def test_more_answers_make_it_surer_and_reviewing_makes_it_better() -> None:
    def at(answered: int, reviewed: int) -> tuple[float, float, float]:
        outcomes = [
            Outcome(
                Stratum(Side.MISSING, 0, Part.LIKELY, 1000, 0.6),
                reviewed,
                int(0.6 * reviewed),
                answered,
                int(0.6 * answered),
            ),
            Outcome(stratum(Side.WRONG, 4000), answered=answered),
        ]
        found = estimate(outcomes)
        before, after = found.before.recall, found.after.recall
        return before.high - before.low, before.share, after.share

    few, many, reviewed = at(20, 0), at(200, 0), at(20, 900)
    assert many[0] < few[0] / 2
    assert few[1] == pytest.approx(4000 / 4600, abs=0.04)
    assert few[2] == pytest.approx(few[1], abs=0.02)
    assert reviewed[2] > 0.97


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    design = [
        (Stratum(Side.MISSING, 0, Part.LIKELY, 2_000, 0.6), 0.5),
        (Stratum(Side.MISSING, 0, Part.DOUBTFUL, 20_000, 0.05), 0.04),
        (Stratum(Side.MISSING, 0, Part.REST, 500_000, 0.005), 0.0006),
        (Stratum(Side.WRONG, 0, Part.LIKELY, 500, 0.6), 0.6),
        (Stratum(Side.WRONG, 0, Part.REST, 12_000, 0.005), 0.003),
    ]
    present = 12_500
    wrong = 500 * 0.6 + 12_000 * 0.003
    missing = 2_000 * 0.5 + 20_000 * 0.04 + 500_000 * 0.0006
    truth = (present - wrong) / (present - wrong + missing)
    drawn = allocate([entry for entry, _ in design], 400)
    held = 0
    for _ in range(100):
        outcomes = [
            Outcome(entry, answered=count, errors=int(rng.binomial(count, share)))
            for (entry, share), count in zip(design, drawn, strict=True)
        ]
        recall = estimate(outcomes).before.recall
        held += recall.low <= truth <= recall.high
    assert held >= 88


def test_bands_and_parts() -> None:
    assert band_of(np.array([1, 49, 50, 499, 500])).tolist() == [0, 0, 1, 1, 2]
    assert part_of(np.array([0.7, 0.5, 0.2], np.float32)).tolist() == [
        Part.LIKELY,
        Part.LIKELY,
        Part.DOUBTFUL,
    ]


def question(number: int, side: Side = Side.MISSING) -> Question:
    return Question(number, 1, side, 0.5, 0.5, "v1", Origin.AUDIT)


def test_the_sample_comes_in_its_own_order_at_its_own_pace() -> None:
    mix = AuditMix([question(1), question(2, Side.WRONG), question(3)], share=0.25)
    served = [mix.next(7, None) for _ in range(16)]
    places = [place for place, entry in enumerate(served) if entry is not None]
    assert places == [3, 7, 11]
    assert [entry.image_id for entry in served if entry is not None] == [1, 2, 3]


def test_one_side_alone_leaves_the_other_for_later() -> None:
    mix = AuditMix([question(1, Side.WRONG), question(2)], share=1)
    first = mix.next(7, Side.MISSING)
    assert first is not None
    assert first.image_id == 2
    assert mix.next(7, Side.MISSING) is None
    assert len(mix) == 1


def test_the_first_source_that_has_one_is_asked() -> None:
    ready = question(5)
    mixed = first_of(lambda *_: None, lambda *_: ready, lambda *_: question(6))
    assert mixed(1, None) is ready
    assert first_of()(1, None) is None
