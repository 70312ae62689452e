"""Destinations as a person set them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3


_ALL = """
SELECT name, kind, url, user, service, site, daily_cap, approved_by, paused
FROM destination ORDER BY name
"""

_PUT = """
INSERT INTO destination (name, kind, url, user, service, site, daily_cap, approved_by, paused)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, url = excluded.url, user = excluded.user,
    service = excluded.service, site = excluded.site, daily_cap = excluded.daily_cap,
    approved_by = excluded.approved_by, paused = excluded.paused
"""


class DestinationTable(Table):
    """The destinations of a collection. Keys are not here: they are in the system's keyring."""

    def all(self) -> list[Destination]:
        """Every destination, by name."""
        return [
            Destination(*(*row[:8], bool(row[8]))) for row in self._database.read().execute(_ALL)
        ]

    def get(self, name: str) -> Destination:
        """The destination of that name.

        Raises:
            UsageError: There is none.
        """
        for destination in self.all():
            if destination.name == name:
                return destination
        known = ", ".join(d.name for d in self.all()) or "none yet"
        raise UsageError(
            f"There is no destination {name!r}. Set up: {known}. "
            "Set one up with: reviewer destinations add NAME --kind KIND --url URL"
        )

    def put(self, destination: Destination) -> None:
        """Sets a destination up, or changes it.

        Raises:
            StoreError: It could not be stored.
        """
        row = (
            destination.name,
            destination.kind,
            destination.url,
            destination.user,
            destination.service,
            destination.site,
            destination.daily_cap,
            destination.approved_by,
            int(destination.paused),
        )
        self._database.write(lambda connection: connection.execute(_PUT, row))

    def remove(self, name: str) -> None:
        """Forgets a destination of which nothing was ever sent.

        Raises:
            UsageError: Its history is kept: what was sent can be taken back.
            StoreError: It could not be stored.
        """
        used = self._database.read().execute(
            "SELECT 1 FROM outbox WHERE destination = ? AND state <> 'draft'", (name,)
        )
        if used.fetchone() is not None:
            raise UsageError(
                f"Edits were sent to {name}, and what was sent can be taken back: it is kept. "
                f"Pause it with: reviewer write-back pause {name}"
            )

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM outbox WHERE destination = ?", (name,))
            connection.execute("DELETE FROM destination WHERE name = ?", (name,))

        self._database.write(work)
