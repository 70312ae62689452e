"""What to ask about images that a version never learnt from, so that its tags may be proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carries
from reviewer.core.proposals import CHAINS, DOUBT, fewest_pairs
from reviewer.core.ranking.apart import APART, TopPairs, apart_questions
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.proposals.floors import find_trust, not_learnt, proposable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reviewer.core.queues import Ranking
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

LEVEL = 0.9
"""Precision that the questions are to show, that of `reviewer propose`."""
LEAST_LEVEL = 0.8
"""A tag on so few of these images that not even this could be shown is not asked about."""
MOST_TAGS = 1000
"""Tags that are looked at, those on most images: more than the queue has room for."""
TRUSTED = 0.9
"""Share of present tags that must be surely right before they are no longer tried."""


def kept_out_questions(
    library: Library, version: str, files: ScanFiles, crossfit: Crossfit, ranking: Ranking
) -> NDArray[np.void]:
    """The questions on which proposals rest, in the order to ask them.

    Args:
        library: The collection.
        version: The one in use.
        files: Its scan.
        crossfit: Scores out of sample.
        ranking: Made of them.

    Returns:
        (n,) `core.ranking.apart.APART`.

    Raises:
        TaggerError: The version cannot be read.
    """
    if not library.version_folder(version).is_dir():
        # Without its record nobody knows what it learnt from; the queues can still be asked.
        return np.zeros(0, APART)
    rows, images = not_learnt(library, version, files)
    tops = list(_tops(library, files, rows, images))
    trust = find_trust(library, crossfit)
    return apart_questions(tops, ranking, trial=trust.present_low < TRUSTED)


def _tops(
    library: Library, files: ScanFiles, rows: NDArray[np.int64], images: NDArray[np.int64]
) -> Iterator[TopPairs]:
    """The highest scores of every tag that is on enough of the images."""
    vocabulary = library.vocabulary()
    labels = gather_labels(library, images, vocabulary)
    tags = proposable(vocabulary, files.shape.tags)
    least, most = (fewest_pairs(level, DOUBT / CHAINS) for level in (LEAST_LEVEL, LEVEL))
    tagged = labels.original.columns([tag_id for _, tag_id in tags])
    counts = np.diff(tagged.indptr)
    for place in np.argsort(-counts, kind="stable")[:MOST_TAGS].tolist():
        column, tag_id = tags[place]
        if counts[place] < least:
            break
        logits = files.tag_logits(column)[rows]
        there = carries(tagged, place)
        top = _highest(logits, min(int(counts[place]), most))
        answered = [tag_id in labels.answers.get(image, ()) for image in images[top].tolist()]
        left = top[~np.array(answered, bool)]
        scores = (1.0 / (1.0 + np.exp(-np.asarray(logits[left], np.float64)))).astype(np.float32)
        yield TopPairs(tag_id, images[left], there[left], scores)


def _highest(logits: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the highest scores, the highest first."""
    top = np.argpartition(-logits, count - 1)[:count]
    found: NDArray[np.int64] = top[np.argsort(-logits[top], kind="stable")]
    return found
