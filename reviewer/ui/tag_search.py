"""From what is typed to the rows that the editor shows; knows nothing of threads and windows."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.tags.completion import LIMIT, Completion
from reviewer.core.tags.spellings import plain
from reviewer.core.types import Category
from reviewer.store.tags import category_of
from reviewer.ui.aids.completion_model import CompletionRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Tag
    from reviewer.store.aids import ReviewAids

HERE = 10_000_000
"""What an image of the collection counts against a post that a list tells of."""


@dataclass(frozen=True)
class KnownTags:
    """What is known of many tags, in columns: an object a tag would cost a hundred megabytes.

    Attributes:
        names: (N,) each once.
        categories: (N,) uint8 numbers of categories.
        ids: (N,) int64 tag ids; 0 for a tag that only a list knows.
        images: (N,) int64 images of the collection that carry it.
        posts: (N,) int64 its use as a list tells it.
        aliases: Other names, with the place of the tag.
    """

    names: list[str]
    categories: NDArray[np.uint8]
    ids: NDArray[np.int64]
    images: NDArray[np.int64]
    posts: NDArray[np.int64]
    aliases: list[tuple[str, int]]

    def row(self, place: int, alias: str) -> CompletionRow:
        """One of them as it is shown."""
        return CompletionRow(
            self.names[place],
            category_of(int(self.categories[place])),
            int(self.ids[place]) or None,
            alias=alias,
            images=int(self.images[place]),
            posts=int(self.posts[place]),
        )


class TagSearch:
    """The tags of the collection, and those that lists know beside them, ready to be searched."""

    def __init__(self, known: KnownTags, vocabulary: Vocabulary) -> None:
        """Makes the index; some tenths of a second for a hundred thousand tags.

        Args:
            known: What there is to find.
            vocabulary: Of the collection: it may learn tags later.
        """
        self._known = known
        self._vocabulary = vocabulary
        self._added: list[Tag] = []
        self._index = Completion(known.names, known.images * HERE + known.posts, known.aliases)

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
        rows = [self._known.row(m.entry, m.alias) for m in self._index.complete(typed)]
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
    places = {tag.name: place for place, tag in enumerate(tags)}
    names = [tag.name for tag in tags]
    categories = bytearray(int(tag.category) for tag in tags)
    posts = array("q", bytes(8 * len(tags)))
    for name, number, count in aids.listed.each():
        if name in places:
            posts[places[name]] = count
        elif name not in aliases:
            places[name] = len(names)
            names.append(name)
            categories.append(number)
            posts.append(count)
    ids = np.zeros(len(names), np.int64)
    ids[: len(tags)] = [tag.id for tag in tags]
    counts = aids.counts.all()
    images = np.zeros(len(names), np.int64)
    images[: len(tags)] = [counts.get(tag.id, 0) for tag in tags]
    by_id = {tag.id: place for place, tag in enumerate(tags)}
    others = {alias: places[tag] for alias, tag in aids.listed.aliases() if tag in places}
    others |= {alias: by_id[tag_id] for alias, tag_id in aliases.items() if tag_id in by_id}
    known = KnownTags(
        names,
        np.frombuffer(bytes(categories), np.uint8),
        ids,
        images,
        np.array(posts, np.int64),
        [(alias, place) for alias, place in others.items() if alias not in places],
    )
    return TagSearch(known, vocabulary)


def name_of(typed: str) -> str:
    """A tag's name as it would be stored: lower case, underscores for spaces."""
    return re.sub(r"\s+", "_", typed.strip().lower())
