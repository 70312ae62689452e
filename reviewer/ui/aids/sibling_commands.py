"""No, it is a sibling: shows the siblings of the tag, and answers with the one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from reviewer.core.errors import StoreError
from reviewer.core.review.unasked import with_sibling
from reviewer.core.types import Answer, Tag
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.review_commands import forget_flags
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.ui.command_group import ReviewParts

LOOKING = ("look.", "zoom.", "panels", "fullscreen")
"""Commands that one may want while choosing: they leave the siblings open."""


class SiblingCommands(CommandGroup):
    """The chips in the place of the question, and what their digits do.

    Attributes:
        answered: Emitted with the id of a stored answer.
        add_wanted: Emitted with the id of a tag that a sibling is to be added to.
    """

    answered = Signal(int)
    add_wanted = Signal(int)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on."""
        super().__init__(parts)
        self._chips = self._page.question_bar.siblings
        self._chips.picked.connect(self.pick)
        self._chips.add_wanted.connect(self._add)
        self._chips.remove_wanted.connect(self._remove)
        self._showing.shown.connect(self._chips.close_up)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"sibling": self.toggle}

    def takes(self, command_id: str, place: int) -> bool:
        """Whether a command means something else while a sibling is chosen; then it is done.

        Args:
            command_id: The command.
            place: Of its key among those of the command, from 0.
        """
        if not self._chips.is_open or command_id.startswith(LOOKING):
            return False
        if command_id == "quick":
            self.pick(place + 1)
        elif command_id == "edit":
            self._add()
        elif command_id in {"leave", "sibling"}:
            self._chips.close_up()
        else:
            # Anything else is what it is; the choice is over.
            self._chips.close_up()
            return False
        return True

    def toggle(self) -> None:
        """Shows the siblings of the asked tag, or the question again."""
        question = self._session.current
        if question is None or self._chips.is_open:
            self._chips.close_up()
            return
        self._open(question.tag_id)

    def pick(self, number: int) -> None:
        """Answers No to the asked tag and Yes to a sibling, if the picture has been seen.

        Args:
            number: Of the sibling, from 1.
        """
        pressed = self._showing.latency.now()
        question = self._session.current
        if question is None or not self._showing.ready:
            return
        siblings = self._chips.tags
        if number > len(siblings):
            return
        sibling = siblings[number - 1]
        original = self._library.images.original_tags(question.image_id)
        also = with_sibling(self._session, original, sibling.id)
        pairs = [question.pair, *(entry.pair for entry, _ in also)]
        flagged = [pair for pair in pairs if pair in self._session.feed.flagged]
        try:
            stored = self._session.answer(Answer.NO, self._showing.elapsed_ms, also)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._around.stored(stored, 1)
        self._showing.show(pressed)
        forget_flags(self._library.flags, self._around, flagged)
        self._page.notice.say(
            f"No {shown_name(self._tag(question.tag_id).name)}, "
            f"but {shown_name(sibling.name)}: both are stored."
        )
        self.answered.emit(stored[-1].id)

    def _open(self, tag_id: int) -> None:
        siblings = [self._tag(sibling) for sibling in self._library.aids.siblings.of(tag_id)]
        self._chips.open(self._tag(tag_id), siblings, self._page.naming_keys)

    def _add(self) -> None:
        question = self._session.current
        self._chips.close_up()
        if question is not None:
            self.add_wanted.emit(question.tag_id)

    def _remove(self, sibling_id: int) -> None:
        question = self._session.current
        if question is None:
            return
        try:
            self._library.aids.siblings.choose(question.tag_id, sibling_id, wanted=False)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._open(question.tag_id)

    def _tag(self, tag_id: int) -> Tag:
        vocabulary = self._session.vocabulary
        return vocabulary.tags.get(tag_id) or Tag(tag_id, vocabulary.name(tag_id))
