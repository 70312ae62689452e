"""What is asked among the questions of the queues: controls, and the sample of an audit."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.types import Question, Side


class AuditMix:
    """Serves the questions of an audit, one after every so many others.

    They come in the sample's own random order, whatever tag is asked about meanwhile: the part that
    is answered is then a random sample too. None is about a side that is not asked about now.
    """

    def __init__(self, questions: Sequence[Question], share: float) -> None:
        """Begins with a distance to the first.

        Args:
            questions: Those of the sample that are not answered, in random order.
            share: Of all questions, 0..1; 0 for none.
        """
        self._waiting = deque(questions)
        self._every = round(1 / share) if share > 0 else 0
        self._until = self._every

    def __len__(self) -> int:
        """Questions that were not served yet."""
        return len(self._waiting)

    def next(self, _tag_id: int, side: Side | None = None) -> Question | None:
        """The question to ask after one that was just put in line, if it is time for one.

        Args:
            side: The only side that is asked about; `None` for both.
        """
        if not self._every or not self._waiting:
            return None
        self._until -= 1
        if self._until > 0:
            return None
        chosen = next((entry for entry in self._waiting if side in {None, entry.side}), None)
        if chosen is not None:
            self._until = self._every
            self._waiting.remove(chosen)
        return chosen


def first_of(
    *sources: Callable[[int, Side | None], Question | None],
) -> Callable[[int, Side | None], Question | None]:
    """A source that asks others in turn and gives the first question that one of them has."""

    def mixed(tag_id: int, side: Side | None) -> Question | None:
        for source in sources:
            question = source(tag_id, side)
            if question is not None:
                return question
        return None

    return mixed
