"""Logistic regression of many tags side by side, in few passes over the images.

Each tag is a convex problem of its own. They are solved together, in the basis of the embeddings'
principal axes, where the curvature of a tag is close to a diagonal. What costs is the products of
matrices over all axes, so the leading ones, which hold nearly all of the variance, are solved
alone first; a few steps over all axes do then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.descent import Descent

Floats = NDArray[np.float32]

LEADING_SHARE = 0.97
"""Of the variance, that the leading axes hold."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """How heads are fitted.

    Attributes:
        penalty: L2 on the weights of standardised embeddings, in units of images: the pull of
            so many labels. Larger means flatter scores.
        most_steps: Steps of the solver at most, over the leading axes and over all.
        tolerance: A tag is solved when its preconditioned gradient has shrunk by this factor.
        absent_weight: Factor on the weight of unreviewed absences, 0..1.
        workers: Threads, each with tags and folds of its own.
    """

    penalty: float = 60.0
    most_steps: int = 60
    tolerance: float = 2e-2
    absent_weight: float = 1.0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Axes:
    """Standardised embeddings turned to their principal axes; a turn leaves L2 as it is.

    Attributes:
        x: (N, 1 + D) float32; the first column is 1, for the bias, then the axes, widest first.
        variance: (1 + D,) float32 of each column; 1 for the bias.
        turn: (D, D) float32, columns are axes, divided by the standard deviations.
        mean: (D,) float32 of the embeddings.
    """

    x: Tensor
    variance: Tensor
    turn: Tensor
    mean: Tensor

    @classmethod
    def of(cls, embeddings: NDArray[np.floating]) -> Axes:
        """Find the axes of (N, D) embeddings."""
        raw = torch.from_numpy(np.ascontiguousarray(embeddings, dtype=np.float32))
        mean = raw.mean(dim=0)
        deviation = raw.std(dim=0, correction=0)
        # A feature that never changes says nothing; dividing by it would make noise of it.
        inverse = torch.where(deviation > 1e-6, 1 / deviation.clamp(min=1e-6), 0.0)
        standard = (raw - mean) * inverse
        covariance = (standard.T @ standard) / max(len(raw), 1)
        ascending, axes = torch.linalg.eigh(covariance)
        variance, axes = ascending.flip(0), axes.flip(1)
        x = torch.ones(len(raw), 1 + raw.shape[1])
        torch.mm(standard, axes, out=x[:, 1:])
        with_bias = torch.cat([torch.ones(1), variance.clamp(min=0)])
        return cls(x, with_bias, axes * inverse[:, None], mean)

    def heads(self, solved: Tensor) -> tuple[Floats, Floats]:
        """Heads (T, D) and (T,) on raw embeddings, from (1 + D, T) on the axes."""
        raw = self.turn @ solved[1:]
        return raw.T.numpy(), (solved[0] - self.mean @ raw).numpy()


def solve(
    x: Tensor, targets: Tensor, weights: Tensor, variance: Tensor, config: HeadConfig
) -> Tensor:
    """Minimise the weighted logistic loss of every tag at once.

    Args:
        x: (N, 1 + D) float32, columns as in `Axes`.
        targets: (N, T) float32, 0..1.
        weights: (N, T) float32, 0 or more.
        variance: (1 + D,) of the columns.
        config: Penalty, steps, tolerance.

    Returns:
        (1 + D, T) float32, the first row the biases.
    """
    pull = torch.full_like(variance, config.penalty)
    pull[0] = 0
    solution = torch.zeros(x.shape[1], targets.shape[1])
    solution[0] = _prior(targets, weights)
    first: Tensor | None = None
    for width in _widths(variance):
        descent = Descent(
            x[:, :width], variance[:width], pull[:width], targets, weights, solution[:width]
        )
        first = descent.run(config.most_steps, config.tolerance, first)
        solution[:width] = descent.solution()
    return solution


def _widths(variance: Tensor) -> list[int]:
    """How many columns are solved for: the leading ones, then all; all at once if it saves none."""
    reached = torch.cumsum(variance[1:], 0)
    leading = 2 + int((reached < LEADING_SHARE * reached[-1:]).sum())
    return [leading, len(variance)] if 2 * leading <= len(variance) else [len(variance)]


def _prior(targets: Tensor, weights: Tensor) -> Tensor:
    """(T,) log odds of each tag's weighted share, kept finite by half an image on each side."""
    there = (weights * targets).sum(dim=0) + 0.5
    absent = (weights * (1 - targets)).sum(dim=0) + 0.5
    return torch.log(there / absent)
