"""What helps a reviewer beside the question: siblings, quick tags, words about tags, counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.store.answered import AnsweredImages
from reviewer.store.database import Database, Lane
from reviewer.store.listed import ListedTags
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

MOST_SIBLINGS = 9
"""As many as there are digits."""

_SIBLINGS = """
SELECT sibling_id FROM (
    SELECT sibling_id, 0 AS learnt, number AS place FROM sibling_choice
    WHERE tag_id = :tag AND wanted = 1
    UNION ALL
    SELECT sibling_id, 1, place FROM sibling
    WHERE tag_id = :tag AND sibling_id NOT IN
        (SELECT sibling_id FROM sibling_choice WHERE tag_id = :tag)
) ORDER BY learnt, place LIMIT :most
"""

_CHOOSE = """
INSERT INTO sibling_choice (tag_id, sibling_id, wanted, number)
VALUES (?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM sibling_choice))
ON CONFLICT (tag_id, sibling_id) DO UPDATE SET wanted = excluded.wanted, number = excluded.number
"""


class SiblingTable(Table):
    """Tags that exclude a tag and are mistaken for it: learnt ones, and what the user made of them.

    Being a sibling goes both ways: what the user says of two tags holds for each of them.
    """

    def of(self, tag_id: int) -> list[int]:
        """The siblings of a tag, at most nine: the user's own in their order, then learnt ones."""
        values = {"tag": tag_id, "most": MOST_SIBLINGS}
        return [row[0] for row in self._database.read().execute(_SIBLINGS, values)]

    def choose(self, tag_id: int, sibling_id: int, *, wanted: bool) -> None:
        """Makes two tags siblings, or says that they are none.

        Raises:
            StoreError: It could not be stored.
        """
        rows = [(tag_id, sibling_id, wanted), (sibling_id, tag_id, wanted)]
        self._database.write(
            lambda connection: connection.executemany(_CHOOSE, rows), Lane.DECISION
        )

    def learn(self, siblings: Mapping[int, Sequence[int]]) -> None:
        """Replaces what was learnt; what the user chose stays.

        Args:
            siblings: Of each tag, the likeliest first.

        Raises:
            StoreError: It could not be stored; some tags may have none.
        """
        rows = (
            (tag_id, place, sibling_id)
            for tag_id, found in siblings.items()
            for place, sibling_id in enumerate(found)
        )
        self._database.write(lambda connection: connection.execute("DELETE FROM sibling"))
        self._database.write_rows("INSERT OR REPLACE INTO sibling VALUES (?, ?, ?)", rows)


class QuickTagTable(Table):
    """The user's own nine tags, one a digit."""

    def all(self) -> dict[int, int]:
        """Tag ids by place, 1 to 9."""
        rows = self._database.read().execute("SELECT place, tag_id FROM quick_tag ORDER BY place")
        return dict(rows.fetchall())

    def set(self, place: int, tag_id: int | None) -> None:
        """Puts a tag on a digit, 1 to 9; `None` takes it off.

        Raises:
            StoreError: It could not be stored.
        """

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM quick_tag WHERE place = ?", (place,))
            if tag_id is not None:
                connection.execute("INSERT INTO quick_tag VALUES (?, ?)", (place, tag_id))

        self._database.write(work, Lane.DECISION)


class TextKind(StrEnum):
    """Whose words on a tag they are."""

    DEFINITION = "definition"
    """From an imported wiki."""
    NOTE = "note"
    """The user's own."""


class TagTextTable(Table):
    """Words about tags."""

    def of(self, tag_id: int) -> dict[TextKind, str]:
        """What is written about a tag."""
        rows = self._database.read().execute(
            "SELECT kind, text FROM tag_text WHERE tag_id = ?", (tag_id,)
        )
        return {TextKind(kind): text for kind, text in rows}

    def set_note(self, tag_id: int, text: str) -> None:
        """Stores the user's words on a tag; empty ones take the note away.

        Raises:
            StoreError: It could not be stored.
        """

        def work(connection: sqlite3.Connection) -> None:
            if text:
                connection.execute(
                    "INSERT OR REPLACE INTO tag_text VALUES (?, 'note', ?)", (tag_id, text)
                )
            else:
                connection.execute(
                    "DELETE FROM tag_text WHERE tag_id = ? AND kind = 'note'", (tag_id,)
                )

        self._database.write(work, Lane.DECISION)

    def add_definitions(self, definitions: Mapping[int, str]) -> None:
        """Stores definitions by tag id, in place of earlier ones.

        Raises:
            StoreError: It could not be stored; some may be.
        """
        statement = "INSERT OR REPLACE INTO tag_text VALUES (?, 'definition', ?)"
        self._database.write_rows(statement, definitions.items())


class TagCountTable(Table):
    """On how many images each tag is, as of the last time they were counted."""

    def all(self) -> dict[int, int]:
        """Images by tag id; tags on none are left out."""
        return dict(self._database.read().execute("SELECT tag_id, images FROM tag_count"))

    def of(self, tag_id: int) -> int | None:
        """Images that carry a tag; `None` while nothing was counted."""
        read = self._database.read()
        row = read.execute("SELECT images FROM tag_count WHERE tag_id = ?", (tag_id,)).fetchone()
        if row is not None:
            return int(row[0])
        counted = read.execute("SELECT 1 FROM tag_count LIMIT 1").fetchone()
        return 0 if counted else None

    def replace(self, counts: Mapping[int, int]) -> None:
        """Takes a new count.

        Raises:
            StoreError: It could not be stored; some may be of the old count.
        """
        self._database.write(lambda connection: connection.execute("DELETE FROM tag_count"))
        statement = "INSERT OR REPLACE INTO tag_count VALUES (?, ?)"
        self._database.write_rows(statement, counts.items())


@dataclass(frozen=True)
class ReviewAids:
    """All of them."""

    siblings: SiblingTable
    quick: QuickTagTable
    texts: TagTextTable
    counts: TagCountTable
    listed: ListedTags
    answered: AnsweredImages

    @classmethod
    def of(cls, database: Database) -> ReviewAids:
        """Those of one collection."""
        return cls(
            SiblingTable(database),
            QuickTagTable(database),
            TagTextTable(database),
            TagCountTable(database),
            ListedTags(database),
            AnsweredImages(database),
        )
