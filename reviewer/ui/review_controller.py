"""One review: puts session, page and commands together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.commands import command
from reviewer.core.review.feed import Mode
from reviewer.core.review.place import return_to
from reviewer.ui.accepting import Accepting
from reviewer.ui.aids.commands import AidCommands
from reviewer.ui.carrying import Carrying
from reviewer.ui.command_group import ReviewParts
from reviewer.ui.disagreeing import Disagreeing
from reviewer.ui.grid.commands import GridCommands
from reviewer.ui.implying import open_implied
from reviewer.ui.leaving_out import LeavingOut, leave_out, left_out
from reviewer.ui.queues.meant import PickerHelp
from reviewer.ui.ranking_news import ranking_news
from reviewer.ui.review_commands import AnswerCommands, LookCommands
from reviewer.ui.showing import Showing
from reviewer.ui.sitting_watch import SittingWatch
from reviewer.ui.surroundings import PLACE, Surroundings
from reviewer.ui.why.commands import WhyCommands
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Decision
    from reviewer.settings import Settings
    from reviewer.store.library import Library
    from reviewer.ui.review_page import ReviewPage

BARE_MS = 180
"""Shift held this long hides the panels; a shorter press was meant for another key."""
POLL_MS = 4000
"""How often a new ranking, made by whomever, is looked for."""
PAGES = (
    "summary",
    "audit",
    "history",
    "ratings",
    "characters",
    "similar",
    "figures",
    "vocabulary",
    "writeback",
    "settings",
)
"""Side pages that have a command of their name."""


class ReviewController(QObject):
    """Takes commands from the page and carries them out.

    Attributes:
        handlers: What each command of the table does, by id.
        showing: The question on screen.
        why: Why it is asked.
        sitting: The time that was set, and advice.
        reopen: Asks an answered question again, by its `Decision`.
        leave_wanted, jobs_wanted, fullscreen_wanted: Commands that are the window's to carry out.
        page_wanted: A side page is to be opened; with its name.
        refresh_due: So many answers were given that the tagger should learn from them.
        job_wanted: A job is to be started; with its title and the words of its command.
    """

    leave_wanted = Signal()
    jobs_wanted = Signal()
    fullscreen_wanted = Signal()
    page_wanted = Signal(str)
    refresh_due = Signal()
    job_wanted = Signal(str, object)

    def __init__(
        self, library: Library, session: ReviewSession, page: ReviewPage, settings: Settings
    ) -> None:
        """Connects everything; call `start` when the page is in its window."""
        super().__init__(page)
        self._library = library
        self._session = session
        self._page = page
        self._refresh_every = settings.refresh_every
        self._stamp = library.rankings.stamp()
        self._refreshed_at = session.feed.book.ranking.decided
        session.feed.flagged.update(
            (entry.pair, entry)
            for entry in library.flags.all()
            if entry.origin.blind or entry.tag_id not in library.decisions.answers(entry.image_id)
        )
        leave_out(session, left_out(library))
        return_to(session, library.state.get(PLACE))
        page.queues.show_side(session.feed.side)
        self.showing = Showing(library, session, page, settings)
        self._around = Surroundings(library, session, page, self.showing)
        self._bare = QTimer(self, singleShot=True, interval=BARE_MS)
        self._bare.timeout.connect(self._hide_panels)
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self.take_new_ranking)
        self.sitting = SittingWatch(library, session, page, self._around, settings)
        parts = ReviewParts(library, session, page, self.showing, self._around)
        answers = AnswerCommands(parts)
        answers.answered.connect(self._ask_for_refresh)
        grid = GridCommands(parts)
        grid.answered.connect(self._ask_for_refresh)
        looks = LookCommands(parts)
        carrying = Carrying(parts, on=settings.carry_copies)
        self.why = WhyCommands(parts)
        self.why.job_wanted.connect(self.job_wanted)
        self._disagreeing = Disagreeing(parts)
        accepting = Accepting(parts, settings)
        self._aids = AidCommands(parts)
        self._aids.answered.connect(self._ask_for_refresh)
        page.queues.meant = PickerHelp(library, session, self._aids.completing).meant
        self.sitting.time_is_up.connect(partial(self.page_wanted.emit, "summary"))
        self._grid = grid
        self.reopen = looks.reopen
        self.handlers: Mapping[str, Callable[..., None]] = {
            **answers.handlers(),
            **looks.handlers(),
            **grid.handlers(),
            **grid.numbered(),
            **self._aids.handlers(),
            **carrying.handlers(),
            **accepting.handlers(),
            **LeavingOut(parts, self.refresh_due.emit).handlers(),
            **self.why.handlers(),
            **{name: partial(self.page_wanted.emit, name) for name in PAGES},
            "look.bare": self._bare.start,
            "jobs": self.jobs_wanted.emit,
            "menu": page.captions.menu.open,
            "fullscreen": self.fullscreen_wanted.emit,
            "leave": self.leave_wanted.emit,
        }
        page.command.connect(self.run_command)
        page.released.connect(self._release)
        page.status.jobs_wanted.connect(self.jobs_wanted)

    def start(self) -> None:
        """Shows the first question, and looks out for new rankings."""
        self.showing.show()
        self._poll.start()

    def apply(self, settings: Settings) -> None:
        """Takes other settings."""
        self._refresh_every = settings.refresh_every
        self.showing.apply(settings)
        self.sitting.apply(settings)

    def close(self) -> None:
        """Stops what runs in the background."""
        self._bare.stop()
        self._poll.stop()
        self.sitting.close()
        self._disagreeing.close()
        self._aids.close()
        self._around.close()
        self.why.close()
        self.showing.close()

    def run_command(self, command_id: str, place: int = 0) -> None:
        """Carries a command out; while the list of keys is open only those that close it.

        Args:
            command_id: The command.
            place: Of the key among those of the command, for a command that is numbered.
        """
        if command_id != "look.bare":
            self._bare.stop()
        if self._page.overlay.isVisible():
            if command_id in {"keys", "leave", "grid.close"}:
                self._page.overlay.hide()
        elif self._aids.takes(command_id, place) or (command_id == "leave" and self.why.put_away()):
            return
        elif command(command_id).numbered:
            self.handlers[command_id](place)
        else:
            self.handlers[command_id]()

    def take_new_ranking(self) -> bool:
        """Loads the ranking if there is a newer one; the question on screen stays.

        Returns:
            Whether there was one.
        """
        stamp = self._library.rankings.stamp()
        # None at all is no newer one: the workspace was taken away under the review.
        if stamp in {self._stamp, 0}:
            return False
        self._stamp = stamp
        before = self._around.promised
        had_question = self._session.current is not None or bool(self._session.pages.current)
        ranking = self._library.rankings.load()
        known = self._session.vocabulary
        for tag in self._library.tags.some(set(ranking.tags.tolist()) - known.tags.keys()):
            known.take_in(tag)
        self._session.feed.lists.put(Mode.IMPLIED, open_implied(self._library))
        self._session.reload(ranking)
        self._refreshed_at = max(self._refreshed_at, ranking.decided)
        self._around.rebuild()
        if not had_question:
            self.showing.show()
        self._tell_news(ranking_news(before, self._around.promised))
        return True

    def _tell_news(self, sentence: str) -> None:
        """Says what a new ranking changed, unless something is said that must be seen."""
        self._page.status.explain_left(sentence)
        if not (self._page.notice.text and self._page.notice.kind is Kind.ERROR):
            self._page.notice.say(sentence)

    def stored_elsewhere(self, decisions: Sequence[Decision], times: int) -> None:
        """Counts answers that a page beside the review stored (1) or took back (-1)."""
        self._around.stored(decisions, times)
        for decision in decisions:
            self._around.touch(decision.tag_id)
        self.showing.refresh()
        if times > 0:
            self._ask_for_refresh(decisions[-1].id)

    def _ask_for_refresh(self, decision_id: int) -> None:
        if self._refresh_every and decision_id - self._refreshed_at >= self._refresh_every:
            self._refreshed_at = decision_id
            self.refresh_due.emit()

    def _hide_panels(self) -> None:
        self._page.show_bare(True)
        self.why.show_bare(True)

    def _release(self, command_id: str) -> None:
        if command_id == "look.full":
            self._page.view.hold_full(False)
        elif command_id == "grid.large":
            self._grid.let_go()
        elif command_id == "look.bare":
            self._bare.stop()
            self._page.show_bare(False)
            self.why.show_bare(False)
