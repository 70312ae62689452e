"""Sets with planted errors for the ranking benchmark: generated ones, and saved arrays.

A generated set is a latent-factor model: images are mixtures round cluster centres, a tag is a
direction in the latent space with a threshold that gives it its place on a long tail, some tags
imply others, some images are near-duplicates of others. What a tagger sees are noisy features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.labels import LabelMatrix


FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """How a generated set is made.

    Attributes:
        name: For the table.
        blur: Noise on the features against a signal of 1; the tagger's difficulty.
        haze: Noise in the truth that no feature shows.
        images, tags: Size.
    """

    name: str
    blur: float
    haze: float
    images: int = 12_000
    tags: int = 200


RECIPES = (Recipe("middle", 0.35, 0.2), Recipe("hard", 1.0, 0.5))


@dataclass(frozen=True)
class RankingSet:
    """One set: what a tagger says, what the metadata says, and what is true.

    Attributes:
        name: For the table.
        logits: Cross-fitted, shape (N, T), float32.
        embeddings: Shape (N, D), float32.
        present: Noisy original tags, shape (N, T), bool.
        truth: Shape (N, T), bool.
        groups: Near-duplicates, shape (N,), int64.
        names: Of the tags, T of them.
    """

    name: str
    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    present: NDArray[np.bool_]
    truth: NDArray[np.bool_]
    groups: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def errors(self) -> NDArray[np.bool_]:
        """Where the metadata is wrong, shape (N, T), bool."""
        return self.present != self.truth


def generate(recipe: Recipe, seed: int) -> RankingSet:
    """Make a set from a recipe; equal seeds give equal sets."""
    rng = np.random.default_rng(seed)
    latent, groups = _images(recipe, rng)
    truth, margin = _truth(recipe, latent, rng)
    present = plant_errors(truth, margin, rng)
    embeddings = _features(recipe, latent, rng)
    logits = cross_fitted_logits(embeddings, plain_labels(present), present, groups, seed)
    names = tuple(f"tag {at}" for at in range(recipe.tags))
    return RankingSet(recipe.name, logits, embeddings, present, truth, groups, names)


def _images(
    recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Latent vectors (N, 24) round 60 centres, one in twenty a near-duplicate; groups (N,)."""
    n = recipe.images
    centres = rng.normal(size=(60, 24))
    latent = 0.7 * centres[rng.integers(0, 60, n)] + 0.7 * rng.normal(size=(n, 24))
    groups = np.arange(n)
    copies = rng.choice(np.arange(n // 2, n), n // 20, replace=False)
    origins = rng.integers(0, n // 2, copies.size)
    latent[copies] = latent[origins] + 0.02 * rng.normal(size=(copies.size, 24))
    groups[copies] = groups[origins]
    return latent, groups


def _truth(
    recipe: Recipe, latent: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """True tags (N, T) and how far inside its tag each image lies (N, T)."""
    n, tags = recipe.images, recipe.tags
    direction = rng.normal(size=(latent.shape[1], tags))
    direction *= rng.random(direction.shape) < 0.35
    direction /= np.maximum(np.linalg.norm(direction, axis=0), 1e-9)
    bend = rng.normal(size=(latent.shape[1], tags)) / np.sqrt(latent.shape[1])
    value = latent @ direction + 0.4 * np.abs(latent @ bend)
    value += recipe.haze * rng.normal(size=value.shape)
    share = np.clip(0.3 / (1.0 + np.arange(tags)) ** 0.65, 24.0 / n, 0.3)
    threshold = np.array([np.quantile(value[:, t], 1.0 - share[t]) for t in range(tags)])
    margin = (value - threshold) / value.std(axis=0)
    truth = margin > 0
    for child in rng.choice(np.arange(tags // 4, tags), tags // 7, replace=False):
        parent = int(rng.integers(0, child // 2))
        truth[:, parent] |= truth[:, child]
        margin[:, parent] = np.maximum(margin[:, parent], margin[:, child])
    return truth, margin


def plant_errors(
    truth: NDArray[np.bool_], margin: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Drop true tags with a chance of each tag's own, and add about 1 % of wrong ones.

    The chance goes from 10 % for common to 60 % for rare tags, scattered over tags, and is lower
    where the tag is obvious. Half of the wrong tags fall near the edge of the tag.
    """
    n, tags = truth.shape
    place = np.argsort(np.argsort(-truth.sum(axis=0))) / max(tags - 1, 1)
    drop = np.clip((0.1 + 0.5 * place) * rng.lognormal(0.0, 0.5, tags), 0.02, 0.85)
    obvious = np.exp(-np.maximum(margin, 0.0))
    dropped = truth & (rng.random(truth.shape) < drop * (0.4 + 0.6 * obvious))
    present = truth & ~dropped
    for tag in range(tags):
        many = rng.poisson(0.01 * present[:, tag].sum())
        absent = np.flatnonzero(~truth[:, tag])
        near = absent[np.argsort(-margin[absent, tag])[: max(n // 20, 1)]]
        present[rng.choice(near, many // 2, replace=False), tag] = True
        present[rng.choice(absent, many - many // 2, replace=False), tag] = True
    return present


def _features(
    recipe: Recipe, latent: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float32]:
    """What the tagger sees, shape (N, 64)."""
    mixing = rng.normal(size=(latent.shape[1], 64)) / np.sqrt(latent.shape[1])
    signal = latent @ mixing
    bent = np.where(rng.random(64) < 0.5, signal, np.tanh(2.0 * signal))
    noise = rng.normal(size=(latent.shape[0], latent.shape[1])) @ mixing
    return (bent + recipe.blur * 0.5 * (noise + rng.normal(size=signal.shape))).astype(np.float32)


def cross_fitted_logits(
    embeddings: NDArray[np.float32],
    labels: LabelMatrix,
    present: NDArray[np.bool_],
    groups: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float32]:
    """Logits of the program's own heads, each image scored by heads that never saw its group.

    Args:
        embeddings: Shape (N, D).
        labels: What the heads learn.
        present: Original tags, shape (N, T); the folds are stratified by them.
        groups: Near-duplicates, shape (N,).
        seed: Of the folds.
    """
    from model.crossfit import HeadConfig, cross_fit_heads
    from model.penalty import choose_penalty
    from model.split import folds

    fold = folds(groups, sparse.csr_matrix(present), FOLDS, seed)
    config = choose_penalty(embeddings, labels, fold, HeadConfig(workers=1))
    return cross_fit_heads(embeddings, labels, fold, config)


def plain_labels(present: NDArray[np.bool_]) -> LabelMatrix:
    """Tags as they are, every pair of weight 1."""
    from model.labels import LabelMatrix

    return LabelMatrix.from_parts(sparse.csr_matrix(present))


def load_npz(path: Path) -> RankingSet:
    """Read a saved set: arrays embeddings (N, D), logits, present and truth (N, T).

    Optional arrays: groups (N,).

    Raises:
        SystemExit: If an array is missing.
    """
    with np.load(path, allow_pickle=False) as saved:
        lacking = {"embeddings", "logits", "present", "truth"} - set(saved.files)
        if lacking:
            raise SystemExit(f"{path} lacks the arrays {', '.join(sorted(lacking))}.")
        arrays = {name: saved[name] for name in saved.files}
    n, tags = arrays["present"].shape
    return RankingSet(
        path.stem,
        arrays["logits"].astype(np.float32),
        arrays["embeddings"].astype(np.float32),
        arrays["present"].astype(np.bool_),
        arrays["truth"].astype(np.bool_),
        arrays.get("groups", np.arange(n)).astype(np.int64),
        tuple(f"tag {at}" for at in range(tags)),
    )
