"""The original tags of all images in array files, derived from the database to be read in one go.

made.json     what the files were made from: the stamp that every write of tags raises
images.npy    (N,) uint32 image ids, ascending
lengths.npy   (N,) uint16 (or uint32) bytes of each image in `tags.npy`
tags.npy      (B,) uint8, the images' packed tags one after another

They live in the cache and may be deleted at any time. At Danbooru's size (93 million tags) they
hold 1.8 bytes a tag and load in well under a second; the same from the database takes ten times
as long.
"""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.core.tags.tagrows import TagRows
from reviewer.store.disk import replacing
from reviewer.store.packing import unpack_rows

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.store.database import Database

STAMP = "tags_stamp"
"""Key in the table of states; its value is raised in the transaction of every write of tags."""

RAISE_STAMP = """
INSERT INTO state (key, value) VALUES ('tags_stamp', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
"""

_AT_ONCE = 50_000
"""Rows read from the database between two writes."""


class StoredTags(NamedTuple):
    """The original tags of all images.

    Attributes:
        images: (N,) int64 image ids, ascending.
        rows: Their tags.
    """

    images: NDArray[np.int64]
    rows: TagRows

    def of(self, images: NDArray[Any]) -> TagRows:
        """The tags of some images of the collection, in the order of their ids (n,)."""
        return self.rows.take(np.searchsorted(self.images, images))


def load_tags(database: Database, folder: Path) -> StoredTags:
    """Reads the tags of all images, from the files in `folder` where these are up to date.

    Where the files cannot be written the tags are read all the same.

    Raises:
        StoreError: The database cannot be read.
    """
    connection = database.read()
    stamp = _stamp(connection)
    if _made_from(folder) != stamp:
        try:
            _derive(connection, folder, stamp)
        except StoreError:
            return _unpacked(*_read(connection))
    arrays = [np.load(folder / f"{name}.npy") for name in ("images", "lengths", "tags")]
    return _unpacked(*arrays)


def _stamp(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM state WHERE key = ?", (STAMP,)).fetchone()
    return str(row[0]) if row else "0"


def _made_from(folder: Path) -> str:
    with suppress(OSError, json.JSONDecodeError, KeyError):
        return str(json.loads((folder / "made.json").read_text(encoding="utf-8"))["stamp"])
    return ""


def _read(
    connection: sqlite3.Connection,
) -> tuple[NDArray[np.uint32], NDArray[np.unsignedinteger], NDArray[np.uint8]]:
    """Ids, lengths and packed tags of every image."""
    rows = connection.execute("SELECT id, tags FROM image ORDER BY id")
    images, lengths, packed = [], [], []
    # In parts: three million small objects at once would need a gigabyte.
    while part := list(islice(rows, _AT_ONCE)):
        images.append(np.fromiter((row[0] for row in part), np.uint32, len(part)))
        lengths.append(np.fromiter((len(row[1]) for row in part), np.uint32, len(part)))
        packed.append(np.frombuffer(b"".join(chain(row[1] for row in part)), np.uint8))
    whole = np.concatenate([*lengths, np.zeros(0, np.uint32)])
    narrow = np.uint16 if int(whole.max(initial=0)) < 1 << 16 else np.uint32
    return (
        np.concatenate([*images, np.zeros(0, np.uint32)]),
        whole.astype(narrow),
        np.concatenate([*packed, np.zeros(0, np.uint8)]),
    )


def _derive(connection: sqlite3.Connection, folder: Path, stamp: str) -> None:
    images, lengths, packed = _read(connection)
    arrays: dict[str, NDArray[Any]] = {"images": images, "lengths": lengths, "tags": packed}
    with replacing(folder) as aside:
        aside.mkdir()
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array)
        (aside / "made.json").write_text(json.dumps({"stamp": stamp}), encoding="utf-8")


def _unpacked(
    images: NDArray[np.uint32],
    lengths: NDArray[np.unsignedinteger],
    packed: NDArray[np.uint8],
) -> StoredTags:
    starts = np.zeros(len(images) + 1, np.int64)
    tags = unpack_rows(packed, lengths, starts)
    return StoredTags(images.astype(np.int64), TagRows(starts, tags))
