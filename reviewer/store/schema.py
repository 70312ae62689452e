"""The schema and its migrations, with sqlite-utils' numbered steps.

A step runs in a transaction together with its record; a copy of the file is made before; a file
that knows steps which this program does not is refused.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import struct
from typing import TYPE_CHECKING, cast

from reviewer.core.errors import NewerStoreError, StoreError
from reviewer.store.audits import AUDITS
from reviewer.store.backups import copy_database, drop_oldest
from reviewer.store.copies import SCHEMA as COPIES
from reviewer.store.database import connect, translate, unreadable_sentence
from reviewer.store.faces import FACES
from reviewer.store.facts import PARENTS
from reviewer.store.outbox_schema import OUTBOX
from reviewer.store.packing import pack
from reviewer.store.settling import REVIEWERS
from reviewer.store.sqlite_tables import Migrations, sqlite_utils

if TYPE_CHECKING:
    from pathlib import Path

migrations = Migrations("collection")

KEPT_STEPS = 3
"""Copies from before steps that are kept."""

HEADER_BYTES = 100
"""Of an SQLite file."""


@migrations(name="0001_initial")
def initial(db: sqlite_utils.Database) -> None:
    """Images, tags, decisions, versions."""
    for statement in _INITIAL.split(";\n\n"):
        db.execute(statement)


# Original tags are one packed array of ids an image ("<u4", ascending, up to step 0010; see
# store/packing.py for what is there since), not a row an instance: a twentieth of the space and of
# the time at Danbooru's size. The log of decisions is guarded by triggers: a row that is written
# stays as it is.
_INITIAL = """
CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    rating TEXT NOT NULL DEFAULT '',
    rating_scheme TEXT NOT NULL DEFAULT '',
    score INTEGER,
    source TEXT NOT NULL DEFAULT '',
    site TEXT NOT NULL DEFAULT '',
    remote_id TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'gone', 'set aside')),
    problem TEXT NOT NULL DEFAULT '',
    tags BLOB NOT NULL DEFAULT x''
) STRICT;

CREATE INDEX image_by_sha256 ON image (sha256);

CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    category INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE alias (
    name TEXT PRIMARY KEY,
    tag_id INTEGER NOT NULL REFERENCES tag (id)
) STRICT;

CREATE TABLE implication (
    child INTEGER NOT NULL REFERENCES tag (id),
    parent INTEGER NOT NULL REFERENCES tag (id),
    PRIMARY KEY (child, parent)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    step INTEGER NOT NULL,
    image_id INTEGER NOT NULL REFERENCES image (id),
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    answer INTEGER NOT NULL CHECK (answer IN (0, 1, 2)),
    side INTEGER NOT NULL CHECK (side IN (0, 1)),
    score REAL NOT NULL,
    suspicion REAL NOT NULL,
    version TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    answered_at INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    undoes INTEGER REFERENCES decision (id)
) STRICT;

CREATE INDEX decision_by_pair ON decision (image_id, tag_id);

CREATE UNIQUE INDEX decision_by_undone ON decision (undoes) WHERE undoes IS NOT NULL;

CREATE INDEX decision_by_step ON decision (step);

CREATE INDEX decision_by_time ON decision (answered_at);

CREATE TRIGGER decision_never_changes BEFORE UPDATE ON decision
BEGIN SELECT raise(ABORT, 'the log of decisions is append-only'); END;

CREATE TRIGGER decision_never_goes BEFORE DELETE ON decision
BEGIN SELECT raise(ABORT, 'the log of decisions is append-only'); END;

CREATE VIEW live_decision AS
SELECT * FROM decision AS answered
WHERE undoes IS NULL
AND NOT EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = answered.id);

CREATE TABLE flag (
    image_id INTEGER NOT NULL REFERENCES image (id),
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    side INTEGER NOT NULL,
    score REAL NOT NULL,
    suspicion REAL NOT NULL,
    version TEXT NOT NULL,
    flagged_at INTEGER NOT NULL,
    PRIMARY KEY (image_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('candidate', 'active', 'retired')),
    created_at INTEGER NOT NULL,
    parent TEXT NOT NULL DEFAULT '',
    backbone TEXT NOT NULL DEFAULT '',
    n_tags INTEGER NOT NULL DEFAULT 0,
    decisions INTEGER NOT NULL DEFAULT 0,
    metrics TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
"""


@migrations(name="0002_origin")
def origin(db: sqlite_utils.Database) -> None:
    """How each answer came about; what controls say settles nothing."""
    for statement in _ORIGIN.split(";\n\n"):
        db.execute(statement)


_ORIGIN = """
ALTER TABLE decision ADD COLUMN origin TEXT NOT NULL DEFAULT 'queue';

CREATE VIEW live_answer AS SELECT * FROM live_decision WHERE origin <> 'control';
"""


@migrations(name="0010_compact_tags")
def compact_tags(db: sqlite_utils.Database) -> None:
    """A third of the space for an image's tags; no index that nobody reads."""
    db.execute("DROP INDEX image_by_sha256")
    rows = db.execute("SELECT tags, id FROM image WHERE length(tags) > 0").fetchall()
    packed = [(pack(struct.unpack(f"<{len(tags) // 4}I", tags)), row) for tags, row in rows]
    db.conn.executemany("UPDATE image SET tags = ? WHERE id = ?", packed)


@migrations(name="0004_review_aids")
def review_aids(db: sqlite_utils.Database) -> None:
    """What helps a reviewer: siblings, quick tags, words about tags, tags that could be given."""
    for statement in _REVIEW_AIDS.split(";\n\n"):
        db.execute(statement)


# What is known of a tag's name alone (lists of tags) stands apart from the collection's own tags:
# a list has a hundred thousand names that no image here carries.
_REVIEW_AIDS = """
CREATE TABLE sibling (
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    place INTEGER NOT NULL,
    sibling_id INTEGER NOT NULL REFERENCES tag (id),
    PRIMARY KEY (tag_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE sibling_choice (
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    sibling_id INTEGER NOT NULL REFERENCES tag (id),
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    number INTEGER NOT NULL,
    PRIMARY KEY (tag_id, sibling_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE quick_tag (
    place INTEGER PRIMARY KEY CHECK (place BETWEEN 1 AND 9),
    tag_id INTEGER NOT NULL REFERENCES tag (id)
) STRICT;

CREATE TABLE tag_text (
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    kind TEXT NOT NULL CHECK (kind IN ('definition', 'note')),
    text TEXT NOT NULL,
    PRIMARY KEY (tag_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag_count (
    tag_id INTEGER PRIMARY KEY REFERENCES tag (id),
    images INTEGER NOT NULL
) STRICT;

CREATE TABLE listed_tag (
    name TEXT PRIMARY KEY,
    category INTEGER NOT NULL,
    posts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE listed_alias (
    name TEXT PRIMARY KEY,
    tag TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


@migrations(name="0003_outbox")
def outbox(db: sqlite_utils.Database) -> None:
    """Destinations of write-back, the edits on their way to them, and how fast sites are asked."""
    for statement in OUTBOX.split(";\n\n"):
        db.execute(statement)


@migrations(name="0005_history")
def history(db: sqlite_utils.Database) -> None:
    """The log can be looked through by tag, and by what controls said."""
    for statement in _HISTORY.split(";\n\n"):
        db.execute(statement)


_HISTORY = """
CREATE INDEX decision_by_tag ON decision (tag_id, id);

CREATE INDEX decision_by_control ON decision (tag_id, id) WHERE origin = 'control'
"""


@migrations(name="0006_copies")
def copies(db: sqlite_utils.Database) -> None:
    """Images that were compared with each other."""
    for statement in COPIES.split(";\n\n"):
        db.execute(statement)


@migrations(name="0007_audits")
def audits(db: sqlite_utils.Database) -> None:
    """Random samples, drawn once."""
    for statement in AUDITS.split(";\n\n"):
        db.execute(statement)


@migrations(name="0008_parents")
def parents(db: sqlite_utils.Database) -> None:
    """Which images are variants of which posts, as their site has it."""
    db.execute(PARENTS)


@migrations(name="0011_reviewers")
def reviewers(db: sqlite_utils.Database) -> None:
    """Several reviewers: whose word counts how much, what they disagree about, merged logs."""
    for statement in REVIEWERS.split(";\n\n"):
        db.execute(statement)


@migrations(name="0013_faces")
def faces(db: sqlite_utils.Database) -> None:
    """Where heads are in images, and whose they are said to be."""
    for statement in FACES.split(";\n\n"):
        db.execute(statement)


@migrations(name="0019_image_states")
def image_states(db: sqlite_utils.Database) -> None:
    """How many images there are, and which cannot be asked about, without a look at all of them."""
    for statement in _IMAGE_STATES.split(";\n\n"):
        db.execute(statement)


# No row of an image ever goes, and ids are given out one after another: the last one is the count.
_IMAGE_STATES = """
CREATE INDEX image_not_ok ON image (state) WHERE state <> 'ok';

CREATE TRIGGER image_never_goes BEFORE DELETE ON image
BEGIN SELECT raise(ABORT, 'images stay, with the decisions about them'); END
"""


@migrations(name="0020_paths_without_index")
def paths_without_index(db: sqlite_utils.Database) -> None:
    """The paths of images have no index: it took an eighth of the file and half of an import.

    Nothing looks a path up: an import reads all of them once (`store/posts.py`).
    """
    (made,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'image'").fetchone()
    beside = db.execute(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = 'image' AND type IN ('index', 'trigger') "
        "AND sql IS NOT NULL"
    ).fetchall()
    # From the table as it is, for a later step may have added a column already.
    named = made.replace("path TEXT NOT NULL UNIQUE", "path TEXT NOT NULL").partition("(")[2]
    db.execute(f"CREATE TABLE image_without ({named}")
    db.execute("INSERT INTO image_without SELECT * FROM image")
    db.execute("DROP TABLE image")
    db.execute("ALTER TABLE image_without RENAME TO image")
    for (statement,) in beside:
        db.execute(statement)


def migrate(path: Path, backups: Path) -> None:
    """Brings a database file to this program's schema, or makes it.

    Raises:
        NewerStoreError: The file was written by a newer version of the program.
        StoreFullError: The disk is full; the file is as it was.
        StoreError: It cannot be opened or written; the file is as it was.
    """
    size = path.stat().st_size if path.exists() else HEADER_BYTES
    if 0 < size < HEADER_BYTES or (size == 0 and any(backups.glob("*.db"))):
        # SQLite takes such a file for a new one and writes over it. One that was only begun is
        # empty, and has no copies yet.
        raise StoreError(unreadable_sentence(path, "it is cut off"))
    connection = connect(path)
    try:
        # A table that is made anew takes the old one's place: no row goes, and none points nowhere.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA legacy_alter_table = ON")
        db = sqlite_utils.Database(connection, execute_plugins=False)
        applied = {step.name for step in migrations.applied(db)}
        pending = migrations.pending(db)
        unknown = applied - {step.name for step in _known_steps()}
        if unknown:
            raise NewerStoreError(
                f"{path} was written by a newer version of Tag Reviewer (it knows "
                f"{', '.join(sorted(unknown))}). Install that version, or choose another "
                "workspace with --workspace. Nothing was changed."
            )
        if applied and pending:
            _back_up(connection, path, backups)
        if pending:
            migrations.apply(db)
    except sqlite3.Error as error:
        raise cast("Exception", translate(error, path)) from error
    finally:
        connection.close()


def _known_steps() -> list[Migrations._Migration]:
    """Every step of this program: all are pending on an empty database."""
    return migrations.pending(sqlite_utils.Database(memory=True, execute_plugins=False))


def _back_up(connection: sqlite3.Connection, path: Path, backups: Path) -> None:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    copy = backups / f"{path.stem}-{stamp}.db"
    copy_database(connection, copy)
    drop_oldest(backups.glob(f"{path.stem}-*.db"), copy, KEPT_STEPS)
