"""Brings the page of the session to the screen, and its pictures with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.commands import View
from reviewer.core.types import Tag
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from reviewer.core.review.page import Page
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Question
    from reviewer.store.library import Library
    from reviewer.ui.latency import Latency
    from reviewer.ui.pictures.decoding import Picture
    from reviewer.ui.pictures.loader import ImageLoader
    from reviewer.ui.review_page import ReviewPage


LATE_MS = 4000
"""Pictures that are not there when for so long none has come are not waited for any more."""
LATE = "Pictures that do not come: {late} of {all}. {{grid.commit}} stores the others."


class GridShowing(QObject):
    """Shows the current page; holds its paint gate.

    Attributes:
        pictures_wanted: Other pictures are needed now.
    """

    pictures_wanted = Signal()

    def __init__(
        self,
        library: Library,
        session: ReviewSession,
        page: ReviewPage,
        loader: ImageLoader,
        latency: Latency,
    ) -> None:
        """Begins without a page."""
        super().__init__(page)
        self._library = library
        self._session = session
        self._page = page
        self._view = page.grid
        self._loader = loader
        self._latency = latency
        self._painted_at = 0.0
        self._gave_up = False
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(self._give_up)
        loader.loaded.connect(self._take_picture)
        loader.failed.connect(self._set_aside)
        page.grid.painted.connect(self._was_painted)
        page.grid.resized.connect(self._take_size)

    @property
    def ready(self) -> bool:
        """Whether the page can be stored: its pictures were painted, all that come at all."""
        done = self._view.has_painted or self._gave_up
        return bool(self._session.pages.current) and done

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the page was painted."""
        return round((time.perf_counter() - self._painted_at) * 1000)

    def measure(self) -> None:
        """Takes the place of the single question, and lets the window say how long a page is."""
        self._page.show_view(View.GRID)
        self._take_size()

    def show(self, pressed: float | None, nothing: str) -> None:
        """Shows the session's page.

        Args:
            pressed: When the key was pressed that led here; `None` without one.
            nothing: What to say if the page is empty.
        """
        page = self._session.pages.current
        if page is None:
            return
        self.measure()
        for question in page.questions:
            if not self._library.images.is_askable(question.image_id):
                page.set_aside(question.image_id)
        self._gave_up = False
        self._late.start()
        if page and pressed is not None:
            self._latency.begin(pressed)
        self._view.show_page(page, {}, nothing)
        self._take_known(page)
        self.say()
        # Before anything else is looked up: only what is not decoded yet is waited for.
        self._loader.want([self._view.key(question.image_id) for question in page.questions])

    def leave_out_late(self) -> None:
        """Leaves out of the page what nobody has seen; it is asked when nothing else is left."""
        page = self._session.pages.current
        for place in self._unseen():
            if page is not None:
                self._session.feed.skip(page.questions[place])
                page.set_aside(page.questions[place].image_id)

    def say(self) -> None:
        """Says what is presumed, and how the answers stand."""
        page = self._session.pages.current
        if not page:
            self._page.question_bar.show_nothing()
            return
        tag_id = page.questions[0].tag_id
        vocabulary = self._session.vocabulary
        tag = vocabulary.tags.get(tag_id) or Tag(tag_id, vocabulary.name(tag_id))
        self._page.question_bar.show_page(tag, page, self._page.naming_keys)

    def say_why(self, question: Question) -> None:
        """Says what is known of one question: side, score and suspicion."""
        self._page.question_bar.show_why(question)

    def show_large(self, place: int, *, whole: bool) -> None:
        """Shows one image large: over the whole page, or beside its cell."""
        self._view.show_large(place, whole=whole)
        key = self._view.large.key()
        if key is None:
            return
        picture = self._loader.get(key)
        if picture is not None:
            self._view.large.accept(picture.image)
        else:
            self.pictures_wanted.emit()

    # -- inside ----------------------------------------------------------------------------------

    def _take_known(self, page: Page) -> None:
        for question in page.questions:
            picture = self._loader.get(self._view.key(question.image_id))
            if picture is not None:
                self._view.accept(question.image_id, picture.image)

    def _take_size(self) -> None:
        self._session.pages.size = self._view.capacity
        if self._session.pages.current is not None:
            self._take_known(self._session.pages.current)

    def _take_picture(self, picture: Picture) -> None:
        if self._session.pages.current is None:
            return
        image_id = picture.key.image_id
        if picture.key == self._view.key(image_id):
            self._late.start()
            self._view.accept(image_id, picture.image)
        if picture.key == self._view.large.key():
            self._view.large.accept(picture.image)

    def _set_aside(self, image_id: int, _problem: str) -> None:
        """Leaves an image out that cannot be shown; the other cells stay where they are."""
        page = self._session.pages.current
        if page is not None:
            for place in page.set_aside(image_id):
                self._view.show_mark(place)
            self.say()

    def _was_painted(self) -> None:
        self._late.stop()
        self._painted_at = time.perf_counter()
        self._latency.end()

    def _unseen(self) -> list[int]:
        """The places of the page whose picture was not painted yet."""
        page = self._session.pages.current
        cells = range(len(page)) if page is not None else ()
        return [place for place in cells if not self._view.cell(place).is_settled]

    def _give_up(self) -> None:
        """Says that some pictures do not come, and lets the others be stored."""
        page, late = self._session.pages.current, self._unseen()
        if not page or not late or not self._view.is_shown:
            return
        if len(late) == len(page):
            self._late.start()
            return
        self._gave_up, self._painted_at = True, time.perf_counter()
        words = LATE.format(late=len(late), all=len(page))
        self._page.notice.say(self._page.naming_keys(words), Kind.WARNING)
