"""Where one stands among the questions: what is shown, what was shown, what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.review.feed import QuestionFeed
    from reviewer.core.types import Question


class Walk:
    """Moves along the trail, and takes new questions from the feed at its end.

    Attributes:
        trail: The questions shown so far.
    """

    def __init__(self, feed: QuestionFeed, is_answered: Callable[[Question], bool]) -> None:
        """Stands nowhere yet.

        Args:
            feed: Where questions come from.
            is_answered: Whether a question that is shown has a live answer.
        """
        self.trail = Trail()
        self._feed = feed
        self._is_answered = is_answered

    def show(self, question: Question | None) -> None:
        """Shows a question in place of the one on screen, which goes back; `None` for none."""
        shown = self.trail.current
        again = shown is not None and question is not None and shown.pair == question.pair
        if shown is not None and not again and not self._is_answered(shown):
            self.trail.drop()
            self._feed.put_back(shown)
        if question is not None:
            self.trail.push(question)
        else:
            self.trail.cut()
            self.trail.leave()

    def advance(self) -> bool:
        """Shows the next question; false at the end."""
        if self.trail.forward():
            return True
        question = self._feed.take(self.trail.current)
        if question is None:
            self.trail.leave()
            return False
        self.trail.push(question)
        return True

    def upcoming(self, count: int) -> list[Question]:
        """The next questions in the order they will be shown, without moving."""
        waiting = self.trail.ahead(count)
        return [*waiting, *self._feed.peek(count - len(waiting), self.trail.current)]
