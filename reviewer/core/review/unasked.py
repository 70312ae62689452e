"""Answers that a person gives without being asked: what they are stored with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.labels import effective_tags
from reviewer.core.types import Answer, Origin, Question, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.core.queues import Ranking
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.tags.vocabulary import Implications


def unasked(
    ranking: Ranking, original: frozenset[int], pair: tuple[int, int], origin: Origin
) -> Question:
    """The question that an answer to a pair answers, though nobody asked it.

    Score and suspicion are those of the ranking where it holds the pair, else 0: no version said
    anything of it that the reviewer could have seen. One queue is looked through at most.

    Args:
        ranking: The present one.
        original: The image's original tags.
        pair: Image id and tag id.
        origin: How the answer comes about.
    """
    image_id, tag_id = pair
    side = Side.WRONG if tag_id in original else Side.MISSING
    for queue in np.flatnonzero(ranking.tags == tag_id).tolist():
        start, stop = int(ranking.offsets[queue]), int(ranking.offsets[queue + 1])
        found = np.flatnonzero(np.asarray(ranking.images[start:stop]) == image_id)
        if len(found):
            return replace(ranking.question(queue, int(found[0])), side=side, origin=origin)
    return Question(image_id, tag_id, side, 0.0, 0.0, "", origin)


LEAST_OFFERED = 0.1
"""Suspicion below which a tag is not offered: nine of ten such offers would be wrong."""


def may_be_missing(ranking: Ranking, image_id: int) -> list[int]:
    """The tags that an image lacks by the metadata and that it may well show.

    Args:
        ranking: The present one; its images are gone through once.
        image_id: The image.

    Returns:
        Tag ids, the likeliest first.
    """
    sides, suspicions = np.asarray(ranking.sides), np.asarray(ranking.suspicions)
    places = np.flatnonzero(np.asarray(ranking.images) == image_id)
    likely = (sides[places] == Side.MISSING) & (suspicions[places] >= LEAST_OFFERED)
    places = places[likely]
    places = places[np.argsort(-suspicions[places], kind="stable")]
    queues = np.searchsorted(np.asarray(ranking.offsets), places, side="right") - 1
    return [int(tag_id) for tag_id in np.asarray(ranking.tags)[queues]]


def with_sibling(
    session: ReviewSession, original: frozenset[int], sibling_id: int
) -> list[tuple[Question, Answer]]:
    """What goes along with No to the question on screen when a sibling of its tag is right.

    Args:
        session: Has a question on screen.
        original: The original tags of its image.
        sibling_id: The tag that the image shows instead.

    Returns:
        Yes to the sibling, and to the sibling of each copy that the No is carried to.
    """
    question = session.current
    if question is None:
        return []
    pair = (question.image_id, sibling_id)
    sibling = unasked(session.feed.book.ranking, original, pair, Origin.SIBLING)
    copies = {entry.image_id for entry, _ in session.along(question, Answer.NO)}
    carried = session.along(replace(sibling, origin=Origin.QUEUE), Answer.YES) if copies else []
    return [(sibling, Answer.YES), *(entry for entry in carried if entry[0].image_id in copies)]


def turned(
    original: frozenset[int],
    answers: Mapping[int, Answer],
    implications: Implications,
    tag_id: int,
) -> Answer:
    """What to say of a tag to change it on an image: No where it is now, else Yes."""
    there = tag_id in effective_tags(original, answers, implications)
    return Answer.NO if there else Answer.YES
