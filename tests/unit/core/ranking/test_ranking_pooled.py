"""The pooled regression against a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from reviewer.core.ranking.pooled import PooledProblem, fit_pooled


def problem(seed: int, rows: int = 120, groups: int = 5) -> PooledProblem:
    rng = np.random.default_rng(seed)
    design = np.hstack([np.ones((rows, 1)), rng.normal(size=(rows, 2))])
    return PooledProblem(
        design=design,
        local=design[:, :2],
        group=rng.integers(0, groups, rows),
        n_groups=groups,
        target=(rng.random(rows) < 0.4).astype(float),
        weight=rng.random(rows) * 3,
        prior_mean=np.array([0.0, 1.0, 0.0]),
        prior_precision=np.array([0.5, 4.0, 2.0]),
        own_precision=np.array([1.0, 5.0]),
    )


@given(seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_the_mode_is_the_one_a_general_optimiser_finds(seed: int):
    asked = problem(seed)
    fit = fit_pooled(asked)

    def loss(flat: np.ndarray) -> float:
        return asked.loss(flat[:3], flat[3:].reshape(5, 2))

    other = minimize(loss, np.zeros(13), method="BFGS", options={"gtol": 1e-7})
    assert asked.loss(fit.beta, fit.own) <= other.fun + 1e-6
    assert fit.beta == pytest.approx(other.x[:3], abs=2e-3)


def test_no_rows_give_the_prior():
    asked = problem(0, rows=0)
    fit = fit_pooled(asked)
    assert fit.beta == pytest.approx(asked.prior_mean)
    assert fit.own == pytest.approx(np.zeros((5, 2)))
    assert np.diag(fit.covariance) == pytest.approx(1.0 / asked.prior_precision)


def test_the_variance_of_a_level_is_the_curvatures():
    asked = problem(3)
    fit = fit_pooled(asked)
    rows = np.hstack([asked.design, np.zeros((120, 10))])
    for at in range(2):
        rows[np.arange(120), 3 + 2 * asked.group + at] = asked.local[:, at]
    chance = 1.0 / (1.0 + np.exp(-asked.logit(fit.beta, fit.own)))
    prior = np.concatenate([asked.prior_precision, np.tile(asked.own_precision, 5)])
    weighted = rows * (asked.weight * chance * (1.0 - chance))[:, None]
    covariance = np.linalg.inv(rows.T @ weighted + np.diag(prior))
    typical = np.tile([1.0, 0.3, -0.2], (5, 1))
    for group, variance in enumerate(fit.level_variance(typical)):
        along = np.zeros(13)
        along[:3], along[3 + 2 * group] = typical[group], 1.0
        assert variance == pytest.approx(along @ covariance @ along, rel=1e-6)
