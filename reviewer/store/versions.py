"""Tagger versions: what is known of each, and which one is active."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from reviewer.core.errors import UsageError
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3


class VersionState(StrEnum):
    """What a version is used for."""

    CANDIDATE = "candidate"
    """Trained, not yet in use."""
    ACTIVE = "active"
    """Its scores rank the questions."""
    RETIRED = "retired"
    """Was active once; can be again."""


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One trained tagger.

    Attributes:
        name: Also its folder under `versions/`.
        created_at: Unix time in milliseconds.
        parent: Version that it was trained on from; empty if none.
        decisions: Id of the last decision that it was trained with.
        metrics: Figures on the validation part, by name.
    """

    name: str
    state: VersionState
    created_at: int
    parent: str = ""
    backbone: str = ""
    n_tags: int = 0
    decisions: int = 0
    metrics: dict[str, float] = field(default_factory=dict)


def _version(row: tuple[Any, ...]) -> VersionInfo:
    return replace(VersionInfo(*row), state=VersionState(row[1]), metrics=json.loads(row[7]))


class VersionTable(Table):
    """The versions of a collection; at most one is active."""

    def all(self) -> list[VersionInfo]:
        """Every version, oldest first."""
        rows = self._database.read().execute(
            "SELECT name, state, created_at, parent, backbone, n_tags, decisions, metrics "
            "FROM version ORDER BY created_at, name"
        )
        return [_version(row) for row in rows]

    def get(self, name: str) -> VersionInfo:
        """The version of that name.

        Raises:
            UsageError: There is none.
        """
        for version in self.all():
            if version.name == name:
                return version
        known = ", ".join(v.name for v in self.all()) or "none yet"
        raise UsageError(f"There is no version {name!r}. Versions here: {known}.")

    def active(self) -> VersionInfo | None:
        """The version in use."""
        for version in self.all():
            if version.state is VersionState.ACTIVE:
                return version
        return None

    def meant(self, name: str = "") -> str:
        """The name of the version that is meant.

        Args:
            name: That was asked for; the version in use where empty.

        Raises:
            UsageError: There is none of that name, or none at all.
        """
        if name:
            return self.get(name).name
        active = self.active()
        if active is None:
            raise UsageError(
                "There is no version yet. Train one with: reviewer train, or bring one that others "
                "trained: reviewer bring TAGGER"
            )
        return active.name

    def next_name(self) -> str:
        """A name for the next version ("v3")."""
        numbers = [int(v.name[1:]) for v in self.all() if v.name[1:].isdigit()]
        return f"v{max(numbers, default=0) + 1}"

    def put(self, version: VersionInfo) -> None:
        """Records a version.

        Raises:
            StoreError: It could not be stored.
        """
        row = (
            version.name,
            version.state.value,
            version.created_at,
            version.parent,
            version.backbone,
            version.n_tags,
            version.decisions,
            json.dumps(version.metrics),
        )
        self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
            )
        )

    def activate(self, name: str) -> None:
        """Makes a version the one in use; the former one is retired.

        Raises:
            UsageError: There is no such version.
            StoreError: It could not be stored.
        """
        self.get(name)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE version SET state = 'retired' WHERE state = 'active' AND name <> ?", (name,)
            )
            connection.execute("UPDATE version SET state = 'active' WHERE name = ?", (name,))

        self._database.write(work)


class StateTable(Table):
    """Small texts to remember, such as the queue that was open."""

    def get(self, key: str, default: str = "") -> str:
        """A text by its key."""
        row = (
            self._database.read()
            .execute("SELECT value FROM state WHERE key = ?", (key,))
            .fetchone()
        )
        return default if row is None else str(row[0])

    def set(self, key: str, value: str) -> None:
        """Remembers a text.

        Raises:
            StoreError: It could not be stored.
        """
        self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value)
            )
        )
