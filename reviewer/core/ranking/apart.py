"""Questions that tell how right a tagger's highest scores are, on images that it never learnt from.

What may be proposed for new images rests on those pairs alone, and the queues hardly ever ask about
them: a tag that is there and scores high is no suspect. A few of these, drawn by lot from many
tags, tell how right such tags are; after that only the tags that the metadata lack are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.queues import Ranking

APART = np.dtype(
    [("image", "<i8"), ("tag", "<i8"), ("side", "u1"), ("score", "<f4"), ("suspicion", "<f4")]
)
"""One question."""

MOST = 2000
"""Questions of the queue; the next ranking brings others in place of those that were answered."""

TRIAL_TAGS, TRIAL_EACH = 12, 5
"""Tags that stand for all, and present pairs of each: 60 that are all right show 95 %."""

UNRANKED = 0.01
"""Suspicion of a pair that the ranking does not hold: below what it asks about."""


@dataclass(frozen=True)
class TopPairs:
    """The images, of those that no version learnt from, that score highest for a tag.

    Attributes:
        tag_id: The tag.
        images: (k,) ids without an answer, the highest score first.
        present: (k,) bool, whether the metadata have the tag.
        scores: (k,) 0..1.
    """

    tag_id: int
    images: NDArray[np.int64]
    present: NDArray[np.bool_]
    scores: NDArray[np.float32]


def apart_questions(
    tops: Sequence[TopPairs], ranking: Ranking, *, trial: bool, seed: int = 0
) -> NDArray[np.void]:
    """The questions, in the order to ask them.

    Args:
        tops: Of each tag that could be proposed.
        ranking: Tells how suspicious the pairs are.
        trial: Whether present tags are to be tried first.
        seed: Of the lot.

    Returns:
        (n,) `APART`: runs of one tag, those with the fewest questions first.
    """
    parts = _trial(tops, seed) if trial else []
    lacking = [_some(top, np.flatnonzero(~top.present)) for top in tops]
    parts += sorted((part for part in lacking if len(part)), key=len)
    if not parts:
        return np.zeros(0, APART)
    found = np.concatenate(parts)[:MOST]
    found["suspicion"] = _suspicions(found, ranking)
    return found


def _trial(tops: Sequence[TopPairs], seed: int) -> list[NDArray[np.void]]:
    """Some present pairs of some tags, both by lot."""
    rng = np.random.default_rng(seed)
    there = [top for top in tops if top.present.any()]
    chosen = [there[place] for place in rng.permutation(len(there))[:TRIAL_TAGS].tolist()]
    return [_some(top, rng.permutation(np.flatnonzero(top.present))[:TRIAL_EACH]) for top in chosen]


def _some(top: TopPairs, places: NDArray[np.int64]) -> NDArray[np.void]:
    found = np.zeros(len(places), APART)
    found["image"], found["tag"] = top.images[places], top.tag_id
    found["side"] = np.where(top.present[places], int(Side.WRONG), int(Side.MISSING))
    found["score"] = top.scores[places]
    return found


def _suspicions(pairs: NDArray[np.void], ranking: Ranking) -> NDArray[np.float32]:
    """(n,) float32 as the ranking has them."""
    found = np.full(len(pairs), UNRANKED, np.float32)
    queue_of = {tag_id: queue for queue, tag_id in enumerate(ranking.tags.tolist())}
    for tag_id in np.unique(pairs["tag"]).tolist():
        if tag_id not in queue_of:
            continue
        start, stop = ranking.offsets[queue_of[tag_id] : queue_of[tag_id] + 2].tolist()
        images = np.asarray(ranking.images[start:stop])
        order = np.argsort(images)
        mine = np.flatnonzero(pairs["tag"] == tag_id)
        at = np.searchsorted(images[order], pairs["image"][mine]).clip(max=stop - start - 1)
        there = images[order][at] == pairs["image"][mine]
        found[mine[there]] = np.asarray(ranking.suspicions[start:stop])[order][at[there]]
    return found
