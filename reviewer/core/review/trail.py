"""The questions shown, so that one can walk back to them without undoing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.core.types import Question

LENGTH = 200
"""Questions that are remembered."""


class Trail:
    """Questions in the order they were shown, and the place where one stands.

    The place may be behind the last question: then nothing is on screen.
    """

    def __init__(self) -> None:
        """Begins empty."""
        self._questions: list[Question] = []
        self._at = 0

    @property
    def current(self) -> Question | None:
        """The question at the place; `None` behind the end."""
        return self._questions[self._at] if self._at < len(self._questions) else None

    def push(self, question: Question) -> None:
        """Shows a question next; what lay ahead is forgotten."""
        del self._questions[self._at + 1 :]
        self._questions.append(question)
        del self._questions[: max(len(self._questions) - LENGTH, 0)]
        self._at = len(self._questions) - 1

    def drop(self) -> None:
        """Forgets the question at the place and what lies ahead, and stands behind the end."""
        del self._questions[self._at :]

    def cut(self) -> None:
        """Forgets what lies ahead of the place."""
        del self._questions[self._at + 1 :]

    def forward(self) -> bool:
        """Goes to a question that was walked back from; false if there is none."""
        if self._at + 1 >= len(self._questions):
            return False
        self._at += 1
        return True

    def back(self) -> bool:
        """Goes to the question before; false at the beginning."""
        if self._at == 0:
            return False
        self._at -= 1
        return True

    def leave(self) -> None:
        """Stands behind the last question."""
        self._at = len(self._questions)

    def ahead(self, count: int) -> list[Question]:
        """The questions that were walked back from, next first."""
        return self._questions[self._at + 1 :][:count]

    def behind(self, count: int) -> list[Question]:
        """The questions before the place, newest first."""
        return self._questions[max(self._at - count, 0) : self._at][::-1]
