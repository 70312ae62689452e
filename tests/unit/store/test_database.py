from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import StoreBusyError, StoreError
from reviewer.store.database import BULK_ROWS, Database, Lane, connect
from reviewer.store.writeahead import LOG_PAGES, REST_AFTER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def insert(value: int) -> object:
    return lambda connection: connection.execute("INSERT INTO entry VALUES (?)", (value,))


def values(database: Database) -> list[int]:
    return [row[0] for row in database.read().execute("SELECT value FROM entry ORDER BY rowid")]


def test_what_is_written_is_read(database: Database) -> None:
    database.write(insert(1))
    assert values(database) == [1]


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO entry VALUES (1)")
        connection.execute("INSERT INTO entry VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        database.write(work)
    assert values(database) == []
    database.write(insert(2))
    assert values(database) == [2]


def test_a_decision_goes_before_bulk_work_that_waits(database: Database) -> None:
    held = threading.Event()
    busy = database.submit(lambda _: held.wait(120))
    bulk = [database.submit(insert(number)) for number in range(10)]
    decision = database.submit(insert(99), Lane.DECISION)
    held.set()
    for future in (busy, *bulk, decision):
        future.result()
    assert values(database)[0] == 99


def test_many_rows_are_written_in_parts_that_stay_when_a_later_one_fails(
    database: Database,
) -> None:
    told: list[int] = []

    def rows() -> Iterator[tuple[int]]:
        for number in range(BULK_ROWS + 1):
            told.append(len(values(database)))
            yield (number,)
        yield (0,)

    with pytest.raises(sqlite3.IntegrityError):
        database.write_rows("INSERT INTO entry VALUES (?)", rows())
    assert told == [0] * BULK_ROWS + [BULK_ROWS]
    assert values(database) == list(range(BULK_ROWS))


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        database.read().execute("INSERT INTO entry VALUES (1)")


def test_closing_finishes_what_waits_and_can_be_repeated(database: Database) -> None:
    future = database.submit(insert(5))
    database.close()
    database.close()
    assert future.done()
    with pytest.raises(StoreError):
        database.submit(insert(6))
    assert connect(database.path, read_only=True).execute("SELECT value FROM entry").fetchall() == [
        (5,)
    ]


def test_another_writer_is_waited_for_then_named(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database._writer_connection.execute("PRAGMA busy_timeout = 50")
    other = connect(database.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="Another program"):
        database.write(insert(1))
    other.execute("COMMIT")
    other.close()
    database.write(insert(1))
    assert values(database) == [1]


def test_a_commit_waits_for_the_disk_and_a_row_of_nothing_is_refused(tmp_path: Path) -> None:
    """What the program promises of a power cut rests on the first two."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with closing(connect(tmp_path / "new.db")) as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    assert found == wanted


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(StoreError, match=r"broken\.db is not a readable collection"):
        connect(path)


def test_a_rest_takes_the_log_into_the_file(database: Database, tmp_path: Path) -> None:
    for number in range(REST_AFTER):
        database.write(insert(number), Lane.DECISION)
    end = time.monotonic() + 120
    alone = 0
    while alone < REST_AFTER and time.monotonic() < end:
        time.sleep(0.05)
        # Without the log beside it: what the file itself holds.
        shutil.copy(database.path, tmp_path / "alone.db")
        # A copy that was made while the log was taken in may be torn: the next one will not be.
        with (
            closing(sqlite3.connect(tmp_path / "alone.db")) as copy,
            suppress(sqlite3.DatabaseError),
        ):
            (alone,) = copy.execute("SELECT count(*) FROM entry").fetchone()
    assert alone == REST_AFTER
    database.write(insert(99))
    assert values(database)[-1] == 99


def test_no_commit_takes_the_log_into_the_file_before_a_rest(database: Database) -> None:
    (pages,) = database._writer_connection.execute("PRAGMA wal_autocheckpoint").fetchone()
    assert pages == LOG_PAGES


def test_a_decision_is_written_in_its_own_thread_where_nothing_is_in_line(
    database: Database,
) -> None:
    at = database.write(lambda _: threading.get_ident(), Lane.DECISION)
    assert at == threading.get_ident()
    assert database.write(lambda _: threading.get_ident()) != at


def test_a_decision_comes_after_what_its_own_thread_put_in_line_before(
    database: Database,
) -> None:
    for number in range(0, 400, 2):
        database.submit(insert(number), Lane.DECISION)
        database.write(insert(number + 1), Lane.DECISION)
    assert values(database) == list(range(400))


def test_what_is_in_line_waits_for_a_decision_that_is_being_written(database: Database) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        begun.set()
        may_end.wait()
        insert(1)(connection)

    giver = threading.Thread(target=database.write, args=(work, Lane.DECISION))
    giver.start()
    begun.wait()
    bulk = database.submit(insert(2))
    try:
        with pytest.raises(TimeoutError):
            bulk.result(timeout=0.2)
    finally:
        may_end.set()
        giver.join()
    bulk.result()
    assert values(database) == [1, 2]


def test_a_decision_that_fails_at_once_leaves_nothing(database: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO entry VALUES (1)")
        connection.execute("INSERT INTO entry VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        database.write(work, Lane.DECISION)
    assert values(database) == []
    database.write(insert(2), Lane.DECISION)
    assert values(database) == [2]


def test_threads_that_decide_at_once_write_each_row_once(database: Database) -> None:
    def give(first: int) -> None:
        for number in range(first, first + 50):
            database.write(insert(number), Lane.DECISION)

    threads = [threading.Thread(target=give, args=(first,)) for first in (0, 50, 100)]
    for thread in threads:
        thread.start()
    database.write_rows("INSERT INTO entry VALUES (?)", [(number,) for number in range(150, 600)])
    for thread in threads:
        thread.join()
    assert sorted(values(database)) == list(range(600))
