"""Logistic regression with partial pooling: weights for all, and a few for each group.

The posterior mode is found with Newton's method; the groups' blocks are eliminated (a Schur
complement), so the cost grows with rows and groups and never with their product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_STEPS = 40
MAX_HALVINGS = 12
TOLERANCE = 1e-5
"""Largest change of any weight at which the search ends."""


@dataclass(frozen=True)
class PooledProblem:
    """Rows and priors of a pooled logistic regression.

    The logit of row i in group g is `design[i] @ beta + local[i] @ own[g]`.

    Attributes:
        design: Shared inputs, shape (n, P), float64.
        local: Inputs whose weights belong to the group, shape (n, Q), float64.
        group: Group of each row, shape (n,), integers 0..n_groups-1.
        n_groups: Number of groups, G.
        target: 0..1, shape (n,).
        weight: Non-negative importance of each row, shape (n,).
        prior_mean: Of beta, shape (P,).
        prior_precision: Of beta, one over the variance, shape (P,), above 0.
        own_precision: Of each group's weights round 0, shape (Q,), above 0.
    """

    design: NDArray[np.float64]
    local: NDArray[np.float64]
    group: NDArray[np.int64]
    n_groups: int
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    prior_mean: NDArray[np.float64]
    prior_precision: NDArray[np.float64]
    own_precision: NDArray[np.float64]

    def logit(self, beta: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of every row, shape (n,), under weights of shapes (P,) and (G, Q)."""
        shared: NDArray[np.float64] = self.design @ beta
        shared += np.einsum("nq,nq->n", self.local, own[self.group])
        return shared

    def loss(self, beta: NDArray[np.float64], own: NDArray[np.float64]) -> float:
        """Negative log posterior, up to a constant."""
        logit = self.logit(beta, own)
        data = self.weight @ (np.logaddexp(0.0, logit) - self.target * logit)
        shared = 0.5 * self.prior_precision @ (beta - self.prior_mean) ** 2
        return float(data + shared + 0.5 * ((own**2) @ self.own_precision).sum())


@dataclass(frozen=True)
class PooledFit:
    """The posterior mode and its curvature.

    Attributes:
        beta: Shared weights, shape (P,).
        own: Each group's weights, shape (G, Q).
        covariance: Of beta, groups integrated out, shape (P, P).
        own_inverse: Inverse of each group's own curvature, shape (G, Q, Q).
        coupling: `own_inverse @ cross curvature`, shape (G, Q, P).
    """

    beta: NDArray[np.float64]
    own: NDArray[np.float64]
    covariance: NDArray[np.float64]
    own_inverse: NDArray[np.float64]
    coupling: NDArray[np.float64]

    def level_variance(self, design: NDArray[np.float64]) -> NDArray[np.float64]:
        """Posterior variance of each group's level (its first own weight taken as an offset).

        Args:
            design: A typical row of shared inputs for each group, shape (G, P).

        Returns:
            Variance of `design[g] @ beta + own[g, 0]`, shape (G,).
        """
        away = design - self.coupling[:, 0, :]
        shared = np.einsum("gp,pr,gr->g", away, self.covariance, away)
        variance: NDArray[np.float64] = self.own_inverse[:, 0, 0] + shared
        return variance


def fit_pooled(problem: PooledProblem) -> PooledFit:
    """Find the posterior mode.

    Args:
        problem: Rows and priors; no rows at all gives the prior.

    Returns:
        The mode with its curvature.
    """
    beta = problem.prior_mean.astype(np.float64).copy()
    own = np.zeros((problem.n_groups, problem.local.shape[1]))
    loss = problem.loss(beta, own)
    for _ in range(MAX_STEPS):
        step_beta, step_own = _newton(problem, beta, own)
        beta, own, lower = _walk(problem, (beta, own), (step_beta, step_own), loss)
        moved = max(float(np.abs(step_beta).max()), float(np.abs(step_own).max(initial=0.0)))
        if moved < TOLERANCE or loss - lower < 1e-9 * (1.0 + abs(loss)):
            break
        loss = lower
    curvature = _curvature(problem, beta, own)
    covariance = np.linalg.inv(curvature.schur).astype(np.float64, copy=False)
    return PooledFit(beta, own, covariance, curvature.inverse, curvature.lift)


@dataclass(frozen=True)
class _Curvature:
    """Second derivatives with the groups eliminated."""

    schur: NDArray[np.float64]
    inverse: NDArray[np.float64]
    lift: NDArray[np.float64]


def _by_group(problem: PooledProblem, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of a value over each group's rows, shape (G,)."""
    sums = np.bincount(problem.group, weights=values, minlength=problem.n_groups)
    return sums.astype(np.float64, copy=False)


def _curvature(
    problem: PooledProblem, beta: NDArray[np.float64], own: NDArray[np.float64]
) -> _Curvature:
    """The Hessian at a point, in blocks."""
    chance = expit(problem.logit(beta, own))
    weight = problem.weight * chance * (1.0 - chance)
    design, local = problem.design, problem.local
    (_, p), (_, q) = design.shape, local.shape
    shared = design.T @ (design * weight[:, None]) + np.diag(problem.prior_precision)
    block = np.empty((problem.n_groups, q, q))
    cross = np.empty((problem.n_groups, q, p))
    for a in range(q):
        weighted = weight * local[:, a]
        for b in range(a, q):
            block[:, a, b] = block[:, b, a] = _by_group(problem, weighted * local[:, b])
        for b in range(p):
            cross[:, a, b] = _by_group(problem, weighted * design[:, b])
    block += np.diag(problem.own_precision)
    inverse = np.linalg.inv(block).astype(np.float64, copy=False)
    lift = inverse @ cross
    schur = shared - np.einsum("gqp,gqr->pr", cross, lift)
    return _Curvature(schur, inverse, lift)


def _newton(
    problem: PooledProblem, beta: NDArray[np.float64], own: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The Newton step, shapes (P,) and (G, Q)."""
    slack = problem.weight * (problem.target - expit(problem.logit(beta, own)))
    shared = problem.design.T @ slack - problem.prior_precision * (beta - problem.prior_mean)
    columns = [_by_group(problem, slack * column) for column in problem.local.T]
    inner = np.stack(columns, axis=1) - problem.own_precision * own
    bend = _curvature(problem, beta, own)
    reduced = shared - np.einsum("gqp,gq->p", bend.lift, inner)
    step_beta = np.linalg.solve(bend.schur, reduced)
    step_own = np.einsum("gqr,gr->gq", bend.inverse, inner) - bend.lift @ step_beta
    return step_beta, step_own


def _walk(
    problem: PooledProblem,
    point: tuple[NDArray[np.float64], NDArray[np.float64]],
    step: tuple[NDArray[np.float64], NDArray[np.float64]],
    loss: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Go along the step, halved until the loss falls; stays put where it never does."""
    scale = 1.0
    for _ in range(MAX_HALVINGS):
        beta, own = point[0] + scale * step[0], point[1] + scale * step[1]
        reached = problem.loss(beta, own)
        if reached <= loss:
            return beta, own, reached
        scale *= 0.5
    return point[0], point[1], loss
