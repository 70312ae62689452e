"""A damaged database is put aside and a copy takes its place, with the answers given since."""

from __future__ import annotations

import datetime as dt
import gc
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reviewer.core.errors import StoreError, UsageError
from reviewer.store.backups import damage
from reviewer.store.database import connect
from reviewer.store.decisions import APPEND, LOG_SINCE
from reviewer.store.disk import replacing, writing
from reviewer.store.schema import migrate
from reviewer.store.settling import settle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviewer.store.workspace import Workspace

_BESIDE = ("", "-wal", "-shm")
"""Endings of the files that are one database."""

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DatabaseCopy:
    """A copy of the database that can be read throughout.

    Attributes:
        made: When, where the user lives.
        answers: Rows of its log.
    """

    path: Path
    made: dt.datetime
    answers: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        damaged: Where the damaged file lies now.
        rescued: Rows of the log that the copy lacked and the damaged file still gave.
        lost: Rows that it gave and that fit nothing in the copy.
    """

    damaged: Path
    rescued: int
    lost: int


def sound_copies(backups: Path) -> list[DatabaseCopy]:
    """The copies that can be read throughout, newest first."""
    found = []
    for path in backups.glob("*.db"):
        if damage(path):
            continue
        with closing(connect(path, read_only=True)) as connection:
            (answers,) = connection.execute("SELECT count(*) FROM decision").fetchone()
        made = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        found.append(DatabaseCopy(path, made, int(answers)))
    # The log only ever grows; the clock may have been wrong.
    return sorted(found, key=lambda copy: (copy.answers, copy.made), reverse=True)


def restore(workspace: Workspace, copy: Path) -> Restored:
    """Puts a copy in the place of the database.

    The present file is kept beside it under another name. Answers that it holds and the copy
    lacks are taken over, as far as they can be read.

    Args:
        workspace: Of the collection; nothing else works on it meanwhile.
        copy: The copy, which stays where it is.

    Raises:
        UsageError: The copy is damaged too.
        StoreError: It cannot be written; the database is as it was.
    """
    if problem := damage(copy):
        raise UsageError(f"{copy} cannot take its place: {problem}.")
    database = workspace.database
    with closing(connect(copy, read_only=True)) as connection:
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM decision").fetchone()
    later = _read_since(database, int(last))
    # A read that failed leaves an error that holds the file open until it is collected;
    # Windows moves no file that is open.
    gc.collect()
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
    damaged = database.with_name(f"{database.stem}-damaged-{stamp}{database.suffix}")
    with replacing(workspace.path / "restored.db") as aside:
        shutil.copyfile(copy, aside)
    with writing(database):
        for ending in _BESIDE:
            part = database.with_name(database.name + ending)
            if part.exists():
                part.rename(damaged.with_name(damaged.name + ending))
        (workspace.path / "restored.db").rename(database)
    migrate(database, workspace.backups)
    rescued = _take_over(database, later)
    return Restored(damaged, rescued, len(later) - rescued)


def _read_since(database: Path, last: int) -> Sequence[_Row]:
    """Rows of the log behind an id, up to the first that cannot be read."""
    rows: list[_Row] = []
    try:
        with closing(connect(database, read_only=True)) as connection:
            rows.extend(connection.execute(LOG_SINCE, (last,)))
    except (StoreError, sqlite3.Error):
        # A damaged file gives what it can.
        pass
    return rows


def _take_over(database: Path, rows: Sequence[_Row]) -> int:
    taken = 0
    with closing(connect(database)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        pairs = []
        for row in rows:
            try:
                connection.execute(APPEND, row)
            except sqlite3.Error:
                # Of an image or a tag that the copy does not know, or not as it was written.
                continue
            pairs.append((int(row[0]), int(row[1])))
            taken += 1
        settle(connection, pairs)
        connection.execute("COMMIT")
    return taken
