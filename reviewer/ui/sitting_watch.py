"""Looks after the reviewer: when to go on elsewhere, when the time is up, how controls went."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.review.advice import NEXT, best_other, outlook
from reviewer.core.review.controls import LOOKED_BACK, falls_below
from reviewer.core.review.feed import Mode
from reviewer.core.review.timebox import Timebox
from reviewer.core.types import Category, Origin
from reviewer.ui.pages_ahead import PagesAhead
from reviewer.ui.queues.outlook_card import Better, advice_lines, outlook_lines
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.queues import QueueBook
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Decision
    from reviewer.settings import Settings
    from reviewer.store.library import Library
    from reviewer.ui.review_page import ReviewPage
    from reviewer.ui.surroundings import Surroundings

TICK_MS = 1000


class SittingWatch(QObject):
    """Stands beside one review from its opening to its end.

    Attributes:
        opened_ms: When the review was opened, unix milliseconds.
        timebox: The time that was set for it; `None` without one.
        over: Minutes of the time that was just up, for whoever says so; 0 otherwise.
        time_is_up: The time is over, and the question on screen was answered.
    """

    time_is_up = Signal()

    def __init__(
        self,
        library: Library,
        session: ReviewSession,
        page: ReviewPage,
        around: Surroundings,
        settings: Settings,
    ) -> None:
        """Begins without a time limit."""
        super().__init__(page)
        self._library = library
        self._session = session
        self._page = page
        self._told: set[int] = set()
        self._other: tuple[tuple[int | None, QueueBook], int | None] | None = None
        self.opened_ms = int(time.time() * 1000)
        self.timebox: Timebox | None = None
        self.over = 0
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_time)
        around.step_stored.connect(self._stored)
        around.refreshed.connect(self.show_outlook)
        self._ahead = PagesAhead(around.step_stored, around.refreshed, self)
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """Takes other settings."""
        self._few = settings.few_fixes
        self._floor = settings.controls_floor_percent / 100

    def begin_timebox(self, minutes: int) -> None:
        """Sets a time for the sitting, from now on; 0 takes it away."""
        self.timebox = Timebox(time.monotonic(), minutes) if minutes else None
        if minutes:
            self._tick.start()
        else:
            self._tick.stop()
        self._show_time()

    def close(self) -> None:
        """Stops the clock, and the loading of the summary."""
        self._tick.stop()
        self._ahead.close()

    # -- what is said ----------------------------------------------------------------------------

    def show_outlook(self) -> None:
        """Shows what the queue on screen gave and promises."""
        feed = self._session.feed
        tag_id = self._tag_on_screen()
        if tag_id is None or feed.mode not in {Mode.BEST, Mode.TAG}:
            self._page.queues.outlook.show_nothing()
            return
        recent = self._library.history.last_of_tag(tag_id, NEXT)
        promises = feed.book.promises(tag_id)
        found = outlook(promises, recent, self._session.pace.per_minute, self._few)
        advice = ("", "")
        if found.move_on or not found.left:
            advice = advice_lines(
                found,
                self._better(),
                self._few,
                everywhere=feed.mode is Mode.BEST,
                naming=self._page.naming_keys,
            )
        vocabulary = self._session.vocabulary
        tag = vocabulary.tags.get(tag_id)
        self._page.queues.outlook.show_outlook(
            shown_name(vocabulary.name(tag_id)),
            tag.category if tag else Category.GENERAL,
            outlook_lines(found, proven=feed.book.proven(tag_id)),
            advice,
        )

    def _tag_on_screen(self) -> int | None:
        """The tag that is asked about; of a chosen queue its own, whatever stands between."""
        session = self._session
        if session.feed.mode is Mode.BEST:
            page = session.pages.current
            shown = page.questions[0] if page else session.current
            if shown is not None:
                return shown.tag_id
        return session.feed.tag_id

    def _better(self) -> Better | None:
        feed = self._session.feed
        here = (feed.tag_id, feed.book)
        if self._other is None or self._other[0] != here:
            # Looks at every queue: once a stay in a queue, not once an answer.
            self._other = (here, best_other(feed.book, feed.tag_id))
        other = self._other[1]
        if other is None:
            return None
        promised = float(feed.book.promises(other)[:NEXT].sum())
        return Better(shown_name(self._session.vocabulary.name(other)), promised)

    def _stored(self, decisions: Sequence[Decision], times: int) -> None:
        if times < 0:
            return
        for decision in decisions:
            if decision.origin is Origin.CONTROL:
                self._look_at_controls(decision.tag_id)
        if self.timebox is not None and self.timebox.over(time.monotonic()):
            self.over = self.timebox.minutes
            self.begin_timebox(0)
            self.time_is_up.emit()

    def _look_at_controls(self, tag_id: int) -> None:
        """Says once of a tag that its answers do not agree with what is known."""
        if tag_id in self._told:
            return
        reviewer = self._session.reviewer
        records = self._library.controls.records_of_tag(reviewer, tag_id, 2 * LOOKED_BACK)
        found = falls_below(records, self._floor)
        if found is not None:
            self._told.add(tag_id)
            name = shown_name(self._session.vocabulary.name(tag_id))
            key = self._page.naming_keys("{summary}")
            self._page.notice.say(
                f"Of {found.asked} questions on {name} whose answer was known, {found.alike} came "
                f"out the same. {key} shows which did not.",
                Kind.WARNING,
            )

    def _show_time(self) -> None:
        left = None if self.timebox is None else self.timebox.left(time.monotonic())
        self._page.status.show_time_left(left)
