from __future__ import annotations

import numpy as np
from scipy.special import expit

from reviewer.core.ranking.scanlevels import LOGITS, shown_levels, wrong_levels


def counts(offset: float, slope: float, images: int) -> tuple[np.ndarray, np.ndarray]:
    """Histograms of a tag whose chance is a logistic of its score."""
    density = np.exp(-(((LOGITS + 3) / 3) ** 2) / 2)
    each = images * density / density.sum()
    there = expit(offset + slope * LOGITS)
    return each * (1 - there), each * there


def test_tags_with_many_images_are_calibrated_as_they_are() -> None:
    truth = [(0.0, 1.0), (-3.0, 0.5), (2.0, 1.5)]
    absent, present = (
        np.stack(part) for part in zip(*(counts(*t, 10**6) for t in truth), strict=True)
    )
    levels = shown_levels(absent, present)
    middle = slice(60, 180)
    for line, (offset, slope) in zip(levels, truth, strict=True):
        assert np.abs(line[middle] - (offset + slope * LOGITS[middle])).max() < 0.35
    assert np.all(np.diff(levels, axis=1) >= 0)


def test_a_rare_tag_leans_on_the_others() -> None:
    many = [counts(-1.0, 0.8, 10**6) for _ in range(5)]
    absent = np.stack([*(part[0] for part in many), np.zeros(256)])
    present = np.stack([*(part[1] for part in many), np.zeros(256)])
    levels = shown_levels(absent, present)
    assert np.abs(levels[-1] - levels[0]).max() < 0.2


def test_doubt_is_higher_where_the_score_is_lower() -> None:
    absent, present = counts(-2.0, 1.0, 10**5)
    shown = shown_levels(absent[None], present[None])
    wrong = wrong_levels(shown, present[None], 10**5, 0.01)
    assert np.all(np.diff(wrong[:, 1:], axis=1) >= 0)
    assert np.allclose(
        wrong[0, 256 - 40] - wrong[0, 256 - 90], shown[0, 90] - shown[0, 40], atol=1e-4
    )
