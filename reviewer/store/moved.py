"""Collections whose folder of images was moved, renamed or is on a drive with another name now.

What is known of a collection is found by where its images were. Where that place is gone and
another folder holds the same files under the same names, they are the same images. It may be a
copy of them, which cannot be told from them while the first drive is away: so it is said, and
whoever opens the first folder again goes back to it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.alike import forms
from reviewer.core.errors import StoreError
from reviewer.store.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.store.versions import StateTable

FOLDER = "folder"
"""Key of the store's state: where the images are."""
BEFORE = "folder.before"
"""Key of the store's state: where they were, a JSON list."""
TOLD = "folder.told"
"""Key of the store's state: where they are as far as the person was told."""

LOOKED_AT = 100
"""Images of a collection that are looked for in a folder."""

ENOUGH = 0.8
"""Share of them that is to be there: some may have been deleted on the way."""


def stored_folder(database: Path) -> str:
    """Where the images of a collection were last; empty where that cannot be read."""
    return _stored(database, FOLDER)


def was_before(database: Path, folder: Path) -> bool:
    """Whether the images of a collection were in a folder at some time."""
    return str(folder) in _list(_stored(database, BEFORE))


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
    there = sum(_is_there(folder, path, size) for path, size in some)
    return bool(some) and there >= ENOUGH * len(some)


def take_move(database: Path, folder: Path) -> None:
    """Notes that the images of a collection are in another folder now.

    Raises:
        StoreError: It cannot be written.
    """
    before = stored_folder(database)
    places = [place for place in _list(_stored(database, BEFORE)) if place != before]
    with closing(connect(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT OR IGNORE INTO state VALUES (?, ?)", (TOLD, before))
        connection.executemany(
            "INSERT OR REPLACE INTO state VALUES (?, ?)",
            [(FOLDER, str(folder)), (BEFORE, json.dumps([*places, before]))],
        )
        connection.execute("COMMIT")


def news_of_move(state: StateTable) -> str:
    """What to say of a move that nobody was told of yet; empty without one. It is said once."""
    now, told = state.get(FOLDER), state.get(TOLD)
    if told in {"", now}:
        return ""
    with suppress(StoreError):
        state.set(TOLD, now)
    gone = "" if Path(told).exists() else ", which is not there"
    return (
        f"The images of this collection are taken from {now} from now on; they were in "
        f"{told}{gone}. If this is only a copy of them, open that folder again when it is there: "
        "the answers go with you."
    )


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
        try:
            if before and Path(before).samefile(folder):
                return database
        except OSError:
            # It is away: asked once, as a server that is away lets one wait.
            if holds_images(database, folder):
                take_move(database, folder)
                return database
    return None


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder that is there.

    macOS and Windows find a folder in another case, and macOS with accents composed otherwise.
    """
    try:
        return one.samefile(other)
    except OSError:
        return False


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or in it, whatever the folder is called on the way.

    Args:
        path: Need not be there.
        folder: Absolute.
    """
    whole = path.resolve()
    return any(place == folder or same_place(place, folder) for place in (whole, *whole.parents))


def _is_there(folder: Path, name: str, size: int) -> bool:
    """Whether a file is there and as large as it was; 0 where that is not known."""
    for form in forms(name):
        path = folder / form
        with suppress(OSError):
            return path.stat().st_size == size or (size == 0 and path.is_file())
    return False


def _stored(database: Path, key: str) -> str:
    """A text of the state; empty where there is none, or the file cannot be read."""
    try:
        with closing(connect(database, read_only=True)) as connection:
            row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
    except (StoreError, sqlite3.Error):
        return ""
    return "" if row is None else str(row[0])


def _list(text: str) -> list[str]:
    return [str(place) for place in json.loads(text)] if text else []
