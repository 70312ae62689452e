"""The content of an SQLite file at hand beside a database, as the schema `beside`."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_MEMORY = hasattr(sqlite3.Connection, "deserialize")
"""Whether this SQLite takes a file's content from memory; some are built without."""


@contextmanager
def beside(connection: sqlite3.Connection, content: bytes | memoryview[int]) -> Iterator[None]:
    """Has the tables of a file at hand while it lasts.

    Args:
        connection: Between transactions.
        content: Of the file; nothing is done where it is empty.
    """
    if not content:
        yield
    elif IN_MEMORY:
        with _attached(connection, ":memory:"):
            connection.deserialize(content, name="beside")
            yield
    else:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "beside.sqlite"
            path.write_bytes(content)
            with _attached(connection, str(path)):
                yield


@contextmanager
def _attached(connection: sqlite3.Connection, path: str) -> Iterator[None]:
    connection.execute("ATTACH ? AS beside", (path,))
    try:
        yield
    finally:
        connection.execute("DETACH beside")
