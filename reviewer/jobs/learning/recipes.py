"""Published ways to train on a collection, and their figures beside those of the collection."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.held_out import held_out
from reviewer.jobs.labels import TagChoice, label_matrix, tag_counts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library


@dataclass(frozen=True)
class Shares:
    """Which images are not learnt from.

    Attributes:
        checked: (N,) bool, validated on.
        tested: (N,) bool, looked at once at the end; `None` for none.
    """

    checked: NDArray[np.bool_]
    tested: NDArray[np.bool_] | None = None


def shares_for(recipe: str, digests: list[bytes]) -> Shares:
    """The images that a recipe keeps out; without one those that every version keeps out."""
    if not recipe:
        return Shares(held_out(digests))
    from model.recipes import recipe_named, shares_by_digest

    tested, checked = shares_by_digest(digests, recipe_named(recipe))
    return Shares(checked, tested)


def most_frequent(choice: TagChoice, labels: Labels, recipe: str) -> TagChoice:
    """The tags that a recipe learns: no more than it had, the most frequent ones."""
    from model.recipes import recipe_named

    most = recipe_named(recipe).most_tags
    if len(choice.tags) <= most:
        return choice
    counts = tag_counts(labels)
    kept = sorted(choice.tags, key=lambda tag: (-counts.get(tag.id, 0), tag.id))[:most]
    left = {**choice.left_out, f"not among the {most:,} most frequent": len(choice.tags) - most}
    return TagChoice(tuple(sorted(kept, key=lambda tag: tag.id)), left)


def plain_labels(labels: Labels, tags: Sequence[int]) -> LabelMatrix:
    """Labels as they stand: an absence is an absence, and weighs as much as a presence."""
    matrix = label_matrix(labels, tags)
    return replace(matrix, absent_weight=np.ones(len(tags), np.float32))


@dataclass(frozen=True, slots=True)
class RecipeFigures:
    """A recipe's published figures, and those of a version that was trained by it here.

    Attributes:
        version: Of this collection.
        name, words, left_open: See `model/recipes.py`.
        published: Precision, recall and F1, 0..1.
        published_images, published_tags: What they were measured on.
        ours: The same of the version, on its test images.
        images, tags: Test images and tags of the version.
        changed: Settings that differ from the recipe's, in words; empty where none does.
    """

    version: str
    name: str
    words: str
    left_open: str
    published: tuple[float, float, float]
    published_images: int
    published_tags: int
    ours: tuple[float, float, float]
    images: int
    tags: int
    changed: str


def recipe_figures(library: Library) -> list[RecipeFigures]:
    """The figures of all versions that were trained by a recipe, oldest first."""
    from model.recipes import RECIPES

    found = []
    for version in library.versions.all():
        folder = library.version_folder(version.name)
        trained, metrics = (_json(folder, name) for name in ("train.json", "metrics.json"))
        name = trained.get("note", {}).get("recipe", "")
        if name not in RECIPES or "test" not in metrics:
            continue
        recipe, micro = RECIPES[name], metrics["test"]["micro"]
        config = _json(folder, "config.json")
        used = {**trained["arguments"], **config.get("tagger", config)}
        asked = {**recipe.training.to_json(), **recipe.tagger.to_json()}
        changed = [
            f"{key} {used[key]} for {asked[key]}"
            for key in ("backbone", "input_size", "epochs", "batch_size", "learning_rate", "loss")
            if key in used and used[key] != asked[key]
        ]
        if str(trained.get("weights", "")).startswith("from scratch"):
            changed.append("no pretrained weights")
        found.append(
            RecipeFigures(
                version=version.name,
                name=name,
                words=recipe.words,
                left_open=recipe.left_open,
                published=(recipe.precision, recipe.recall, recipe.f1),
                published_images=recipe.images,
                published_tags=recipe.most_tags,
                ours=(micro["precision"], micro["recall"], micro["f1"]),
                images=int(metrics["test"]["images"]),
                tags=version.n_tags,
                changed=", ".join(changed),
            )
        )
    return found


def _json(folder: Path, name: str) -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return held
