"""Images whose tags are better looked after than others': by many, or by people one trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_MARK = "INSERT INTO vetted (image_id, reason) VALUES (?, ?) ON CONFLICT DO NOTHING"


class VettedTable(Table):
    """The vetted images."""

    def mark(self, images: Sequence[int], reason: str) -> None:
        """Marks images as vetted, in small transactions; those that are marked keep their reason.

        Args:
            images: Image ids.
            reason: Why, for people.

        Raises:
            StoreError: It failed; what was marked before stays.
        """
        self._database.write_rows(_MARK, ((image_id, reason) for image_id in images))

    def clear(self) -> int:
        """Takes all marks away and returns how many there were.

        Raises:
            StoreError: Nothing was changed.
        """
        return self._database.write(
            lambda connection: connection.execute("DELETE FROM vetted").rowcount
        )

    def ids(self) -> NDArray[np.int64]:
        """(V,) int64 image ids, ascending."""
        rows = self._database.read().execute("SELECT image_id FROM vetted ORDER BY image_id")
        return np.fromiter((row[0] for row in rows), np.int64)

    def reasons(self) -> dict[str, int]:
        """Marked images by reason."""
        rows = self._database.read().execute("SELECT reason, count(*) FROM vetted GROUP BY reason")
        return dict(rows.fetchall())

    def scored(self, least: int) -> list[int]:
        """Images whose score at their site is at least so much."""
        rows = self._database.read().execute(
            "SELECT id FROM image WHERE score >= ? AND state = 'ok' ORDER BY id", (least,)
        )
        return [row[0] for row in rows]

    def named(self) -> list[tuple[int, str, str, str]]:
        """(id, path, site, number of its post) of every image that can be asked about."""
        return (
            self._database.read()
            .execute("SELECT id, path, site, remote_id FROM image WHERE state = 'ok' ORDER BY id")
            .fetchall()
        )

    def styles(self) -> list[tuple[int, int | None, str]]:
        """(id, score, rating) of every image that can be asked about, by id."""
        return (
            self._database.read()
            .execute("SELECT id, score, rating FROM image WHERE state = 'ok' ORDER BY id")
            .fetchall()
        )
