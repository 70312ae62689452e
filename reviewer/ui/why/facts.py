"""What can be said of why a question is asked; read from files beside the window."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError
from reviewer.core.labels import effective_tags
from reviewer.core.lookup import place_of
from reviewer.core.statistics import Interval, wilson
from reviewer.core.types import Answer
from reviewer.jobs.taggers.seen import Learnt, learnt
from reviewer.store.scans import digest_of
from reviewer.ui.implying import implied_by
from reviewer.ui.pictures.decoding import PictureFiles, PictureKey, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

    from reviewer.core.tags.implied import Rule
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Decision, Question
    from reviewer.store.heatmaps import Explained
    from reviewer.store.library import Library

LOOKED_AT = 3000
"""Last answers that the interval rests on."""
ABOUT = 0.5
"""Two suspicions are about the same if their logits differ by no more."""
SHOWN = 4
"""Neighbours that are shown as pictures."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An image near this one in the tagger's eyes.

    Attributes:
        has: Whether it carries the tag, as corrected so far.
        confirmed: Whether a person said so.
        picture: Small; `None` if it cannot be decoded.
    """

    image_id: int
    has: bool
    confirmed: bool
    picture: QImage | None = None


@dataclass(frozen=True)
class WhyFacts:
    """All that is known of why a question is asked.

    Attributes:
        doubt: Where the ranking itself sets the suspicion with 95 %, 0..1; `None` if it does not.
        promised: The suspicion corrected by what the answers on the tag gave since, 0..1.
        record: How often answers at about this suspicion changed the metadata; `None` without any.
        answers: How many answers that is.
        neighbours: The nearest images, nearest first.
        explained: What was worked out ahead; `None` if nothing was.
        implied: Rules by which other tags of the image imply the missing one.
        learnt: What the score owes to the label that it is to judge; `None` without a tagger.
    """

    question: Question
    doubt: tuple[float, float] | None
    promised: float
    record: Interval | None
    answers: int
    neighbours: tuple[Neighbour, ...]
    explained: Explained | None
    implied: tuple[Rule, ...] = ()
    learnt: Learnt | None = None


def gather(
    library: Library,
    question: Question,
    vocabulary: Vocabulary,
    promised: float,
    doubt: tuple[float, float] | None,
) -> WhyFacts:
    """Reads the facts about a question, without pictures; takes some ten milliseconds.

    Args:
        library: The collection.
        question: What is asked.
        vocabulary: Says what follows from answers.
        promised: Its suspicion corrected by what the answers on the tag gave since, 0..1.
        doubt: Where the ranking sets the suspicion with 95 %, 0..1; `None` if it does not say.
    """
    record = track_record(library.decisions.recent(LOOKED_AT), question)
    digest = digest_of(library.images.get(question.image_id).sha256)
    explained = library.heatmaps(question.version).find(question.image_id, question.tag_id, digest)
    near = _neighbours(library, question, vocabulary)
    implied = implied_by(library, question, vocabulary)
    owed = learnt(library, question.version, question.pair) if question.version else None
    return WhyFacts(question, doubt, promised, *record, near, explained, implied, owed)


def with_pictures(library: Library, facts: WhyFacts, px: int) -> WhyFacts:
    """The same facts with the nearest images decoded.

    Args:
        library: The collection.
        facts: From `gather`.
        px: Side of the pictures, device pixels.
    """
    near = facts.neighbours
    shown = tuple(_with_picture(library, entry, px) for entry in near[:SHOWN])
    return replace(facts, neighbours=(*shown, *near[SHOWN:]))


def track_record(decisions: Sequence[Decision], question: Question) -> tuple[Interval | None, int]:
    """How often answers to questions like this one changed the metadata.

    Args:
        decisions: Live answers.
        question: Its side and suspicion are looked at.

    Returns:
        The share with its interval, `None` without any; and the number of answers.
    """
    here = _logit(question.suspicion)
    alike = [
        decision.changes_metadata
        for decision in decisions
        if decision.origin.ranked
        and decision.side is question.side
        and decision.answer is not Answer.UNSURE
        and decision.pair != question.pair
        and abs(_logit(decision.suspicion) - here) <= ABOUT
    ]
    return (wilson(sum(alike), len(alike)) if alike else None), len(alike)


def _logit(share: float) -> float:
    inside = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def _neighbours(
    library: Library, question: Question, vocabulary: Vocabulary
) -> tuple[Neighbour, ...]:
    crossfit = library.crossfit(question.version).load() if question.version else None
    if crossfit is None:
        return ()
    row = place_of(question.image_id, crossfit.images)
    if row is None:
        return ()
    places = np.asarray(crossfit.neighbours[row])
    return tuple(
        _neighbour(library, int(crossfit.images[place]), question.tag_id, vocabulary)
        for place in places.tolist()
        if 0 <= place != row
    )


def _neighbour(library: Library, image_id: int, tag_id: int, vocabulary: Vocabulary) -> Neighbour:
    answers = library.decisions.answers(image_id)
    tags = effective_tags(library.images.original_tags(image_id), answers, vocabulary.implications)
    confirmed = answers.get(tag_id) in {Answer.YES, Answer.NO}
    return Neighbour(image_id, tag_id in tags, confirmed)


def _with_picture(library: Library, entry: Neighbour, px: int) -> Neighbour:
    key = PictureKey(entry.image_id, px, px)
    try:
        picture = decode(key, PictureFiles(library.images.path(entry.image_id))).image
    except SourceError:
        return entry
    return replace(entry, picture=picture)
