"""How sure a change between two versions is: true changes are found, chance is called chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.quality.version_change import (
    FEWEST_COMPARED,
    AnsweredPairs,
    on_answers,
    over_tags,
)

SHARES = st.floats(0, 1, allow_nan=False)


def answered(seed: int, better: float, images: int = 80) -> AnsweredPairs:
    """Answers to three tags, with scores of which the later ones see so much better."""
    rng = np.random.default_rng(seed)
    image = np.repeat(np.arange(images), 3)
    tag = np.tile(np.arange(3), images)
    shows = rng.random(image.size) < 0.4
    before = shows + rng.normal(size=image.size)
    after = (1 + better) * shows + rng.normal(size=image.size)
    return AnsweredPairs(image, tag, shows, before.astype(np.float32), after.astype(np.float32))


def test_versions_that_differ_are_told_apart_and_those_that_do_not_are_not():
    better = [on_answers(answered(seed, 2.0)) for seed in range(4)]
    worse = [on_answers(answered(seed, -2.0)) for seed in range(4)]
    same = [on_answers(answered(seed, 0.0)) for seed in range(20)]
    assert all(found is not None and found.low > 0 for found in better)
    assert all(found is not None and found.surely_worse for found in worse)
    # One in twenty is outside by chance: five of twenty hardly ever are.
    assert sum(found is None or found.low > 0 or found.high < 0 for found in same) <= 4


def test_the_share_is_that_of_all_couples_counted_one_by_one():
    pairs = answered(3, 0.5, images=12)
    found = on_answers(pairs)
    assert found is not None
    for scores, told in ((pairs.before, found.before), (pairs.after, found.after)):
        couples = [
            float(scores[one] > scores[other]) + 0.5 * float(scores[one] == scores[other])
            for one in range(len(pairs))
            for other in range(len(pairs))
            if pairs.tag[one] == pairs.tag[other] and pairs.shows[one] > pairs.shows[other]
        ]
        assert told == pytest.approx(np.mean(couples))


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_what_both_say_alike_is_no_change(seed: int):
    pairs = answered(seed, 0.5, images=20)
    found = on_answers(replace(pairs, after=2 * pairs.before + 1))
    assert found is None or (found.change, found.low, found.high) == (0, 0, 0)
    assert on_answers(pairs) == on_answers(pairs)


def test_few_answers_or_one_kind_of_answer_tell_nothing():
    pairs = answered(0, 1.0)
    assert on_answers(replace(pairs, shows=np.ones(len(pairs), bool))) is None
    few = np.flatnonzero(pairs.tag == 0)[: FEWEST_COMPARED // 4]
    assert on_answers(AnsweredPairs(*(column[few] for column in vars(pairs).values()))) is None


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=30))
def test_the_mean_change_of_tags_lies_in_its_interval(gains: list[tuple[float, float]]):
    found = over_tags([old for old, _ in gains], [new for _, new in gains])
    assert found is not None
    assert found.counted == len(gains)
    assert found.low - 1e-9 <= found.change <= found.high + 1e-9


def test_the_interval_of_the_mean_over_tags_holds_what_is_true():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        gains = 0.02 + 0.05 * rng.normal(size=8)
        found = over_tags(np.zeros(8), gains)
        assert found is not None
        held += found.low <= 0.02 <= found.high
    assert 180 <= held <= 199
    assert over_tags([0.5], [0.6]) is None
