"""The vocabulary: tags, aliases and implications."""

from __future__ import annotations

import json
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from reviewer.core.tags.vocabulary import Implications, Vocabulary
from reviewer.core.types import Category, Tag
from reviewer.store.database import BULK_ROWS, Lane
from reviewer.store.sqlite_tables import sqlite_utils
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping, Sequence


DEPRECATED = "tags.deprecated"
"""Key of the state where deprecated tags are kept, by name: whether an image has them or not."""

WANTED = "tags.wanted"
"""Key of the state where the tags are kept, by name, that are asked about whatever their kind."""

_NOTED = """
SELECT tag.id FROM state, json_each(state.value) JOIN tag ON tag.name = json_each.value
WHERE state.key = ?
"""

_CATEGORIES: Mapping[int, Category] = MappingProxyType({int(kind): kind for kind in Category})
"""By number: the enumeration itself looks through its members, for each of many thousand tags."""


class TagTable(Table):
    """The tags of a collection. A tag keeps its id for ever."""

    def vocabulary(self) -> Vocabulary:
        """All tags, aliases and implications."""
        connection = self._database.read()
        tags = {
            tag_id: Tag(tag_id, name, category_of(category))
            for tag_id, name, category in connection.execute("SELECT id, name, category FROM tag")
        }
        pairs = connection.execute("SELECT child, parent FROM implication").fetchall()
        aliases = dict(connection.execute("SELECT name, tag_id FROM alias").fetchall())
        implied, gone = Implications(pairs), frozenset(self._noted(DEPRECATED))
        return Vocabulary(tags, implied, aliases, gone, self.wanted())

    def _noted(self, key: str) -> Iterator[int]:
        """Ids of the tags that are noted by name under a key of the state."""
        for (tag_id,) in self._database.read().execute(_NOTED, (key,)):
            yield int(tag_id)

    def wanted(self) -> frozenset[int]:
        """Ids of the tags that the user wants to be asked about, whatever kind they are of."""
        return frozenset(self._noted(WANTED))

    def want(self, names: Mapping[str, bool]) -> None:
        """Remembers which tags the user wants to be asked about; the others stay as they are.

        Args:
            names: Of tags, with whether they are wanted.

        Raises:
            StoreError: It could not be stored.
        """
        self._note(WANTED, names)

    def note_deprecated(self, told: Mapping[str, bool]) -> None:
        """Remembers which tags their sites gave up; what is not told of stays as it is.

        Args:
            told: By name.

        Raises:
            StoreError: It could not be stored.
        """
        if told:
            self._note(DEPRECATED, told)

    def _note(self, key: str, told: Mapping[str, bool]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            row = connection.execute("SELECT value FROM state WHERE key = ?", (key,))
            (before,) = row.fetchone() or ("[]",)
            left = {name for name in json.loads(before) if told.get(name, True)}
            names = sorted(left | {name for name, is_so in told.items() if is_so})
            connection.execute(
                "INSERT OR REPLACE INTO state VALUES (?, ?)", (key, json.dumps(names))
            )

        self._database.write(work)

    def ids(self) -> dict[str, int]:
        """Ids by name."""
        return dict(self._database.read().execute("SELECT name, id FROM tag").fetchall())

    def ids_of(self, names: Collection[str]) -> dict[str, int]:
        """Ids of some names; names that the collection does not know are left out."""
        rows = self._database.read().execute(
            "SELECT name, id FROM tag WHERE name IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(names)),),
        )
        return dict(rows.fetchall())

    def some(self, ids: Collection[int]) -> list[Tag]:
        """The tags of some ids, by id; unknown ids are left out."""
        rows = self._database.read().execute(
            "SELECT id, name, category FROM tag "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(sorted(ids)),),
        )
        return [Tag(tag_id, name, category_of(category)) for tag_id, name, category in rows]

    def add(self, categories: Mapping[str, Category | None]) -> dict[str, int]:
        """Adds tags by name and returns the ids of all tags.

        Args:
            categories: By name; `None` where the source does not tell: general for a new tag,
                left as it is for a known one.

        Raises:
            StoreError: It could not be stored.
        """
        entries = sorted(categories.items())
        for start in range(0, len(entries), BULK_ROWS):
            chunk = entries[start : start + BULK_ROWS]
            self._database.write(partial(_add, entries=chunk))
        return self.ids()

    def add_one(self, name: str, category: Category) -> Tag:
        """Adds one tag, or finds it where it is there already.

        Raises:
            StoreError: It could not be stored.
        """

        def work(connection: sqlite3.Connection) -> Tag:
            known = connection.execute(
                "SELECT id, category FROM tag WHERE name = ?", (name,)
            ).fetchone()
            if known is not None:
                return Tag(known[0], name, category_of(known[1]))
            _add(connection, [(name, category)])
            made = connection.execute("SELECT id FROM tag WHERE name = ?", (name,)).fetchone()
            return Tag(made[0], name, category)

        return self._database.write(work, Lane.DECISION)

    def add_implications(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Adds (child, parent) implications by name, with the tags they need.

        Raises:
            StoreError: It could not be stored.
        """
        if not pairs:
            return
        ids = self.add({name: None for pair in pairs for name in pair})
        rows = [{"child": ids[child], "parent": ids[parent]} for child, parent in pairs]
        self._insert("implication", rows)

    def add_aliases(self, aliases: Mapping[str, str]) -> None:
        """Adds other names (alias to tag name) of known tags; those of unknown tags are left out.

        An alias may be a tag of its own from an import that did not know the alias yet.

        Raises:
            StoreError: It could not be stored.
        """
        ids = self.ids() if aliases else {}
        rows: list[dict[str, Any]] = [
            {"name": alias, "tag_id": ids[name]} for alias, name in aliases.items() if name in ids
        ]
        self._insert("alias", rows)

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            db = sqlite_utils.Database(connection, execute_plugins=False)
            db.table(table).insert_all(rows, ignore=True)

        if rows:
            self._database.write(work)


def category_of(number: int) -> Category:
    """A category by its number; general where the number is unknown."""
    return _CATEGORIES.get(number, Category.GENERAL)


class MetTags(NamedTuple):
    """Tags that an import met, to be written with the images that have them.

    Attributes:
        new: (id, name, category) of new tags; the caller gave them their ids, while it holds the
            collection.
        told: (category, id) of known tags of which a source tells the category.
    """

    new: list[tuple[int, str, int]]
    told: list[tuple[int, int]]


def write_met(connection: sqlite3.Connection, tags: MetTags) -> None:
    """Writes them in the transaction that is open."""
    connection.executemany("INSERT INTO tag (id, name, category) VALUES (?, ?, ?)", tags.new)
    connection.executemany(
        "UPDATE tag SET category = ?1 WHERE id = ?2 AND category <> ?1", tags.told
    )


def _add(connection: sqlite3.Connection, entries: Sequence[tuple[str, Category | None]]) -> None:
    connection.executemany(
        "INSERT INTO tag (name, category) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        [(name, int(category or 0)) for name, category in entries],
    )
    connection.executemany(
        "UPDATE tag SET category = ? WHERE name = ? AND category <> ?",
        [(int(c), name, int(c)) for name, c in entries if c is not None],
    )
