"""What sites were sent lately, by any collection of this person: one small file for all.

A site limits a login, whichever collection its edits come from. Two windows that send at once share
the tokens and the day's cap through this file; every call is one transaction of its own.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from reviewer.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "pace.sqlite"
"""Of the file, in the person's data folder."""

_BUSY_S = 20.0
_KEPT_MS = 2 * 24 * 3600 * 1000
"""How long it is remembered that an edit was sent: longer than any cap looks back."""

_TABLES = """
CREATE TABLE IF NOT EXISTS bucket (
    key TEXT PRIMARY KEY,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS sent (key TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS sent_by_key ON sent (key, at);
"""


class PaceFile:
    """Token buckets and sent edits, shared by all processes of a person."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            StoreError: It cannot be used; the text names it.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error
        try:
            # Nothing here is precious: a power cut may take the last seconds, and only these.
            self._connection.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}"
            )
        except sqlite3.Error as error:
            self._connection.close()
            raise _unusable(path, error) from error

    def take(self, key: str, rate: float, burst: int, now: int) -> int:
        """Takes a token if there is one.

        Args:
            key: Of the bucket ("danbooru.donmai.us me write").
            rate: Tokens a second; 0 for no limit.
            burst: Tokens that a full bucket holds, at least 1.
            now: Unix time in milliseconds.

        Returns:
            0 if a token was taken, else the milliseconds to wait before asking again.

        Raises:
            StoreError: It could not be stored; no token was taken.
        """
        with self._transaction() as connection:
            return _take(connection, key, rate, burst, now)

    def block(self, key: str, until: int) -> None:
        """Gives no token before a time (Unix, milliseconds): the site asked to wait.

        Raises:
            StoreError: It could not be stored.
        """
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO bucket (key, tokens, at, blocked_until) VALUES (?, 0, 0, ?) "
                "ON CONFLICT (key) DO UPDATE SET "
                "blocked_until = max(blocked_until, excluded.blocked_until)",
                (key, until),
            )

    def note_sent(self, key: str, now: int) -> None:
        """Remembers that an edit is about to be sent.

        Raises:
            StoreError: It could not be stored.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM sent WHERE at < ?", (now - _KEPT_MS,))
            connection.execute("INSERT INTO sent (key, at) VALUES (?, ?)", (key, now))

    def sent_since(self, key: str, since: int) -> int:
        """Edits that were sent since a time (Unix, milliseconds), tries included.

        Raises:
            StoreError: It could not be read.
        """
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT count(*) FROM sent WHERE key = ? AND at >= ?", (key, since)
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that no other process gets between."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error
        try:
            yield self._connection
        except sqlite3.Error as error:
            self._connection.rollback()
            raise _unusable(self.path, error) from error
        self._connection.commit()


def _unusable(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"{path}, where it is kept how often sites were asked, cannot be used ({error}). Nothing "
        "is sent without it: see that its folder can be written, or delete the file."
    )


def _take(connection: sqlite3.Connection, key: str, rate: float, burst: int, now: int) -> int:
    row = connection.execute(
        "SELECT tokens, at, blocked_until FROM bucket WHERE key = ?", (key,)
    ).fetchone()
    tokens, at, blocked = row or (float(burst), now, 0)
    if blocked > now:
        return int(blocked - now)
    if rate <= 0:
        return 0
    # A clock that was set back gives no tokens, and takes none.
    tokens = min(float(burst), tokens + max(now - at, 0) * rate / 1000)
    taken = tokens >= 1
    connection.execute(
        "INSERT INTO bucket (key, tokens, at) VALUES (?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET tokens = excluded.tokens, at = excluded.at",
        (key, tokens - taken, now),
    )
    return 0 if taken else max(int((1 - tokens) * 1000 / rate + 0.999), 1)
