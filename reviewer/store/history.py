"""The log as a person looks through it: newest first, by page, by what is searched for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.review.sitting import AnswerColumns
from reviewer.store.decisions import decision_of
from reviewer.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.core.types import Answer, Decision, Origin

ROWS_AT_ONCE = 10_000

_FIX = "answer < 2 AND answer <> side"
"""Yes (1) on the missing side (0), or No (0) on the wrong side (1)."""

# Each condition is there only where it narrows: an index serves what is left of the statement.
_CONDITIONS = {
    "tags": "tag_id IN (SELECT value FROM json_each(:tags))",
    "path": "image_id IN (SELECT id FROM image WHERE path LIKE :path ESCAPE '!')",
    "answer": "answer = :answer",
    "origin": "origin = :origin",
    "reviewer": "reviewer = :reviewer",
    "since_ms": "answered_at >= :since_ms",
    "until_ms": "answered_at < :until_ms",
    "fixes": _FIX,
    "before": "id < :before",
}

_ROWS = """
SELECT image_id, tag_id, answer, side, score, suspicion, version, reviewer, answered_at,
    elapsed_ms, undoes, step, id, origin,
    (SELECT path FROM image WHERE image.id = image_id),
    EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = decision.id)
FROM decision WHERE id IN (SELECT value FROM json_each(?))
"""

_COUNT = """
SELECT count(*), sum(id IN (SELECT undoes FROM decision WHERE undoes IS NOT NULL)) FROM decision
"""

_COLUMNS = """
SELECT answered_at, tag_id, answer < 2 AND answer <> side, origin IN ('queue', 'page'),
    origin IN ('queue', 'page', 'control', 'audit', 'second', 'settle'), step, elapsed_ms
FROM live_decision WHERE answered_at >= ? AND reviewer = ? ORDER BY id
"""

_LAST_OF_TAG = """
SELECT answer < 2 AND answer <> side FROM live_answer
WHERE tag_id = ? AND origin IN ('queue', 'page') ORDER BY id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which answers are looked for; what is empty narrows nothing.

    Attributes:
        tags: Ids of tags, one of which was answered; `None` for any tag.
        path: Text within the image's path; the case of Latin letters does not matter.
        answer: The answer given.
        origin: How it came about.
        reviewer: Who gave it.
        since_ms, until_ms: Unix times; the first is within the span, the second is not.
        fixes: Only answers that changed the metadata.
    """

    tags: tuple[int, ...] | None = None
    path: str = ""
    answer: Answer | None = None
    origin: Origin | None = None
    reviewer: str = ""
    since_ms: int = 0
    until_ms: int = 0
    fixes: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One answer of the log.

    Attributes:
        path: Of its image.
        undone: Whether it was taken back.
    """

    decision: Decision
    path: str
    undone: bool


class HistoryTable(Table):
    """Reads the log for people: searched, by page, and in columns for sums."""

    def ids(self, wanted: HistoryFilter, before: int, count: int) -> list[int]:
        """Ids of answers, newest first, taken back or not.

        Args:
            wanted: Which answers.
            before: The id to go on from; 0 to begin at the newest.
            count: Most ids; -1 for all.
        """
        values = {**_values(wanted), **({"before": before} if before else {})}
        statement = " ".join(
            ["SELECT id FROM decision WHERE", _where(values), "ORDER BY id DESC LIMIT :count"]
        )
        rows = self._database.read().execute(statement, {**values, "count": count})
        return [row[0] for row in rows]

    def count(self, wanted: HistoryFilter) -> tuple[int, int]:
        """How many answers there are of that kind, and how many of them were taken back."""
        values = _values(wanted)
        statement = " ".join([_COUNT, "WHERE", _where(values)])
        found = self._database.read().execute(statement, values).fetchone()
        return int(found[0]), int(found[1] or 0)

    def rows(self, ids: Iterable[int]) -> dict[int, HistoryRow]:
        """Answers by their ids."""
        found = self._database.read().execute(_ROWS, (json.dumps(list(ids)),))
        made = [HistoryRow(decision_of(row[:-2]), row[-2], bool(row[-1])) for row in found]
        return {row.decision.id: row for row in made}

    def reviewers(self) -> list[str]:
        """Everyone who gave an answer, by name."""
        rows = self._database.read().execute("SELECT DISTINCT reviewer FROM decision")
        return sorted(row[0] for row in rows)

    def columns(self, reviewer: str, since_ms: int = 0) -> AnswerColumns:
        """The live answers of a reviewer since a time, controls too, oldest first."""
        rows = self._database.read().execute(_COLUMNS, (since_ms, reviewer))
        parts = [np.zeros((0, 7), np.int64)]
        # By parts: a million rows as values of Python would take hundreds of MiB.
        while part := rows.fetchmany(ROWS_AT_ONCE):
            parts.append(np.array(part, np.int64))
        table = np.concatenate(parts)
        # The clock may have been set back between two answers.
        table = table[np.argsort(table[:, 0], kind="stable")]
        at, tag, fix, ranked, asked, step, elapsed = table.T
        return AnswerColumns(
            at, tag, fix.astype(bool), ranked.astype(bool), asked.astype(bool), step, elapsed
        )

    def last_of_tag(self, tag_id: int, count: int) -> list[bool]:
        """Whether each of the last answers to a tag's queue changed the metadata, newest first."""
        rows = self._database.read().execute(_LAST_OF_TAG, (tag_id, count))
        return [bool(row[0]) for row in rows]


def _values(wanted: HistoryFilter) -> dict[str, Any]:
    """The parameters of the conditions that narrow."""
    escaped = wanted.path.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    values: dict[str, Any] = {
        "path": f"%{escaped}%" if wanted.path else "",
        "origin": wanted.origin.value if wanted.origin is not None else "",
        "reviewer": wanted.reviewer,
        "since_ms": wanted.since_ms,
        "until_ms": wanted.until_ms,
        "fixes": wanted.fixes,
    }
    kept = {name: value for name, value in values.items() if value}
    if wanted.tags is not None:
        kept["tags"] = json.dumps(wanted.tags)
    if wanted.answer is not None:
        kept["answer"] = int(wanted.answer)
    return kept


def _where(values: dict[str, Any]) -> str:
    return " AND ".join(["undoes IS NULL", *(_CONDITIONS[name] for name in values)])
