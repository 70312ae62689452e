"""The calibration, and what an image's other tags say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from reviewer.core.ranking.calibration import (
    Columns,
    CoverageCount,
    FitSample,
    draw_rows,
    fit_calibration,
    halves,
)
from reviewer.core.ranking.tagspace import make_tag_space


@given(
    seed=st.integers(0, 1000),
    images=st.integers(1, 300),
    share=st.floats(0, 1),
    size=st.integers(2, 60),
)
@settings(max_examples=60)
def test_drawn_pairs_stand_for_all_pairs(seed: int, images: int, share: float, size: int):
    rng = np.random.default_rng(seed)
    present = rng.random(images) < share
    rows, weight = draw_rows(present, rng.normal(size=images).astype(np.float32), size, rng)
    assert np.unique(rows).size == rows.size
    assert weight.sum() == pytest.approx(images)
    assert weight[present[rows]].sum() == pytest.approx(present.sum())
    assert min(present.sum(), size) == present[rows].sum()


def calibrated_sample(seed: int = 0, images: int = 4000, tags: int = 6):
    """Pairs whose true log-odds are known: each tag's scores are stretched and shifted."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1.0, 1.5, size=(images, tags))
    stretch, shift = rng.uniform(0.5, 2.0, tags), rng.normal(0, 1, tags)
    target = rng.random(odds.shape) < expit(odds)
    score = odds * stretch + shift
    row, tag = (part.ravel() for part in np.indices(odds.shape))
    sample = FitSample(
        tag,
        row,
        target.ravel().astype(float),
        np.ones(row.size),
        score.ravel()[:, None],
        np.zeros(row.size),
    )
    return sample, odds, score.astype(np.float32)


def test_stretched_scores_come_back_as_log_odds():
    sample, odds, score = calibrated_sample()
    half = halves(4000, None, seed=1)
    fitted = fit_calibration(sample, half, 6, np.zeros(4000, np.float32))
    everyone = np.arange(4000)
    for tag in range(6):
        stack = fitted.stack(tag, Columns(score[:, tag]), everyone)
        gap = np.abs(expit(stack) - expit(odds[:, tag]))
        assert gap.mean() < 0.04


def test_the_stack_never_falls_as_the_score_rises():
    rng = np.random.default_rng(0)
    sample, _, _ = calibrated_sample()
    # Targets that contradict the score: the fit may flatten the slope, never turn it round.
    against = FitSample(
        sample.tag, sample.row, 1.0 - sample.target, sample.weight, sample.inputs, sample.coverage
    )
    half = np.zeros(4000, np.uint8)
    half[2000:] = 1
    fitted = fit_calibration(against, half, 6, np.zeros(4000, np.float32))
    rising = np.sort(rng.normal(size=50)).astype(np.float32)
    for rows in (np.zeros(50, int), np.full(50, 3999)):
        assert (np.diff(fitted.stack(2, Columns(rising), rows)) >= 0).all()


def test_near_duplicates_share_a_half():
    groups = np.random.default_rng(0).integers(0, 50, 400)
    half = halves(400, groups, seed=3)
    assert all(np.unique(half[groups == group]).size == 1 for group in range(50))
    assert 0.2 < half.mean() < 0.8


def test_coverage_leaves_the_asked_tag_out():
    count = CoverageCount(3)
    with_tag, without = np.array([True, True, False]), np.array([False, True, False])
    score = np.zeros(3, np.float32)
    count.add(with_tag, score)
    count.add(without, score)
    alone = count.without(np.array([0, 1]), with_tag[:2], score[:2])
    # Image 0 has no other tag and image 1 has one; half a tag is expected of both.
    assert alone == pytest.approx(np.log([2.0 / 2.5, 3.0 / 2.5]))
    assert count.coverage()[1] > count.coverage()[0] > count.coverage()[2]


def tag_matrix(images: int = 3000):
    """Tags in four scenes of five, and a last tag that is chance alone."""
    rng = np.random.default_rng(0)
    scene = rng.integers(0, 4, images)
    scenes = np.repeat(scene[:, None] == np.arange(4), 5, axis=1)
    tags = scenes & (rng.random(scenes.shape) < 0.5)
    return np.hstack([tags, rng.random((images, 1)) < 0.1]), scene


def test_other_tags_tell_a_scene_and_chance_stays_chance():
    tags, scene = tag_matrix()
    half = halves(len(tags), None, seed=0)
    space = make_tag_space(lambda tag: tags[:, tag], 21, half, seed=0)
    assert space is not None
    told = space.logit(0, tags[:, 0], np.arange(3000))
    assert told[scene == 0].mean() > told[scene != 0].mean() + 2.0
    # The pair's own tag is taken out, so carriers of a chance tag look like everybody else.
    chance = space.logit(20, tags[:, 20], np.arange(3000))
    carriers = tags[:, 20]
    assert abs(chance[carriers].mean() - chance[~carriers].mean()) < 0.15


def test_two_tags_have_no_tag_space():
    assert make_tag_space(lambda _: np.ones(50, bool), 2, np.zeros(50, np.uint8), 0) is None
