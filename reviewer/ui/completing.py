"""Completes to the collection's tags and to those of imported lists; indexed off the GUI thread."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.completion import LIMIT, Completion
from reviewer.core.errors import ReviewerError
from reviewer.core.spellings import plain
from reviewer.core.types import Category
from reviewer.ui.completion_model import CompletionRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from reviewer.core.types import Tag
    from reviewer.core.vocabulary import Vocabulary
    from reviewer.store.aids import ReviewAids

IDLE_MS = 2500
"""After the review has begun: nobody edits tags before, and nothing waits for the index."""
HERE = 1e7
"""What an image of the collection counts against a post that a list tells of."""


@dataclass(frozen=True)
class _Known:
    """What is known of every name, ready to be searched."""

    rows: list[CompletionRow]
    index: Completion


class Completing(QObject):
    """Answers what may be meant by what is typed.

    Attributes:
        ready: The index is made; what was asked before was answered with nothing.
    """

    ready = Signal()
    _made = Signal(object)

    def __init__(self, aids: ReviewAids, vocabulary: Vocabulary, parent: QObject) -> None:
        """Makes the index a little later.

        Args:
            aids: Counts and listed tags.
            vocabulary: Of the collection.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._aids = aids
        self._vocabulary = vocabulary
        self._known: _Known | None = None
        self._added: list[Tag] = []
        self._thread: threading.Thread | None = None
        self._made.connect(self._take)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self.begin)
        self._idle.start()

    @property
    def is_ready(self) -> bool:
        """Whether the index is made."""
        return self._known is not None

    def begin(self) -> None:
        """Makes the index now, if it is not being made."""
        self._idle.stop()
        if self._thread is None:
            tags, aliases = list(self._vocabulary.tags.values()), dict(self._vocabulary.aliases)
            self._thread = threading.Thread(
                target=self._make, args=(tags, aliases), name="completion", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Waits until nothing reads the store any more."""
        self._idle.stop()
        if self._thread is not None:
            self._thread.join()

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
        known = self._known
        if known is None or not text:
            return []
        rows = [
            replace(known.rows[match.entry], alias=match.alias)
            for match in known.index.complete(typed)
        ]
        names = {row.name for row in rows}
        mine = [tag for tag in self._added if plain(tag.name).startswith(text)]
        rows = [CompletionRow(t.name, t.category, t.id) for t in mine if t.name not in names] + rows
        rows = [self._with_id(row) for row in rows]
        exact = any(text in {plain(row.name), plain(row.alias)} for row in rows)
        if not exact and len(rows) >= LIMIT:
            rows = rows[: LIMIT - 1]
        if not exact:
            rows.append(CompletionRow(name_of(typed), Category.GENERAL, is_new=True))
        return [replace(row, on_image=row.tag_id in on_image) for row in rows]

    def _with_id(self, row: CompletionRow) -> CompletionRow:
        """A listed tag may have been added to the collection since the index was made."""
        if row.tag_id is None:
            tag = self._vocabulary.by_name.get(row.name)
            return row if tag is None else replace(row, tag_id=tag.id)
        return row

    def _make(self, tags: list[Tag], aliases: dict[str, int]) -> None:
        """Reads what is known and indexes it; runs in a thread of its own."""
        try:
            self._made.emit(gather(self._aids, tags, aliases))
        except ReviewerError:
            # The review goes on; the store says what is wrong with it where it matters.
            logging.getLogger(__name__).warning("no completion", exc_info=True)

    def _take(self, known: _Known) -> None:
        self._known = known
        self.ready.emit()


def gather(aids: ReviewAids, tags: list[Tag], aliases: dict[str, int]) -> _Known:
    """Everything that can be completed to, with its index.

    Args:
        aids: Counts and listed tags.
        tags: Of the collection.
        aliases: Other names of those, to their ids.

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
    use = np.array([row.images * HERE + row.posts for row in rows])
    named = [(alias, place) for alias, place in others.items() if alias not in places]
    return _Known(rows, Completion([row.name for row in rows], use, named))


def name_of(typed: str) -> str:
    """A tag's name as it would be stored: lower case, underscores for spaces."""
    return re.sub(r"\s+", "_", typed.strip().lower())
