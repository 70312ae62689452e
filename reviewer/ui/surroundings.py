"""What stands round the question - queues, last answers, figures - refreshed after the picture."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.errors import StoreError
from reviewer.core.review.feed import Mode
from reviewer.core.review.place import place_of
from reviewer.ui.answer_strip import SHOWN
from reviewer.ui.queues.board import QueueBoard
from reviewer.ui.ranking_news import Promised
from reviewer.ui.status_line import Figures
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Decision
    from reviewer.store.library import Library
    from reviewer.ui.review_page import ReviewPage
    from reviewer.ui.showing import Showing

PLACE = "review.place"
"""Key of the store's state where the last queue is kept."""

BY_TAGS = "no tagger yet"
"""In the place of the tagger's name while the questions come from the tags alone."""

SAVED = "Everything is saved: each answer is on disk before the next picture shows."

LATER_MS = 15
"""By then the picture is painted, and nothing here delays it."""


class Surroundings(QObject):
    """Keeps everything but the question itself up to date.

    Attributes:
        step_stored: Emitted with the decisions of a step, and 1 when it was stored or -1 when it
            was taken back.
        refreshed: Everything is up to date, and the picture is painted.
    """

    step_stored = Signal(object, int)
    refreshed = Signal()

    def __init__(
        self, library: Library, session: ReviewSession, page: ReviewPage, showing: Showing
    ) -> None:
        """Begins with the figures of the log."""
        super().__init__(page)
        self._library = library
        self._session = session
        self._page = page
        self._showing = showing
        self._board = QueueBoard(session)
        self._saved = True
        self._place = place_of(session)
        self._midnight = 0
        self._today = 0
        self._stale = False
        self._filled = True
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._refresh)
        showing.shown.connect(self._later.start)
        page.queues.show_rows(self._board.rows())

    def stored(self, decisions: Sequence[Decision], times: int) -> None:
        """Counts answers that were stored (1) or taken back (-1)."""
        self._saved = True
        if self._page.notice.kind is Kind.ERROR:
            self._page.notice.clear()
        self._today += times * sum(d.answered_at >= self._midnight for d in decisions)
        for decision in decisions:
            self._board.touch(decision.tag_id)
        # Best first, a page sends its queue down the list; taken back it stands where it stood. In
        # a chosen queue nothing moved, and nothing moves back.
        page_back = times < 0 and len(decisions) > 1 and self._session.feed.mode is Mode.BEST
        self._stale = self._stale or page_back
        self.step_stored.emit(decisions, times)

    def not_saved(self, error: StoreError) -> None:
        """Says that nothing was stored; the question stays."""
        self._saved = False
        self._page.notice.say(f"Not saved: {error}", Kind.ERROR)
        self._later.start()

    def tell_saved(self) -> None:
        """Says to whom is used to saving that there is nothing to save."""
        if self._saved:
            self._page.notice.say(SAVED)

    def touch(self, tag_id: int) -> None:
        """Notes that something about a queue changed."""
        self._board.touch(tag_id)
        self._later.start()

    def rebuild(self) -> None:
        """Sorts the queues anew."""
        self._board.rebuild()
        self._page.queues.show_rows(self._board.rows())
        self._filled = True
        self._later.start()

    def rebuild_soon(self) -> None:
        """Sorts the queues anew once the next picture is painted."""
        self._stale = True
        self._later.start()

    @property
    def promised(self) -> Promised:
        """What the ranking in use promises."""
        ranking = self._session.feed.book.ranking
        return Promised(
            version=ranking.version,
            questions=len(ranking),
            errors=self._board.expected,
            proven=ranking.proven,
            decided=ranking.decided,
            doubted=len(self._session.feed.lists.of(Mode.DOUBTED)),
        )

    def close(self) -> None:
        """Stops refreshing."""
        self._later.stop()

    # -- inside ----------------------------------------------------------------------------------

    def _refresh(self) -> None:
        if self._board.moved or self._stale:
            self._stale = False
            self._board.rebuild()
            self._page.queues.show_rows(self._board.rows())
            self._filled = True
        else:
            self._page.queues.renew_rows(self._board.changed())
        if self._filled:
            # A list that was filled anew stands at its top.
            self._filled = False
            self._page.queues.show_current()
        # Someone else's, who sat here before, may be of what is asked blind now.
        last = self._library.decisions.recent(SHOWN)
        mine = [decision for decision in last if decision.reviewer == self._session.reviewer]
        self._page.answers.show_answers(mine, self._showing.thumbs)
        self._page.status.show_figures(self._figures())
        self._showing.prefetch()
        self._remember_place()
        self.refreshed.emit()

    def _remember_place(self) -> None:
        """Stores where questions come from, to begin there next time."""
        place = place_of(self._session)
        if place == self._place:
            return
        self._place = place
        # Not worth a word where it cannot be stored: an answer that cannot will say so.
        with suppress(StoreError):
            self._library.state.set(PLACE, place)

    def _figures(self) -> Figures:
        midnight = _midnight_ms()
        if midnight != self._midnight:
            self._midnight = midnight
            self._today = self._library.decisions.since(midnight, self._session.reviewer)
        pace = self._session.pace
        latency = self._showing.latency
        return Figures(
            per_minute=pace.per_minute,
            today=self._today,
            recent_yield=pace.recent_yield,
            counted=pace.counted,
            errors_left=self._board.expected,
            proven=self._session.feed.book.ranking.proven,
            saved=self._saved,
            tagger=self._tagger(),
            paint_p50=latency.percentile(0.5),
            paint_p95=latency.percentile(0.95),
            painted=len(latency),
        )

    def _tagger(self) -> str:
        ranking = self._session.feed.book.ranking
        if not ranking.version:
            return BY_TAGS if len(ranking) else ""
        device = self._library.state.get("device", "")
        return f"{ranking.version} on {device}" if device else ranking.version


def _midnight_ms() -> int:
    """The begin of today where the user lives, unix time in milliseconds."""
    start = dt.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return int(start.timestamp() * 1000)
