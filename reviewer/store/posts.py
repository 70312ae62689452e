"""Images as the posts of a dump tell of them: written in bulk, without a look at the files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from reviewer.store.database import BULK_ROWS, Database
from reviewer.store.tagmatrix import RAISE_STAMP

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

_KNOWN_POSTS = """
SELECT path, id, state, rating, rating_scheme, score, source, site, remote_id, tags
FROM image WHERE path IN ({})
"""

_NEW_POST = """
INSERT INTO image (path, size, mtime_ns, sha256, rating, rating_scheme, score, source, site,
    remote_id, tags)
VALUES (?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_CHANGED_POST = """
UPDATE image SET rating = ?, rating_scheme = ?, score = ?, source = ?, site = ?, remote_id = ?,
    tags = ?, state = CASE WHEN state = 'gone' THEN 'ok' ELSE state END
WHERE id = ?
"""


class PostRow(NamedTuple):
    """What metadata tell of an image whose file was not opened.

    Attributes:
        path: Relative to the collection's folder.
        digest: First 8 bytes of the file's MD5 as the metadata have it; empty where unknown.
        tags: Packed.
    """

    path: str
    digest: bytes
    rating: str
    rating_scheme: str
    score: int | None
    source: str
    site: str
    remote_id: str
    tags: bytes


class PostTable:
    """The images of a collection, as far as posts tell of them."""

    def __init__(self, database: Database) -> None:
        """Reads and writes through `database`."""
        self._database = database

    def paths(self) -> Iterator[tuple[int, str, str]]:
        """(id, path, state) of every image, by id."""
        yield from self._database.read().execute("SELECT id, path, state FROM image ORDER BY id")

    def known(self, paths: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """What is stored of some images, by path: (id, state, then a `PostRow` after its path)."""
        found: dict[str, tuple[Any, ...]] = {}
        for start in range(0, len(paths), BULK_ROWS):
            part = paths[start : start + BULK_ROWS]
            marks = ", ".join("?" * len(part))
            rows = self._database.read().execute(_KNOWN_POSTS.format(marks), part)
            found.update({row[0]: tuple(row[1:]) for row in rows})
        return found

    def write(self, new: Sequence[PostRow], changed: Sequence[tuple[int, PostRow]]) -> Future[None]:
        """Begins to write the metadata of images whose files were not opened.

        Of images that are known only what the metadata tells is replaced.

        Args:
            new: Images that are not in the collection yet.
            changed: Ids of known images, with what is told of them now.

        Returns:
            Done when it is on disk; raises what went wrong.
        """
        return self._database.submit(partial(_write_posts, new=new, changed=changed))

    def has_rating_scheme(self, site: str, scheme: str) -> bool:
        """Whether a rating of a site is stored in a scheme."""
        row = (
            self._database.read()
            .execute(
                "SELECT 1 FROM image WHERE site = ? AND rating_scheme = ? LIMIT 1", (site, scheme)
            )
            .fetchone()
        )
        return row is not None

    def settle_rating_scheme(self, site: str, scheme: str) -> None:
        """Gives all ratings of a site another scheme.

        Raises:
            StoreError: It could not be stored.
        """
        self._database.write(
            lambda connection: connection.execute(
                "UPDATE image SET rating_scheme = ? "
                "WHERE site = ? AND rating <> '' AND rating_scheme <> ?",
                (scheme, site, scheme),
            )
        )


def _write_posts(
    connection: sqlite3.Connection,
    new: Sequence[PostRow],
    changed: Sequence[tuple[int, PostRow]],
) -> None:
    connection.execute(RAISE_STAMP)
    connection.executemany(_NEW_POST, new)
    connection.executemany(_CHANGED_POST, [(*row[2:], image_id) for image_id, row in changed])
