"""Collections whose folder of images was moved, renamed or is on a drive with another name now.

What is known of a collection is found by where its images were. Where that place is gone and
another folder holds the same files under the same names, they are the same images.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.store.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKED_AT = 100
"""Images of a collection that are looked for in a folder."""

ENOUGH = 0.8
"""Share of them that is to be there: some may have been deleted on the way."""


def stored_folder(database: Path) -> str:
    """Where the images of a collection were last; empty where that cannot be read."""
    try:
        with closing(connect(database, read_only=True)) as connection:
            row = connection.execute("SELECT value FROM state WHERE key = 'folder'").fetchone()
    except (StoreError, sqlite3.Error):
        return ""
    return "" if row is None else str(row[0])


def holds_images(database: Path, folder: Path) -> bool:
    """Whether a folder holds a collection's images under the names that they had."""
    try:
        with closing(connect(database, read_only=True)) as connection:
            (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM image").fetchone()
            some = connection.execute(
                "SELECT path, size FROM image WHERE state = 'ok' AND id % ? = 0 LIMIT ?",
                (max(int(last) // LOOKED_AT, 1), LOOKED_AT),
            ).fetchall()
    except (StoreError, sqlite3.Error):
        return False
    there = sum(_is_there(folder / path, size) for path, size in some)
    return bool(some) and there >= ENOUGH * len(some)


def take_move(database: Path, folder: Path) -> None:
    """Notes that the images of a collection are in another folder now.

    Raises:
        StoreError: It cannot be written.
    """
    with closing(connect(database)) as connection:
        connection.execute("INSERT OR REPLACE INTO state VALUES ('folder', ?)", (str(folder),))


def moved_collection(folder: Path, databases: Iterable[Path]) -> Path | None:
    """The database of a collection whose images are in a folder now, and were elsewhere at first.

    Args:
        folder: Absolute, without links.
        databases: Of all collections that may be meant.

    Raises:
        StoreError: It is one that was moved just now, and that cannot be written down.
    """
    for database in databases:
        before = stored_folder(database)
        if before == str(folder):
            return database
        if before and not Path(before).exists() and holds_images(database, folder):
            take_move(database, folder)
            return database
    return None


def _is_there(path: Path, size: int) -> bool:
    """Whether a file is there and as large as it was; 0 where that is not known."""
    try:
        return path.stat().st_size == size or (size == 0 and path.is_file())
    except OSError:
        return False
