"""Brings the question of the session to the screen, and its picture with it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer, Signal

from reviewer.core.commands import View
from reviewer.core.errors import StoreError
from reviewer.core.review.controls import unbiased
from reviewer.core.review.feed import Mode
from reviewer.core.types import ImageState, Tag
from reviewer.sources.away import away_sentence, is_away
from reviewer.store.previews import LARGE_PIXELS, PREVIEW_PX
from reviewer.ui.grid.showing import GridShowing
from reviewer.ui.latency import Latency
from reviewer.ui.pictures.decoding import PictureFiles
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.pictures.prefetch import keys_as_shown, wanted, wanted_page
from reviewer.ui.pictures.thumbs import Thumbs
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from reviewer.core.review.feed import QuestionFeed
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import Image, Question
    from reviewer.settings import Settings
    from reviewer.store.library import Library
    from reviewer.ui.pictures.decoding import Picture
    from reviewer.ui.review_page import ReviewPage


NOTHING_LISTED = {
    Mode.FLAGGED: (
        "Nothing is flagged.\n{flag} flags a question for later; {queue.pick} picks another queue."
    ),
    Mode.DISAGREEMENTS: (
        "No disagreement is left for you to settle.\n{queue.pick} picks another queue."
    ),
    Mode.IMPLIED: (
        "No implied tag is left to ask about.\n"
        "The next ranking looks for more; {queue.pick} picks another queue."
    ),
    Mode.KEPT_OUT: (
        "Nothing is left to ask about the highest scores of images that no tagger learns from.\n"
        "The next ranking brings more; {queue.pick} picks another queue."
    ),
    Mode.UNSURE: (
        "Nothing that could not be told is left for a second look.\n"
        "{queue.pick} picks another queue."
    ),
    Mode.DOUBTED: (
        "No answer that looks wrong is left to look at again.\n"
        "The next ranking looks for more; {queue.pick} picks another queue."
    ),
    Mode.AUDIT: (
        "The random sample is answered.\n{audit} shows what it tells; {queue.pick} picks a queue."
    ),
}
"""What to say where a list is empty, with the ids of commands in braces for their keys."""

UNREADABLE = (
    "{problem} Nor could those before it be read: none more is set aside for that, and they are "
    "tried again all the time. {{next}} goes on without an answer."
)

AWAY = "The folder of the images is not there.\nIts pictures are shown as soon as it is back."
CANNOT_BE_READ = "The pictures cannot be read now.\nThey are shown as soon as they can."


class Showing(QObject):
    """Shows the current question; holds the paint gate.

    Attributes:
        grid: Shows the page instead, while one is open.
        latency: From key to paint.
        shown: Another question, or none, is on screen; everything beside it may follow.
        files_changed: A file is another one than the import saw.
    """

    shown = Signal()
    files_changed = Signal()

    def __init__(
        self, library: Library, session: ReviewSession, page: ReviewPage, settings: Settings
    ) -> None:
        """Begins with an empty screen."""
        super().__init__(page)
        self._library = library
        self._session = session
        self._page = page
        self._ahead, self._behind = settings.ahead, settings.behind
        self._serial = 0
        self._painted_at = 0.0
        self._closed = False
        # With no wait it comes after the paint that was asked for in the same turn of Qt's loop.
        self._beside = QTimer(self, singleShot=True, interval=0)
        self._beside.timeout.connect(self._show_beside)
        self.latency = Latency()
        self._loader = ImageLoader(
            self.files,
            cache_bytes=settings.cache_mib << 20,
            threads=settings.decode_threads,
            is_away=partial(is_away, library.folder),
            parent=self,
        )
        self._small = Thumbs(page.answers, self._loader)
        self._loader.loaded.connect(self._take_picture)
        self._loader.failed.connect(self._set_aside)
        self._loader.changed.connect(self.files_changed)
        self._loader.away.connect(self._wait_for_files)
        self._loader.back.connect(page.notice.clear)
        self._loader.back.connect(self.show)
        self.grid = GridShowing(library, session, page, self._loader, self.latency)
        page.view.painted.connect(self._was_painted)
        page.view.full_wanted.connect(self._take_decoded)
        page.view.resized.connect(self._take_decoded)
        page.grid.resized.connect(self.prefetch)
        self.grid.pictures_wanted.connect(self.prefetch)

    @property
    def ready(self) -> bool:
        """Whether an answer counts: the picture of the question on screen was painted."""
        return self._session.current is not None and self._page.view.has_painted

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the picture was painted."""
        return round((time.perf_counter() - self._painted_at) * 1000)

    @property
    def thumbs(self) -> dict[int, QImage]:
        """Small pictures by image id."""
        return self._small.known

    def show(self, pressed: float | None = None) -> None:
        """Shows the session's current question or page.

        Args:
            pressed: When the key was pressed that led here; `None` without one.
        """
        self._serial += 1
        question = self._session.current
        if self._session.pages.current is not None:
            self.grid.show(pressed, self._why_nothing())
        elif question is None:
            self._page.show_view(View.SINGLE)
            self._show_nothing()
        else:
            self._page.show_view(View.SINGLE)
            if pressed is not None:
                self.latency.begin(pressed)
            self._show_question(question)
        self.shown.emit()

    def refresh(self) -> None:
        """Shows anew what stands beside the question, which itself stays as it is."""
        self._beside.start()
        self.shown.emit()

    def prefetch(self) -> None:
        """Asks for the pictures round the question on screen, or of this page and the next."""
        if self._closed:
            return
        thumbs = self._small.lacking()
        if self._session.pages.current is not None:
            self._loader.want(wanted_page(self._session, self._page.grid, thumbs=thumbs))
            return
        keys = wanted(
            self._session,
            self._page.view,
            ahead=self._ahead,
            behind=self._behind,
            room=self._loader.cache_bytes,
            thumbs=thumbs,
        )
        self._loader.want(keys)

    def apply(self, settings: Settings) -> None:
        """Takes other settings for the pictures held in memory."""
        self._ahead, self._behind = settings.ahead, settings.behind
        self._loader.cache_bytes = settings.cache_mib << 20

    def close(self) -> None:
        """Stops decoding."""
        self._closed = True
        self._beside.stop()
        self._loader.close()

    # -- inside ----------------------------------------------------------------------------------

    def _show_question(self, question: Question) -> None:
        page = self._page
        images = self._library.images
        image = images.get(question.image_id)
        page.question_bar.show_question(self._tag(question.tag_id), self._session.current_answer())
        self._beside.start()
        if image.state is not ImageState.OK:
            page.view.show_message(self._serial, page.naming_keys(_not_shown(image)))
            return
        key = page.view.key(image.id)
        picture = self._loader.get(key)
        page.view.show_question(self._serial, QSize(image.width, image.height), picture)
        if picture is None:
            self._loader.want([key])

    def _show_beside(self) -> None:
        """Shows the tags of the image: a moment after its picture, which does not wait for them."""
        question = self._session.current
        if question is None or self._session.pages.current is not None:
            return
        images = self._library.images
        image = images.get(question.image_id)
        self._page.teller.about(image.path)
        self._page.tags.show_question(
            question,
            image,
            images.original_tags(question.image_id),
            unbiased(question, self._library.decisions.answers(question.image_id)),
        )

    def files(self, image_id: int) -> PictureFiles:
        """Where an image's pixels are: large ones may have a preview on this machine."""
        image = self._library.images.get(image_id)
        original = self._library.folder / image.path
        # A file that was never opened is not known by its size: a site's may be of another copy.
        size = image.size if image.sha256 else 0
        if image.width * image.height > LARGE_PIXELS:
            preview = self._library.previews.place(image.sha256)
            if preview.exists():
                return PictureFiles(original, preview, PREVIEW_PX, size)
        return PictureFiles(original, size=size)

    def _show_nothing(self) -> None:
        self._page.question_bar.show_nothing()
        self._page.tags.show_nothing()
        reason = self._why_nothing()
        self._page.view.show_message(self._serial, reason)
        self._page.teller.about(reason)

    def _why_nothing(self) -> str:
        return self._page.naming_keys(_reason(self._session))

    def _tag(self, tag_id: int) -> Tag:
        vocabulary = self._session.vocabulary
        return vocabulary.tags.get(tag_id) or Tag(tag_id, vocabulary.name(tag_id))

    def _take_picture(self, picture: Picture) -> None:
        image_id = picture.key.image_id
        self._small.keep(image_id, picture.thumb)
        question = self._session.current
        if question is None or question.image_id != image_id:
            return
        if picture.key.full or picture.key == self._page.view.key(image_id):
            self._page.view.accept(picture)

    def _take_decoded(self) -> None:
        """Shows the picture at the size that is wanted now: as it was decoded before, or soon."""
        if self._closed:
            return
        question, view = self._session.current, self._page.view
        if question is not None and self._library.images.is_askable(question.image_id):
            for key in keys_as_shown(view, question.image_id):
                picture = self._loader.get(key)
                if picture is not None:
                    view.accept(picture)
        self.prefetch()

    def _set_aside(self, image_id: int, problem: str) -> None:
        """Leaves a picture out that cannot be shown, says so, and goes on."""
        try:
            # What an import found gone meanwhile stays that.
            if self._library.images.is_askable(image_id):
                self._library.images.set_aside(image_id, problem)
        except StoreError as error:
            self._page.notice.say(f"{problem} It could not be set aside: {error}", Kind.ERROR)
        else:
            self._page.notice.say(f"Set aside: {problem}", Kind.WARNING)
        question = self._session.current
        if question is not None and question.image_id == image_id:
            self._session.next()
            self.show()

    def _wait_for_files(self, problem: str) -> None:
        """Says that no picture is there: none is set aside for that, and no answer is lost."""
        sentence, wait = (
            f"{away_sentence(self._library.folder)} The review goes on by itself.",
            AWAY,
        )
        if problem:
            sentence = self._page.naming_keys(UNREADABLE.format(problem=problem))
            wait = CANNOT_BE_READ
        if self._page.notice.kind is not Kind.ERROR or not self._page.notice.text:
            self._page.notice.say(sentence, Kind.ERROR)
        self._page.view.explain_wait(wait)

    def _was_painted(self, serial: int) -> None:
        if serial == self._serial:
            self._painted_at = time.perf_counter()
            self.latency.end()


def _reason(session: ReviewSession) -> str:
    """Why there is no question, with the ids of commands in braces for their keys."""
    feed = session.feed
    if feed.mode in NOTHING_LISTED:
        return NOTHING_LISTED[feed.mode]
    if len(feed.book.ranking) == 0:
        return (
            "There are no questions yet.\n"
            "They come from a trained tagger and a scan: press {jobs} and start them there."
        )
    side = "" if feed.side is None else f" that may be {feed.side.name.lower()}"
    if feed.mode is Mode.TAG and feed.tag_id is not None:
        name = shown_name(session.vocabulary.name(feed.tag_id))
        # In the grid the arrows move over the page.
        on = "{next}" if session.pages.current is None else "{queue.next}"
        return (
            f"Nothing is left to ask about {name}{side}.\n{_put_by(feed)}"
            f"{on} goes on with the next queue, {{queue.pick}} picks one."
        )
    return (
        f"Nothing is left to ask{side}.\n{_put_by(feed)}"
        "Press {jobs} to train on your answers and rank again: that brings new questions."
    )


def _put_by(feed: QuestionFeed) -> str:
    """A line on what is left all the same, because it was flagged for later; empty without."""
    here = [entry for entry in feed.flagged.values() if feed.side in {None, entry.side}]
    count = sum(feed.mode is not Mode.TAG or entry.tag_id == feed.tag_id for entry in here)
    return f"{count:,} flagged for later: the list has them under Flagged.\n" if count else ""


def _not_shown(image: Image) -> str:
    reason = image.problem or "the file is gone"
    return f"{image.path} is set aside: {reason}\n{{next}} goes on."
