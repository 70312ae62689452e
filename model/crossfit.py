"""Linear heads on stored embeddings, fitted for all tags at once, and scores out of sample.

A tagger has memorised the labels that it trained on, so its own scores hide their errors. Here
every image is scored by heads that never saw its labels: logistic regression per tag, fitted on
the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.logistic import Axes, HeadConfig, solve
from model.parallel import map_ahead, threads_divided

if TYPE_CHECKING:
    from model.labels import LabelMatrix

Floats = NDArray[np.float32]
Told = Callable[[int, int], None]
"""Is told how many steps are done, and of how many."""

_BLOCK_PAIRS = 24_000_000
"""Pairs (image, tag) that are solved at once; about four float32 arrays of this size live in each
worker, two in all. With half as many the products of matrices run at four fifths of the speed."""

__all__ = ["HeadConfig", "Heads", "cross_fit_heads", "fit_heads", "fold_heads"]


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


def cross_fit_heads(
    embeddings: NDArray[np.floating],
    labels: LabelMatrix,
    folds: NDArray[np.int8],
    config: HeadConfig | None = None,
    told: Told | None = None,
) -> Floats:
    """Score every image by heads that were fitted without its fold.

    Args:
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        folds: (N,) fold of each image, 0..k-1, near-duplicates in one fold.
        config: How heads are fitted.
        told: Hears of progress.

    Returns:
        (N, T) float32 logits out of sample.
    """
    used = config or HeadConfig()
    n_images, n_tags = labels.shape
    logits = np.empty((n_images, n_tags), np.float32)
    order = _FoldOrder.of(folds)
    held_out = np.unique(folds).tolist()
    blocks = _blocks(n_images, n_tags, -(-used.workers // len(held_out)))
    solved = _solved(embeddings, labels, blocks, (order, held_out), used)
    for done, (axes, task, heads) in enumerate(solved, start=1):
        held, rows = order.rows(task.fold or 0)
        # Tags of a block are neighbours: a slice is written in half the time of a list.
        logits[rows, task.tags[0] : task.tags[-1] + 1] = (axes.x[held] @ heads).numpy()
        if told is not None:
            told(done, len(blocks) * len(held_out))
    return logits


def fold_heads(
    embeddings: NDArray[np.floating],
    labels: LabelMatrix,
    folds: NDArray[np.int8],
    n_folds: int,
    config: HeadConfig | None = None,
    told: Told | None = None,
) -> list[Heads]:
    """Fit heads without each fold, to score images that need not be among these.

    Args:
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        folds: (N,) fold of each image, 0..n_folds-1.
        n_folds: How many folds there are.
        config: How heads are fitted.
        told: Hears of progress.

    Returns:
        For each fold the heads that never saw it.
    """
    used = config or HeadConfig()
    found = [Heads(*_empty_heads(embeddings, labels.shape[1])) for _ in range(n_folds)]
    blocks = _blocks(*labels.shape, -(-used.workers // n_folds))
    solved = _solved(embeddings, labels, blocks, (_FoldOrder.of(folds), range(n_folds)), used)
    for done, (axes, task, heads) in enumerate(solved, start=1):
        mine = found[task.fold or 0]
        mine.weight[task.tags], mine.bias[task.tags] = axes.heads(heads)
        if told is not None:
            told(done, len(blocks) * n_folds)
    return found


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
    blocks = _blocks(*labels.shape, used.workers)
    everything = (_FoldOrder.of(np.zeros(len(embeddings), np.int8)), [None])
    for axes, task, heads in _solved(embeddings, labels, blocks, everything, used):
        weight[task.tags], bias[task.tags] = axes.heads(heads)
    return Heads(weight, bias)


@dataclass(frozen=True, slots=True)
class _FoldOrder:
    """Images put in order of their folds: what is held out is one stretch, and nothing is copied.

    Attributes:
        order: (N,) the images, fold after fold.
        folds: (N,) their folds, ascending.
    """

    order: NDArray[np.int64]
    folds: NDArray[np.int8]

    @classmethod
    def of(cls, folds: NDArray[np.int8]) -> _FoldOrder:
        """The order of (N,) folds."""
        order = np.argsort(folds, kind="stable")
        return cls(order, folds[order])

    def rows(self, fold: int) -> tuple[slice, NDArray[np.int64]]:
        """The stretch of a fold, and the images there."""
        first, last = np.searchsorted(self.folds, [fold, fold + 1]).tolist()
        return slice(first, last), self.order[first:last]

    def others(self, fold: int | None) -> list[slice]:
        """The stretches of all images but a fold's."""
        if fold is None:
            return [slice(0, len(self.order))]
        held, _ = self.rows(fold)
        parts = (slice(0, held.start), slice(held.stop, len(self.order)))
        return [part for part in parts if part.start < part.stop]


@dataclass(frozen=True, slots=True)
class _Task:
    """Some tags to be fitted on the images that are not held out.

    Attributes:
        tags: (K,) indices of tags, each one more than the one before.
        fold: That is held out; `None` for none.
        targets: (N, K) float32, in the order of the folds.
        weights: (N, K) float32, likewise.
    """

    tags: NDArray[np.int64]
    fold: int | None
    targets: Tensor
    weights: Tensor


def _solved(
    embeddings: NDArray[np.floating],
    labels: LabelMatrix,
    blocks: Sequence[NDArray[np.int64]],
    held_out: tuple[_FoldOrder, Sequence[int | None]],
    config: HeadConfig,
) -> Iterator[tuple[Axes, _Task, Tensor]]:
    """Solve blocks of tags with each fold held out; gives solutions (1 + D, K), in order."""
    order, which = held_out
    weighted = labels.take(order.order).scaled(config.absent_weight)

    def tasks() -> Iterator[_Task]:
        for tags in blocks:
            # Made once for all folds, and not before a worker is free.
            targets, weights = (torch.from_numpy(part) for part in weighted.columns(tags))
            yield from (_Task(tags, fold, targets, weights) for fold in which)

    def one(task: _Task) -> tuple[Axes, _Task, Tensor]:
        parts = (axes.x, task.targets, task.weights, axes.variance)
        return axes, task, solve(*parts, config, order.others(task.fold))

    # All cores at once before each has tags of its own.
    axes = Axes.of(embeddings[order.order])
    with threads_divided(config.workers), ThreadPoolExecutor(config.workers) as pool:
        yield from map_ahead(pool, one, tasks(), config.workers + 1)


def _empty_heads(embeddings: NDArray[np.floating], n_tags: int) -> tuple[Floats, Floats]:
    return np.zeros((n_tags, embeddings.shape[1]), np.float32), np.zeros(n_tags, np.float32)


def _blocks(n_images: int, n_tags: int, fewest: int) -> list[NDArray[np.int64]]:
    """Cut the tags so that the dense arrays of one block stay small."""
    count = max(fewest, -(-n_images * n_tags // _BLOCK_PAIRS))
    return [part for part in np.array_split(np.arange(n_tags), count) if len(part)]
