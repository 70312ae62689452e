"""Logistic regression of many tags side by side, in few passes over the images.

Each tag is a convex problem of its own. They are solved together, in the basis of the embeddings'
principal axes, where the curvature of a tag is close to a diagonal. What costs is the products of
matrices over all axes, so the leading ones, which hold nearly all of the variance, are solved
alone first; a few steps over all axes do then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.descent import Descent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Floats = NDArray[np.float32]

LEADING_SHARE = 0.97
"""Of the variance, that the leading axes hold."""


_AT_ONCE = 8192
"""Embeddings that are turned at once."""


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
        mean, covariance = _moments(embeddings)
        deviation = covariance.diagonal().clamp(min=0).sqrt()
        # A feature that never changes says nothing; dividing by it would make noise of it.
        inverse = torch.where(deviation > 1e-6, 1 / deviation.clamp(min=1e-6), 0.0)
        ascending, axes = torch.linalg.eigh(inverse[:, None] * covariance * inverse)
        variance, axes = ascending.flip(0), axes.flip(1)
        turn = (axes * inverse[:, None]).float()
        x = torch.ones(len(embeddings), 1 + embeddings.shape[1])
        for rows, piece in _pieces(embeddings):
            torch.mm(piece.sub_(mean), turn, out=x[rows, 1:])
        with_bias = torch.cat([torch.ones(1), variance.clamp(min=0).float()])
        return cls(x, with_bias, turn, mean)

    def heads(self, solved: Tensor) -> tuple[Floats, Floats]:
        """Heads (T, D) and (T,) on raw embeddings, from (1 + D, T) on the axes."""
        raw = self.turn @ solved[1:]
        return raw.T.numpy(), (solved[0] - self.mean @ raw).numpy()


def _pieces(embeddings: NDArray[np.floating]) -> Iterator[tuple[slice, Tensor]]:
    """Embeddings a few at a time, (n, D) float32: whole copies would cost as much as the work."""
    for start in range(0, len(embeddings), _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, len(embeddings)))
        yield rows, torch.from_numpy(np.array(embeddings[rows], dtype=np.float32))


def _moments(embeddings: NDArray[np.floating]) -> tuple[Tensor, Tensor]:
    """Mean (D,) float32 and covariance (D, D) float64 of (N, D) embeddings."""
    width = embeddings.shape[1]
    total, squares = torch.zeros(width).double(), torch.zeros(width, width).double()
    near = torch.zeros(width)
    for rows, piece in _pieces(embeddings):
        if not rows.start:
            # Far from zero the squares would drown what differs.
            near = piece.mean(dim=0)
        piece.sub_(near)
        total += piece.sum(dim=0)
        squares += piece.T @ piece
    many = max(len(embeddings), 1)
    off = total / many
    return (near + off).float(), squares / many - off[:, None] * off


def solve(
    x: Tensor,
    targets: Tensor,
    weights: Tensor,
    variance: Tensor,
    config: HeadConfig,
    stretches: Sequence[slice] | None = None,
) -> Tensor:
    """Minimise the weighted logistic loss of every tag at once.

    Args:
        x: (N, 1 + D) float32, columns as in `Axes`.
        targets: (N, T) float32, 0..1.
        weights: (N, T) float32, 0 or more.
        variance: (1 + D,) of the columns.
        config: Penalty, steps, tolerance.
        stretches: Of the images that count; all of them if `None`.

    Returns:
        (1 + D, T) float32, the first row the biases.
    """
    pull = torch.full_like(variance, config.penalty)
    pull[0] = 0
    solution = torch.zeros(x.shape[1], targets.shape[1])
    counted = list(stretches or [slice(0, len(x))])
    solution[0] = _prior(targets, weights, counted)
    first: Tensor | None = None
    for width in _widths(variance):
        descent = Descent(
            x[:, :width],
            variance[:width],
            pull[:width],
            targets,
            weights,
            solution[:width],
            counted,
        )
        first = descent.run(config.most_steps, config.tolerance, first)
        solution[:width] = descent.solution()
    return solution


def _widths(variance: Tensor) -> list[int]:
    """How many columns are solved for: the leading ones, then all; all at once if it saves none."""
    reached = torch.cumsum(variance[1:], 0)
    leading = 2 + int((reached < LEADING_SHARE * reached[-1:]).sum())
    return [leading, len(variance)] if 2 * leading <= len(variance) else [len(variance)]


def _prior(targets: Tensor, weights: Tensor, stretches: Sequence[slice]) -> Tensor:
    """(T,) log odds of each tag's weighted share, kept finite by half an image on each side."""
    there = sum((weights[rows] * targets[rows]).sum(dim=0) for rows in stretches) + 0.5
    both = sum(weights[rows].sum(dim=0) for rows in stretches) + 1.0
    return torch.log(torch.as_tensor(there / (both - there)))
