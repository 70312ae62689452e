"""What the tests of the store share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.store.database import Database, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one table of numbers, each once."""
    path = tmp_path / "test.db"
    connection = connect(path)
    connection.execute("CREATE TABLE entry (value INTEGER UNIQUE)")
    connection.close()
    opened = Database(path)
    yield opened
    opened.close()
