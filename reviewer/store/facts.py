"""What else is known of many images at once: sizes, scores, ratings, ids, parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import ImageState
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping


PARENTS = """
CREATE TABLE parent (
    image_id INTEGER PRIMARY KEY REFERENCES image (id),
    post TEXT NOT NULL
) STRICT
"""

_SET_PARENT = "INSERT INTO parent (image_id, post) VALUES (?, ?)"

_FAMILIES = """
SELECT other.id, child.id
FROM parent
JOIN image AS child ON child.id = parent.image_id
JOIN image AS other ON other.remote_id = parent.post AND other.site = child.site
WHERE child.state = 'ok' AND other.state = 'ok'
ORDER BY other.id, child.id
"""


class ImageFacts(Table):
    """Columns of the table of images, for jobs that need them of all images."""

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

    def sparse(self, density: float, most: int) -> list[tuple[int, str, bytes]]:
        """(id, path, sha256) of the askable images whose files hold little for their size.

        Args:
            density: Bytes for each pixel, at most.
            most: Images at most; the sparsest come first.
        """
        return (
            self._database.read()
            .execute(
                "SELECT id, path, sha256 FROM image WHERE width * height > 0 "
                "AND size <= ? * width * height AND state = ? "
                "ORDER BY 1.0 * size / (width * height), id LIMIT ?",
                (density, ImageState.OK.value, most),
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

    def sizes(self) -> Iterator[tuple[int, str, int, int]]:
        """(id, path, width, height) of every image, by id; 0 where its file was not opened yet."""
        yield from self._database.read().execute(
            "SELECT id, path, width, height FROM image ORDER BY id"
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

    def ratings(self) -> list[tuple[int, str, str, str]]:
        """(id, rating, its scheme, site) of the askable images, by id; empty where unknown."""
        return (
            self._database.read()
            .execute(
                "SELECT id, rating, rating_scheme, site FROM image WHERE state = ? ORDER BY id",
                (ImageState.OK.value,),
            )
            .fetchall()
        )

    def set_parents(self, parents: Mapping[str, str]) -> None:
        """Notes which images are variants of which posts.

        Args:
            parents: The site's id of the parent, by the path of the image.

        Raises:
            StoreError: It could not be stored.
        """

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM parent")
            images = connection.execute("SELECT id, path FROM image") if parents else ()
            rows = [(image_id, parents[path]) for image_id, path in images if path in parents]
            connection.executemany(_SET_PARENT, rows)

        self._database.write(work)

    def families(self) -> list[tuple[int, int]]:
        """(parent, child) image ids, where both are here and from one site."""
        return self._database.read().execute(_FAMILIES).fetchall()
