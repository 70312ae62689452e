"""From what is typed to the rows that the editor shows; knows nothing of threads and windows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.completion import LIMIT, Completion
from reviewer.core.spellings import plain
from reviewer.core.types import Category
from reviewer.ui.completion_model import CompletionRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reviewer.core.types import Tag
    from reviewer.core.vocabulary import Vocabulary
    from reviewer.store.aids import ReviewAids

HERE = 1e7
"""What an image of the collection counts against a post that a list tells of."""


class TagSearch:
    """The tags of the collection, and those that lists know beside them, ready to be searched."""

    def __init__(
        self,
        rows: Sequence[CompletionRow],
        aliases: Sequence[tuple[str, int]],
        vocabulary: Vocabulary,
    ) -> None:
        """Makes the index; some tenths of a second for a hundred thousand tags.

        Args:
            rows: One a tag.
            aliases: Other names, with the number of the row.
            vocabulary: Of the collection: it may learn tags later.
        """
        self._rows = rows
        self._vocabulary = vocabulary
        self._added: list[Tag] = []
        use = np.array([row.images * HERE + row.posts for row in rows])
        self._index = Completion([row.name for row in rows], use, aliases)

    def add(self, tag: Tag) -> None:
        """Learns a tag that was added to the collection."""
        self._added.append(tag)

    def complete(self, typed: str, on_image: Collection[int] = ()) -> list[CompletionRow]:
        """What may be meant, the likeliest first; what nobody knows is offered as new, last.

        Args:
            typed: As it was typed.
            on_image: Ids of tags that the image has.
        """
        text = plain(typed)
        if not text:
            return []
        rows = [
            replace(self._rows[match.entry], alias=match.alias)
            for match in self._index.complete(typed)
        ]
        names = {row.name for row in rows}
        mine = [tag for tag in self._added if plain(tag.name).startswith(text)]
        rows = [CompletionRow(t.name, t.category, t.id) for t in mine if t.name not in names] + rows
        rows = [self._with_id(row) for row in rows]
        exact = any(text in {plain(row.name), plain(row.alias)} for row in rows)
        if not exact:
            new = CompletionRow(name_of(typed), Category.GENERAL, is_new=True)
            rows = [*rows[: LIMIT - 1], new]
        return [replace(row, on_image=row.tag_id in on_image) for row in rows]

    def _with_id(self, row: CompletionRow) -> CompletionRow:
        """A listed tag may have been added to the collection since the index was made."""
        if row.tag_id is None:
            tag = self._vocabulary.by_name.get(row.name)
            return row if tag is None else replace(row, tag_id=tag.id)
        return row


def make_search(
    aids: ReviewAids, tags: Sequence[Tag], aliases: Mapping[str, int], vocabulary: Vocabulary
) -> TagSearch:
    """Everything that can be completed to.

    Args:
        aids: Counts and listed tags.
        tags: Of the collection.
        aliases: Other names of those, to their ids.
        vocabulary: What the search asks for tags that are added later.

    Raises:
        StoreError: The collection cannot be read.
    """
    counts = aids.counts.all()
    listed = {name: (category, posts) for name, category, posts in aids.listed.all()}
    rows = [
        CompletionRow(
            tag.name,
            tag.category,
            tag.id,
            images=counts.get(tag.id, 0),
            posts=listed.get(tag.name, (tag.category, 0))[1],
        )
        for tag in tags
    ]
    places = {row.name: place for place, row in enumerate(rows)}
    for name, (category, posts) in listed.items():
        if name not in places and name not in aliases:
            places[name] = len(rows)
            rows.append(CompletionRow(name, category, posts=posts))
    by_id = {row.tag_id: place for place, row in enumerate(rows) if row.tag_id is not None}
    others = {alias: places[tag] for alias, tag in aids.listed.aliases() if tag in places}
    others |= {alias: by_id[tag_id] for alias, tag_id in aliases.items() if tag_id in by_id}
    named = [(alias, place) for alias, place in others.items() if alias not in places]
    return TagSearch(rows, named, vocabulary)


def name_of(typed: str) -> str:
    """A tag's name as it would be stored: lower case, underscores for spaces."""
    return re.sub(r"\s+", "_", typed.strip().lower())
