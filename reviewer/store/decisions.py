"""The append-only log of decisions, and what is live of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Decision, Origin, Question, Side
from reviewer.store.database import Lane
from reviewer.store.settling import settle
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

DECISIONS = """
SELECT image_id, tag_id, answer, side, score, suspicion, version, reviewer, answered_at,
    elapsed_ms, undoes, step, id, origin"""
"""The beginning of a statement whose rows `decision_of` takes. Where another SELECT stands within,
the columns are written out: one that is put together from texts is refused then."""

_RECENT = """
SELECT image_id, tag_id, answer, side, score, suspicion, version, reviewer, answered_at,
    elapsed_ms, undoes, step, id, origin
FROM live_decision WHERE step NOT IN (SELECT step FROM merge) ORDER BY id DESC LIMIT ?
"""

STEP_ROWS = f"""{DECISIONS}
FROM live_decision WHERE step = ? ORDER BY id
"""

_LIVE = """
SELECT image_id, tag_id, answer, side, score, suspicion, version, reviewer, answered_at,
    elapsed_ms, undoes, step, id, origin
FROM live_answer
WHERE id IN (SELECT max(id) FROM live_answer GROUP BY image_id, tag_id)
ORDER BY id
"""

_SINCE = """
SELECT count(*) FROM live_decision
WHERE answered_at >= ? AND reviewer = ? AND step NOT IN (SELECT step FROM merge)
"""

# A merged log is taken back as a whole, by whoever merged it.
_LAST_STEP = """
SELECT step FROM live_decision WHERE reviewer = ? AND step NOT IN (SELECT step FROM merge)
ORDER BY id DESC LIMIT 1
"""

_LOG = f"""{DECISIONS}
FROM decision ORDER BY id
"""

LOG_SINCE = f"""{DECISIONS}
FROM decision WHERE id > ? ORDER BY id
"""

APPEND = """
INSERT INTO decision (image_id, tag_id, answer, side, score, suspicion, version, reviewer,
    answered_at, elapsed_ms, undoes, step, id, origin)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class DecisionTable(Table):
    """The log. Nothing in it is ever changed or deleted; a later row takes an earlier one back.

    It is written in the lane of decisions.
    """

    def append(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Stores one step in one transaction and returns it with its ids.

        Raises:
            StoreError: Nothing was stored.
        """
        return self._database.write(
            lambda connection: _append(connection, decisions), Lane.DECISION
        )

    def undo_last(self, reviewer: str) -> list[Decision]:
        """Takes the reviewer's last live step back, of this sitting or an earlier one.

        Returns:
            The answers taken back; empty if there is none.

        Raises:
            StoreError: Nothing was stored.
        """
        return self._database.write(
            lambda connection: _undo_last(connection, reviewer), Lane.DECISION
        )

    def answers(self, image_id: int) -> Mapping[int, Answer]:
        """The live answers of an image by tag id; the latest where there are several."""
        rows = self._database.read().execute(
            "SELECT tag_id, answer FROM live_answer WHERE image_id = ? ORDER BY id", (image_id,)
        )
        return {tag_id: Answer(answer) for tag_id, answer in rows}

    def recent(self, count: int) -> list[Decision]:
        """The last live answers that were given here, newest first."""
        return [decision_of(row) for row in self._database.read().execute(_RECENT, (count,))]

    def answered_since(self, decision_id: int) -> Iterator[tuple[int, int]]:
        """Pairs (image id, tag id) with a live answer newer than a decision."""
        yield from self._database.read().execute(
            "SELECT image_id, tag_id FROM live_answer WHERE id > ?", (decision_id,)
        )

    def tests_since(self, decision_id: int) -> Iterator[tuple[int, Side, float, bool]]:
        """Live answers newer than a decision that were asked for their suspicion.

        Returns:
            Tag id, side, the suspicion that was shown, and whether the metadata changed.
        """
        ranked = [origin.value for origin in Origin if origin.ranked]
        rows = self._database.read().execute(
            "SELECT tag_id, side, suspicion, answer < 2 AND answer <> side FROM live_answer "
            "WHERE id > ? AND origin IN (SELECT value FROM json_each(?))",
            (decision_id, json.dumps(ranked)),
        )
        for tag_id, side, suspicion, fixed in rows:
            yield tag_id, Side(side), suspicion, bool(fixed)

    def counts_by_tag(self) -> dict[int, tuple[int, int]]:
        """Live answers of every tag, and how many of them changed the metadata."""
        # Yes (1) on the missing side (0), or No (0) on the wrong side (1).
        rows = self._database.read().execute(
            "SELECT tag_id, count(*), sum(answer < 2 AND answer <> side) "
            "FROM live_answer GROUP BY tag_id"
        )
        return {tag_id: (answered, fixed) for tag_id, answered, fixed in rows}

    def total(self) -> int:
        """Live answers."""
        row = self._database.read().execute("SELECT count(*) FROM live_decision").fetchone()
        return int(row[0])

    def since(self, unix_ms: int, reviewer: str) -> int:
        """Live answers that a reviewer gave here since a time."""
        row = self._database.read().execute(_SINCE, (unix_ms, reviewer)).fetchone()
        return int(row[0])

    def last_id(self) -> int:
        """Id of the newest row of the log; 0 if it is empty."""
        row = self._database.read().execute("SELECT max(id) FROM decision").fetchone()
        return int(row[0] or 0)

    def live(self) -> Iterator[Decision]:
        """The answer that counts for each answered pair, oldest first."""
        for row in self._database.read().execute(_LIVE):
            yield decision_of(row)

    def log(self) -> Iterator[Decision]:
        """Every row of the log as it was written, oldest first."""
        for row in self._database.read().execute(_LOG):
            yield decision_of(row)


class FlagTable(Table):
    """Questions put by for later."""

    def all(self) -> list[Question]:
        """The flagged questions, oldest first."""
        rows = self._database.read().execute(
            "SELECT image_id, tag_id, side, score, suspicion, version, origin FROM flag "
            "ORDER BY flagged_at, image_id, tag_id"
        )
        return [
            Question(image, tag, Side(side), score, suspicion, version, Origin(origin))
            for image, tag, side, score, suspicion, version, origin in rows
        ]

    def put(self, question: Question, at_ms: int = 0) -> None:
        """Flags a question.

        Raises:
            StoreError: It could not be stored.
        """
        row = (
            question.image_id,
            question.tag_id,
            int(question.side),
            question.score,
            question.suspicion,
            question.version,
            at_ms,
            question.origin.value,
        )
        self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO flag VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
            ),
            Lane.DECISION,
        )

    def remove(self, pair: tuple[int, int]) -> None:
        """Takes a flag away; harmless if there is none.

        Raises:
            StoreError: It could not be stored.
        """
        self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM flag WHERE image_id = ? AND tag_id = ?", pair
            ),
            Lane.DECISION,
        )


def decision_of(row: tuple[int | float | str | None, ...]) -> Decision:
    """A row of the log, its columns in the order of `Decision`'s fields, as a value."""
    image_id, tag_id, answer, side, *rest, origin = row
    return Decision(image_id, tag_id, Answer(answer), Side(side), *rest, Origin(origin))  # type: ignore[arg-type,call-arg] # columns in the order of the fields


def _append(connection: sqlite3.Connection, decisions: Sequence[Decision]) -> list[Decision]:
    stored = write_rows(connection, decisions)
    settle(connection, (d.pair for d in stored if d.origin is not Origin.CONTROL))
    return stored


def write_rows(connection: sqlite3.Connection, decisions: Sequence[Decision]) -> list[Decision]:
    """Writes one step in the transaction that is open, and returns it with its ids.

    Which answers count is not worked out: call `settle` for the pairs.

    Args:
        connection: The writer's.
        decisions: At least one; one that takes another back names it in `undoes`.
    """
    # The step is the id of its first row; ids are never used twice (AUTOINCREMENT).
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchone()
    first = (row[0] if row else 0) + 1
    stored = [
        replace(decision, id=first + place, step=first) for place, decision in enumerate(decisions)
    ]
    connection.executemany(
        APPEND,
        [
            (
                d.image_id,
                d.tag_id,
                int(d.answer),
                int(d.side),
                d.score,
                d.suspicion,
                d.version,
                d.reviewer,
                d.answered_at,
                d.elapsed_ms,
                d.undoes,
                d.step,
                d.id,
                d.origin.value,
            )
            for d in stored
        ],
    )
    return stored


def _undo_last(connection: sqlite3.Connection, reviewer: str) -> list[Decision]:
    last = connection.execute(_LAST_STEP, (reviewer,)).fetchone()
    if last is None:
        return []
    taken = [decision_of(row) for row in connection.execute(STEP_ROWS, last)]
    _append(connection, [replace(decision, undoes=decision.id) for decision in taken])
    return taken
