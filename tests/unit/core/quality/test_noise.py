"""Noise of known shares, and the law that says what it is worth in images."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from reviewer.core.quality.exchange import Trials, exchange, fit_law, mean_interval
from reviewer.core.quality.noise import Kind, Level, spoilt


def labels(seed: int, images: int = 300, tags: int = 12) -> sparse.csr_matrix:
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix(rng.random((images, tags)) < rng.uniform(0.05, 0.4, tags))


@given(st.integers(0, 50), st.floats(0.05, 0.9), st.floats(0.05, 0.9))
@settings(max_examples=25)
def test_what_is_dropped_was_there_and_a_higher_level_drops_it_too(
    seed: int, one: float, other: float
) -> None:
    present = labels(seed)
    low, high = sorted((one, other))
    little = spoilt(present, Level(Kind.DROP, low), seed).toarray()
    much = spoilt(present, Level(Kind.DROP, high), seed).toarray()
    assert not (little & ~present.toarray()).any()
    assert not (much & ~little).any()
    expected = (1 - high) * present.nnz
    assert abs(much.sum() - expected) < 5 * math.sqrt(present.nnz * high * (1 - high))


@given(st.integers(0, 50), st.floats(0.05, 0.5), st.floats(0.05, 3))
@settings(max_examples=25)
def test_what_is_added_was_absent_and_each_tag_gets_its_share(
    seed: int, one: float, other: float
) -> None:
    present = labels(seed).toarray()
    low, high = sorted((one, other))
    little = spoilt(sparse.csr_matrix(present), Level(Kind.ADD, low), seed).toarray()
    much = spoilt(sparse.csr_matrix(present), Level(Kind.ADD, high), seed).toarray()
    assert not (present & ~little).any()
    assert not (little & ~much).any()
    counts = present.sum(axis=0)
    room = len(present) - counts
    wanted = np.minimum(np.round(high * counts), room)
    assert (much.sum(axis=0) - counts).tolist() == wanted.tolist()


def test_no_noise_changes_nothing_and_seeds_differ() -> None:
    present = labels(1)
    assert (spoilt(present, Level(), 3) != present).nnz == 0
    level = Level(Kind.DROP, 0.5)
    assert (spoilt(present, level, 1) != spoilt(present, level, 2)).nnz > 0
    assert (spoilt(present, level, 1) != spoilt(present, level, 1)).nnz == 0


FACTORS = (1.0, 1.5, 4.0)


def planted(noise: float, seed: int = 0) -> Trials:
    """Noise of the levels 1 and 2 is as bad as 1.5 and 4 times fewer images."""
    rng = np.random.default_rng(seed)
    cells = [(n, level, s) for n in (250, 500, 1000, 2000) for level in range(3) for s in range(4)]
    images, level, seeds = np.array(cells, np.int64).T
    own = rng.uniform(-0.1, 0.1, 60)
    clean = images / np.array(FACTORS)[level]
    quality = (0.8 - 3.0 * clean**-0.35)[:, None] + own
    precision = quality + rng.normal(0, noise, (len(cells), 60))
    counts = np.stack([precision * 40, np.full_like(precision, 40), np.full_like(precision, 40)], 2)
    return Trials(images, level, seeds, precision, counts)


def test_a_planted_exchange_rate_is_found_exactly_without_noise() -> None:
    trials = planted(0.0)
    law = fit_law(trials.images, trials.level, trials.quality())
    assert [law.factor(level) for level in range(3)] == pytest.approx(FACTORS, rel=1e-2)
    assert law.exponent == pytest.approx(0.35, rel=1e-2)
    assert law.explained > 0.9999
    told = law.quality(np.array([1000.0]), 2)[0]
    assert told == pytest.approx(trials.quality()[(trials.images == 1000) & (trials.level == 2)][0])


def test_the_interval_holds_the_planted_rate_nearly_always() -> None:
    inside = np.zeros(3)
    runs = 8
    for seed in range(runs):
        _, factors = exchange(planted(0.02, seed), seed=seed)
        inside += [f.low <= true <= f.high for f, true in zip(factors, FACTORS, strict=True)]
    assert inside[0] == runs
    assert (inside[1:] >= runs - 2).all()


def test_a_collection_where_images_do_not_help_is_said_to_be_one() -> None:
    trials = planted(0.0)
    law = fit_law(
        trials.images, trials.level, 0.3 + 0.02 * np.log(trials.images) - trials.level * 0.2
    )
    assert 5e3 < law.factor(1) < 2e5
    assert law.factor(2) == math.inf
    worse = fit_law(trials.images, trials.level, 0.9 - np.log(trials.images) / 50)
    assert math.isnan(worse.factor(1))


def test_rates_of_trials_are_those_of_their_counts() -> None:
    trials = planted(0.0)
    assert trials.f1() == pytest.approx(trials.quality())
    some = trials.of_tags(np.arange(60) < 5)
    assert some.quality() == pytest.approx(trials.precision[:, :5].mean(axis=1))


def test_the_mean_of_five_has_students_interval() -> None:
    found = mean_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert found.value == 3
    assert found.high - 3 == pytest.approx(2.7764 * math.sqrt(2.5 / 5), rel=1e-4)
    assert mean_interval(np.array([0.7])) == mean_interval(np.array([0.7]))
    assert mean_interval(np.array([0.7])).low == 0.7
