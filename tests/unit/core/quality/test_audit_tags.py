"""Estimates of single tags: they hold what is true as often as they say, and add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from reviewer.core.quality.audit import Outcome, Part, Stratum
from reviewer.core.quality.audit_tags import TagCells, estimate_tags
from reviewer.core.types import Side

TAGS = 60
CARRIERS = 200
PAIRS = {(Side.MISSING, Part.DOUBTFUL): 300, (Side.WRONG, Part.REST): CARRIERS}
EXPECTED = {(Side.MISSING, Part.DOUBTFUL): 0.2, (Side.WRONG, Part.REST): 0.02}


def simulated(seed: int, spread: float) -> tuple[TagCells, list[Outcome], np.ndarray]:
    """Tags whose share of errors scatters round what is expected; an audit; errors (T, 2)."""
    rng = np.random.default_rng(seed)
    shape = (TAGS, 2, 3)
    unknown, answered, errors = (np.zeros(shape, np.int64) for _ in range(3))
    stratum, expected = np.full(shape, -1), np.zeros(shape)
    real = np.zeros((TAGS, 2), np.int64)
    outcomes = []
    for number, ((side, part), many) in enumerate(PAIRS.items()):
        cell = (slice(None), int(side), int(part))
        hoped = np.clip(EXPECTED[side, part] * rng.lognormal(0, 0.7, TAGS), 0, 0.9)
        shares = expit(logit(hoped) + spread * rng.normal(size=TAGS))
        real[:, int(side)] = rng.binomial(many, shares)
        drawn = rng.multinomial(150, np.full(TAGS, 1 / TAGS))
        found = rng.hypergeometric(real[:, int(side)], many - real[:, int(side)], drawn)
        stratum[cell], unknown[cell], expected[cell] = number, many - drawn, hoped * many
        answered[cell], errors[cell] = drawn, found
        outcomes.append(
            Outcome(
                Stratum(side, 1, part, many * TAGS),
                answered=int(drawn.sum()),
                errors=int(found.sum()),
            )
        )
    fixed = errors.sum(axis=2)
    carriers = np.full(TAGS, CARRIERS)
    return TagCells(carriers, stratum, unknown, expected, answered, errors, fixed), outcomes, real


@pytest.mark.parametrize("spread", [0.2, 0.8])
def test_the_interval_of_a_tag_holds_what_is_true(spread: float) -> None:
    held = []
    for seed in range(8):
        cells, outcomes, errors = simulated(seed, spread)
        right = CARRIERS - errors[:, Side.WRONG]
        recall = right / (right + errors[:, Side.MISSING])
        for found, share in zip(estimate_tags(cells, outcomes, seed), recall, strict=True):
            held.append(found.before.recall.low <= share <= found.before.recall.high)
    assert np.mean(held) > 0.88


def test_tags_that_differ_more_are_told_less_surely() -> None:
    def width(spread: float) -> float:
        cells, outcomes, _ = simulated(1, spread)
        found = [entry.before.recall for entry in estimate_tags(cells, outcomes)]
        return float(np.mean([entry.high - entry.low for entry in found]))

    assert width(2.0) > 1.2 * width(0.2)


def test_a_tag_of_which_more_is_expected_lacks_more() -> None:
    cells, outcomes, _ = simulated(2, 0.3)
    part = (slice(None), int(Side.MISSING), int(Part.DOUBTFUL))
    recall = np.array([entry.before.recall.share for entry in estimate_tags(cells, outcomes)])
    assert np.corrcoef(cells.expected[part], recall)[0, 1] < -0.8


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_a_tag_wholly_answered_is_known(seed: int) -> None:
    cells, outcomes, _ = simulated(seed, 0.5)
    unknown = cells.unknown.copy()
    unknown[3] = 0
    found = estimate_tags(replace(cells, unknown=unknown), outcomes)[3]
    missing, wrong = cells.fixed[3]
    assert found.after.recall.low == found.after.recall.high == 1
    assert found.before.recall.share == pytest.approx(
        (CARRIERS - wrong) / (CARRIERS - wrong + missing)
    )
    assert found.before.precision.share == pytest.approx((CARRIERS - wrong) / CARRIERS)
    for other in estimate_tags(cells, outcomes):
        for quality in (other.before, other.after):
            for share in (quality.precision, quality.recall):
                assert 0 <= share.low <= share.share <= share.high <= 1
