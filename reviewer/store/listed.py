"""Tags that lists name, whether an image here carries them or not: what one may complete to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.store.table import Table
from reviewer.store.tags import category_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reviewer.core.types import Category

_PUT_TAG = """
INSERT INTO listed_tag (name, category, posts) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET category = excluded.category, posts = excluded.posts
"""


class ListedTags(Table):
    """The names of imported lists of tags, with the use that the lists tell."""

    def each(self) -> Iterator[tuple[str, int, int]]:
        """(name, category's number, posts) of every listed tag, by name."""
        yield from self._database.read().execute(
            "SELECT name, category, posts FROM listed_tag ORDER BY name"
        )

    def all(self) -> list[tuple[str, Category, int]]:
        """(name, category, posts) of every listed tag, by name."""
        return [(name, category_of(number), posts) for name, number, posts in self.each()]

    def aliases(self) -> list[tuple[str, str]]:
        """(other name, tag name) as the lists tell them, by name."""
        rows = self._database.read().execute("SELECT name, tag FROM listed_alias ORDER BY name")
        return list(rows.fetchall())

    def add(
        self, tags: Mapping[str, tuple[Category, int]], aliases: Mapping[str, str] | None = None
    ) -> None:
        """Adds listed tags; where one is known already, the new category and use count.

        Args:
            tags: Category and use (posts) by name.
            aliases: Other names, to tag names.

        Raises:
            StoreError: It could not be stored; some may be.
        """
        known = {name: (number, posts) for name, number, posts in self.each()}
        new = [
            (name, int(category), posts)
            for name, (category, posts) in sorted(tags.items())
            if known.get(name) != (int(category), posts)
        ]
        self._database.write_rows(_PUT_TAG, new)
        old = dict(self.aliases())
        more = [(a, tag) for a, tag in sorted((aliases or {}).items()) if old.get(a) != tag]
        self._database.write_rows("INSERT OR REPLACE INTO listed_alias VALUES (?, ?)", more)
