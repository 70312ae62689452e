"""Linear heads on stored embeddings, fitted for all tags at once, and scores out of sample.

A tagger has memorised the labels that it trained on, so its own scores hide their errors. Here
every image is scored by heads that never saw its labels: logistic regression per tag, fitted on
the other folds.

Each tag is a convex problem of its own. They are solved side by side by preconditioned nonlinear
conjugate gradients (Polak and Ribiere) with a Newton step along each line, in the basis of the
embeddings' principal axes, where the curvature of a tag is close to a diagonal: a few dozen
matrix products do for all tags together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.parallel import map_ahead, threads_divided

if TYPE_CHECKING:
    from model.labels import LabelMatrix

Floats = NDArray[np.float32]
Told = Callable[[int, int], None]
"""Is told how many steps are done, and of how many."""

LINE_TURNS = 2
"""Newton steps along each line; the conjugate gradients make up for what a third would find."""

_BLOCK_PAIRS = 12_000_000
"""Pairs (image, tag) that a worker solves at once; about ten float32 arrays of this size live.
With half as many the products of matrices run at two thirds of the speed."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """How heads are fitted.

    Attributes:
        penalty: L2 on the weights of standardised embeddings, in units of images: the pull of
            so many labels. Larger means flatter scores.
        most_steps: Steps of the solver at most.
        tolerance: A tag is solved when its preconditioned gradient has shrunk by this factor.
        absent_weight: Factor on the weight of unreviewed absences, 0..1.
        workers: Threads, each with tags and folds of its own.
    """

    penalty: float = 60.0
    most_steps: int = 60
    tolerance: float = 1e-2
    absent_weight: float = 1.0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear heads on raw embeddings.

    Attributes:
        weight: (T, D) float32.
        bias: (T,) float32.
    """

    weight: Floats
    bias: Floats

    def logits(self, embeddings: NDArray[np.floating]) -> Floats:
        """Score embeddings.

        Args:
            embeddings: (N, D) float16 or float32.

        Returns:
            (N, T) float32.
        """
        return np.asarray(embeddings.astype(np.float32) @ self.weight.T + self.bias)


@dataclass(frozen=True, slots=True)
class CrossFit:
    """Scores out of sample, and heads fitted on everything.

    Attributes:
        logits: (N, T) float32, each image's from heads that never saw its labels.
        weight: (T, D) float32, fitted on all images.
        bias: (T,) float32, fitted on all images.
    """

    logits: Floats
    weight: Floats
    bias: Floats

    @property
    def heads(self) -> Heads:
        """The heads fitted on everything."""
        return Heads(self.weight, self.bias)


def cross_fit_heads(
    embeddings: NDArray[np.floating],
    labels: LabelMatrix,
    folds: NDArray[np.int8],
    config: HeadConfig | None = None,
    told: Told | None = None,
    *,
    whole: bool = True,
) -> CrossFit:
    """Score every image by heads that were fitted without its fold.

    Args:
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        folds: (N,) fold of each image, 0..k-1, near-duplicates in one fold.
        config: How heads are fitted.
        told: Hears of progress.
        whole: Fit heads on everything too; they are zeros where not.

    Returns:
        The logits out of sample and the heads fitted on everything.
    """
    used = config or HeadConfig()
    n_images, n_tags = labels.shape
    logits = np.empty((n_images, n_tags), np.float32)
    weight, bias = _empty_heads(embeddings, n_tags)
    tasks = [
        _Task(tags, None if fold is None else folds == fold)
        for tags in _blocks(n_images, n_tags, used.workers)
        for fold in (*((None,) if whole else ()), *np.unique(folds))
    ]
    for done, (axes, task, solved) in enumerate(_solved(embeddings, labels, tasks, used), start=1):
        if task.held is None:
            weight[task.tags], bias[task.tags] = axes.heads(solved)
        else:
            held = np.flatnonzero(task.held)
            logits[np.ix_(held, task.tags)] = (axes.x[torch.from_numpy(held)] @ solved).numpy()
        if told is not None:
            told(done, len(tasks))
    return CrossFit(logits, weight, bias)


def fit_heads(
    embeddings: NDArray[np.floating], labels: LabelMatrix, config: HeadConfig | None = None
) -> Heads:
    """Fit heads on all images.

    Args:
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        config: How heads are fitted.

    Returns:
        The heads.
    """
    used = config or HeadConfig()
    weight, bias = _empty_heads(embeddings, labels.shape[1])
    tasks = [_Task(tags, None) for tags in _blocks(*labels.shape, used.workers)]
    for axes, task, solved in _solved(embeddings, labels, tasks, used):
        weight[task.tags], bias[task.tags] = axes.heads(solved)
    return Heads(weight, bias)


@dataclass(frozen=True, slots=True)
class _Task:
    """Some tags to be fitted on the images that are not held out.

    Attributes:
        tags: (K,) indices of tags.
        held: (N,) bool, images held out; `None` for none.
    """

    tags: NDArray[np.int64]
    held: NDArray[np.bool_] | None


def _solved(
    embeddings: NDArray[np.floating], labels: LabelMatrix, tasks: list[_Task], config: HeadConfig
) -> Iterator[tuple[_Axes, _Task, Tensor]]:
    """Solve the tasks side by side; gives each with its solution (D + 1, K), in order."""
    weighted = labels.scaled(config.absent_weight)

    def solve(task: _Task) -> tuple[_Axes, _Task, Tensor]:
        targets, weights = (torch.from_numpy(part) for part in weighted.columns(task.tags))
        x = axes.x
        if task.held is not None:
            rows = torch.from_numpy(np.flatnonzero(~task.held))
            x, targets, weights = x[rows], targets[rows], weights[rows]
        return axes, task, _solve(x, targets, weights, axes.variance, config)

    with threads_divided(config.workers), ThreadPoolExecutor(config.workers) as pool:
        axes = _Axes.of(embeddings)
        yield from map_ahead(pool, solve, tasks, config.workers + 1)


def _empty_heads(embeddings: NDArray[np.floating], n_tags: int) -> tuple[Floats, Floats]:
    return np.zeros((n_tags, embeddings.shape[1]), np.float32), np.zeros(n_tags, np.float32)


def _blocks(n_images: int, n_tags: int, workers: int) -> list[NDArray[np.int64]]:
    """Cut the tags so that the dense arrays of one block stay small, and every worker has one."""
    count = max(workers, -(-n_images * n_tags // _BLOCK_PAIRS))
    return [part for part in np.array_split(np.arange(n_tags), count) if len(part)]


@dataclass(frozen=True, slots=True)
class _Axes:
    """Standardised embeddings turned to their principal axes; a turn leaves L2 as it is.

    Attributes:
        x: (N, D + 1) float32; the last column is 1, for the bias.
        variance: (D + 1,) float32 of each axis; 1 for the bias.
        turn: (D, D) float32, columns are axes, divided by the standard deviations.
        mean: (D,) float32 of the embeddings.
    """

    x: Tensor
    variance: Tensor
    turn: Tensor
    mean: Tensor

    @classmethod
    def of(cls, embeddings: NDArray[np.floating]) -> _Axes:
        """Find the axes of (N, D) embeddings."""
        raw = torch.from_numpy(np.ascontiguousarray(embeddings, dtype=np.float32))
        mean = raw.mean(dim=0)
        deviation = raw.std(dim=0, correction=0)
        # A feature that never changes says nothing; dividing by it would make noise of it.
        inverse = torch.where(deviation > 1e-6, 1 / deviation.clamp(min=1e-6), 0.0)
        standard = (raw - mean) * inverse
        covariance = (standard.T @ standard) / max(len(raw), 1)
        variance, axes = torch.linalg.eigh(covariance)
        x = torch.ones(len(raw), raw.shape[1] + 1)
        torch.mm(standard, axes, out=x[:, :-1])
        with_bias = torch.cat([variance.clamp(min=0), torch.ones(1)])
        return cls(x, with_bias, axes * inverse[:, None], mean)

    def heads(self, solved: Tensor) -> tuple[Floats, Floats]:
        """Heads (T, D) and (T,) on raw embeddings, from (D + 1, T) on the axes."""
        raw = self.turn @ solved[:-1]
        return raw.T.numpy(), (solved[-1] - self.mean @ raw).numpy()


def _solve(
    x: Tensor, targets: Tensor, weights: Tensor, variance: Tensor, config: HeadConfig
) -> Tensor:
    """Minimise the weighted logistic loss of every tag at once.

    Args:
        x: (N, D + 1) float32 on principal axes, the last column 1.
        targets: (N, T) float32, 0 or 1.
        weights: (N, T) float32, 0 or more.
        variance: (D + 1,) of the axes.
        config: Penalty, steps, tolerance.

    Returns:
        (D + 1, T) float32, the last row the biases.
    """
    pull = torch.full((len(variance), 1), config.penalty)
    pull[-1] = 0
    solution = torch.zeros(x.shape[1], targets.shape[1])
    solution[-1] = _prior(targets, weights)
    z = solution[-1].expand(len(x), -1).clone()
    direction = torch.zeros_like(solution)
    last_gradient = direction
    size = first_size = torch.zeros(targets.shape[1])
    # Arrays of this size come fresh from the system, page by page, each time: these are kept.
    scores, pull_back, bend_here, room = (torch.empty_like(z) for _ in range(4))
    along = torch.empty_like(z)
    for step in range(config.most_steps):
        _slopes(z, targets, weights, (scores, pull_back, bend_here))
        gradient = x.T @ pull_back + pull * solution
        steepness = bend_here.sum(dim=0).clamp(min=1e-6)
        ready = gradient / (variance[:, None] * steepness + pull)
        last_size, size = size, (gradient * ready).sum(dim=0)
        if step == 0:
            first_size = size
        elif bool((size <= config.tolerance**2 * first_size).all()):
            break
        keep = (size - (last_gradient * ready).sum(dim=0)) / last_size.clamp(min=1e-20)
        direction = keep.clamp(min=0, max=10) * direction - ready
        # Where conjugacy was lost the way does not lead down: start again from the gradient.
        direction = torch.where((gradient * direction).sum(dim=0) >= 0, -ready, direction)
        last_gradient = gradient
        slope = (pull * solution * direction).sum(dim=0)
        bend = (pull * direction * direction).sum(dim=0)
        torch.mm(x, direction, out=along)
        length = torch.zeros_like(slope)
        for turn in range(LINE_TURNS):
            if turn:
                torch.addcmul(z, along, length, out=room)
                _slopes(room, targets, weights, (scores, pull_back, bend_here))
            first = pull_back.mul_(along).sum(dim=0) + slope + length * bend
            second = bend_here.mul_(along).mul_(along).sum(dim=0) + bend
            length = _newton(length, first, second, turn)
        solution += length * direction
        torch.addcmul(z, along, length, out=z)
    return solution


def _slopes(
    z: Tensor, targets: Tensor, weights: Tensor, out: tuple[Tensor, Tensor, Tensor]
) -> None:
    """Chances at logits, and the first and second derivative of the loss of every pair.

    Args:
        z: (N, T) logits.
        targets: (N, T) 0 or 1.
        weights: (N, T) 0 or more.
        out: Three (N, T) that are filled in.
    """
    scores, first, second = out
    torch.sigmoid(z, out=scores)
    torch.sub(scores, targets, out=first).mul_(weights)
    torch.mul(scores, scores, out=second)
    torch.sub(scores, second, out=second).mul_(weights)


def _newton(length: Tensor, first: Tensor, second: Tensor, turn: int) -> Tensor:
    """The next step lengths (T,), 0 or more, from the derivatives (T,) along the lines."""
    proposed = length - first / second.clamp(min=1e-12)
    # Beyond the first step Newton may leap out of a flat stretch, so it is held back.
    low, high = (0.0 * length, length * 0 + 100.0) if turn == 0 else (0.1 * length, 4 * length)
    return torch.minimum(torch.maximum(proposed, low), high)


def _prior(targets: Tensor, weights: Tensor) -> Tensor:
    """(T,) log odds of each tag's weighted share, kept finite by half an image on each side."""
    there = (weights * targets).sum(dim=0) + 0.5
    absent = (weights * (1 - targets)).sum(dim=0) + 0.5
    return torch.log(there / absent)
