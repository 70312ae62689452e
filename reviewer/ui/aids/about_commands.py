"""D: what the tag means, with examples; and the note that the user writes on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from reviewer.core.errors import StoreError
from reviewer.store.aids import TextKind
from reviewer.ui.aids.about_panel import NO_DEFINITION
from reviewer.ui.aids.examples_finder import ExamplesFinder, Found
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.tag_panel import Part
from reviewer.ui.telling import announce

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.types import Decision
    from reviewer.ui.command_group import ReviewParts

AHEAD = 3
"""Questions to come whose examples are looked for while they are shown."""


class AboutCommands(CommandGroup):
    """Keeps definition, note and examples beside the question while they are asked for."""

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on."""
        super().__init__(parts)
        self._about = self._page.tags.about
        self._shown_tag = -1
        self._noted = -1
        self._finder = ExamplesFinder(self._library, self)
        self._finder.found.connect(self._take)
        self._about.note_wanted.connect(self.write_note)
        self._about.note_written.connect(self._store_note)
        self._around.step_stored.connect(self._stored)
        # With no wait it comes after the paint of the question, which does not wait for it.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._follow)
        self._showing.shown.connect(self._later.start)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"define": self.toggle, "note": self.write_note}

    def close(self) -> None:
        """Stops what runs in the background."""
        self._later.stop()
        self._finder.close()

    @property
    def is_shown(self) -> bool:
        """Whether definition and examples are beside the question."""
        return self._page.tags.part is Part.ABOUT and self._page.tags.isVisibleTo(self._page)

    def toggle(self) -> None:
        """Shows what the tag means in the place of the image's tags, or those again."""
        if self.is_shown:
            self._page.tags.show_part(Part.TAGS)
            return
        if not self._page.side_panels:
            self._page.show_side_panels(True)
        self._about.name_keys(self._page.naming_keys)
        self._page.tags.show_part(Part.ABOUT)
        # Definitions may have been taken in meanwhile.
        self._shown_tag = -1
        self._follow()

    def put_away(self) -> bool:
        """Shows the image's tags again.

        Returns:
            Whether there was anything to put away.
        """
        was_shown = self.is_shown
        if was_shown:
            self.toggle()
        return was_shown

    def write_note(self) -> None:
        """Lets the user write a note on the asked tag."""
        if self._session.current is None:
            return
        if not self.is_shown:
            self.toggle()
        self._noted = self._session.current.tag_id
        self._about.write_note()

    def _follow(self) -> None:
        """Shows what is known of the question on screen, and looks for those to come."""
        question = self._session.current
        if question is None or not self.is_shown:
            return
        if question.tag_id != self._shown_tag:
            self._show_words(question.tag_id)
        found = self._finder.get(question.pair)
        if found is None:
            self._about.show_examples(None, {}, {})
        else:
            self._take(found)
        coming = [entry.pair for entry in self._session.upcoming(AHEAD)]
        self._finder.want([question.pair, *coming], self._about.cell_px)

    def _show_words(self, tag_id: int) -> None:
        self._shown_tag = tag_id
        texts = self._library.aids.texts.of(tag_id)
        said = texts.get(TextKind.DEFINITION, ""), texts.get(TextKind.NOTE, "")
        self._about.show_words(*said)
        announce(self._about, " ".join(said).strip() or self._page.naming_keys(NO_DEFINITION))

    def _take(self, found: Found) -> None:
        question = self._session.current
        if question is not None and question.pair == found.pair:
            self._about.show_examples(found.examples, found.images, found.paths)

    def _stored(self, decisions: Sequence[Decision], _times: int) -> None:
        self._finder.forget({decision.tag_id for decision in decisions})

    def _store_note(self, text: str) -> None:
        try:
            self._library.aids.texts.set_note(self._noted, text)
        except StoreError as error:
            self._around.not_saved(error)
        self._shown_tag = -1
        self._follow()
        self._page.setFocus(Qt.FocusReason.OtherFocusReason)
