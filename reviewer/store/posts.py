"""Images as the posts of a dump tell of them: written in bulk, without a look at the files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.store.rowpages import Numbers, Records, Texts, as_database, joined, records
from reviewer.store.table import Table
from reviewer.store.tagmatrix import RAISE_STAMP
from reviewer.store.tags import MetTags, write_met

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

_LAST = "SELECT ifnull(max(id), 0) FROM image"

_NEW_POSTS = """
INSERT INTO image (id, path, size, mtime_ns, sha256, rating, rating_scheme, score, source, site,
    remote_id, tags)
SELECT rowid, path, 0, 0, sha256, rating, rating_scheme, score, source, site, remote_id, tags
FROM beside.post ORDER BY rowid
"""

_CHANGED_POSTS = """
UPDATE image SET rating = told.rating, rating_scheme = told.rating_scheme, score = told.score,
    source = told.source, site = told.site, remote_id = told.remote_id, tags = told.tags,
    state = CASE WHEN image.state = 'gone' THEN 'ok' ELSE image.state END
FROM beside.post AS told
WHERE image.id = told.id AND (image.state = 'gone' OR image.tags <> told.tags
    OR image.score IS NOT told.score OR image.rating <> told.rating
    OR image.rating_scheme <> told.rating_scheme OR image.source <> told.source
    OR image.site <> told.site OR image.remote_id <> told.remote_id)
"""


_CONTENT = 2
"""Columns of `PostColumns` that say which file it is; those behind them are the metadata's."""


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

    def known(self, ids: NDArray[np.int64]) -> Records:
        """The same of images that are known by these ids, as rows that `PostTable.tell` takes."""
        return records((Numbers(ids, np.ones(len(ids), np.bool_)), *self[_CONTENT:]))


class PostTable(Table):
    """The images of a collection, as far as posts tell of them."""

    def last_id(self) -> int:
        """Id of the last image; 0 without any. The next one is given the id after it."""
        (last,) = self._database.read().execute(_LAST).fetchone()
        return int(last)

    def paths(self) -> Iterator[tuple[int, str, str]]:
        """(id, path, state) of every image, by id."""
        yield from self._database.read().execute("SELECT id, path, state FROM image ORDER BY id")

    def write(self, first: int, new: Sequence[Records], tags: MetTags) -> Future[int]:
        """Begins to write the metadata of images whose files were not opened.

        Args:
            first: Id that the caller, who holds the collection, gave to the first of `new`; the
                others follow.
            new: Images that are not in the collection yet, as `PostColumns.records` has them.
            tags: That these have and the collection did not.

        Returns:
            0 when it is on disk: no known image is changed; raises what went wrong.
        """
        beside: bytes | memoryview[int] = b""
        if new:
            beside = as_database("post", PostColumns._fields, joined(new), first)
        work = partial(_write_new, first=first if new else 0, tags=tags)
        return self._database.submit(work, beside=beside)

    def tell(self, known: Records, tags: MetTags) -> Future[int]:
        """Begins to write what metadata tell of known images, where something else is stored.

        Only what the metadata tells is replaced; images that were gone are there again.

        Args:
            known: Each once, as `PostColumns.known` has them.
            tags: That these have and the collection did not.

        Returns:
            How many told something else, when it is on disk; raises what went wrong.
        """
        columns = ("id", *PostColumns._fields[_CONTENT:])
        beside = as_database("post", columns, known, 1)
        return self._database.submit(partial(_write_changed, tags=tags), beside=beside)

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


def _write_new(connection: sqlite3.Connection, first: int, tags: MetTags) -> int:
    """Writes new images, whose first has the id `first` (0 if there are none)."""
    (last,) = connection.execute(_LAST).fetchone()
    if first and first != last + 1:
        # Ids have no gaps, as the last one is the count: after a failed write none follows.
        raise StoreError("Images that come before these were not written. Import again.")
    connection.execute(RAISE_STAMP)
    write_met(connection, tags)
    if first:
        connection.execute(_NEW_POSTS)
    return 0


def _write_changed(connection: sqlite3.Connection, tags: MetTags) -> int:
    """Writes what is told of known images; returns of how many that changed anything."""
    changed = connection.execute(_CHANGED_POSTS).rowcount
    if changed:
        connection.execute(RAISE_STAMP)
    write_met(connection, tags)
    return changed
