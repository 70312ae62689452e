"""The window's side of copies: says before the answer what it applies to; C leaves them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.copies import CarryOver
from reviewer.ui.command_group import CommandGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.review.page import Page
    from reviewer.core.types import Decision, Question
    from reviewer.ui.command_group import ReviewParts

ASIDE = "copies"


class Carrying(CommandGroup):
    """Lets the session carry answers over to copies, and tells of it beside the question."""

    def __init__(self, parts: ReviewParts, *, on: bool) -> None:
        """Takes what it acts on.

        Args:
            parts: Of the review.
            on: Whether answers are carried over at all.
        """
        super().__init__(parts)
        library, session, page = parts.library, parts.session, parts.page
        self._bar = page.question_bar
        self._notice = page.notice
        self._grid = page.grid
        self._carry = CarryOver(library.copies, library.images, session.feed)
        self._carry.on = on
        session.along = self._carry.also
        self._showing.shown.connect(self._tell)
        self._around.step_stored.connect(self._stored)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"copies.alone": self._toggle}

    def _stored(self, decisions: Sequence[Decision], _times: int) -> None:
        self._carry.stored(decisions)

    def _tell(self) -> None:
        question, page = self._session.current, self._session.pages.current
        words = "" if question is None else self._words(question)
        self._bar.say_aside(ASIDE, self._page.naming_keys(words))
        if page is not None:
            self._tell_page(page)

    def _tell_page(self, page: Page) -> None:
        """Says in each cell how many copies that are not on the page themselves go along."""
        for place, question in enumerate(page.questions):
            copies = [q for q in self._carry.along(question) if q.pair not in page.pairs]
            self._grid.cell(place).show_copies(len(copies))

    def _toggle(self) -> None:
        question = self._session.current
        if question is None:
            return
        if not self._carry.along(question):
            self._notice.say("No copies of this image go along with the answer.")
            return
        self._carry.toggle_alone(question)
        self._tell()

    def _words(self, question: Question) -> str:
        """What goes along, with the id of the command that leaves it out in braces."""
        count = len(self._carry.along(question))
        copies = "its copy" if count == 1 else f"its {count} copies"
        if not count:
            return ""
        if self._carry.alone(question):
            return f"This image alone ({{copies.alone}}: {copies} too)"
        applies = "1 copy" if count == 1 else f"{count} copies"
        return f"Applies to {applies} ({{copies.alone}}: this image alone)"
