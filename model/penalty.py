"""How strongly heads are held back: as suits the embeddings, seen on images held out.

Embeddings of a few dimensions that tell much want a weak pull, wide ones of few images a strong
one. One number is chosen for all tags together, so that no label has a say in its own score by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from model.crossfit import HeadConfig, fit_heads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.labels import LabelMatrix

STEP = 3.0
"""Factor between the penalties that are tried."""
MOST_STEPS = 4
"""Steps away from the usual penalty at most."""
TAGS = 48
"""Tags that are looked at, from the rarest to the commonest."""
FEWEST = 10
"""Images that a tag needs to be looked at."""
FEWEST_IMAGES = 200
"""With fewer the usual penalty is taken."""
MOST_IMAGES = 12_000
"""Of more, these are enough to see what suits."""
HELD_OUT = 2000
"""Images held out that are enough; folds are taken until there are as many."""


def choose_penalty(
    embeddings: NDArray[np.floating],
    labels: LabelMatrix,
    folds: NDArray[np.int8],
    config: HeadConfig | None = None,
) -> HeadConfig:
    """Finds the penalty with the lowest logistic loss on images held out, next to the usual one.

    Args:
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        folds: (N,) fold of each image, near-duplicates in one fold.
        config: How heads are fitted otherwise; its penalty is the usual one.

    Returns:
        The same with that penalty: the usual one times a power of `STEP`.
    """
    usual = config or HeadConfig()
    tags = _looked_at(labels)
    if not tags.size or len(folds) < FEWEST_IMAGES:
        return usual
    every = -(-len(folds) // MOST_IMAGES)
    rows = np.arange(0, len(folds), every)
    trial = _Trial(np.asarray(embeddings[::every]), labels.of_tags(tags).take(rows), folds[rows])
    best, least = usual, trial.loss(usual)
    for direction in (1 / STEP, STEP):
        for _ in range(MOST_STEPS):
            tried = replace(best, penalty=best.penalty * direction)
            loss = trial.loss(tried)
            if loss >= least:
                break
            best, least = tried, loss
        if best.penalty < usual.penalty:
            break
    return best


def _looked_at(labels: LabelMatrix) -> NDArray[np.int64]:
    """Columns of some tags, evenly over the order of their frequency."""
    counts = labels.counts()
    order = np.argsort(counts, kind="stable")
    known = order[(counts[order] >= FEWEST) & (counts[order] < labels.shape[0])]
    places = np.linspace(0, len(known) - 1, min(TAGS, len(known))).astype(np.int64)
    return np.sort(known[places])


class _Trial:
    """Some tags, fitted on some folds and looked at on the others."""

    def __init__(
        self, embeddings: NDArray[np.floating], labels: LabelMatrix, folds: NDArray[np.int8]
    ) -> None:
        self._embeddings, self._labels = embeddings, labels
        values, counts = np.unique(folds, return_counts=True)
        enough = int(np.searchsorted(np.cumsum(counts), HELD_OUT)) + 1
        self._held = [folds == fold for fold in values[:enough]]

    def loss(self, config: HeadConfig) -> float:
        """Mean over the tags of the loss against that of the tag's share alone."""
        reached = known = np.zeros(self._labels.shape[1])
        for held in self._held:
            learn, look = np.flatnonzero(~held), np.flatnonzero(held)
            labels = self._labels.take(learn)
            heads = fit_heads(self._embeddings[learn], labels, config)
            targets, weights = labels.rows(np.arange(len(learn)))
            share = (weights * targets).sum(0) / np.maximum(weights.sum(0), 1e-6)
            share = np.clip(share, 1e-6, 1 - 1e-6)
            targets, weights = self._labels.rows(look)
            logits = heads.logits(self._embeddings[look])
            reached = reached + (weights * (np.logaddexp(0, logits) - targets * logits)).sum(0)
            constant = np.log(share / (1 - share))
            known = known + (weights * (np.logaddexp(0, constant) - targets * constant)).sum(0)
        return float((reached / np.maximum(known, 1e-6)).mean())
