"""What helps a reviewer, made ahead: siblings of tags, typical images, the use of each tag."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carriers
from reviewer.core.tags.siblings import SiblingEvidence, find_siblings
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels, tag_counts
from reviewer.jobs.scans.there import scanned
from reviewer.store.typical import Typical

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library

TYPICAL = 24
"""Typical images kept of a tag: some to choose the nearest from."""
COMPARED = 300_000
"""Images by which siblings are learnt: more would tell the same."""
PIECE = 4096
"""Images in a row of a sample: scores are read from the disk in pieces."""


def prepare_aids(library: Library, listener: Listener) -> ChangeSet:
    """Learns siblings, chooses typical images and counts tags, where the scan or tags changed.

    Answers change little of it, so that a refresh in the middle of a review costs nothing here.

    Args:
        library: The collection.
        listener: Hears of progress.

    Raises:
        UsageError: Nothing is scanned yet.
        StoreFullError: The disk is full; what was there before stays.
    """
    name, _ = scanned(library)
    crossfit = library.crossfit(name).load()
    if crossfit is None:
        return ChangeSet()
    vocabulary = library.vocabulary()
    labels = gather_labels(library, crossfit.images, vocabulary)
    present = labels.original.columns(crossfit.tags.tolist())
    files = library.typical(name)
    source = _source(crossfit, present)
    if files.source() == source:
        return ChangeSet()
    library.aids.counts.replace(tag_counts(labels))
    with stage(listener, "siblings", len(crossfit.tags), "tags") as progress:
        siblings = find_siblings(_evidence(crossfit, present, vocabulary), progress.at)
    ids = crossfit.tags.tolist()
    library.aids.siblings.learn(
        {ids[tag]: [ids[other] for other in found] for tag, found in enumerate(siblings) if found}
    )
    # Last: it records that all of this is up to date.
    files.save(_typical(crossfit, present), source)
    return ChangeSet(summary={"siblings": sum(map(len, siblings))})


def _source(crossfit: Crossfit, present: sparse.csc_matrix) -> str:
    """Tells apart what images and original tags there were."""
    digest = hashlib.sha256(np.ascontiguousarray(crossfit.images).tobytes())
    for part in (crossfit.tags, present.indptr, present.indices):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _evidence(
    crossfit: Crossfit, present: sparse.csc_matrix, vocabulary: Vocabulary
) -> SiblingEvidence:
    ids = crossfit.tags.tolist()
    columns = {tag_id: column for column, tag_id in enumerate(ids)}
    rows = _sample(len(crossfit.images))

    def logits(column: int) -> NDArray[np.float32]:
        return crossfit.scores(column, rows).astype(np.float32)

    def kin(column: int) -> list[int]:
        implications = vocabulary.implications
        near = implications.ancestors(ids[column]) | implications.descendants(ids[column])
        return [columns[tag_id] for tag_id in near if tag_id in columns]

    return SiblingEvidence(
        names=[vocabulary.name(tag_id) for tag_id in ids],
        kinds=np.array([int(vocabulary.tags[tag_id].category) for tag_id in ids], np.int64),
        present=present if rows is None else present.tocsr()[rows].tocsc(),
        logits=logits,
        kin=kin,
    )


def _sample(count: int) -> NDArray[np.int64] | None:
    """Rows to learn siblings from; `None` for all."""
    if count <= COMPARED:
        return None
    starts = np.linspace(0, count - PIECE, COMPARED // PIECE).astype(np.int64)
    return np.unique((starts[:, None] + np.arange(PIECE)).ravel())


def _typical(crossfit: Crossfit, present: sparse.csc_matrix) -> Typical:
    order = np.argsort(crossfit.tags)
    images = np.full((len(order), TYPICAL), -1, np.int64)
    for row, column in enumerate(order.tolist()):
        tagged = carriers(present, column)
        # Only the carriers' scores: of a rare tag that is little to read.
        scores = crossfit.scores(column, tagged).astype(np.float32)
        surest = tagged[np.argsort(-scores, kind="stable")[:TYPICAL]]
        images[row, : len(surest)] = crossfit.images[surest]
    return Typical(np.asarray(crossfit.tags)[order].astype(np.int64), images)
