"""Images as the posts of a dump tell of them: written in bulk, without a look at the files."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from reviewer.core.errors import StoreError
from reviewer.store.database import BULK_ROWS, Database
from reviewer.store.tagmatrix import RAISE_STAMP
from reviewer.store.tags import MetTags, write_met

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

_KNOWN_POSTS = """
SELECT id, state, sha256, path, rating, rating_scheme, score, source, site, remote_id, tags
FROM image WHERE id IN ({})
"""

_LAST = "SELECT ifnull(max(id), 0) FROM image"

_NEW_POST = """
INSERT INTO image (id, path, size, mtime_ns, sha256, rating, rating_scheme, score, source, site,
    remote_id, tags)
VALUES """

_NEW_ROW = "(?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)"

_CHANGED_POST = """
UPDATE image SET rating = ?, rating_scheme = ?, score = ?, source = ?, site = ?, remote_id = ?,
    tags = ?, state = CASE WHEN state = 'gone' THEN 'ok' ELSE state END
WHERE id = ?
"""

_ROWS_AT_ONCE = 50
"""Rows of one statement: two thirds of the time of as many statements of one row."""


NewPost = tuple[int, str, bytes, str, str, int | None, str, str, str, bytes]
"""The columns of a `PostRow`, which is made only where rows are compared."""


class PostRow(NamedTuple):
    """What metadata tell of an image whose file was not opened.

    Attributes:
        id: Of the image.
        path: Relative to the collection's folder.
        digest: First 8 bytes of the file's MD5 as the metadata have it; empty where unknown.
        tags: Packed.
    """

    id: int
    path: str
    digest: bytes
    rating: str
    rating_scheme: str
    score: int | None
    source: str
    site: str
    remote_id: str
    tags: bytes

    def tells_the_same(self, other: PostRow) -> bool:
        """Whether the metadata, without the file's path and content, are the same."""
        return self[3:] == other[3:]


class PostTable:
    """The images of a collection, as far as posts tell of them."""

    def __init__(self, database: Database) -> None:
        """Reads and writes through `database`."""
        self._database = database

    def last_id(self) -> int:
        """Id of the last image; 0 without any. The next one is given the id after it."""
        (last,) = self._database.read().execute(_LAST).fetchone()
        return int(last)

    def paths(self) -> Iterator[tuple[int, str, str]]:
        """(id, path, state) of every image, by id."""
        yield from self._database.read().execute("SELECT id, path, state FROM image ORDER BY id")

    def known(self, ids: Sequence[int]) -> Iterator[tuple[PostRow, str]]:
        """What is stored of some images, with their states."""
        for start in range(0, len(ids), BULK_ROWS):
            part = ids[start : start + BULK_ROWS]
            marks = ", ".join("?" * len(part))
            rows = self._database.read().execute(_KNOWN_POSTS.format(marks), part)
            for image_id, state, digest, path, *told in rows:
                yield PostRow(image_id, path, digest, *told), state

    def write(
        self, new: Sequence[NewPost], changed: Sequence[PostRow], tags: MetTags
    ) -> Future[None]:
        """Begins to write the metadata of images whose files were not opened.

        Of images that are known only what the metadata tells is replaced.

        Args:
            new: Images that are not in the collection yet, with ids that the caller gave them,
                while it holds the collection.
            changed: Known images, with what is told of them now.
            tags: That these have and the collection did not.

        Returns:
            Done when it is on disk; raises what went wrong.
        """
        return self._database.submit(partial(_write_posts, new=new, changed=changed, tags=tags))

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
    new: Sequence[NewPost],
    changed: Sequence[PostRow],
    tags: MetTags,
) -> None:
    (last,) = connection.execute(_LAST).fetchone()
    if new and new[0][0] != last + 1:
        # Ids have no gaps, as the last one is the count: after a failed write none follows.
        raise StoreError("Images that come before these were not written. Import again.")
    connection.execute(RAISE_STAMP)
    write_met(connection, tags)
    full = len(new) - len(new) % _ROWS_AT_ONCE
    several = _NEW_POST + ", ".join([_NEW_ROW] * _ROWS_AT_ONCE)
    for start in range(0, full, _ROWS_AT_ONCE):
        rows = new[start : start + _ROWS_AT_ONCE]
        connection.execute(several, list(chain.from_iterable(rows)))
    connection.executemany(_NEW_POST + _NEW_ROW, new[full:])
    connection.executemany(_CHANGED_POST, [(*row[3:], row.id) for row in changed])
