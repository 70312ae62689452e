"""The tables of write-back: destinations, the outbox, token buckets."""

from __future__ import annotations

OUTBOX = """
CREATE TABLE destination (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    user TEXT NOT NULL DEFAULT '',
    service TEXT NOT NULL DEFAULT '',
    site TEXT NOT NULL DEFAULT '',
    daily_cap INTEGER NOT NULL DEFAULT 0,
    approved_by TEXT NOT NULL DEFAULT '',
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL,
    destination TEXT NOT NULL REFERENCES destination (name),
    image_id INTEGER NOT NULL REFERENCES image (id),
    remote_id TEXT NOT NULL,
    add_tags TEXT NOT NULL DEFAULT '[]',
    remove_tags TEXT NOT NULL DEFAULT '[]',
    follow_tags TEXT NOT NULL DEFAULT '[]',
    new_tags TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'queued', 'sending', 'done', 'no change', 'conflict', 'failed', 'cancelled')),
    problem TEXT NOT NULL DEFAULT '',
    settled INTEGER NOT NULL DEFAULT 0,
    new_allowed INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    before_tags TEXT,
    before_version TEXT NOT NULL DEFAULT '',
    after_tags TEXT,
    after_version TEXT NOT NULL DEFAULT '',
    did_add TEXT NOT NULL DEFAULT '[]',
    did_remove TEXT NOT NULL DEFAULT '[]',
    undoes INTEGER REFERENCES outbox (id),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX outbox_one_open_a_post ON outbox (destination, remote_id)
WHERE state IN ('draft', 'queued', 'sending');

CREATE INDEX outbox_by_state ON outbox (destination, state, next_try);

CREATE INDEX outbox_by_undone ON outbox (undoes) WHERE undoes IS NOT NULL;

CREATE VIEW outbox_entry AS
SELECT outbox.id, batch, destination, image_id, image.path, outbox.remote_id, add_tags,
    remove_tags, follow_tags, new_tags, outbox.state, outbox.problem, settled, new_allowed,
    attempts, next_try, before_tags, before_version, after_tags, after_version, did_add,
    did_remove, undoes, changed_at
FROM outbox JOIN image ON image.id = outbox.image_id;

CREATE TABLE bucket (
    key TEXT PRIMARY KEY,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL DEFAULT 0
) STRICT
"""
"""Statements, set apart by an empty line.

Tags are JSON lists: they are words of a site, not of the collection's vocabulary. Keys are not
here; they are in the system's keyring.
"""
