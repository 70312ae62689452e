"""What the commands of the grid do."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

from reviewer.core.commands import ARROWS
from reviewer.core.errors import StoreError
from reviewer.core.review.page import Page
from reviewer.core.types import Answer
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.review_commands import forget_flags

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.ui.command_group import ReviewParts

LATER_MS = 60
"""By then the cell is painted, and nothing here delays it."""


class GridCommands(CommandGroup):
    """Opens, flips, stores and closes pages.

    Attributes:
        answered: Emitted with the id of the last answer that was stored.
    """

    answered = Signal(int)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on, and listens to the grid."""
        super().__init__(parts)
        self._view = self._page.grid
        self._held = False
        self._tells_why = False
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._showing.prefetch)
        self._view.clicked.connect(self._click)
        self._view.doubted.connect(self._doubt)
        self._view.rested.connect(self._rest)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {
            "grid": self._open,
            "grid.flip": partial(self._mark, Page.flip),
            "grid.flip_on": self._flip_on,
            "grid.yes": partial(self._presume, Answer.YES),
            "grid.no": partial(self._presume, Answer.NO),
            "grid.unsure": partial(self._mark, Page.doubt),
            "grid.flag": self._flag,
            "grid.why": self._toggle_why,
            "grid.commit": self._commit,
            "grid.large": self._hold,
            "grid.close": self._close,
        }

    def numbered(self) -> dict[str, Callable[[int], None]]:
        """The commands that are told which of their keys was pressed, by id."""
        return {"grid.move": self._move, "grid.number": self._click}

    def let_go(self) -> None:
        """Ends the large picture that was held."""
        self._held = False
        self._view.large.dismiss()

    def _open(self) -> None:
        pressed = self._showing.latency.now()
        self._showing.grid.measure()
        self._session.open_page()
        self._showing.show(pressed)

    def _close(self) -> None:
        pressed = self._showing.latency.now()
        page = self._session.pages.current
        self.let_go()
        self._session.close_page(page.questions[self._view.focus] if page else None)
        self._showing.show(pressed)

    def _commit(self) -> None:
        """Stores the page, if all its pictures have been seen."""
        pressed = self._showing.latency.now()
        page = self._session.pages.current
        if page is None or not self._showing.grid.ready:
            return
        if page.unlike_before:
            # Whoever stores page after page by one key has not seen that this one is otherwise.
            page.unlike_before = False
            self._say()
            return
        self._showing.grid.leave_out_late()
        flagged = [pair for pair in page.pairs if pair in self._session.feed.flagged]
        try:
            stored = self._session.answer_page(page.answers(), self._showing.grid.elapsed_ms)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._around.stored(stored, 1)
        self._showing.show(pressed)
        forget_flags(self._library.flags, self._around, flagged)
        if stored:
            self.answered.emit(stored[-1].id)

    def _click(self, place: int) -> None:
        page = self._session.pages.current
        if page is not None and place < len(page):
            self._view.move_focus(place)
            if page.flag_of(place) is not None:
                self._flag()
            else:
                self._mark(Page.flip)

    def _doubt(self, place: int) -> None:
        self._view.move_focus(place)
        self._mark(Page.doubt)

    def _mark(self, how: Callable[[Page, int], None]) -> None:
        """Changes the answer of the cell in focus, if its picture has been seen."""
        page, place = self._session.pages.current, self._view.focus
        if page and self._view.cell(place).is_seen and page.answer(place) is not None:
            how(page, place)
            self._view.show_mark(place)
            self._say()
            # What is answered here decides on the next page.
            self._later.start()

    def _flip_on(self) -> None:
        """Flips the cell in focus and those after it, if all pictures have been seen."""
        page, place = self._session.pages.current, self._view.focus
        if page and self._showing.grid.ready and page.answer(place) is not None:
            page.flip_on(place)
            self._tell_page(page)

    def _presume(self, answer: Answer) -> None:
        """Gives every question of the page an answer, but for the exceptions; then these too."""
        page = self._session.pages.current
        if page and self._showing.grid.ready:
            page.presume(answer)
            if page.put_by:
                key = "{grid.yes}" if answer is Answer.YES else "{grid.no}"
                others = "the other one" if page.put_by == 1 else f"the other {page.put_by}"
                told = f"All of the page are {answer.word} now. {key} brings {others} back."
                self._page.notice.say(self._page.naming_keys(told))
            self._tell_page(page)

    def _tell_page(self, page: Page) -> None:
        """Shows the answers of all cells; what is answered here decides on the next page."""
        for place in range(len(page)):
            self._view.show_mark(place)
        self._say()
        self._later.start()

    def _flag(self) -> None:
        """Puts the question in focus by for later, out of the page; or takes it in again."""
        page, place = self._session.pages.current, self._view.focus
        if not page or (page.flag_of(place) is None and page.answer(place) is None):
            return
        question = page.questions[place]
        flagged = self._session.feed.flagged
        try:
            if question.pair in flagged:
                self._library.flags.remove(question.pair)
            else:
                self._library.flags.put(question, int(time.time() * 1000))
        except StoreError as error:
            self._around.not_saved(error)
            return
        if flagged.pop(question.pair, None) is None:
            flagged[question.pair] = question
        page.flag(place, flagged=question.pair in flagged)
        self._view.show_mark(place)
        self._say()
        self._around.touch(question.tag_id)
        self._later.start()

    def _toggle_why(self) -> None:
        self._tells_why = not self._tells_why
        self._say()

    def _say(self) -> None:
        """Says how the answers stand; what is known of the question in focus, if that is wanted."""
        self._showing.grid.say()
        page = self._session.pages.current
        if page and self._tells_why:
            self._showing.grid.say_why(page.questions[self._view.focus])

    def _move(self, key: int) -> None:
        # More keys than the arrows stand for the same directions in the same order.
        self._view.step_focus(ARROWS[key % len(ARROWS)])
        if self._tells_why:
            self._say()
        if self._held:
            self._hold()

    def _hold(self) -> None:
        self._held = True
        self._showing.grid.show_large(self._view.focus, whole=True)

    def _rest(self, place: int) -> None:
        if self._held:
            return
        if place < 0:
            self._view.large.dismiss()
        elif self._view.has_painted:
            # What lies under the large picture would not be painted.
            self._showing.grid.show_large(place, whole=False)
