"""Trains and measures at every level of noise, with fixed seeds: heads on stored embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reviewer.core.quality.exchange import Trials
from reviewer.core.quality.noise import Kind, Level, spoilt
from reviewer.jobs.context import Listener, stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from reviewer.jobs.noise.data import NoiseData


class Trainer(Protocol):
    """Trains on some images with labels, and tells how good the result is on the measured ones."""

    def measure(
        self, rows: NDArray[np.int64], labels: LabelMatrix, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Trains once.

        Args:
            rows: (n,) places among the images to learn from.
            labels: Of these n images, T tags.
            seed: Of the training.

        Returns:
            (T,) average precision, and (T, 3) counts: right, said, there.
        """


@dataclass(frozen=True, slots=True)
class Grid:
    """What is tried.

    Attributes:
        drops, adds: Shares of the tag instances, ascending, without 0.
        image_shares: Of the images to learn from, ascending, the last one 1.
        seeds: How many draws of images and noise.
    """

    drops: tuple[float, ...] = (0.1, 0.2, 0.4, 0.6, 0.8)
    adds: tuple[float, ...] = (0.1, 0.25, 0.5)
    image_shares: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0)
    seeds: int = 5

    @property
    def levels(self) -> tuple[Level, ...]:
        """All levels, first the labels as they are."""
        return (
            Level(),
            *(Level(Kind.DROP, share) for share in self.drops),
            *(Level(Kind.ADD, share) for share in self.adds),
        )


class HeadTrainer:
    """Linear heads on the stored embeddings, as a refresh fits them."""

    def __init__(self, data: NoiseData) -> None:
        """Takes the embeddings of a copy of the labels."""
        self._data = data

    def measure(
        self, rows: NDArray[np.int64], labels: LabelMatrix, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fits heads; they hang on no seed. See `Trainer`."""
        from model.crossfit import HeadConfig, fit_heads

        heads = fit_heads(self._data.embeddings[rows], labels, HeadConfig(workers=1))
        logits = heads.logits(self._data.measured)
        scores = (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
        return measured(scores, self._data.targets, self._data.weights)


def measured(
    scores: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How good scores are.

    Args:
        scores: (M, T) in 0..1.
        targets: (M, T) 0 or 1.
        weights: (M, T) 0 or 1.

    Returns:
        (T,) average precision, and (T, 3): right, said, there, at thresholds for F1.
    """
    from model.metrics import average_precision, shrunk_thresholds

    precision = np.array(
        [
            average_precision(scores[:, tag], targets[:, tag], weights[:, tag])
            for tag in range(scores.shape[1])
        ]
    )
    said = (scores >= shrunk_thresholds(scores, targets, weights)) * weights
    there = targets * weights
    counts = np.stack([(said * there).sum(axis=0), said.sum(axis=0), there.sum(axis=0)], axis=1)
    return precision, counts.astype(np.float64)


def run_trials(data: NoiseData, grid: Grid, trainer: Trainer, listener: Listener) -> Trials:
    """Trains at every level, number of images and seed, and measures each.

    A smaller number of images is a part of the larger one with the same seed.

    Args:
        data: The copy of the labels.
        grid: What is tried.
        trainer: Trains and measures.
        listener: Hears of progress.
    """
    from model.labels import LabelMatrix

    cells: list[tuple[int, int, int]] = []
    precision, counts = [], []
    total = len(grid.levels) * len(grid.image_shares) * grid.seeds
    with stage(listener, "experiment", total, "taggers") as progress:
        for seed in range(grid.seeds):
            order = np.random.default_rng([seed, 1]).permutation(len(data.images))
            for number, level in enumerate(grid.levels):
                labels = LabelMatrix.from_parts(
                    spoilt(data.present, level, seed),
                    unsure=data.unsure,
                    absent_weight=data.absent_weight,
                )
                for size in sizes(len(order), grid.image_shares):
                    rows = np.sort(order[:size])
                    of_tags, pairs = trainer.measure(rows, labels.take(rows), seed)
                    cells.append((size, number, seed))
                    precision.append(of_tags)
                    counts.append(pairs)
                    progress.advance()
    images, level_of, seed_of = np.array(cells, np.int64).T
    return Trials(images, level_of, seed_of, np.array(precision), np.array(counts))


def sizes(images: int, shares: Sequence[float]) -> list[int]:
    """Numbers of images for shares of them, none twice."""
    return sorted({max(round(images * share), 1) for share in shares})
