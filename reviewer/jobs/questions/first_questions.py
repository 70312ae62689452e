"""Questions as soon as the tags are read, before any tagger has seen a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.ranking.candidates import Scope
from reviewer.core.ranking.tagevidence import TagEvidence
from reviewer.jobs.context import stage
from reviewer.jobs.labels import choose_tags, gather_labels, tag_counts
from reviewer.jobs.questions.ranking import keep_ranking, rank_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.rank import RankOptions
    from reviewer.core.types import ChangeSet
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

MOST_PAIRS = 60_000_000
"""Pairs that are looked at, so that the first question comes within a minute or two; the commonest
tags, which the most images lack, come first."""

FEWEST_TAGS = 50
"""Tags that are looked at in any case."""

TOO_FEW = (
    "The tags alone say too little: too few of them, or too few images. "
    "Questions need a tagger: reviewer train, scan, refresh."
)


@dataclass(frozen=True, slots=True)
class _Frame:
    images: NDArray[np.int64]
    tags: NDArray[np.int64]


def rank_by_tags(
    library: Library, listener: Listener, *, minimum: int, options: RankOptions | None = None
) -> ChangeSet:
    """Ranks by what an image's other tags say, and makes that the present ranking.

    Args:
        library: A collection with its tags.
        listener: Hears of progress.
        minimum: Images that a tag needs.
        options: How to rank.

    Raises:
        UsageError: There are too few tags or images to say anything.
        StoreFullError: The disk is full; the ranking before stays.
    """
    with stage(listener, "load"):
        images = library.images.askable_ids()
        vocabulary = library.vocabulary()
        labels = gather_labels(library, images, vocabulary)
        counts = tag_counts(labels)
        tags = [tag.id for tag in choose_tags(labels, vocabulary, minimum).tags]
        most = max(MOST_PAIRS // max(len(images), 1), FEWEST_TAGS)
        tags = sorted(sorted(tags, key=lambda tag_id: -counts[tag_id])[:most])
        evidence = TagEvidence.of(labels.original.columns(tags)) if tags else None
    if evidence is None:
        raise UsageError(TOO_FEW)
    frame = _Frame(images, np.array(tags, np.int64))
    return keep_ranking(
        library,
        listener,
        rank_evidence(
            library, listener, evidence, labels, frame, Scope(), options=options, by_tags=1.0
        ),
    )
