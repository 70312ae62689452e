"""Which of several reviewers' answers counts, kept beside the log and derived from it.

The view `live_answer` leaves out the rows in `superseded`. A row is superseded only where a pair
was answered by more than one person (or in two collections whose logs were merged): with one
reviewer the table is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.disagreement import Given, Standing, verdict
from reviewer.core.types import Answer, Origin

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

REVIEWERS = """
CREATE TABLE reviewer (
    name TEXT PRIMARY KEY,
    trusted INTEGER NOT NULL DEFAULT 0 CHECK (trusted IN (0, 1)),
    sees REAL NOT NULL DEFAULT 0.95 CHECK (sees > 0 AND sees < 1),
    denies REAL NOT NULL DEFAULT 0.95 CHECK (denies > 0 AND denies < 1)
) STRICT, WITHOUT ROWID;

INSERT INTO reviewer (name) SELECT DISTINCT reviewer FROM decision;

CREATE TRIGGER reviewer_is_noted AFTER INSERT ON decision
WHEN NOT EXISTS (SELECT 1 FROM reviewer WHERE name = NEW.reviewer)
BEGIN INSERT INTO reviewer (name) VALUES (NEW.reviewer); END;

CREATE TABLE merge (
    step INTEGER PRIMARY KEY,
    merged_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    answers INTEGER NOT NULL,
    taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1))
) STRICT;

CREATE TABLE superseded (
    decision_id INTEGER PRIMARY KEY REFERENCES decision (id)
) STRICT;

CREATE TABLE disagreement (
    image_id INTEGER NOT NULL REFERENCES image (id),
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'trusted', 'looked again', 'weighed')),
    PRIMARY KEY (image_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX disagreement_by_state ON disagreement (state);

DROP VIEW live_answer;

CREATE VIEW live_answer AS SELECT * FROM live_decision
WHERE origin <> 'control'
AND NOT EXISTS (SELECT 1 FROM superseded WHERE decision_id = live_decision.id);

ALTER TABLE flag ADD COLUMN origin TEXT NOT NULL DEFAULT 'queue';

CREATE TABLE vetted (
    image_id INTEGER PRIMARY KEY REFERENCES image (id),
    reason TEXT NOT NULL
) STRICT
"""

_SEVERAL = """
SELECT EXISTS (SELECT 1 FROM reviewer LIMIT 1 OFFSET 1) OR EXISTS (SELECT 1 FROM merge)
"""

_GIVEN = """
SELECT id, reviewer, answer, origin, answered_at, step IN (SELECT step FROM merge)
FROM live_decision WHERE image_id = ? AND tag_id = ? AND origin <> 'control' ORDER BY id
"""


def settle(connection: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Works out anew which answers of some pairs count, in the transaction that is open.

    Args:
        connection: The writer's.
        pairs: (image id, tag id); those that one person answered cost a look at an index.
    """
    if connection.execute(_SEVERAL).fetchone()[0]:
        _settle(connection, dict.fromkeys(pairs), standings(connection))


def standings(connection: sqlite3.Connection) -> dict[str, Standing]:
    """What each reviewer's word is worth."""
    rows = connection.execute("SELECT name, trusted, sees, denies FROM reviewer")
    return {name: Standing(bool(trusted), sees, denies) for name, trusted, sees, denies in rows}


def given_to(connection: sqlite3.Connection, pair: tuple[int, int]) -> list[Given]:
    """The live answers to a pair, controls left out, in the order of the log."""
    return [
        Given(number, name, Answer(answer), Origin(origin), at, bool(merged))
        for number, name, answer, origin, at, merged in connection.execute(_GIVEN, pair)
    ]


def _settle(
    connection: sqlite3.Connection,
    pairs: Iterable[tuple[int, int]],
    known: Mapping[str, Standing],
) -> None:
    for pair in pairs:
        given = given_to(connection, pair)
        connection.execute(
            "DELETE FROM superseded WHERE decision_id IN "
            "(SELECT id FROM decision WHERE image_id = ? AND tag_id = ?)",
            pair,
        )
        connection.execute("DELETE FROM disagreement WHERE image_id = ? AND tag_id = ?", pair)
        alone = len({entry.reviewer for entry in given}) < 2
        if not given or (alone and not any(entry.merged for entry in given)):
            # The latest counts, as it always did.
            continue
        found = verdict(given, known)
        connection.executemany(
            "INSERT INTO superseded VALUES (?)",
            [(entry.id,) for entry in given if entry.id != found.counts],
        )
        if found.state is not None:
            connection.execute(
                "INSERT INTO disagreement VALUES (?, ?, ?)", (*pair, found.state.value)
            )
