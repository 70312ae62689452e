"""What else is known of many images at once: sizes, scores, ratings, the site's ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import ImageState

if TYPE_CHECKING:
    from reviewer.store.database import Database


class ImageFacts:
    """Columns of the table of images, for jobs that need them of all images."""

    def __init__(self, database: Database) -> None:
        """Reads through `database`."""
        self._database = database

    def large(self, pixels: int) -> list[tuple[int, str, bytes]]:
        """(id, path, sha256) of the askable images of more than so many pixels, by id."""
        return (
            self._database.read()
            .execute(
                "SELECT id, path, sha256 FROM image WHERE width * height > ? AND state = ? "
                "ORDER BY id",
                (pixels, ImageState.OK.value),
            )
            .fetchall()
        )

    def scores(self) -> list[tuple[int, int]]:
        """(id, score) of the askable images that their site's users rated, by id."""
        return (
            self._database.read()
            .execute(
                "SELECT id, score FROM image WHERE score IS NOT NULL AND state = ? ORDER BY id",
                (ImageState.OK.value,),
            )
            .fetchall()
        )

    def posts(self) -> list[tuple[int, str, str]]:
        """(id, rating, the site's id) of the askable images, by id."""
        return (
            self._database.read()
            .execute(
                "SELECT id, rating, remote_id FROM image WHERE state = ? ORDER BY id",
                (ImageState.OK.value,),
            )
            .fetchall()
        )
