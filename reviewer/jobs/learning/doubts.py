"""Labels to train on, with what is suspected of the absences that nobody has looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from reviewer.core.lookup import places_of
from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.targets import missing_chances
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.questions.ranking import StoredEvidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from reviewer.jobs.labels import Labels
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library


def doubted_labels(library: Library, labels: Labels, tags: Sequence[int]) -> LabelMatrix:
    """The labels for some tags; absences count as likely missing as the ranking suspects.

    Where an absence's own suspicion is known, it alone says what the absence is worth.

    Where no version was scanned and refreshed yet, and for images and tags that were not, every
    absence is taken as it is.

    Args:
        library: The collection.
        labels: The labels.
        tags: Tag ids in the order of the columns.
    """
    plain = label_matrix(labels, tags)
    active = library.versions.active()
    crossfit = library.crossfit(active.name).load() if active else None
    if crossfit is None or not len(crossfit.tags):
        return plain
    known = gather_labels(library, crossfit.images, library.vocabulary())
    chances = missing_chances(
        StoredEvidence(crossfit, known.original.columns(crossfit.tags.tolist())),
        Answers.among(list(library.decisions.live()), crossfit.images, crossfit.tags.tolist()),
        groups=np.asarray(crossfit.groups),
    )
    columns = np.asarray(tags, np.int64)
    # An absence is down-weighted by its own suspicion there; as a whole once more is too much.
    suspected = np.isin(columns, crossfit.tags)
    absent = np.where(suspected, np.float32(1), plain.absent_weight)
    chances = _renumbered(chances, crossfit, labels.images, columns)
    return replace(plain, absent_weight=absent).doubted(chances)


def _renumbered(
    chances: sparse.csc_matrix,
    crossfit: Crossfit,
    images: NDArray[np.int64],
    tags: NDArray[np.int64],
) -> sparse.coo_matrix:
    """The chances by other rows and columns; what those lack is dropped."""
    row = places_of(np.asarray(crossfit.images), images)
    column = places_of(np.asarray(crossfit.tags), tags, np.argsort(tags))
    cells = chances.tocoo()
    kept = (row[cells.row] >= 0) & (column[cells.col] >= 0)
    return sparse.coo_matrix(
        (cells.data[kept], (row[cells.row[kept]], column[cells.col[kept]])),
        shape=(images.size, tags.size),
    )
