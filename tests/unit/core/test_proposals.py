"""Floors of proposals: what is promised is kept, and what is not known is not proposed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.proposals import Trust, fewest_pairs, find_floor, lower_end


def planted(
    rng: np.random.Generator, count: int, steepness: float
) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and truths that follow them: the precision at a score is known."""
    logits = rng.normal(-1, 2, count).astype(np.float32)
    truth = rng.random(count) < 1 / (1 + np.exp(-steepness * logits))
    return logits, truth.astype(np.float32)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_the_promise_is_broken_no_more_often_than_its_doubt_allows(level: float) -> None:
    rng = np.random.default_rng(1)
    # What the precision above any floor really is, from very many pairs of the same kind.
    many, right = planted(rng, 400_000, 1.5)
    order = np.argsort(-many)
    real = np.cumsum(right[order]) / np.arange(1, len(many) + 1)
    broken = found = 0
    for _ in range(300):
        logits, truth = planted(rng, 1000, 1.5)
        floor = find_floor("tag", logits, truth, truth, level)
        if floor is not None:
            found += 1
            place = int(np.searchsorted(-many[order], -floor.logit, side="right")) - 1
            broken += real[place] < level
            assert floor.low >= level
    assert found > 30
    # 5 % of 300 is 15; 26 and more would come by chance once in 200 times.
    assert broken < 26


def test_a_tag_without_a_promise_is_not_proposed() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=500).astype(np.float32)
    coin = (rng.random(500) < 0.5).astype(np.float32)
    assert find_floor("tag", logits, coin, coin, 0.9) is None
    few = np.ones(fewest_pairs(0.9, 0.025) - 1, np.float32)
    assert find_floor("tag", few, few, few, 0.9) is None
    assert find_floor("tag", np.zeros(0, np.float32), few[:0], few[:0], 0.9) is None


def test_one_wrong_pair_at_the_very_top_does_not_close_a_tag() -> None:
    logits = np.linspace(5, -5, 400).astype(np.float32)
    truth = (logits > 0).astype(np.float32)
    truth[0] = 0
    floor = find_floor("tag", logits, truth, truth, 0.9)
    assert floor is not None
    assert floor.logit < 1


def test_what_nobody_answered_counts_only_for_what_answers_say_of_it() -> None:
    logits = np.linspace(5, -5, 400).astype(np.float32)
    there = logits > 0
    for trust, proposed in (
        (Trust.of((0, 0), (0, 0)), False),
        (Trust.of((300, 300), (1, 9)), True),
    ):
        sure = np.where(there, trust.present_low, trust.absent_low).astype(np.float32)
        likely = np.where(there, trust.present, trust.absent).astype(np.float32)
        assert (find_floor("tag", logits, sure, likely, 0.9) is not None) is proposed


def test_equal_scores_are_never_parted() -> None:
    logits = np.repeat(np.array([3.0, 1.0, -2.0], np.float32), 100)
    truth = np.repeat(np.array([1.0, 1.0, 0.0], np.float32), 100)
    floor = find_floor("tag", logits, truth, truth, 0.9)
    assert floor is not None
    assert (floor.logit, floor.pairs) == (1.0, 200)
    worth = floor.worth(np.array([4.0, 2.0, 1.0, 0.5], np.float32))
    assert worth[0] == worth[1] >= 0.9
    assert worth[2] >= 0.9
    assert worth[3] == 0


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_lower_end_is_below_the_share_and_grows_with_the_pairs(hits: int, misses: int) -> None:
    trials = hits + misses
    low = lower_end(hits, trials, 0.05)
    assert 0 <= low <= (hits / trials if trials else 0)
    assert lower_end(2 * hits, 2 * trials, 0.05) >= low
