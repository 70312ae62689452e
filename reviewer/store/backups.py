"""A copy of the database a day, so that one bad file or disk sector does not cost the answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.store.database import connect, unreadable_sentence
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

KEPT = 7
"""Daily copies that are kept."""


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copies a database that may be in use, as it is at one moment.

    Raises:
        StoreFullError: The disk is full; there is no half copy.
        StoreError: It cannot be written; there is no half copy.
    """
    with replacing(target) as aside:
        copy = sqlite3.connect(aside)
        try:
            source.backup(copy)
            # One file by itself, which can be read without others beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()


def damage(database: Path) -> str:
    """What is wrong with a database file, in SQLite's words; empty if nothing is."""
    try:
        if not database.stat().st_size:
            return "it is empty"
        with closing(connect(database, read_only=True)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (OSError, StoreError, sqlite3.Error) as error:
        return str(error)
    return "" if found == "ok" else str(found)


def daily_copy(database: Path, backups: Path, today: dt.date) -> Path | None:
    """Makes today's copy if there is none yet, and lets the oldest ones go.

    A copy of a damaged file is damaged too: it is not kept, and no older one goes for it.

    Args:
        database: The file to copy.
        backups: Folder of the copies.
        today: The date where the user lives.

    Returns:
        The new copy; `None` if there is one of today already.

    Raises:
        StoreError: It cannot be written, or the database is damaged; the older copies stay.
    """
    target = backups / f"daily-{today:%Y%m%d}.db"
    if target.exists():
        return None
    source = connect(database, read_only=True)
    try:
        copy_database(source, target)
    finally:
        source.close()
    if problem := damage(target):
        target.unlink()
        raise StoreError(unreadable_sentence(database, problem))
    drop_oldest(backups.glob("daily-*.db"), target, KEPT)
    return target


def drop_oldest(copies: Iterable[Path], newest: Path, kept: int) -> None:
    """Deletes copies whose names tell their times until so many are left.

    Args:
        copies: All of them.
        newest: The one that was just made. Copies of a later time are of a clock that was wrong,
            and go first: else each copy would go as soon as it is made until that time comes.
        kept: How many stay.
    """
    ordered = sorted(copies, key=lambda copy: (copy.name <= newest.name, copy.name))
    for old in ordered[:-kept]:
        old.unlink()
