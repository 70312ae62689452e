"""Tags that a reviewer does not want to be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.core.review.advice import best_other
from reviewer.core.review.feed import Mode
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.review.session import ReviewSession
    from reviewer.store.library import Library
    from reviewer.ui.command_group import ReviewParts

_KEY = "review.left_out"
"""Key of the store's state where the tags are kept, by name: a merge may number them anew."""


def left_out(library: Library) -> frozenset[int]:
    """Ids of the tags that are left out."""
    return frozenset(library.tags.ids_of(library.state.get(_KEY).splitlines()).values())


def leave_out(session: ReviewSession, tags: frozenset[int]) -> None:
    """Asks about some tags, by id, only where they are chosen, and about all others as before."""
    book = session.feed.book
    before, book.left_out = book.left_out, tags
    if session.feed.mode is Mode.BEST and before != tags:
        session.enter(Mode.BEST)


class LeavingOut(CommandGroup):
    """Leaves a tag out of what is asked, and takes it in again.

    It is no answer: nothing is written on any image, and its queue stays at the end of the list.
    Tags of a kind that nobody is asked about are taken in likewise, where the picker offers it.
    """

    def __init__(self, parts: ReviewParts, refresh: Callable[[], None]) -> None:
        """Listens to the picker.

        Args:
            parts: Of the review.
            refresh: Begins a refresh, which brings the questions of a tag that was taken in.
        """
        super().__init__(parts)
        self._refresh = refresh
        self._page.queues.wanted.connect(self._take_in)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"queue.leave_out": self._turn}

    def _take_in(self, tag_id: int) -> None:
        name = self._session.vocabulary.name(tag_id)
        try:
            self._library.tags.want({name: True})
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._page.notice.say(
            f"{shown_name(name)} is asked about from now on, in this collection: the refresh that "
            "begins now brings its questions."
        )
        self._refresh()

    def _turn(self) -> None:
        pressed = self._showing.latency.now()
        question, feed = self._session.current, self._session.feed
        tag_id = feed.tag_id if question is None else question.tag_id
        if tag_id is None:
            return
        before = feed.book.left_out
        names = sorted(map(self._session.vocabulary.name, before ^ {tag_id}))
        try:
            self._library.state.set(_KEY, "\n".join(names))
        except StoreError as error:
            self._around.not_saved(error)
            return
        asked_again = tag_id in before
        if feed.mode is Mode.TAG and not asked_again:
            other = best_other(feed.book, tag_id)
            self._session.enter(Mode.BEST if other is None else Mode.TAG, other)
        leave_out(self._session, before ^ {tag_id})
        self._around.rebuild()
        self._showing.show(pressed)
        name = shown_name(self._session.vocabulary.name(tag_id))
        key, pick = map(self._page.naming_keys, ("{queue.leave_out}", "{queue.pick}"))
        self._page.notice.say(
            f"{name} is asked about again."
            if asked_again
            else f"{name} is left out from now on. It stands at the end of the list of queues: "
            f"{pick} picks it there, and {key} takes it in again."
        )
