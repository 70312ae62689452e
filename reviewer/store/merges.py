"""Another collection's log taken into this one: each row once, nothing overwritten."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.core.types import Decision, Image, Origin
from reviewer.store.database import Lane
from reviewer.store.decisions import DECISIONS, STEP_ROWS, decision_of, write_rows
from reviewer.store.images import SHA256_BYTES
from reviewer.store.settling import settle
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence


_KNOWN = """
SELECT d.id, d.image_id, d.tag_id, d.answer, d.reviewer, d.answered_at, coalesce(u.origin, '')
FROM decision AS d LEFT JOIN decision AS u ON u.undoes = d.id
WHERE d.undoes IS NULL AND d.reviewer = ?
"""

_DECISION = f"""{DECISIONS}
FROM decision WHERE id = ?
"""

Identity = tuple[int, int, int, str, int]
"""Image, tag, answer, reviewer, time: no two answers share them."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row of another log, with its image and tag as this collection numbers them.

    Attributes:
        number: Its row there.
        decision: What was answered; its own `undoes` is not used.
        undoes: The row there that it takes back; `None` for an answer.
    """

    number: int
    decision: Decision
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged log.

    Attributes:
        step: The step of its rows here; 0 if it brought nothing new.
        merged_at: Unix milliseconds.
        source: The file.
        answers: That were new here.
        taken_back: Whether the merge was taken back.
    """

    step: int
    merged_at: int
    source: str
    answers: int
    taken_back: bool = False


class MergeTable(Table):
    """Merged logs, in the lane of decisions. Each is one step, which is taken back as a whole."""

    def all(self) -> list[Merge]:
        """Every merge, oldest first."""
        rows = self._database.read().execute(
            "SELECT step, merged_at, source, answers, taken_back FROM merge ORDER BY step"
        )
        return [
            Merge(step, at, source, answers, bool(gone)) for step, at, source, answers, gone in rows
        ]

    def last_step(self) -> int:
        """Step of the newest merge that stands; 0 if there is none."""
        row = (
            self._database.read()
            .execute("SELECT max(step) FROM merge WHERE taken_back = 0")
            .fetchone()
        )
        return int(row[0] or 0)

    def images(self) -> Iterator[Image]:
        """Every image with what tells it from others: path, hash, site and post."""
        rows = self._database.read().execute("SELECT id, path, sha256, site, remote_id FROM image")
        for image_id, path, sha256, site, remote_id in rows:
            known = sha256 if len(sha256) == SHA256_BYTES else b""
            yield Image(image_id, path, 0, known, site=site, remote_id=remote_id)

    def merge(self, incoming: Sequence[Incoming], source: str, at_ms: int) -> Merge:
        """Takes in the rows of a log that are not here yet, as one step in one transaction.

        Args:
            incoming: In the order of their log; what takes a merge back there is left out.
            source: Where they are from, for people.
            at_ms: Unix milliseconds.

        Returns:
            The merge.

        Raises:
            StoreError: Nothing was stored.
        """

        def work(connection: sqlite3.Connection) -> Merge:
            new = _Fitting(connection, incoming).rows()
            if not new:
                return Merge(0, at_ms, source, 0)
            answers = sum(row.undoes is None for row in new)
            stored = write_rows(connection, new)
            step = stored[0].step
            connection.execute(
                "INSERT INTO merge (step, merged_at, source, answers) VALUES (?, ?, ?, ?)",
                (step, at_ms, source, answers),
            )
            settle(connection, (row.pair for row in stored if row.origin is not Origin.CONTROL))
            return Merge(step, at_ms, source, answers)

        return self._database.write(work, Lane.DECISION)

    def take_back(self, step: int) -> int:
        """Takes a merge back: its answers go, and answers that it took back return.

        Args:
            step: Of the merge.

        Returns:
            Answers taken back.

        Raises:
            StoreError: Nothing was stored.
        """
        return self._database.write(lambda connection: _take_back(connection, step), Lane.DECISION)


class _Fitting:
    """Finds which rows of a log are new here, and numbers them as they will be stored."""

    def __init__(self, connection: sqlite3.Connection, incoming: Sequence[Incoming]) -> None:
        self._incoming = incoming
        self._known: dict[Identity, list[tuple[int, str]]] = defaultdict(list)
        for name in {row.decision.reviewer for row in incoming}:
            for number, *identity, undone in connection.execute(_KNOWN, (name,)):
                self._known[tuple(identity)].append((number, undone))
        row = connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'decision'"
        ).fetchone()
        self._next = (row[0] if row else 0) + 1
        self._here: dict[int, int] = {}
        self._undone: set[int] = set()

    def rows(self) -> list[Decision]:
        new: list[Decision] = []
        for row in self._incoming:
            fitted = self._answer(row) if row.undoes is None else self._undo(row, row.undoes)
            if fitted is not None:
                new.append(fitted)
                self._next += 1
        return new

    def _answer(self, row: Incoming) -> Decision | None:
        held = [
            # What a person here took back stays so; what went with a merge comes with it again.
            (undone == "", number)
            for number, undone in self._known.get(_identity(row.decision), ())
            if undone != Origin.MERGE.value
        ]
        if held:
            live, number = max(held)
            self._here[row.number] = number
            if not live:
                self._undone.add(number)
            return None
        self._here[row.number] = self._next
        return replace(row.decision, undoes=None)

    def _undo(self, row: Incoming, undoes: int) -> Decision | None:
        target = self._here.get(undoes)
        if target is None or target in self._undone:
            return None
        self._undone.add(target)
        return replace(row.decision, undoes=target)


def _identity(decision: Decision) -> Identity:
    return (
        decision.image_id,
        decision.tag_id,
        int(decision.answer),
        decision.reviewer,
        decision.answered_at,
    )


def _take_back(connection: sqlite3.Connection, step: int) -> int:
    live = [decision_of(row) for row in connection.execute(STEP_ROWS, (step,))]
    back = [replace(row, undoes=row.id, origin=Origin.MERGE) for row in live]
    again = list(_undone_by(connection, step))
    connection.execute("UPDATE merge SET taken_back = 1 WHERE step = ?", (step,))
    if back or again:
        stored = write_rows(connection, [*back, *again])
        settle(connection, (row.pair for row in stored))
    return len(back)


def _undone_by(connection: sqlite3.Connection, step: int) -> Iterable[Decision]:
    """Answers of before that a merge took back, to be stored once more."""
    rows = connection.execute(
        "SELECT undoes FROM decision WHERE step = ?1 AND undoes IS NOT NULL AND undoes < ?1",
        (step,),
    ).fetchall()
    for (number,) in rows:
        row = connection.execute(_DECISION, (number,)).fetchone()
        yield decision_of(row)
