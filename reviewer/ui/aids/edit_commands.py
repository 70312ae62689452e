"""Tags that a person gives an image without being asked: quick tags, and the editor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from reviewer.core.errors import StoreError
from reviewer.core.labels import effective_tags
from reviewer.core.review.controls import unbiased
from reviewer.core.review.unasked import may_be_missing, turned, unasked
from reviewer.core.types import Answer, Origin, Tag
from reviewer.ui.aids.completing import Completing
from reviewer.ui.aids.completion_model import CompletionRow
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.keys.actions import keys_here
from reviewer.ui.tag_panel import Part
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.ui.command_group import ReviewParts

HINT = (
    "Enter adds, or takes off what is there. Tab lists what may be missing. Ctrl+1 to 9 makes it "
    "a quick tag, Ctrl+R a sibling of {tag}. Esc leaves."
)
HINT_QUICK = "Enter puts the tag on the key {place}. Esc leaves it as it is."
HINT_SIBLING = "Enter makes it a sibling of {tag}, or no longer one. Esc leaves."
WAIT = "The tags are being read; a moment."
OFFERED = "Most likely first. Enter adds the marked one; Ctrl+Z takes it back."
NOTHING_MORE = "No other tag is suspected to be missing here."
ITSELF = "{tag} is what is being asked: answer it with Yes or No."


MOST_OFFERED = 100


class Aim(Enum):
    """What a tag is chosen for."""

    IMAGE = auto()
    QUICK = auto()
    SIBLING = auto()


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What the editor was opened for; `key` is the digit or the tag, if any."""

    aim: Aim
    key: int = 0


class EditCommands(CommandGroup):
    """What the digits and the editor do.

    Attributes:
        answered: Emitted with the id of a stored answer.
    """

    answered = Signal(int)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on, and listens to the panel."""
        super().__init__(parts)
        self._editor = self._page.tags.editor
        self._purpose = _Purpose(Aim.IMAGE)
        self._before = Part.TAGS
        self._pair: tuple[int, int] | None = None
        self._steps = 0
        self._hint = ""
        self.completing = Completing(self._library.aids, self._session.vocabulary, self)
        self.completing.ready.connect(self._begin)
        self._editor.typed.connect(self._complete)
        self._editor.chosen.connect(self._choose)
        self._editor.taken_off.connect(self._turn)
        self._editor.quick_wanted.connect(self._set_quick)
        self._editor.sibling_wanted.connect(self._toggle_sibling)
        self._editor.undo_wanted.connect(self._undo)
        self._editor.offer_wanted.connect(self._offer)
        self._editor.left.connect(self.leave)
        self._page.tags.quick.picked.connect(self.press)
        self._page.tags.quick.set_wanted.connect(self._open_quick)
        self._showing.shown.connect(self._follow)
        self._show_quick()

    def handlers(self) -> dict[str, Callable[..., None]]:
        """The commands by id; "quick" is told the place of its key, from 0."""
        return {"edit": self.edit, "quick": lambda place: self.press(place + 1)}

    def close(self) -> None:
        """Stops what runs in the background."""
        self.completing.close()

    # -- quick tags ------------------------------------------------------------------------------

    def press(self, place: int) -> None:
        """Adds the tag of a digit to the image on screen, or takes it off.

        Args:
            place: The digit, 1 to 9.
        """
        tag = self._page.tags.quick.tags.get(place)
        if tag is None:
            key = keys_here(f"Ctrl+{place}")
            how = f"click its place at the right, or {key} in the editor ({{edit}})"
            self._page.notice.say(
                self._page.naming_keys(f"No quick tag is on {place} yet: {how} sets one.")
            )
        elif self._showing.ready:
            said = self._turn(tag.id)
            if said:
                self._page.notice.say(said)

    def _show_quick(self) -> None:
        places = self._library.aids.quick.all()
        vocabulary = self._session.vocabulary
        self._page.tags.quick.show_tags(
            {
                place: vocabulary.tags[tag_id]
                for place, tag_id in places.items()
                if tag_id in vocabulary.tags
            }
        )

    def _set_quick(self, row: CompletionRow, place: int) -> None:
        tag = self._known(row)
        if tag is None:
            return
        try:
            self._library.aids.quick.set(place, tag.id)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._show_quick()
        self._editor.say(f"{shown_name(tag.name)} is on the key {place} now.")

    # -- the editor ------------------------------------------------------------------------------

    def edit(self) -> None:
        """Opens the editor for the tags of the image on screen."""
        question = self._session.current
        if question is not None:
            name = shown_name(self._session.vocabulary.name(question.tag_id))
            self._open(_Purpose(Aim.IMAGE), "Tags of this image", keys_here(HINT).format(tag=name))

    def add_sibling(self, tag_id: int) -> None:
        """Opens the editor for a sibling of a tag."""
        name = shown_name(self._session.vocabulary.name(tag_id))
        hint = HINT_SIBLING.format(tag=name)
        self._open(_Purpose(Aim.SIBLING, tag_id), f"A sibling of {name}", hint)

    def leave(self) -> None:
        """Closes the editor; the keyboard goes back to the review."""
        if self._page.tags.part is Part.EDITOR:
            self._page.tags.show_part(self._before)
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)
            self._showing.refresh()

    def _open_quick(self, place: int) -> None:
        hint = HINT_QUICK.format(place=place)
        self._open(_Purpose(Aim.QUICK, place), f"Quick tag {place}", hint)

    def _open(self, purpose: _Purpose, heading: str, hint: str) -> None:
        panel = self._page.tags
        if not self._page.side_panels:
            self._page.show_side_panels(True)
        if panel.part is not Part.EDITOR:
            self._before = panel.part
        question = self._session.current
        self._pair = question.pair if question is not None else None
        self._purpose, self._steps = purpose, 0
        self.completing.begin()
        panel.show_part(Part.EDITOR)
        self._hint = hint
        self._editor.open(heading, hint if self.completing.is_ready else WAIT)
        self._complete()

    def _begin(self) -> None:
        """The tags are read: what was typed meanwhile is completed."""
        self._editor.say(self._hint)
        self._complete()

    def _follow(self) -> None:
        """Another question means that the person went on."""
        self.completing.put_off()
        question = self._session.current
        if (question.pair if question is not None else None) != self._pair:
            self.leave()

    def _complete(self) -> None:
        on_image = self._page.tags.on_image
        self._editor.show_rows(self.completing.complete(self._editor.text, on_image))

    def _choose(self, row: CompletionRow) -> None:
        match self._purpose.aim:
            case Aim.IMAGE:
                tag = self._known(row)
                if tag is not None:
                    offered = self._editor.offers
                    said = self._turn(tag.id)
                    self._editor.clear()
                    if offered:
                        self._offer(said)
            case Aim.QUICK:
                self._set_quick(row, self._purpose.key)
                self.leave()
            case Aim.SIBLING:
                self._toggle_sibling(row)
                self._editor.clear()

    def _offer(self, said: str = OFFERED) -> None:
        """Lists the tags that the image on screen may lack, without those that it has by now."""
        question = self._session.current
        if self._purpose.aim is not Aim.IMAGE or question is None:
            return
        vocabulary, feed = self._session.vocabulary, self._session.feed
        original = self._library.images.original_tags(question.image_id)
        given = unbiased(question, self._library.decisions.answers(question.image_id))
        there = effective_tags(original, given, vocabulary.implications)
        settled = {question.tag_id, *there, *given}
        found = may_be_missing(feed.book.ranking, question.image_id)
        tags = [vocabulary.tags[t] for t in found if t in vocabulary.tags and t not in settled]
        rows = [CompletionRow(tag.name, tag.category, tag.id) for tag in tags[:MOST_OFFERED]]
        self._editor.show_rows(rows, offered=bool(rows))
        self._editor.say(said if rows else NOTHING_MORE)

    def _known(self, row: CompletionRow) -> Tag | None:
        """The tag of a completion; one that the collection does not know yet is added to it."""
        vocabulary = self._session.vocabulary
        if row.tag_id is not None:
            return vocabulary.tags.get(row.tag_id)
        try:
            tag = self._library.tags.add_one(row.name, row.category)
        except StoreError as error:
            self._around.not_saved(error)
            return None
        vocabulary.take_in(tag)
        self.completing.add(tag)
        return tag

    def _toggle_sibling(self, row: CompletionRow) -> None:
        question = self._session.current
        tag = self._known(row)
        asked = self._purpose.key if self._purpose.aim is Aim.SIBLING else None
        if asked is None and question is not None:
            asked = question.tag_id
        if tag is None or asked is None or asked == tag.id:
            return
        siblings = self._library.aids.siblings
        wanted = tag.id not in siblings.of(asked)
        try:
            siblings.choose(asked, tag.id, wanted=wanted)
        except StoreError as error:
            self._around.not_saved(error)
            return
        names = (shown_name(tag.name), shown_name(self._session.vocabulary.name(asked)))
        verb = "are siblings now" if wanted else "are no siblings any more"
        self._editor.say(f"{names[0]} and {names[1]} {verb}.")

    # -- the image's tags ------------------------------------------------------------------------

    def _turn(self, tag_id: int) -> str:
        """Adds a tag to the image on screen or takes it off, as one step; says what was done."""
        question = self._session.current
        if question is None:
            return ""
        name = shown_name(self._session.vocabulary.name(tag_id))
        if tag_id == question.tag_id:
            return self._editor.say(ITSELF.format(tag=name))
        original = self._library.images.original_tags(question.image_id)
        # As the panel shows the image: else the first key would tell what was answered before.
        answers = unbiased(question, self._library.decisions.answers(question.image_id))
        answer = turned(original, answers, self._session.vocabulary.implications, tag_id)
        pair = (question.image_id, tag_id)
        given = unasked(self._session.feed.book.ranking, original, pair, Origin.EDIT)
        try:
            stored = self._session.change([(given, answer)])
        except StoreError as error:
            self._around.not_saved(error)
            return ""
        self._steps += 1
        self._around.stored(stored, 1)
        self._showing.refresh()
        self.answered.emit(stored[-1].id)
        done = "Added" if answer is Answer.YES else "Taken off"
        return self._editor.say(f"{done}: {name}.")

    def _undo(self) -> None:
        """Takes back the last change that was made since the editor was opened."""
        if not self._steps:
            self._editor.say("Nothing was changed here yet.")
            return
        try:
            taken = self._session.undo()
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._steps -= 1
        self._around.stored(taken, -1)
        self._showing.refresh()
        names = {shown_name(self._session.vocabulary.name(d.tag_id)) for d in taken}
        said = self._editor.say(f"Taken back: {', '.join(sorted(names))}.")
        if self._editor.offers:
            self._offer(said)
