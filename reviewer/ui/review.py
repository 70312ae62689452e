"""One open collection in the window: library, session, page and controller, from open to close."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.review.controls import Controls
from reviewer.core.review.feed import Mode
from reviewer.core.review.mixing import AuditMix, first_of
from reviewer.core.review.seconds import SecondAnswers
from reviewer.core.review.session import ReviewSession
from reviewer.store.library import Library
from reviewer.store.news import news
from reviewer.store.rankings import RankingFiles
from reviewer.store.workspace import Workspace
from reviewer.ui.background import Background
from reviewer.ui.garbage import spared
from reviewer.ui.implying import open_implied
from reviewer.ui.review_controller import ReviewController
from reviewer.ui.review_page import ReviewPage
from reviewer.ui.settings.applying import AT_ONCE
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from reviewer.settings import Settings


CHANGED = (
    "Files were changed since their folder was read: what changed is looked for now. Their "
    "pictures are not shown before that is known; the arrow keys go on."
)

ALONE = "review.by_tags"
"""Key of the store's state: the person stopped the making of a tagger."""


class Review:
    """Holds a collection while it is reviewed; no other window can hold it meanwhile.

    Attributes:
        workspace: Where the collection is kept.
        settings: Those that it was opened with, or that were applied since.
    """

    def __init__(self, workspace: Path, settings: Settings, parent: QWidget) -> None:
        """Opens the collection.

        Raises:
            UsageError: There is no collection there.
            StoreBusyError: Another window has it open.
            StoreError: It cannot be opened.
        """
        self.workspace = workspace
        self.settings = settings
        with ExitStack() as stack:
            self.library = stack.enter_context(Library.open(workspace))
            stack.enter_context(self.library.workspace.held("review"))
            vocabulary = self.library.vocabulary()
            stack.enter_context(spared())
            self.session = ReviewSession(
                self.library.decisions,
                self.library.images,
                vocabulary,
                self.library.rankings.load(),
                reviewer=settings.reviewer,
            )
            self.mix_in()
            self.page = ReviewPage(vocabulary, parent, settings.bindings.commands())
            self.controller = ReviewController(self.library, self.session, self.page, settings)
            self._looked = False
            self.controller.showing.files_changed.connect(self._look_for_changes)
            stack.callback(self.controller.close)
            # Whoever answers a little every day may never come to a refresh, which makes one too.
            self._copying = Background(self.page)
            self._copying.failed.connect(partial(self.page.notice.say, kind=Kind.ERROR))
            stack.callback(self._copying.close)
            self._open = stack.pop_all()

    @staticmethod
    def is_ready(workspace: Path) -> bool:
        """Whether a collection is there that has questions already."""
        place = Workspace(workspace)
        return place.database.exists() and RankingFiles(place.rankings).stamp() > 0

    @property
    def by_tags(self) -> bool:
        """Whether the questions come from the tags alone, because no tagger ranked any yet."""
        return not self.session.feed.book.ranking.version

    @property
    def waits(self) -> bool:
        """Whether a tagger is still to be made ready, and the person did not stop that."""
        return self.by_tags and not self.library.state.get(ALONE)

    def stay_with_tags(self) -> None:
        """Leaves it at the questions from the tags alone until a tagger is asked for."""
        if self.by_tags:
            self.library.state.set(ALONE, "stopped")

    def mix_in(self) -> None:
        """Has controls, second answers and what is left of the sample asked among the questions."""
        settings, audits = self.settings, self.library.audits
        controls = Controls(
            self.library.controls, settings.reviewer, settings.controls_percent / 100
        )
        audit = audits.current()
        sample = audits.open_questions(audit) if audit else []
        asked = AuditMix(sample, settings.audit_percent / 100)
        seconds = SecondAnswers(
            self.library.reviewers, settings.reviewer, settings.second_percent / 100
        )
        self.session.feed.mix = first_of(controls.next, asked.next, seconds.next)
        # The sample of an audit comes in its own order, of whichever tag: no page has room for it.
        self.session.feed.mix_page = first_of(controls.next, seconds.next)
        lists = self.session.feed.lists
        lists.put(Mode.AUDIT, sample)
        lists.put(Mode.IMPLIED, open_implied(self.library))
        lists.put(Mode.DISAGREEMENTS, self.library.reviewers.to_settle(settings.reviewer))
        lists.put(Mode.UNSURE, self.library.reviewers.not_told(settings.reviewer))

    def start(self) -> None:
        """Shows the first question, and makes the day's copy of the database beside it."""
        self.controller.start()
        if said := news(self.library):
            self.page.notice.say(" ".join(said), Kind.WARNING)
        self._copying.ask(self.library.back_up, lambda _copy: None)

    def _look_for_changes(self) -> None:
        """Files are not as they were imported: their images are not shown before that is known."""
        if self._looked:
            return
        self._looked = True
        self.page.notice.say(CHANGED, Kind.WARNING)
        words = ("open", "--no-window", str(self.library.folder))
        self.controller.job_wanted.emit("Look for changes", words)

    def apply(self, settings: Settings) -> None:
        """Takes other settings, as far as that can be done while the review goes on."""
        if settings.bindings != self.settings.bindings:
            self.page.bind(settings.bindings.commands())
        self.controller.apply(settings)
        taken = {name: getattr(settings, name) for name in AT_ONCE}
        self.settings = replace(self.settings, **taken)

    def close(self) -> None:
        """Stops decoding, writes what is in line, lets go of the collection."""
        self._open.close()
        self.page.deleteLater()
