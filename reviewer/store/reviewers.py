"""Who reviews, what their words are worth, what they disagree about, what a second one is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.review.disagreement import Given, Standing, State
from reviewer.core.types import Answer, Origin, Question, Side
from reviewer.store.database import BULK_ROWS
from reviewer.store.settling import given_to, settle, standings
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping


_ALL = """
SELECT name, trusted, sees, denies,
    (SELECT count(*) FROM live_decision WHERE reviewer = name AND origin <> 'control')
FROM reviewer ORDER BY name
"""

_SHARED = """
SELECT image_id, tag_id, id, reviewer, answer, origin, answered_at, 0
FROM live_decision
WHERE origin NOT IN ('control', 'copy', 'batch') AND (image_id, tag_id) IN (
    SELECT image_id, tag_id FROM live_decision
    WHERE origin NOT IN ('control', 'copy', 'batch')
    GROUP BY image_id, tag_id HAVING min(reviewer) <> max(reviewer))
ORDER BY image_id, tag_id, id
"""

# Those of which several rows count were answered before anyone kept count of reviewers.
_TO_WEIGH = """
SELECT image_id, tag_id FROM disagreement
UNION
SELECT image_id, tag_id FROM live_answer
GROUP BY image_id, tag_id HAVING min(reviewer) <> max(reviewer)
"""

# The first answer tells how the question was asked.
_OPEN = """
SELECT p.image_id, p.tag_id, d.side, d.score, d.suspicion, d.version
FROM disagreement AS p
JOIN live_decision AS d ON d.id = (
    SELECT min(id) FROM live_decision AS first
    WHERE first.image_id = p.image_id AND first.tag_id = p.tag_id AND first.origin <> 'control')
WHERE p.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM live_decision AS mine
    WHERE mine.image_id = p.image_id AND mine.tag_id = p.tag_id
    AND mine.reviewer = ? AND mine.origin = 'settle')
ORDER BY p.tag_id, d.suspicion DESC, p.image_id
"""

_NOT_TOLD = """
SELECT image_id, tag_id, side, score, suspicion, version FROM live_answer AS given
WHERE answer = 2 AND NOT EXISTS (
    SELECT 1 FROM live_answer AS later
    WHERE later.image_id = given.image_id AND later.tag_id = given.tag_id AND later.id > given.id)
AND NOT EXISTS (
    SELECT 1 FROM live_decision AS mine
    WHERE mine.image_id = given.image_id AND mine.tag_id = given.tag_id
    AND mine.reviewer = ? AND mine.origin = 'settle')
ORDER BY tag_id, suspicion DESC, image_id
"""

_OTHERS = """
SELECT image_id, tag_id, side, score, suspicion, version FROM live_answer AS theirs
WHERE tag_id = ? AND id >= ? AND id < ? AND answer < 2 AND reviewer <> ?
AND origin IN ('queue', 'page', 'audit') AND NOT EXISTS (
    SELECT 1 FROM live_decision AS mine
    WHERE mine.image_id = theirs.image_id AND mine.tag_id = theirs.tag_id AND mine.reviewer = ?)
ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Someone who answered.

    Attributes:
        standing: What their word is worth where reviewers differ.
        answers: That are live, controls left out.
    """

    name: str
    standing: Standing
    answers: int


class ReviewerTable(Table):
    """Everyone who gave an answer, and whose answer counts."""

    def all(self) -> list[Reviewer]:
        """Everyone, by name."""
        return [
            Reviewer(name, Standing(bool(trusted), sees, denies), answers)
            for name, trusted, sees, denies, answers in self._database.read().execute(_ALL)
        ]

    def standings(self) -> dict[str, Standing]:
        """What each reviewer's word is worth."""
        return standings(self._database.read())

    def keep(self, known: Mapping[str, Standing]) -> None:
        """Notes what words are worth, and weighs anew what people disagree about.

        In small transactions, as answers go on meanwhile.

        Args:
            known: Of some reviewers; one who never answered yet is noted too.

        Raises:
            StoreError: It failed; what was weighed before that stays.
        """
        rows = [(name, who.trusted, who.sees, who.denies) for name, who in known.items()]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO reviewer (name, trusted, sees, denies) VALUES (?, ?, ?, ?)",
                rows,
            )

        self._database.write(work)
        pairs = self._database.read().execute(_TO_WEIGH).fetchall()
        for start in range(0, len(pairs), BULK_ROWS):
            self._database.write(partial(settle, pairs=pairs[start : start + BULK_ROWS]))

    def shared(self) -> Iterator[tuple[tuple[int, int], Given]]:
        """Answers of people who looked, to pairs that two or more of them answered, pair by pair.

        Yields:
            The pair (image id, tag id), and the answer.
        """
        for row in self._database.read().execute(_SHARED):
            image_id, tag_id, number, name, answer, origin, at, merged = row
            given = Given(number, name, Answer(answer), Origin(origin), at, bool(merged))
            yield (image_id, tag_id), given

    # -- disagreements ---------------------------------------------------------------------------

    def disagreements(self) -> dict[State, int]:
        """Pairs that were answered differently, by how far they are."""
        rows = self._database.read().execute(
            "SELECT state, count(*) FROM disagreement GROUP BY state"
        )
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def open_pairs(self) -> frozenset[tuple[int, int]]:
        """Pairs (image id, tag id) that were answered differently and are not settled."""
        rows = self._database.read().execute(
            "SELECT image_id, tag_id FROM disagreement WHERE state = 'open'"
        )
        return frozenset(rows.fetchall())

    def state_of(self, pair: tuple[int, int]) -> State | None:
        """How far a pair's disagreement is; `None` where nobody disagrees."""
        row = (
            self._database.read()
            .execute("SELECT state FROM disagreement WHERE image_id = ? AND tag_id = ?", pair)
            .fetchone()
        )
        return State(row[0]) if row else None

    def to_settle(self, reviewer: str) -> list[Question]:
        """Open disagreements that a reviewer was not asked to settle yet, tag by tag."""
        rows = self._database.read().execute(_OPEN, (reviewer,))
        return [_question(row, Origin.SETTLE) for row in rows]

    def not_told(self, reviewer: str) -> list[Question]:
        """What counts as Can't tell and a reviewer did not look at again yet, tag by tag."""
        rows = self._database.read().execute(_NOT_TOLD, (reviewer,))
        return [_question(row, Origin.SETTLE) for row in rows]

    def asked_twice(self) -> frozenset[tuple[int, int]]:
        """Pairs (image id, tag id) that somebody was asked about although they had an answer."""
        blind = [origin.value for origin in Origin if origin.blind]
        rows = self._database.read().execute(
            "SELECT image_id, tag_id FROM live_decision "
            "WHERE origin IN (SELECT value FROM json_each(?))",
            (json.dumps(blind),),
        )
        return frozenset(rows.fetchall())

    def told(self, pair: tuple[int, int]) -> list[Given]:
        """The live answers to a pair, oldest first."""
        return given_to(self._database.read(), pair)

    # -- a second answer -------------------------------------------------------------------------

    def answered_by_others(self, reviewer: str, tag_id: int, start: int) -> Question | None:
        """A pair of a tag that someone else answered and this reviewer did not.

        Args:
            reviewer: Who would be asked.
            tag_id: The tag.
            start: The row of the log to begin at; at the end it goes on from the first.
        """
        endless = 1 << 62
        for first, last in ((start, endless), (0, start)):
            row = (
                self._database.read()
                .execute(_OTHERS, (tag_id, first, last, reviewer, reviewer))
                .fetchone()
            )
            if row is not None:
                return _question(row, Origin.SECOND)
        return None

    def last_id(self) -> int:
        """Id of the newest row of the log; 0 if it is empty."""
        row = self._database.read().execute("SELECT max(id) FROM decision").fetchone()
        return int(row[0] or 0)


def _question(row: tuple[int, int, int, float, float, str], origin: Origin) -> Question:
    image_id, tag_id, side, score, suspicion, version = row
    return Question(image_id, tag_id, Side(side), score, suspicion, version, origin)
