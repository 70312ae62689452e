"""The level of the cold start: what is promised before any answer is of the right size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from reviewer.core.ranking.calibration import FitSample
from reviewer.core.ranking.level import MISSING_SHARE, fit_level

IMAGES, TAGS = 4000, 5


def sample(slope: float, offset: float, mean: float = -2.0) -> tuple[FitSample, np.ndarray]:
    """All pairs of a collection whose tags follow from an opinion; the opinions, shape (n,)."""
    rng = np.random.default_rng(3)
    tag = np.repeat(np.arange(TAGS), IMAGES)
    opinion = rng.normal(mean, 1.0, tag.size)
    target = (rng.random(tag.size) < expit(slope * opinion + offset)).astype(np.float64)
    row = np.tile(np.arange(IMAGES), TAGS)
    ones = np.ones(tag.size)
    return FitSample(tag, row, target, ones, opinion[:, None], np.zeros(tag.size)), opinion


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (1.7, 0.5), (0.6, -1.0)])
def test_the_level_is_what_the_metadata_follow(slope: float, offset: float):
    level = fit_level(*sample(slope, offset), TAGS, 0.01)
    assert level.slope == pytest.approx(slope, abs=0.1)
    assert level.offset == pytest.approx(offset, abs=0.15)


def test_as_many_tags_are_wrong_as_was_said():
    pairs, opinion = sample(1.2, 0.0)
    level = fit_level(pairs, opinion, TAGS, 0.03)
    for tag in range(TAGS):
        mine = (pairs.tag == tag) & (pairs.target == 1.0)
        odds = level.suspicions(tag, opinion[mine, None], np.ones(mine.sum(), bool))
        assert expit(odds[:, 0]).sum() == pytest.approx(0.03 * mine.sum(), rel=0.02)


def test_about_the_expected_share_is_missing():
    pairs, opinion = sample(1.0, 0.0, mean=-4.0)
    level = fit_level(pairs, opinion, TAGS, 0.01)
    missing = carried = 0.0
    for tag in range(TAGS):
        mine = pairs.tag == tag
        absent = mine & (pairs.target == 0.0)
        odds = level.suspicions(tag, opinion[absent, None], np.zeros(absent.sum(), bool))
        missing += expit(odds[:, 0]).sum()
        carried += pairs.target[mine].sum()
    # Where chances are small, missing : carried is as missing share : the rest.
    assert missing / carried == pytest.approx(MISSING_SHARE / (1 - MISSING_SHARE), rel=0.2)


def test_the_order_is_the_opinions_order():
    pairs, opinion = sample(1.0, 0.0)
    level = fit_level(pairs, opinion, TAGS, 0.01)
    rising = np.sort(opinion)[:, None]
    absent = level.suspicions(0, rising, np.zeros(rising.size, bool))[:, 0]
    present = level.suspicions(0, rising, np.ones(rising.size, bool))[:, 0]
    assert (np.diff(absent) >= 0).all()
    assert (np.diff(present) <= 0).all()


def test_a_tag_that_nobody_carries_has_no_wrong_ones():
    pairs, opinion = sample(1.0, 0.0)
    level = fit_level(pairs, opinion, TAGS + 1, 0.01)
    assert np.isfinite(level.wrong).all()
    odds = level.suspicions(TAGS, opinion[:5, None], np.ones(5, bool))
    assert (expit(odds) < 1e-6).all()
