"""What a text in the picker means where no queue has it in its name.

It may be another name of a tag, a slip of the finger, or a tag that is not asked about: such a
tag is never silently absent, the picker says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.jobs.learning.fewest import images_needed
from reviewer.ui.tag_search import name_of
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Tag
    from reviewer.store.library import Library
    from reviewer.ui.aids.completing import Completing

NO_QUEUE = "No queue has that in its name."
PERHAPS = "Meant, perhaps:"
ALL_THE_SAME = "Enter asks about it all the same."
NOT_YET = "{tag} is asked about once a refresh has taken it in."
NONE_LEFT = "{tag} has no question left: what looked suspicious is answered, or nothing did."


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means beside the names of queues.

    Attributes:
        tags: Ids of tags whose queues are meant, the likeliest first.
        words: For people; empty where nothing needs saying.
        offered: Id of a tag that can be asked about if the user wants it; `None` for none.
    """

    tags: tuple[int, ...] = ()
    words: str = ""
    offered: int | None = None


class PickerHelp:
    """Knows all tags of a collection, whether they are asked about or not."""

    def __init__(self, library: Library, session: ReviewSession, completing: Completing) -> None:
        """Looks into a review.

        Args:
            library: The collection.
            session: Its tags, and the questions that are left.
            completing: Finds tags past slips and by their other names.
        """
        self._library = library
        self._session = session
        self._completing = completing

    def meant(self, text: str, shown: bool) -> Meant:
        """What is meant by a text.

        Args:
            text: As it was typed.
            shown: Whether a queue has it in its name.
        """
        tag = self._called(name_of(text))
        if tag is not None:
            if self._left(tag.id):
                return Meant((tag.id,))
            return self._why(tag)
        if shown:
            return Meant()
        self._completing.begin()
        rows = self._completing.complete(text)
        near = (row.tag_id for row in rows if row.tag_id is not None)
        tags = tuple(tag_id for tag_id in near if self._left(tag_id))
        return Meant(tags, f"{NO_QUEUE} {PERHAPS}" if tags else NO_QUEUE)

    def _called(self, name: str) -> Tag | None:
        """The tag of that name, else of that alias."""
        vocabulary = self._session.vocabulary
        # Asked of the store: a table of all names would be made on the first key.
        tag_id = self._library.tags.ids_of([name]).get(name, vocabulary.aliases.get(name))
        return None if tag_id is None else vocabulary.tags.get(tag_id)

    def _left(self, tag_id: int) -> bool:
        return self._session.feed.book.summary(tag_id).left > 0

    def _why(self, tag: Tag) -> Meant:
        """Why a tag has no question, and whether the user may want it to be asked about."""
        name = shown_name(tag.name)
        if (self._session.feed.book.ranking.tags == tag.id).any():
            return Meant(words=NONE_LEFT.format(tag=name))
        needed = images_needed(self._library)
        images = self._library.aids.counts.of(tag.id)
        # Not counted yet: only its kind can be a reason.
        count = needed if images is None else images
        others = None if images is None else self._library.images.counts()["ok"] - images
        vocabulary, wanted = self._session.vocabulary, self._library.tags.wanted()
        reason = replace(vocabulary, wanted=wanted).why_not_asked(tag, count, needed, others)
        if not reason:
            return Meant(words=(NOT_YET if tag.id in wanted else NONE_LEFT).format(tag=name))
        told = f"{name} is not asked about: {reason}."
        asked = replace(vocabulary, wanted=frozenset({tag.id}))
        if asked.why_not_asked(tag, count, needed, others):
            return Meant(words=told)
        return Meant(words=f"{told} {ALL_THE_SAME}", offered=tag.id)
