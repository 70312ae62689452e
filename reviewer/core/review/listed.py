"""Questions of lists beside the ranking: disagreements to settle, the sample of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reviewer.core.types import Question

Pair = tuple[int, int]


class Lists:
    """Open questions by list, in the order to ask them.

    What is answered leaves its list; what is taken back returns, behind the others.
    """

    def __init__(self) -> None:
        """Begins without lists."""
        self._open: dict[str, dict[Pair, Question]] = {}
        self._done: dict[Pair, list[tuple[str, Question]]] = {}

    def put(self, name: str, questions: Iterable[Question]) -> None:
        """Makes a list, or makes it anew."""
        self._open[name] = {question.pair: question for question in questions}
        for pair, done in list(self._done.items()):
            self._done[pair] = [entry for entry in done if entry[0] != name]

    def of(self, name: str) -> Mapping[Pair, Question]:
        """What is open of a list; empty where there is no such list."""
        return self._open.get(name, {})

    def add(self, name: str, question: Question) -> None:
        """Puts a question behind the others of a list."""
        self._open.setdefault(name, {})[question.pair] = question

    def drop(self, name: str, pair: Pair) -> None:
        """Takes a pair out of a list for good; harmless if it is not there."""
        self._open.get(name, {}).pop(pair, None)

    def close(self, pair: Pair) -> None:
        """Takes a pair out of every list, as it was answered."""
        for name, questions in self._open.items():
            question = questions.pop(pair, None)
            if question is not None:
                self._done.setdefault(pair, []).append((name, question))

    def reopen(self, pair: Pair) -> None:
        """Puts a pair back where it was, as its answer was taken back."""
        for name, question in self._done.pop(pair, ()):
            self._open[name][pair] = question
