"""Ratings as a tagger learns them and tells them: by an output of its own, beside the tags'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.ratings import TAGS
from reviewer.core.held_out import held_out
from reviewer.jobs.choices.rated import ratings_of
from reviewer.jobs.tagger_problems import tagger_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.rating_head import RatingLabels
    from reviewer.jobs.choices.rated import Rated
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

FEWEST = 10
"""Images that a rating needs to be learnt."""


def rating_labels(library: Library, images: NDArray[np.int64]) -> RatingLabels | None:
    """The ratings of some images as they are corrected; `None` if fewer than two can be learnt.

    Args:
        library: The collection.
        images: (N,) ids, ascending.
    """
    from model.rating_head import RatingLabels

    now = ratings_of(library, images).now
    counts = np.bincount(now[now >= 0], minlength=len(TAGS))
    learnt = np.flatnonzero(counts >= FEWEST)
    if len(learnt) < 2:
        return None
    places = np.full(len(TAGS) + 1, -1, np.int64)
    places[learnt] = np.arange(len(learnt))
    return RatingLabels(tuple(TAGS[place] for place in learnt), places[now])


def never_learnt(library: Library, rated: Rated) -> NDArray[np.int64]:
    """Places among rated images of those that have a rating and that no version is trained on."""
    digests = {image_id: digest for image_id, _, digest in library.images.askable()}
    kept = held_out([digests.get(image_id, b"\xff") for image_id in rated.images.tolist()])
    return np.flatnonzero(kept & (rated.original >= 0))


def own_ratings(
    library: Library, version: str, files: ScanFiles, rows: NDArray[np.int64]
) -> NDArray[np.float32] | None:
    """What a version's own rating output says of some images.

    Args:
        library: The collection.
        version: Its name.
        files: Its scan.
        rows: (n,) places in the scan.

    Returns:
        (n, R) float32 over `TAGS`, each row sums to 1; `None` for a version without such an output.

    Raises:
        TaggerError: The version cannot be read.
    """
    from model.rating_head import rating_chances
    from model.record import read_record

    with tagger_errors():
        record = read_record(library.version_folder(version))
        if not record.ratings or not set(record.ratings) <= set(TAGS):
            return None
        told = rating_chances(record.weights, files.embeddings()[rows])
    found = np.zeros((len(rows), len(TAGS)), np.float32)
    found[:, [TAGS.index(name) for name in record.ratings]] = told
    return found
