"""Connections, and the one that writes.

All writes of a process go through one connection. What is to be written waits in line for a thread,
in two lanes: a decision never waits behind more than one small bulk transaction (200 rows at most,
see `BULK_ROWS`). Where nothing is in line, a decision is written in the thread that gives it: on a
busy machine each change of threads may take as long as the writing. Readers are read-only
connections, one a thread. WAL with synchronous FULL: a decision survives a power cut.
"""

from __future__ import annotations

import itertools
import queue
import shlex
import shutil
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from reviewer.core.errors import StoreBusyError, StoreError, StoreFullError
from reviewer.core.sqlite_uri import sqlite_uri
from reviewer.store.beside import beside
from reviewer.store.disk import full_disk_sentence
from reviewer.store.presence import Presence
from reviewer.store.writeahead import LOG_PAGES, WriteAheadLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

BULK_ROWS = 200
"""Rows of a bulk transaction: keeps the wait of a decision in milliseconds."""

FEW_ROWS, MANY_ROWS = 16, 256
"""Rows that are read at a time: few at first, as most readers want no more."""

WRITER_CACHE_KIB = 128 * 1024
"""Pages that the writer may keep in memory; a small collection never needs as many."""

LEAST_ROOM = 1 << 16
"""Bytes of disk below which SQLite cannot even share its log between two connections; it calls that
an error of the disk."""

BUSY_MS = 10_000
"""How long to wait for another process's transaction."""


class Lane(IntEnum):
    """Which writes go first."""

    DECISION = 0
    BULK = 1
    STOP = 2


@dataclass(order=True, slots=True)
class _Entry:
    lane: Lane
    number: int
    work: Work[Any] | None = field(compare=False)
    future: Future[Any] = field(compare=False)
    beside: bytes | memoryview[int] = field(compare=False, default=b"")


class Database:
    """One SQLite file: a writing thread and read-only connections."""

    def __init__(self, path: Path) -> None:
        """Opens an existing, migrated file.

        Raises:
            StoreError: It cannot be opened.
        """
        self.path = path
        self._waiting: queue.PriorityQueue[_Entry] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._closed = False
        self._turn = threading.Lock()
        self._writer_connection = connect(path)
        self._presence = Presence.of(path)
        self._log = WriteAheadLog(self._writer_connection, path)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(
        self, work: Work[T], lane: Lane = Lane.BULK, *, beside: bytes | memoryview[int] = b""
    ) -> Future[T]:
        """Puts work in line; the writer thread runs it in a transaction of its own.

        Args:
            work: It is given the connection.
            lane: What it goes before.
            beside: The content of an SQLite file, whose tables the work finds in the schema
                `beside`.

        Raises:
            StoreError: The database is closed.
        """
        if self._closed:
            raise StoreError(f"{self.path} is closed.")
        future: Future[T] = Future()
        self._waiting.put(_Entry(lane, next(self._numbers), work, future, beside))
        return future

    def write(self, work: Work[T], lane: Lane = Lane.BULK) -> T:
        """Runs a piece of work in a transaction and returns when it is on disk.

        Raises:
            StoreFullError: The disk is full; nothing was written.
            StoreBusyError: Another process kept the database locked for too long.
            StoreError: It failed for another reason, or the file is not there any more; nothing
                was written.
        """
        if lane is Lane.DECISION and self._turn.acquire(blocking=False):
            try:
                # Whatever is in line came first, also what the thread has taken and not begun.
                if not self._closed and not self._waiting.unfinished_tasks:
                    return self._at_once(work)
            finally:
                self._turn.release()
        return self.submit(work, lane).result()

    def write_rows(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs a statement for every row, in small transactions that decisions get between.

        Args:
            statement: With a question mark for each value of a row.
            rows: Any number of them.

        Raises:
            StoreError: It failed, as `write` tells; the transactions before stay.
        """
        coming = iter(rows)
        while chunk := list(islice(coming, BULK_ROWS)):
            self.write(partial(_run_rows, statement=statement, rows=chunk))

    def read(self) -> sqlite3.Connection:
        """This thread's read-only connection.

        Raises:
            StoreError: The file cannot be opened.
        """
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=True)
            self._local.connection = connection
            self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Finishes what is in line, then closes all connections. Closing twice is harmless."""
        if self._closed:
            return
        self._closed = True
        stop: Future[Any] = Future()
        self._waiting.put(_Entry(Lane.STOP, next(self._numbers), None, stop))
        self._thread.join()
        for connection in self._readers:
            connection.close()
        self._readers.clear()
        # Last of all: only a connection that may write takes the write-ahead log into the file,
        # so that the file alone holds everything and can be copied.
        with self._turn:
            self._writer_connection.close()

    def _at_once(self, work: Work[T]) -> T:
        """Runs a decision's work in this thread; the turn is ours."""
        self._presence.check()
        self._log.note(answer=True)
        try:
            result = self._in_transaction(self._writer_connection, work)
        except sqlite3.Error as error:
            _raise_translated(error, self.path)
        if self._log.care() is not None:
            # Only the thread takes rests.
            self._waiting.put(_Entry(Lane.BULK, next(self._numbers), _nothing, Future()))
        return result

    def _serve(self) -> None:
        while (entry := self._next()).work is not None:
            if entry.work is not _nothing:
                with self._turn:
                    self._carry_out(entry, entry.work)
            self._waiting.task_done()

    def _carry_out(self, entry: _Entry, work: Work[Any]) -> None:
        self._log.note(answer=entry.lane is Lane.DECISION)
        try:
            self._presence.check()
            with beside(self._writer_connection, entry.beside):
                result = self._in_transaction(self._writer_connection, work)
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who decides
            entry.future.set_exception(translate(error, self.path))
        else:
            entry.future.set_result(result)

    def _next(self) -> _Entry:
        """What is next in line; rests are used to look after the log, which no answer waits for."""
        while (due := self._log.care()) is not None:
            rest, work = due
            try:
                return self._waiting.get(timeout=rest)
            except queue.Empty:
                with self._turn:
                    work()
        return self._waiting.get()

    @staticmethod
    def _in_transaction(connection: sqlite3.Connection, work: Work[T]) -> T:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result


def _nothing(_connection: sqlite3.Connection) -> None:
    """Wakes the thread, which then sees whether the log needs looking after."""


def _run_rows(
    connection: sqlite3.Connection, statement: str, rows: Sequence[Sequence[object]]
) -> None:
    connection.executemany(statement, rows)


class _Connection(sqlite3.Connection):
    """A connection that reads with cursors of our own."""

    place: Path

    def cursor(self, factory: object = None) -> _Cursor:  # type: ignore[override] # ours always
        return super().cursor(_Cursor)

    def execute(self, sql: str, parameters: Any = ()) -> _Cursor:  # noqa: ANN401 - as SQLite has it
        # SQLite's own would not ask `cursor` above.
        return self.cursor().execute(sql, parameters)


class _Cursor(sqlite3.Cursor):
    """Says in a sentence that a file is damaged, in the middle of its rows too."""

    connection: _Connection

    def execute(self, sql: str, parameters: Any = ()) -> Self:  # noqa: ANN401 - as SQLite has it
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            _raise_damage(error, self.connection.place)

    def fetchone(self) -> Any:  # noqa: ANN401 - as SQLite has it
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            _raise_damage(error, self.connection.place)

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            _raise_damage(error, self.connection.place)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        try:
            return super().fetchmany(size)
        except sqlite3.Error as error:
            _raise_damage(error, self.connection.place)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override] # the same rows
        # A look at errors once a row would cost more, over millions, than to read them.
        size = FEW_ROWS
        while rows := self.fetchmany(size):
            yield from rows
            size = MANY_ROWS

    def __next__(self) -> Any:  # noqa: ANN401 - as SQLite has it
        try:
            return super().__next__()
        except sqlite3.Error as error:
            _raise_damage(error, self.connection.place)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the pragmas that the program relies on, in autocommit mode.

    Raises:
        StoreError: The file cannot be opened or is no database.
    """
    try:
        connection = sqlite3.connect(
            sqlite_uri(path.absolute(), "ro" if read_only else "rwc"),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1000,
            factory=_Connection,
        )
        connection.place = path
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # A Mac's drive keeps what was synced to itself unless asked in this way, too.
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            connection.execute("PRAGMA foreign_keys = ON")
            # Millions of paths are put in far from each other: the index is to fit.
            connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    except sqlite3.Error as error:
        _raise_translated(error, path)
    return connection


def _raise_damage(error: sqlite3.Error, path: Path) -> NoReturn:
    """A damaged file as a sentence; other errors as they are, for `write` to translate."""
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in damage:
        _raise_translated(error, path)
    raise error


def _raise_translated(error: sqlite3.Error, path: Path) -> NoReturn:
    said = translate(error, path)
    if said is error:
        raise error
    raise said from error


def unreadable_sentence(path: Path, reason: str) -> str:
    """What to say of a database file that cannot be read: where copies are, if there are any."""
    backups = path.parent / "backups"
    remedy = (
        f"Copies are in {backups}; take the newest sound one, and the answers given since as far "
        f"as they can be read: reviewer restore --workspace {shlex.quote(str(path.parent))}"
        if any(backups.glob("*.db"))
        else "Put a copy of your own in its place, or move it away and import again."
    )
    return f"{path} is not a readable collection ({reason}). {remedy}"


def translate(error: BaseException, path: Path) -> BaseException:
    """SQLite's error as a sentence; anything else as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        said: StoreError = StoreFullError(full_disk_sentence(path))
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        said = StoreBusyError(f"Another program is writing to {path}. Close it and try again.")
    elif code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        said = StoreError(unreadable_sentence(path, str(error)))
    elif code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        said = StoreError(f"Cannot open {path} for writing: {error}. Check the folder's rights.")
    elif code == sqlite3.SQLITE_IOERR and shutil.disk_usage(path.parent).free < LEAST_ROOM:
        said = StoreFullError(full_disk_sentence(path))
    elif code == sqlite3.SQLITE_IOERR:
        said = StoreError(f"The disk refused to read or write {path}: {error}.")
    else:
        return error
    said.__cause__ = error
    return said
