"""The queue of broken implications, as the window asks it, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.labels import effective_tags
from reviewer.core.tags.implied import reasons
from reviewer.core.types import Side
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.tags.implied import Rule
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Question
    from reviewer.store.library import Library

SHOWN = 3
"""Rules that are told; the others say the same."""


def open_implied(library: Library) -> list[Question]:
    """What was found broken, less what was answered since, in the order to ask it."""
    broken = library.implied.load()
    return broken.questions(library.decisions.answered_since(broken.decided))


def implied_by(library: Library, question: Question, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Rules by which other tags of the image, as corrected so far, imply the missing one."""
    if question.side is not Side.MISSING:
        return ()
    image_id = question.image_id
    answers = library.decisions.answers(image_id)
    tags = effective_tags(library.images.original_tags(image_id), answers, vocabulary.implications)
    return tuple(reasons(library.implied.rules(), question.tag_id, tags))


def implied_words(rules: Sequence[Rule], name: Callable[[int], str]) -> str:
    """The rules in words, a line each.

    Args:
        rules: The most believed first.
        name: Of a tag by its id.
    """
    return "\n".join(_rule_words(rule, name) for rule in rules[:SHOWN])


def _rule_words(rule: Rule, name: Callable[[int], str]) -> str:
    source = "the list says so; " if rule.listed else ""
    told = f"{shown_name(name(rule.child))}: {source}{rule.share:.0%} of its {rule.images:,} images"
    if rule.answered:
        told += f"; of {rule.answered} answers where it was missing {rule.confirmed} were Yes"
    return told
