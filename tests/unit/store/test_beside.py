"""The tables of a file are at hand beside a database, where SQLite takes it from memory or not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reviewer.store import beside as module
from reviewer.store.beside import IN_MEMORY, beside
from reviewer.store.database import Database, connect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """Of a file with a table of two rows."""
    path = tmp_path / "two.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE coming (value); INSERT INTO coming VALUES (3), (4)")
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("in_memory", [False, *([True] if IN_MEMORY else [])])
def test_rows_are_taken_in_with_one_statement(
    tmp_path: Path, content: bytes, in_memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    connection = connect(tmp_path / "here.db")
    connection.execute("CREATE TABLE entry (value INTEGER)")
    connection.close()
    with closing(Database(tmp_path / "here.db")) as database:
        taking = "INSERT INTO entry SELECT value FROM beside.coming"
        for _ in range(2):
            database.submit(lambda at: at.execute(taking), beside=content).result()
        found = database.read().execute("SELECT value FROM entry").fetchall()
    assert found == [(3,), (4,), (3,), (4,)]


def test_nothing_is_beside_without_a_file(tmp_path: Path) -> None:
    connection = connect(tmp_path / "here.db")
    with beside(connection, b""):
        assert [row[1] for row in connection.execute("PRAGMA database_list")] == ["main"]
    connection.close()
