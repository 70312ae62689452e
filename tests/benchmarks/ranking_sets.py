"""Sets with planted errors for the ranking benchmark: generated ones, and saved arrays.

A generated set is a latent-factor model: images are mixtures round cluster centres, a tag is a
direction in the latent space with a threshold that gives it its place on a long tail, some tags
imply others, some images are near-duplicates of others. What a tagger sees are noisy features.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


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
    logits = cross_fitted_logits(embeddings, present, groups, seed)
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
    present: NDArray[np.bool_],
    groups: NDArray[np.int64],
    seed: int,
    folds: int = 5,
) -> NDArray[np.float32]:
    """Logits of linear heads, each image scored by heads that never saw its group."""
    rng = np.random.default_rng(seed + 1)
    values, which = np.unique(groups, return_inverse=True)
    fold = rng.integers(0, folds, values.size)[which]
    spread = np.maximum(embeddings.std(axis=0), 1e-6)
    inputs = ((embeddings - embeddings.mean(axis=0)) / spread).astype(np.float32)
    inputs = np.hstack([inputs, np.ones((len(inputs), 1), np.float32)])
    logits = np.empty(present.shape, dtype=np.float32)
    for at in range(folds):
        weights = _logistic(inputs[fold != at], present[fold != at].astype(np.float32))
        logits[fold == at] = inputs[fold == at] @ weights
    return logits


def _logistic(
    inputs: NDArray[np.float32], target: NDArray[np.float32], steps: int = 120, ridge: float = 3.0
) -> NDArray[np.float32]:
    """Weights (D + 1, T) of ridge logistic regressions.

    Steps solve against one shared curvature scaled to each tag, with Nesterov's momentum; a tag
    whose loss rises goes back, forgets its momentum and doubles its curvature.
    """
    n, wide = inputs.shape
    share = np.clip(target.mean(axis=0), 1.0 / n, 0.5)
    values, basis = np.linalg.eigh((inputs.T @ inputs).astype(np.float64))
    scale = 2.0 * share * (1.0 - share)
    weights = np.zeros((wide, target.shape[1]))
    weights[-1] = np.log(share / (1.0 - share))
    ahead, age, lowest = weights.copy(), np.zeros(target.shape[1]), np.full(target.shape[1], np.inf)
    for _ in range(steps):
        logit = inputs @ ahead.astype(np.float32)
        near = np.maximum(logit, 0.0) + np.log1p(np.exp(-np.abs(logit)))
        loss = (near - target * logit).sum(axis=0, dtype=np.float64)
        loss += 0.5 * ridge * (ahead**2).sum(axis=0)
        rose = loss > lowest + 1e-6 * np.abs(lowest)
        scale[rose] *= 2.0
        lowest = np.where(rose, lowest, loss)
        slack = inputs.T @ (target - expit(logit)) - ridge * ahead
        solve = 1.0 / (np.maximum(values, 0.0)[:, None] * scale + ridge)
        moved = np.where(rose, weights, ahead + basis @ (solve * (basis.T @ slack)))
        age = np.where(rose, 0.0, age + 1.0)
        ahead = moved + (np.maximum(age - 1.0, 0.0) / (age + 2.0)) * (moved - weights)
        weights = moved
    return weights.astype(np.float32)


def load_npz(path: Path, folder: Path | None = None) -> RankingSet:
    """Read a saved set: arrays embeddings (N, D), logits, present and truth (N, T).

    Optional arrays: groups (N,). With a folder, the tags' names come from its `tags.csv`.

    Raises:
        SystemExit: If an array is missing or `tags.csv` names another number of tags.
    """
    with np.load(path, allow_pickle=False) as saved:
        lacking = {"embeddings", "logits", "present", "truth"} - set(saved.files)
        if lacking:
            raise SystemExit(f"{path} lacks the arrays {', '.join(sorted(lacking))}.")
        arrays = {name: saved[name] for name in saved.files}
    n, tags = arrays["present"].shape
    names = tuple(f"tag {at}" for at in range(tags))
    if folder is not None:
        with (folder / "tags.csv").open(encoding="utf-8", newline="") as lines:
            names = tuple(row["name"] for row in csv.DictReader(lines))
        if len(names) != tags:
            raise SystemExit(f"{folder / 'tags.csv'} names {len(names)} tags, {path} has {tags}.")
    return RankingSet(
        path.stem,
        arrays["logits"].astype(np.float32),
        arrays["embeddings"].astype(np.float32),
        arrays["present"].astype(np.bool_),
        arrays["truth"].astype(np.bool_),
        arrays.get("groups", np.arange(n)).astype(np.int64),
        names,
    )
