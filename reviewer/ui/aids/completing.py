"""Makes the search for tags off the GUI thread, in the first pause of the reviewer."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.errors import ReviewerError
from reviewer.ui.tag_search import TagSearch, make_search

if TYPE_CHECKING:
    from collections.abc import Collection

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Tag
    from reviewer.store.aids import ReviewAids
    from reviewer.ui.aids.completion_model import CompletionRow

IDLE_MS = 2500
"""A pause: making the search takes its share of the interpreter, which paints need."""


class Completing(QObject):
    """Answers what may be meant by what is typed.

    Attributes:
        ready: The search is made; what was asked before was answered with nothing.
    """

    ready = Signal()
    _made = Signal(object)

    def __init__(self, aids: ReviewAids, vocabulary: Vocabulary, parent: QObject) -> None:
        """Makes the search in the first pause, or when it is asked for.

        Args:
            aids: Counts and listed tags.
            vocabulary: Of the collection.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._aids = aids
        self._vocabulary = vocabulary
        self._search: TagSearch | None = None
        self._thread: threading.Thread | None = None
        self._made.connect(self._take)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self.begin)
        self._idle.start()

    @property
    def is_ready(self) -> bool:
        """Whether the search is made."""
        return self._search is not None

    def put_off(self) -> None:
        """Waits for another pause: the reviewer went on."""
        if self._idle.isActive():
            self._idle.start()

    def begin(self) -> None:
        """Makes the search now, if it is not being made."""
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
        if self._search is not None:
            self._search.add(tag)

    def complete(self, typed: str, on_image: Collection[int] = ()) -> list[CompletionRow]:
        """What may be meant, the likeliest first; nothing while the search is being made.

        Args:
            typed: As it was typed.
            on_image: Ids of tags that the image has.
        """
        return [] if self._search is None else self._search.complete(typed, on_image)

    def _make(self, tags: list[Tag], aliases: dict[str, int]) -> None:
        """Reads what is known and indexes it; runs in a thread of its own."""
        try:
            self._made.emit(make_search(self._aids, tags, aliases, self._vocabulary))
        except ReviewerError:
            # The review goes on; the store says what is wrong with it where it matters.
            logging.getLogger(__name__).warning("no completion", exc_info=True)

    def _take(self, search: TagSearch) -> None:
        self._search = search
        self.ready.emit()
