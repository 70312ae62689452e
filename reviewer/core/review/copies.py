"""Answers carried over to true copies of an image: asked once, stored for all, undone as one.

Only a picture that is the same pixel for pixel (`core.likeness`) takes an answer over: a variant
may differ in just the tag that was asked. A copy is left out where its metadata says something
else, where a person answered it already, and for tags on which past answers on copies disagreed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from reviewer.core.types import Answer, Origin, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reviewer.core.ports import ImageTags
    from reviewer.core.review.feed import QuestionFeed
    from reviewer.core.types import Decision, Question


class CopyIndex(Protocol):
    """What is known of copies."""

    def of(self, image_id: int) -> Sequence[int]:
        """Images that are the same picture, by id."""

    def is_disputed(self, tag_id: int) -> bool:
        """Whether a tag was answered differently on copies of one picture."""

    def carried_to(self, image_id: int, tag_id: int) -> bool:
        """Whether the present answer of a pair was carried over from a copy."""


class CarryOver:
    """Says which questions an answer settles along with the one on screen.

    Attributes:
        on: Whether anything is carried over at all.
    """

    def __init__(
        self,
        index: CopyIndex,
        images: ImageTags,
        feed: QuestionFeed,
    ) -> None:
        """Begins with nothing looked up.

        Args:
            index: Which images are copies.
            images: Their original tags.
            feed: Says what is open, and has a copy's own score where it is ranked.
        """
        self.on = True
        self._index = index
        self._images = images
        self._feed = feed
        self._disputed: dict[int, bool] = {}
        self._alone: tuple[int, int] | None = None
        self._found: tuple[Question, tuple[Question, ...]] | None = None

    def along(self, question: Question) -> tuple[Question, ...]:
        """The questions about copies that an answer to this one settles too, unless alone."""
        if not self.on or question.origin not in {Origin.QUEUE, Origin.PAGE}:
            return ()
        if self._found is None or self._found[0] != question:
            self._found = (question, self._look(question))
        return self._found[1]

    def alone(self, question: Question) -> bool:
        """Whether a question is asked without its copies."""
        return self._alone == question.pair

    def toggle_alone(self, question: Question) -> bool:
        """Asks a question without its copies, or with them again; returns whether without."""
        self._alone = None if self.alone(question) else question.pair
        return self.alone(question)

    def also(self, question: Question, answer: Answer) -> list[tuple[Question, Answer]]:
        """What is stored in the same step as an answer: the same answer for each copy."""
        if self.alone(question):
            return []
        copies = self.along(question)
        if not copies:
            return []
        again = not self._feed.may_ask(question)
        # What was found when the question was shown may have been answered meanwhile.
        return [(copy, answer) for copy in copies if self._goes_along(copy, again)]

    def stored(self, decisions: Iterable[Decision]) -> None:
        """Takes in answers that were stored, or taken back: disputes are looked up anew."""
        self._found = None
        for decision in decisions:
            self._disputed.pop(decision.tag_id, None)

    def _look(self, question: Question) -> tuple[Question, ...]:
        copies = [
            replace(question, image_id=image_id, origin=Origin.COPY)
            for image_id in self._index.of(question.image_id)
            if self._side(image_id, question.tag_id) is question.side
        ]
        if not copies:
            return ()
        again = not self._feed.may_ask(question)
        open_ones = [copy for copy in copies if self._goes_along(copy, again)]
        if not open_ones or self._is_disputed(question.tag_id):
            return ()
        ranked = self._feed.book.questions(question.tag_id, question.side)
        own = {entry.image_id: entry for entry in ranked}
        return tuple(
            replace(own.get(copy.image_id, copy), origin=Origin.COPY) for copy in open_ones
        )

    def _is_disputed(self, tag_id: int) -> bool:
        if tag_id not in self._disputed:
            self._disputed[tag_id] = self._index.is_disputed(tag_id)
        return self._disputed[tag_id]

    def _goes_along(self, copy: Question, again: bool) -> bool:
        """Whether a copy is open, or follows an answer that is given again as it did before."""
        if again:
            return self._index.carried_to(copy.image_id, copy.tag_id)
        return self._feed.may_ask(copy)

    def _side(self, image_id: int, tag_id: int) -> Side:
        present = tag_id in self._images.original_tags(image_id)
        return Side.WRONG if present else Side.MISSING
