"""Images and their original tags."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.types import Image, ImageState
from reviewer.store.database import BULK_ROWS, Database
from reviewer.store.packing import pack, unpack
from reviewer.store.posts import PostTable
from reviewer.store.scans import digest_of
from reviewer.store.tagmatrix import RAISE_STAMP, StoredTags, load_tags

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_GET = """
SELECT id, path, size, sha256, width, height, rating, rating_scheme, score, source, site,
    remote_id, state, problem
FROM image WHERE id = ?
"""

_ROWS = """
SELECT id, path, size, sha256, width, height, rating, rating_scheme, score, source, site,
    remote_id, state, problem, tags
FROM image ORDER BY path
"""

_SOME_ROWS = """
SELECT id, path, size, sha256, width, height, rating, rating_scheme, score, source, site,
    remote_id, state, problem, tags
FROM image WHERE id IN (SELECT value FROM json_each(?)) ORDER BY path
"""

_WRITE = """
INSERT INTO image (id, path, size, mtime_ns, sha256, width, height, rating, rating_scheme, score,
    source, site, remote_id, state, problem, tags)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET path = excluded.path, size = excluded.size,
    mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, width = excluded.width,
    height = excluded.height, rating = excluded.rating, rating_scheme = excluded.rating_scheme,
    score = excluded.score, source = excluded.source, site = excluded.site,
    remote_id = excluded.remote_id, state = excluded.state, problem = excluded.problem,
    tags = excluded.tags
"""
_GONE = "UPDATE image SET state = 'gone', path = ifnull(?, path) WHERE id = ?"

SHA256_BYTES = 32


@dataclass(frozen=True, slots=True)
class ImageRow:
    """What an import writes of one image.

    Attributes:
        id: Of the row to replace; `None` for a new image.
        image: The columns; its own `id` is not used.
        mtime_ns: Of the file, to tell an unchanged one without reading it.
        tags: Original tag ids.
    """

    id: int | None
    image: Image
    mtime_ns: int
    tags: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What tells whether a file changed since the last import."""

    id: int
    path: str
    size: int
    mtime_ns: int
    sha256: bytes
    tags: bytes
    width: int
    height: int
    problem: str
    state: ImageState
    rating: str = ""
    rating_scheme: str = ""


class ImageTable:
    """The images of a collection. Paths in it are relative to the collection's folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Reads and writes through `database`; `folder` holds the files."""
        self._database = database
        self._folder = folder

    def get(self, image_id: int) -> Image:
        """One image.

        Raises:
            KeyError: There is none of that id.
        """
        row = self._database.read().execute(_GET, (image_id,)).fetchone()
        if row is None:
            raise KeyError(image_id)
        return _image(row)

    def path(self, image_id: int) -> Path:
        """Where the image's file is, absolute.

        Raises:
            KeyError: There is no image of that id.
        """
        row = (
            self._database.read()
            .execute("SELECT path FROM image WHERE id = ?", (image_id,))
            .fetchone()
        )
        if row is None:
            raise KeyError(image_id)
        return self._folder / str(row[0])

    def original_tags(self, image_id: int) -> frozenset[int]:
        """The tags that the metadata gave the image.

        Raises:
            KeyError: There is no image of that id.
        """
        row = (
            self._database.read()
            .execute("SELECT tags FROM image WHERE id = ?", (image_id,))
            .fetchone()
        )
        if row is None:
            raise KeyError(image_id)
        return frozenset(unpack(row[0]).tolist())

    def is_askable(self, image_id: int) -> bool:
        """Whether the image is there and not set aside."""
        row = (
            self._database.read()
            .execute("SELECT state FROM image WHERE id = ?", (image_id,))
            .fetchone()
        )
        return row is not None and row[0] == ImageState.OK

    def set_aside(self, image_id: int, problem: str) -> None:
        """Leaves an image out from now on, for a reason in words.

        Raises:
            StoreError: It could not be stored.
        """
        self.set_aside_many([(image_id, problem)])

    def set_aside_many(self, problems: Sequence[tuple[int, str]]) -> None:
        """Leaves images (id, reason) out from now on.

        Raises:
            StoreError: It could not be stored.
        """
        rows = [(ImageState.SET_ASIDE.value, problem, image_id) for image_id, problem in problems]
        self._database.write(
            lambda connection: connection.executemany(
                "UPDATE image SET state = ?, problem = ? WHERE id = ?", rows
            )
        )

    def counts(self) -> dict[str, int]:
        """Images by state ("ok", "gone", "set aside")."""
        read = self._database.read()
        (total,) = read.execute("SELECT ifnull(max(id), 0) FROM image").fetchone()
        rows = read.execute(
            "SELECT state, count(*) FROM image WHERE state <> 'ok' GROUP BY state"
        ).fetchall()
        others = dict(rows)
        found = {state.value: int(others.get(state.value, 0)) for state in ImageState}
        return found | {ImageState.OK.value: int(total) - sum(others.values())}

    def problems(self) -> list[tuple[str, str]]:
        """(path, reason) of the images that are set aside."""
        return (
            self._database.read()
            .execute(
                "SELECT path, problem FROM image WHERE state <> 'ok' AND state = ? ORDER BY path",
                (ImageState.SET_ASIDE.value,),
            )
            .fetchall()
        )

    def known_files(self) -> dict[str, KnownFile]:
        """Every image by path, as the last import saw it."""
        rows = self._database.read().execute(
            "SELECT id, path, size, mtime_ns, sha256, tags, width, height, problem, state, rating, "
            "rating_scheme FROM image"
        )
        found: dict[str, KnownFile] = {}
        for row in map(_known, rows):
            other = found.get(row.path)
            if other is not None:
                # An import that was cut off while it renamed may leave two of one name: one of
                # them is known under a name that no file can have.
                hidden = row if row.state is ImageState.GONE else other
                found[f"{row.path}\0{hidden.id}"] = hidden
            if other is None or row.state is not ImageState.GONE:
                found[row.path] = row
        return found

    def askable(self) -> list[tuple[int, str, bytes]]:
        """(id, path, sha256) of the images that can be scanned and asked about, by id."""
        return (
            self._database.read()
            .execute(
                "SELECT id, path, sha256 FROM image WHERE state = ? ORDER BY id",
                (ImageState.OK.value,),
            )
            .fetchall()
        )

    def askable_ids(self) -> NDArray[np.int64]:
        """(N,) ids, ascending, of the images that can be scanned and asked about."""
        rows = self._database.read().execute(
            "SELECT id FROM image WHERE state = ? ORDER BY id", (ImageState.OK.value,)
        )
        return np.fromiter((image_id for (image_id,) in rows), np.int64)

    def digests(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Ids (N,), ascending, and `digest_of` (N,) of the askable images: 16 bytes an image."""
        rows = self._database.read().execute(
            "SELECT id, substr(sha256, 1, 8) FROM image WHERE state = ? ORDER BY id",
            (ImageState.OK.value,),
        )
        kind = np.dtype([("id", "<i8"), ("digest", "<u8")])
        found = np.fromiter(((row[0], digest_of(row[1])) for row in rows), kind)
        return found["id"].copy(), found["digest"].copy()

    def tag_rows(self) -> StoredTags:
        """The original tags of every image, in arrays: the quick way to all of them."""
        return load_tags(self._database, self._database.path.parent / "cache" / "tags")

    def packed_tags(self) -> Iterator[tuple[int, bytes]]:
        """(id, packed original tags) of every image, by id."""
        yield from self._database.read().execute("SELECT id, tags FROM image ORDER BY id")

    def rows(self) -> Iterator[tuple[Image, frozenset[int]]]:
        """Every image with its original tags, by path."""
        yield from map(_with_tags, self._database.read().execute(_ROWS))

    def some(self, image_ids: Iterable[int]) -> Iterator[tuple[Image, frozenset[int]]]:
        """Some images with their original tags, by path; unknown ids are left out."""
        wanted = json.dumps(list(image_ids))
        yield from map(_with_tags, self._database.read().execute(_SOME_ROWS, (wanted,)))

    def write(self, rows: Sequence[ImageRow]) -> None:
        """Writes new and changed images in small transactions.

        Raises:
            StoreError: It failed; the transactions before stay.
        """
        for start in range(0, len(rows), BULK_ROWS):
            chunk = rows[start : start + BULK_ROWS]
            self._database.write(partial(_write_images, rows=chunk))

    @property
    def posts(self) -> PostTable:
        """The same images as a dump's posts tell of them, without a look at the files."""
        return PostTable(self._database)

    def mark_gone(self, image_ids: Sequence[int], paths: Mapping[int, str] | None = None) -> None:
        """Marks images whose files are no longer there; their decisions are kept.

        Args:
            image_ids: The images.
            paths: What to call those from now on whose names belong to other pictures.

        Raises:
            StoreError: It could not be stored.
        """
        named = paths or {}
        self._database.write_rows(_GONE, ((named.get(i), i) for i in image_ids))


def _image(row: tuple[Any, ...]) -> Image:
    # A file that was not opened has a digest from its metadata in that place.
    sha256 = row[3] if len(row[3]) == SHA256_BYTES else b""
    return replace(Image(*row[:14]), sha256=sha256, state=ImageState(row[12]))


def _with_tags(row: tuple[Any, ...]) -> tuple[Image, frozenset[int]]:
    return _image(row), frozenset(unpack(row[14]).tolist())


def _known(row: tuple[Any, ...]) -> KnownFile:
    values = list(row)
    values[9] = ImageState(row[9])
    return KnownFile(*values)


def _write_images(connection: sqlite3.Connection, rows: Sequence[ImageRow]) -> None:
    connection.execute(RAISE_STAMP)
    connection.executemany(
        _WRITE,
        [
            (
                row.id,
                row.image.path,
                row.image.size,
                row.mtime_ns,
                row.image.sha256,
                row.image.width,
                row.image.height,
                row.image.rating,
                row.image.rating_scheme,
                row.image.score,
                row.image.source,
                row.image.site,
                row.image.remote_id,
                row.image.state.value,
                row.image.problem,
                pack(row.tags),
            )
            for row in rows
        ],
    )
