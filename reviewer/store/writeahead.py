"""SQLite's write-ahead log: what is done to it in rests, so that no answer waits for it.

An answer is on disk when the log is. Three things would make one answer in thirty wait several
times as long as the others; each is done between answers instead:

- A file that grows has its new blocks and its new length written as well as the answer, on most
  file systems with a commit of their own journal. So the log is lengthened with zeros ahead of the
  answers. SQLite overwrites them, and takes what is zero for the end of the log: a frame without
  the salt of the log's header does not count (https://sqlite.org/fileformat2.html, 4.1).
- The log is taken into the database file (a checkpoint).
- What is written next begins the log anew, and has its header synced besides the answer.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GLANCE_S = 0.05
"""After so long without anything in line the log is lengthened by a part."""

PART = 2**20
"""Bytes of zeros that are written at a time: an answer waits for one part at most."""

LENGTHEN_AFTER = 8
"""Answers after which someone is taken to be reviewing; few are no reason to take the space."""

RESTS_S = 0.25
"""After so long without anything in line the log is taken into the file: sooner than the next
answer of someone who gives two a second."""

REST_AFTER = 32
"""Transactions in the log that make it worth while."""

LOG_PAGES = 8192
"""So large the log becomes where there is never a rest; then a commit takes it into the file itself
and lasts tens of times as long. SQLite's own 1000 pages are 160 answers."""

_PAGE, _FRAME_HEADER, _LOG_HEADER = 4096, 24, 32
LOG_BYTES = _LOG_HEADER + LOG_PAGES * (_PAGE + _FRAME_HEADER)
"""What a log of `LOG_PAGES` takes."""


class WriteAheadLog:
    """Looks after the log of one database, on the thread that writes to it."""

    def __init__(self, connection: sqlite3.Connection, database: Path) -> None:
        """Uses `connection`, the writer's, between its transactions.

        Args:
            connection: In autocommit mode.
            database: The database's file; the log lies beside it.
        """
        self._connection = connection
        self._file = database.with_name(f"{database.name}-wal")
        self._written = 0
        self._answers = 0
        self._room = True

    def note(self, *, answer: bool) -> None:
        """Counts a transaction, and whether it was of a person who is answering."""
        self._written += 1
        self._answers += answer

    def care(self) -> tuple[float, Callable[[], None]] | None:
        """What is to be done next if nothing else comes for some seconds; `None` if nothing is."""
        if self._room and self._answers >= LENGTHEN_AFTER:
            if self._length() < LOG_BYTES:
                return GLANCE_S, self._lengthen
            self._answers = 0
        if self._written >= REST_AFTER:
            return RESTS_S, self._take_in
        return None

    def _length(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return LOG_BYTES

    def _lengthen(self) -> None:
        """Adds a part of zeros at the end, while nobody can add frames there."""
        self._room = False
        with suppress(sqlite3.Error, StoreError, OSError):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                _add_zeros(self._file, min(PART, LOG_BYTES - self._length()))
            finally:
                self._connection.execute("COMMIT")
            self._room = True

    def _take_in(self) -> None:
        """Takes the log into the file and begins it anew."""
        self._written = 0
        # Nothing is lost if it cannot be done: the next commit says what is wrong.
        with suppress(sqlite3.Error, StoreError):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            # Written as it was: the first frame of the new log.
            self._connection.execute(f"PRAGMA user_version = {version:d}")


def _add_zeros(path: Path, count: int) -> None:
    """Makes a file longer, its blocks written and on disk."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        os.write(handle, bytes(max(count, 0)))
        os.fsync(handle)
    finally:
        os.close(handle)
