"""Who keeps one part of a collection's database: a table, or some that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.store.database import Database


class Table:
    """Reads and writes one part of a database, as its subclass says."""

    def __init__(self, database: Database) -> None:
        """Goes through `database`."""
        self._database = database
