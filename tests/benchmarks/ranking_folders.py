"""Sets from folders of images: the drawn sample collection, and any folder with planted errors.

The program itself goes from the folder to the scores: it imports, trains a version on the faulty
tags, scans, and cross-fits heads, as it does for a user. What the truth says is kept apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.jobs.context import Silent
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare
from reviewer.jobs.planting import Planting, plant_errors
from reviewer.jobs.scans.there import scanned
from reviewer.sample.write import read_truth, write_sample
from reviewer.store.library import Library
from tests.benchmarks.ranking_sets import RankingSet

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MIN_IMAGES = 20


def sample_set(images: int, seed: int, place: Path, epochs: int | None = None) -> RankingSet:
    """The sample collection, drawn from a seed.

    Args:
        images: How many are drawn.
        seed: Of the drawings, the errors and the training.
        place: Folder to work in; what is there from an earlier run is used again.
        epochs: Of the training; `None` for the program's own choice.
    """
    folder = place / f"sample-{images}-{seed}"
    write_sample(folder, images, seed)
    return from_folder("sample", folder, place / f"sample-{images}-{seed}.workspace", seed, epochs)


def planted_set(
    source: Path, planting: Planting, place: Path, epochs: int | None = None
) -> RankingSet:
    """A copy of a folder with planted errors; its own tags are taken for the truth.

    Args:
        source: A folder in any format that can be imported, such as one with a `tags.csv`.
        planting: What errors; its seed is the training's as well.
        place: Folder to work in; what is there from an earlier run is used again.
        epochs: Of the training; `None` for the program's own choice.
    """
    name = f"{source.name}-{planting.kind}-{planting.share}-{planting.seed}"
    folder = place / name
    if not (folder / "tags.csv").exists():
        plant_errors(source, folder, Silent(), planting)
    return from_folder(source.name, folder, place / f"{name}.workspace", planting.seed, epochs)


def from_folder(
    name: str, folder: Path, workspace: Path, seed: int, epochs: int | None
) -> RankingSet:
    """A set from a folder that keeps its truth in `truth/`, through the program's own steps."""
    choices = TrainChoices(seed=seed, minimum=MIN_IMAGES, epochs=epochs, device="cpu")
    with Library.create(workspace, folder) as library:
        prepare(library, Silent(), choices)
        version, files = scanned(library)
        crossfit = library.crossfit(version).load()
        if crossfit is None:
            raise SystemExit(f"{folder} has no cross-fitted scores.")
        vocabulary = library.vocabulary()
        names = tuple(vocabulary.name(tag) for tag in crossfit.tags.tolist())
        images = crossfit.images.tolist()
        labels = gather_labels(library, images, vocabulary)
        present = labels.original.columns(crossfit.tags.tolist()).toarray().astype(np.bool_)
        rows = files.latest()
        place_of = {
            int(image): int(row)
            for image, row in zip(files.rows()["image"][rows], rows, strict=True)
        }
        embeddings = files.embeddings()[[place_of[image] for image in images]]
        paths = [library.images.get(image).path for image in images]
        return RankingSet(
            name,
            np.ascontiguousarray(np.asarray(crossfit.logits).T, dtype=np.float32),
            np.asarray(embeddings, dtype=np.float32),
            present,
            _true(read_truth(folder), paths, names),
            np.asarray(crossfit.groups),
            names,
        )


def _true(
    truth: dict[str, frozenset[str]], paths: list[str], names: tuple[str, ...]
) -> NDArray[np.bool_]:
    """True tags, shape (N, T)."""
    return np.array([[name in truth[path] for name in names] for path in paths], dtype=np.bool_)
