from __future__ import annotations

import shutil
import sqlite3
import struct
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reviewer.store import writeahead
from reviewer.store.database import Database, Lane, connect
from reviewer.store.writeahead import LENGTHEN_AFTER, PART, REST_AFTER, WriteAheadLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG = 2 * PART + 1234
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that a test can fill; set before the database is opened."""
    monkeypatch.setattr(writeahead, "LOG_BYTES", LONG)


def log_of(database: Database) -> Path:
    return database.path.with_name("test.db-wal")


def put(database: Database, values: range, lane: Lane = Lane.DECISION) -> None:
    for value in values:
        database.write(
            lambda connection, value=value: connection.execute(
                "INSERT INTO entry VALUES (?)", (value,)
            ),
            lane,
        )


def values_in(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT value FROM entry ORDER BY value").fetchall()
    finally:
        connection.close()
    return [value for (value,) in rows]


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def copied(database: Database, folder: Path) -> Path:
    """What a machine that stops now would leave: the file and its log, without the shared index."""
    folder.mkdir()
    shutil.copy(database.path, folder / "test.db")
    shutil.copy(log_of(database), folder / "test.db-wal")
    return folder / "test.db"


def test_a_log_that_another_program_writes_to_is_left_as_long_as_it_is(database: Database) -> None:
    put(database, range(3), Lane.BULK)
    with closing(connect(database.path)) as ours, closing(connect(database.path)) as theirs:
        ours.execute("PRAGMA busy_timeout = 20")
        log = WriteAheadLog(ours, database.path)
        for _ in range(LENGTHEN_AFTER):
            log.note(answer=True)
        due = log.care()
        assert due is not None
        before = log_of(database).stat().st_size
        theirs.execute("BEGIN IMMEDIATE")
        due[1]()
        assert log_of(database).stat().st_size == before
        theirs.execute("ROLLBACK")


def test_a_rest_lengthens_the_log_and_answers_then_leave_its_length(
    database: Database, tmp_path: Path
) -> None:
    put(database, range(LENGTHEN_AFTER))
    wait_for(lambda: log_of(database).stat().st_size == LONG)
    assert values_in(copied(database, tmp_path / "lengthened")) == list(range(LENGTHEN_AFTER))
    put(database, range(LENGTHEN_AFTER, REST_AFTER - 1))
    assert log_of(database).stat().st_size == LONG
    assert values_in(copied(database, tmp_path / "answered")) == list(range(REST_AFTER - 1))
    database.close()
    assert not log_of(database).exists()
    assert values_in(database.path) == list(range(REST_AFTER - 1))


def test_the_log_is_not_lengthened_for_bulk_work(database: Database) -> None:
    put(database, range(REST_AFTER), Lane.BULK)
    # Once the log was taken in, the rest in which it would have been lengthened is over.
    wait_for(lambda: _numbers_taken_in(database) > 0)
    assert log_of(database).stat().st_size < PART


def _numbers_taken_in(database: Database) -> int:
    """How often the log was begun anew: a number in its header."""
    header = log_of(database).read_bytes()[:16]
    return int(struct.unpack(">4I", header)[3])


def test_a_rest_begins_the_log_anew_before_the_next_answer(database: Database) -> None:
    put(database, range(REST_AFTER))
    wait_for(lambda: _numbers_taken_in(database) == 1)
    put(database, range(REST_AFTER, REST_AFTER + 3))
    assert _numbers_taken_in(database) == 1
    assert values_in(database.path) == list(range(REST_AFTER + 3))


def test_the_log_of_another_program_is_not_written_over(database: Database) -> None:
    other = connect(database.path)
    put(database, range(LENGTHEN_AFTER))
    # The other program writes while this one lengthens: one of them waits for the other.
    for value in range(1000, 1200):
        other.execute("INSERT INTO entry VALUES (?)", (value,))
    other.close()
    wait_for(lambda: log_of(database).stat().st_size >= LONG)
    assert values_in(database.path) == [*range(LENGTHEN_AFTER), *range(1000, 1200)]


def test_a_disk_that_refuses_to_lengthen_the_log_takes_answers_all_the_same(
    database: Database,
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART + 5000, before[1]))
    try:
        put(database, range(LENGTHEN_AFTER))
        wait_for(lambda: log_of(database).stat().st_size == PART + 5000)
        put(database, range(LENGTHEN_AFTER, 40))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert values_in(database.path) == list(range(40))
