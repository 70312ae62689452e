"""What the log says of controls: which pairs could be asked again, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.controls import ControlRecord, record_of
from reviewer.store.decisions import DECISIONS, decision_of
from reviewer.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviewer.core.types import Decision

# A person saw the picture and said Yes or No.
_ANSWERED = """
SELECT image_id, tag_id FROM live_answer
WHERE tag_id = ? AND id >= ? AND id < ? AND answer < 2 AND origin IN ('queue', 'page', 'audit')
ORDER BY id LIMIT ?
"""

_HISTORY = f"""{DECISIONS}
FROM live_decision WHERE image_id = ? AND tag_id = ? ORDER BY id
"""

_CONTROLS = f"""{DECISIONS}
FROM live_decision
WHERE origin = 'control' AND reviewer = ? AND answered_at >= ? ORDER BY id
"""

_OF_TAG = f"""{DECISIONS}
FROM live_decision
WHERE origin = 'control' AND reviewer = ? AND tag_id = ? ORDER BY id DESC LIMIT ?
"""


class ControlTable(Table):
    """Reads the log for controls; they are written as any answer is."""

    def answered(self, tag_id: int, start: int, count: int) -> list[tuple[int, int]]:
        """Pairs of a tag that a person answered Yes or No, once each.

        Args:
            tag_id: The tag.
            start: The row of the log to begin at; at the end it goes on from the first.
            count: Most pairs.
        """
        read = self._database.read()
        endless = 1 << 62
        found = read.execute(_ANSWERED, (tag_id, start, endless, count)).fetchall()
        if len(found) < count:
            found += read.execute(_ANSWERED, (tag_id, 0, start, count - len(found))).fetchall()
        return list(dict.fromkeys(found))

    def history(self, pair: tuple[int, int]) -> list[Decision]:
        """Live answers to a pair, controls too, oldest first."""
        return [decision_of(row) for row in self._database.read().execute(_HISTORY, pair)]

    def last_id(self) -> int:
        """Id of the newest row of the log; 0 if it is empty."""
        row = self._database.read().execute("SELECT max(id) FROM decision").fetchone()
        return int(row[0] or 0)

    def records(self, reviewer: str, since_ms: int = 0) -> list[ControlRecord]:
        """The controls that a reviewer answered since a time, oldest first."""
        rows = self._database.read().execute(_CONTROLS, (reviewer, since_ms)).fetchall()
        return list(self._judged(map(decision_of, rows)))

    def records_of_tag(self, reviewer: str, tag_id: int, count: int) -> list[ControlRecord]:
        """The last controls that a reviewer answered on a tag, oldest first."""
        rows = self._database.read().execute(_OF_TAG, (reviewer, tag_id, count)).fetchall()
        return list(self._judged(map(decision_of, reversed(rows))))

    def _judged(self, controls: Iterator[Decision]) -> Iterator[ControlRecord]:
        for given in controls:
            record = record_of(given, self.history(given.pair))
            if record is not None:
                yield record
