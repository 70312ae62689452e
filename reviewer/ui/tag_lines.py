"""The tags of one image as lines to show: by category, the asked one among them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.labels import effective_tags
from reviewer.core.types import Answer, Category
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reviewer.core.labels import Consequences
    from reviewer.core.tags.vocabulary import Vocabulary

ORDER = (
    Category.CHARACTER,
    Category.COPYRIGHT,
    Category.ARTIST,
    Category.GENERAL,
    Category.META,
)


class Mark(StrEnum):
    """What is special about a tag of the image."""

    NONE = ""
    ADDED = "added"
    """An answer added it."""
    REMOVED = "removed"
    """An answer removed it."""
    CONFIRMED = "confirmed"
    """A person said Yes, and the metadata had it already."""


@dataclass(frozen=True, slots=True)
class TagLine:
    """One line of the list.

    Attributes:
        heading: Whether it is a category's heading; then `text` is all there is.
        asked: Whether it is the tag of the question.
        tag_id: The tag; -1 for a heading.
    """

    text: str
    category: Category
    heading: bool = False
    asked: bool = False
    mark: Mark = Mark.NONE
    tag_id: int = -1


def tag_lines(
    vocabulary: Vocabulary,
    original: frozenset[int],
    answers: Mapping[int, Answer],
    asked: int,
) -> list[TagLine]:
    """The tags of an image with its answers, grouped by category.

    The asked tag stands in its place whether the image has it or not: where it stood must not
    tell the reviewer what the metadata says.
    """
    effective = effective_tags(original, answers, vocabulary.implications)
    groups: dict[Category, list[TagLine]] = {}
    for tag_id in effective | original | {asked}:
        tag = vocabulary.tags.get(tag_id)
        category = tag.category if tag else Category.GENERAL
        line = TagLine(
            shown_name(vocabulary.name(tag_id)),
            category,
            asked=tag_id == asked,
            mark=_mark(tag_id, original, effective, answers),
            tag_id=tag_id,
        )
        groups.setdefault(category, []).append(line)
    lines: list[TagLine] = []
    for category in ORDER:
        if category in groups:
            lines.append(TagLine(category.word, category, heading=True))
            lines.extend(sorted(groups[category], key=_by_text))
    return lines


def _by_text(line: TagLine) -> str:
    return line.text


def _mark(
    tag_id: int,
    original: frozenset[int],
    effective: frozenset[int],
    answers: Mapping[int, Answer],
) -> Mark:
    if tag_id in effective and tag_id not in original:
        return Mark.ADDED
    if tag_id in original and tag_id not in effective:
        return Mark.REMOVED
    if tag_id in effective and answers.get(tag_id) is Answer.YES:
        return Mark.CONFIRMED
    return Mark.NONE


def meaning(vocabulary: Vocabulary, tag_id: int, answer: Answer) -> str:
    """What else an answer says about the picture, whatever the metadata holds now.

    Returns:
        The tag with what follows; empty where nothing follows, for that the question says itself.
    """
    kin = (
        vocabulary.implications.ancestors(tag_id)
        if answer is Answer.YES
        else vocabulary.implications.descendants(tag_id)
    )
    if not kin:
        return ""
    name = shown_name(vocabulary.name(tag_id))
    names = _few(vocabulary, kin)
    return f"{name}, and with it {names}" if answer is Answer.YES else f"no {name}, nor {names}"


def change(vocabulary: Vocabulary, change_set: Consequences) -> str:
    """What an answer changes in the image's tags, in words."""
    parts = [
        f"{verb} {_few(vocabulary, tags)}"
        for verb, tags in (("adds", change_set.added), ("removes", change_set.removed))
        if tags
    ]
    return "; ".join(parts) if parts else "changes nothing"


def _few(vocabulary: Vocabulary, tags: Iterable[int], most: int = 3) -> str:
    names = sorted(shown_name(vocabulary.name(tag_id)) for tag_id in tags)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
