"""From original tags and answers to labels and effective tags: pure functions.

The truth table is DESIGN's: Yes confirms a tag with all it implies; No denies a tag with all that
would imply it; what a person answered directly is never overruled by what follows from another
answer. Nothing derived is stored, so taking an answer back takes back all that it brought.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.core.tags.vocabulary import Implications


class Label(StrEnum):
    """The state of a pair."""

    CONFIRMED_PRESENT = "confirmed present"
    CONFIRMED_ABSENT = "confirmed absent"
    UNSURE = "unsure"
    PRESENT = "unreviewed present"
    ABSENT = "unreviewed absent"


def settled(answers: Mapping[int, Answer], implications: Implications) -> dict[int, Answer]:
    """Extends an image's direct answers by what follows from them.

    Args:
        answers: Live answers of one image, by tag id.
        implications: Of the vocabulary.

    Returns:
        The same, with YES for all that a Yes implies and NO for all that would imply a No.
        Where a Yes and a No meet on a tag that was not answered itself, the Yes wins: it was
        seen in the picture.
    """
    if not implications:
        return dict(answers)
    derived: dict[int, Answer] = {}
    for tag_id, answer in answers.items():
        if answer is Answer.NO:
            derived.update(dict.fromkeys(implications.descendants(tag_id), Answer.NO))
    for tag_id, answer in answers.items():
        if answer is Answer.YES:
            derived.update(dict.fromkeys(implications.ancestors(tag_id), Answer.YES))
    derived.update(answers)
    return derived


def label(
    original: frozenset[int], answers: Mapping[int, Answer], implications: Implications, tag_id: int
) -> Label:
    """The label of one pair, from the image's original tags and live answers."""
    answer = settled(answers, implications).get(tag_id)
    if answer is None:
        return Label.PRESENT if tag_id in original else Label.ABSENT
    return {
        Answer.YES: Label.CONFIRMED_PRESENT,
        Answer.NO: Label.CONFIRMED_ABSENT,
        Answer.UNSURE: Label.UNSURE,
    }[answer]


def effective_tags(
    original: frozenset[int], answers: Mapping[int, Answer], implications: Implications
) -> frozenset[int]:
    """The tags of an image as corrected by its answers.

    An original tag that was there only because a denied tag implies it goes too, unless a tag
    that stays implies it or a person confirmed it.
    """
    if not answers:
        return original
    known = settled(answers, implications)
    confirmed = {tag_id for tag_id, answer in known.items() if answer is Answer.YES}
    denied = {tag_id for tag_id, answer in known.items() if answer is Answer.NO}
    kept = (original | confirmed) - denied
    orphans = {
        parent for tag_id in denied & original for parent in implications.ancestors(tag_id)
    } - set(known)
    # Upwards from the children: a parent stays if anything that stays still implies it.
    changed = True
    while changed and orphans:
        gone = {t for t in orphans & kept if not (implications.descendants(t) & kept - orphans)}
        held = (orphans & kept) - gone
        changed = bool(held)
        orphans -= held
    return frozenset(kept - orphans)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an answer would change in the effective tags of its image."""

    added: frozenset[int]
    removed: frozenset[int]


def consequences(
    original: frozenset[int],
    answers: Mapping[int, Answer],
    implications: Implications,
    tag_id: int,
    answer: Answer,
) -> Consequences:
    """What saying `answer` to `tag_id` would add and remove, beside what is answered already."""
    before = effective_tags(original, answers, implications)
    after = effective_tags(original, {**answers, tag_id: answer}, implications)
    return Consequences(added=after - before, removed=before - after)
