"""Images as the posts of a dump tell of them: written in bulk, without a look at the files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.store.database import BULK_ROWS
from reviewer.store.rowpages import Numbers, Records, Texts, as_database, joined, records
from reviewer.store.table import Table
from reviewer.store.tagmatrix import RAISE_STAMP
from reviewer.store.tags import MetTags, write_met

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

_KNOWN_POSTS = """
SELECT state, id, rating, rating_scheme, score, source, site, remote_id, tags
FROM image WHERE id IN ({})
"""

_LAST = "SELECT ifnull(max(id), 0) FROM image"

_NEW_POSTS = """
INSERT INTO image (id, path, size, mtime_ns, sha256, rating, rating_scheme, score, source, site,
    remote_id, tags)
SELECT rowid, path, 0, 0, sha256, rating, rating_scheme, score, source, site, remote_id, tags
FROM beside.post ORDER BY rowid
"""

_CHANGED_POST = """
UPDATE image SET rating = ?, rating_scheme = ?, score = ?, source = ?, site = ?, remote_id = ?,
    tags = ?, state = CASE WHEN state = 'gone' THEN 'ok' ELSE state END
WHERE id = ?
"""


class PostRow(NamedTuple):
    """What metadata tell of an image that is known.

    Attributes:
        id: Of the image.
        tags: Packed.
    """

    id: int
    rating: str
    rating_scheme: str
    score: int | None
    source: str
    site: str
    remote_id: str
    tags: bytes


class PostColumns(NamedTuple):
    """What metadata tell of images whose files were not opened: N of them, in columns.

    Attributes:
        path: Relative to the collection's folder.
        sha256: Instead of it the first 8 bytes of the file's MD5 as the metadata have it; none
            where that is unknown.
        tags: Packed.
    """

    path: Texts
    sha256: Texts
    rating: Texts
    rating_scheme: Texts
    score: Numbers
    source: Texts
    site: Texts
    remote_id: Texts
    tags: Texts

    @classmethod
    def untold(cls, path: Texts) -> PostColumns:
        """Of images that no metadata are about."""
        count = len(path.spans)
        text = Texts(np.zeros(1, np.uint8), np.zeros((count, 2), np.int64))
        blob, number = (
            text._replace(blobs=True),
            Numbers(np.zeros(count, np.int64), np.zeros(count, bool)),
        )
        return cls(path, blob, text, text, number, text, text, text, blob)

    def take(self, places: NDArray[np.int64]) -> PostColumns:
        """Some of them."""
        return PostColumns._make(column.take(places) for column in self)

    def records(self) -> Records:
        """The same as rows that `PostTable.write` takes."""
        return records(self)

    def rows(self, ids: Sequence[int]) -> list[PostRow]:
        """The same row by row, to be compared with what is stored."""
        told = self.rating, self.rating_scheme, self.score, self.source, self.site, self.remote_id
        columns = [column.each() for column in (*told, self.tags)]
        return [PostRow._make(row) for row in zip(ids, *columns, strict=True)]


class PostTable(Table):
    """The images of a collection, as far as posts tell of them."""

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
            for state, *told in rows:
                yield PostRow._make(told), state

    def write(
        self, first: int, new: Sequence[Records], changed: Sequence[PostRow], tags: MetTags
    ) -> Future[None]:
        """Begins to write the metadata of images whose files were not opened.

        Of images that are known only what the metadata tells is replaced.

        Args:
            first: Id that the caller, who holds the collection, gave to the first of `new`; the
                others follow.
            new: Images that are not in the collection yet, as `PostColumns.records` has them.
            changed: Known images, with what is told of them now.
            tags: That these have and the collection did not.

        Returns:
            Done when it is on disk; raises what went wrong.
        """
        beside: bytes | memoryview[int] = b""
        if new:
            beside = as_database("post", PostColumns._fields, joined(new), first)
        work = partial(_write_posts, first=first if new else 0, changed=changed, tags=tags)
        return self._database.submit(work, beside=beside)

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
    connection: sqlite3.Connection, first: int, changed: Sequence[PostRow], tags: MetTags
) -> None:
    """Writes new images, whose first has the id `first` (0 if there are none), and changed ones."""
    (last,) = connection.execute(_LAST).fetchone()
    if first and first != last + 1:
        # Ids have no gaps, as the last one is the count: after a failed write none follows.
        raise StoreError("Images that come before these were not written. Import again.")
    connection.execute(RAISE_STAMP)
    write_met(connection, tags)
    if first:
        connection.execute(_NEW_POSTS)
    connection.executemany(_CHANGED_POST, [(*row[1:], row.id) for row in changed])
