"""A second answer to what someone else answered: asked unmarked, among the other questions."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from reviewer.core.types import Question, Side

PATIENCE = 10
"""Questions until a tag that had nothing to answer again is looked at anew."""


class SecondSource(Protocol):
    """What is asked of the store."""

    def answered_by_others(self, reviewer: str, tag_id: int, start: int) -> Question | None:
        """A pair of a tag that only others answered, from a place of the log onwards."""

    def last_id(self) -> int:
        """Id of the newest row of the log; 0 if it is empty."""


class SecondAnswers:
    """Chooses pairs that others answered: about so many in a hundred questions."""

    def __init__(
        self, source: SecondSource, reviewer: str, share: float, *, random: Random | None = None
    ) -> None:
        """Begins with a distance to the first.

        Args:
            source: The log.
            reviewer: Who is asked.
            share: Of all questions, 0..1; 0 for none.
            random: Chooses distances and pairs.
        """
        self._source = source
        self._reviewer = reviewer
        self._share = share
        self._random = random or Random()
        self._served: set[tuple[int, int]] = set()
        self._until = self._distance()

    def next(self, tag_id: int, side: Side | None = None) -> Question | None:
        """The question to ask after one that was just put in line, if it is time for one.

        Args:
            tag_id: Of that question: a second answer never breaks a run of one tag.
            side: The only side that is asked about; `None` for both.
        """
        if self._share <= 0:
            return None
        self._until -= 1
        if self._until > 0:
            return None
        start = self._random.randint(1, max(self._source.last_id(), 1))
        found = self._source.answered_by_others(self._reviewer, tag_id, start)
        if found is None or found.pair in self._served or side not in {None, found.side}:
            self._until = PATIENCE
            return None
        self._served.add(found.pair)
        self._until = self._distance()
        return found

    def _distance(self) -> int:
        mean = 1 / self._share if self._share > 0 else 1
        return max(round(self._random.uniform(0.5, 1.5) * mean), 1)
