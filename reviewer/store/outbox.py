"""The outbox: edits for destinations, and where each of them is on its way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from reviewer.core.outbox import Edit, Entry, EntryState, Tags
from reviewer.store.database import BULK_ROWS, Lane
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_NEXT = """
SELECT * FROM outbox_entry WHERE destination = ? AND state IN ('sending', 'queued')
ORDER BY next_try, state = 'queued', id LIMIT 1
"""

_ALL = """
SELECT * FROM outbox_entry
WHERE destination = :destination AND state IN (SELECT value FROM json_each(:states))
AND (:batch IS NULL OR batch = :batch)
ORDER BY id
"""

_LATEST = """
SELECT * FROM outbox_entry
WHERE destination = ? AND state IN (SELECT value FROM json_each(?))
ORDER BY changed_at DESC, id DESC LIMIT ?
"""

_DRAFTS = "SELECT path FROM outbox_entry WHERE destination = ? AND state = 'draft'"

_LEFT_ALONE = """
SELECT image_id, add_tags, remove_tags, coalesce(undone_at, changed_at) AS at FROM (
    SELECT *, (SELECT max(undo.changed_at) FROM outbox AS undo
               WHERE undo.undoes = sent.id AND undo.state = 'done') AS undone_at
    FROM outbox AS sent WHERE destination = ? AND undoes IS NULL)
WHERE undone_at IS NOT NULL OR (state = 'cancelled' AND settled = 1)
ORDER BY at
"""

_TAKEN = """
SELECT 1 FROM outbox
WHERE destination = ? AND remote_id = ? AND state IN ('draft', 'queued', 'sending')
"""

_INSERT = """
INSERT INTO outbox (batch, destination, image_id, remote_id, add_tags, remove_tags, follow_tags,
    new_tags, state, problem, undoes, before_version, created_at, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_UPDATE = """
UPDATE outbox SET add_tags = ?, remove_tags = ?, follow_tags = ?, new_tags = ?, state = ?,
    problem = ?, settled = ?, new_allowed = ?, attempts = ?, next_try = ?, before_tags = ?,
    before_version = ?, after_tags = ?, after_version = ?, did_add = ?, did_remove = ?,
    changed_at = ?
WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An edit to be put in the outbox.

    Attributes:
        before_version: Of the post when the diff was made, where that is known.
    """

    image_id: int
    remote_id: str
    edit: Edit
    problem: str = ""
    undoes: int | None = None
    before_version: str = ""


class OutboxTable(Table):
    """The entries. Every change of state is a transaction of its own, on disk when it returns."""

    def put(
        self, destination: str, entries: Sequence[NewEntry], state: EntryState, now: int
    ) -> int:
        """Adds a batch; a post that has an open entry already keeps that one.

        Args:
            destination: Its name.
            entries: One a post.
            state: That they begin in.
            now: Unix time in milliseconds.

        Returns:
            The number of the batch.

        Raises:
            StoreError: It could not be stored; what was stored before stays.
        """
        batch = self._next_batch()
        for start in range(0, len(entries), BULK_ROWS):
            rows = [
                _new_row(batch, destination, entry, state, now)
                for entry in entries[start : start + BULK_ROWS]
            ]
            self._database.write(partial(_insert, rows=rows))
        return batch

    def save(self, entries: Entry | Sequence[Entry]) -> None:
        """Stores the state of entries; all of them or none.

        Raises:
            StoreError: It could not be stored.
        """
        rows = [_row(entry) for entry in ([entries] if isinstance(entries, Entry) else entries)]
        self._database.write(
            lambda connection: connection.executemany(_UPDATE, rows), Lane.DECISION
        )

    def get(self, entry_id: int) -> Entry:
        """One entry.

        Raises:
            KeyError: There is none of that id.
        """
        row = (
            self._database.read()
            .execute("SELECT * FROM outbox_entry WHERE id = ?", (entry_id,))
            .fetchone()
        )
        if row is None:
            raise KeyError(entry_id)
        return _entry(row)

    def all(
        self, destination: str, states: Iterable[EntryState] = (), batch: int | None = None
    ) -> list[Entry]:
        """The entries of a destination in some states (all if none is named), oldest first."""
        wanted = [state.value for state in states] or [state.value for state in EntryState]
        values = {"destination": destination, "states": json.dumps(wanted), "batch": batch}
        return [_entry(row) for row in self._database.read().execute(_ALL, values)]

    def latest(self, destination: str, states: Iterable[EntryState], most: int) -> list[Entry]:
        """The entries in some states that changed last, newest first, so many at most."""
        wanted = json.dumps([state.value for state in states])
        rows = self._database.read().execute(_LATEST, (destination, wanted, most))
        return [_entry(row) for row in rows]

    def draft_paths(self, destination: str) -> set[str]:
        """Paths of the images whose edit was shown and not asked for yet."""
        return {row[0] for row in self._database.read().execute(_DRAFTS, (destination,))}

    def next(self, destination: str) -> Entry | None:
        """What to do next: what was begun comes first, then by time and age."""
        row = self._database.read().execute(_NEXT, (destination,)).fetchone()
        return None if row is None else _entry(row)

    def counts(self, destination: str) -> dict[EntryState, int]:
        """Entries of a destination by state."""
        rows = self._database.read().execute(
            "SELECT state, count(*) FROM outbox WHERE destination = ? GROUP BY state",
            (destination,),
        )
        return {EntryState(state): count for state, count in rows}

    def open_posts(self, destination: str) -> set[str]:
        """Posts with an edit that is on its way, or that waits for a person to settle it."""
        rows = self._database.read().execute(
            "SELECT remote_id FROM outbox WHERE destination = ? "
            "AND state IN ('queued', 'sending', 'conflict')",
            (destination,),
        )
        return {row[0] for row in rows}

    def seen(self, destination: str) -> dict[int, tuple[str, Tags]]:
        """By image id, the id of its post and its tags as the last finished entry left it."""
        rows = self._database.read().execute(
            "SELECT image_id, remote_id, after_tags FROM outbox "
            "WHERE destination = ? AND after_tags IS NOT NULL ORDER BY changed_at, id",
            (destination,),
        )
        return {image: (remote_id, _tags(tags)) for image, remote_id, tags in rows}

    def left_alone(self, destination: str) -> dict[int, dict[str, int]]:
        """What a person took back or left as the site has it: by image id, tags with the time.

        Times are Unix, in milliseconds; tags are as the site writes them.
        """
        found: dict[int, dict[str, int]] = {}
        for image, add, remove, at in self._database.read().execute(_LEFT_ALONE, (destination,)):
            found.setdefault(image, {}).update(dict.fromkeys(_tags(add) | _tags(remove), at))
        return found

    def written_since(self, destination: str, since: int) -> int:
        """Edits that really changed a post since a time (Unix, milliseconds)."""
        row = (
            self._database.read()
            .execute(
                "SELECT count(*) FROM outbox WHERE destination = ? AND changed_at >= ? "
                "AND before_tags IS NOT NULL",
                (destination, since),
            )
            .fetchone()
        )
        return int(row[0])

    def last_batch(self, destination: str) -> int | None:
        """The newest batch of which something was really changed and not taken back yet."""
        row = (
            self._database.read()
            .execute(
                "SELECT max(batch) FROM outbox AS done WHERE destination = ? AND undoes IS NULL "
                "AND (did_add <> '[]' OR did_remove <> '[]') AND NOT EXISTS "
                "(SELECT 1 FROM outbox AS undo WHERE undo.undoes = done.id "
                "AND undo.state IN ('queued', 'sending', 'done', 'no change'))",
                (destination,),
            )
            .fetchone()
        )
        return None if row[0] is None else int(row[0])

    def taken_back(self, destination: str) -> set[int]:
        """Ids of the entries that an undo took back, or is about to."""
        rows = self._database.read().execute(
            "SELECT undoes FROM outbox WHERE destination = ? AND undoes IS NOT NULL "
            "AND state IN ('queued', 'sending', 'done', 'no change')",
            (destination,),
        )
        return {row[0] for row in rows}

    def forget_drafts(self, destination: str) -> None:
        """Deletes what was only shown.

        Raises:
            StoreError: It could not be stored.
        """
        self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM outbox WHERE destination = ? AND state = 'draft'", (destination,)
            )
        )

    def _next_batch(self) -> int:
        row = self._database.read().execute("SELECT max(batch) FROM outbox").fetchone()
        return int(row[0] or 0) + 1


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    for row in rows:
        taken = connection.execute(_TAKEN, (row[1], row[3])).fetchone()
        if taken is None:
            connection.execute(_INSERT, row)


def _new_row(
    batch: int, destination: str, entry: NewEntry, state: EntryState, now: int
) -> tuple[Any, ...]:
    edit = entry.edit
    return (
        batch,
        destination,
        entry.image_id,
        entry.remote_id,
        _text(edit.add),
        _text(edit.remove),
        _text(edit.follows),
        _text(edit.new),
        state.value,
        entry.problem,
        entry.undoes,
        entry.before_version,
        now,
        now,
    )


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        _text(entry.edit.add),
        _text(entry.edit.remove),
        _text(entry.edit.follows),
        _text(entry.edit.new),
        entry.state.value,
        entry.problem,
        int(entry.settled),
        int(entry.new_allowed),
        entry.attempts,
        entry.next_try,
        None if entry.before is None else _text(entry.before),
        entry.before_version,
        None if entry.after is None else _text(entry.after),
        entry.after_version,
        _text(entry.did_add),
        _text(entry.did_remove),
        entry.changed_at,
        entry.id,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        id=row[0],
        batch=row[1],
        destination=row[2],
        image_id=row[3],
        path=row[4],
        remote_id=row[5],
        edit=Edit(*(_tags(text) for text in row[6:10])),
        state=EntryState(row[10]),
        problem=row[11],
        settled=bool(row[12]),
        new_allowed=bool(row[13]),
        attempts=row[14],
        next_try=row[15],
        before=None if row[16] is None else _tags(row[16]),
        before_version=row[17],
        after=None if row[18] is None else _tags(row[18]),
        after_version=row[19],
        did_add=_tags(row[20]),
        did_remove=_tags(row[21]),
        undoes=row[22],
        changed_at=row[23],
    )


def _text(tags: Tags) -> str:
    """Tags as they are stored: a JSON list in order of name."""
    return json.dumps(sorted(tags), ensure_ascii=False)


def _tags(text: str) -> Tags:
    return frozenset(json.loads(text))
