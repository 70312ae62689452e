"""A queue of questions with several tags to choose from: a key each, undo, and what it changed.

What the image has now is not shown before the answer: it would be the answer that most people
give. It is told after, in the line below the next question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from reviewer.core.choices.choosing import ChoiceSession
from reviewer.core.errors import StoreError
from reviewer.core.types import Answer
from reviewer.sources.away import away_sentence, is_away
from reviewer.ui.choice.keys import CHOOSE, NONE, UNSURE, choice_commands
from reviewer.ui.choice.picture import ChoicePicture
from reviewer.ui.choice.row import ChoiceRow
from reviewer.ui.keys.actions import KeyMap
from reviewer.ui.keys.bounce import Bounce
from reviewer.ui.pictures.view import STEP
from reviewer.ui.side_page import SidePage
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.notice_bar import Kind, NoticeBar
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from reviewer.core.choices.choice import ChoiceKind, ChoiceQuestion
    from reviewer.core.commands import Command
    from reviewer.core.types import Decision
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

LOOK_MS = 2000
"""How often new questions are looked for while the page is shown."""
AHEAD = 4
CACHE_BYTES = 128 << 20
NOTHING_BACK = "Your last answer was not given here; it is taken back in the review."
NOTHING_AGAIN = "There is nothing to answer again."
REPEATED = ("next", "previous", "zoom.", "look.full")


@dataclass(frozen=True)
class ChoiceSource:
    """What a page of choices is about.

    Attributes:
        kind: Its words.
        original: What the metadata give an image; `None` for its tags.
        is_open: Whether a question is still to be asked, from its tags and the live answers of
            its image; `None` for those of whose tags nothing was said.
        row: Makes the row of choices.
    """

    kind: ChoiceKind
    original: Callable[[int], frozenset[int]] | None = None
    is_open: Callable[[Sequence[int], Mapping[int, Answer]], bool] | None = None
    row: Callable[[QWidget], ChoiceRow] = ChoiceRow


class ChoicePage(SidePage):
    """Asks the questions of one kind of choice."""

    def __init__(
        self, review: Review, beside: Beside, source: ChoiceSource, parent: QWidget | None = None
    ) -> None:
        """Begins empty; each opening reads.

        Args:
            review: The open collection.
            beside: What the page may use of the window.
            source: What is asked.
            parent: Its owner.
        """
        super().__init__(parent)
        self.command_id = source.kind.id
        self._review = review
        self._beside = beside
        self._source = source
        self._files = review.library.choices(source.kind.id)
        self._stamp = 0
        self._session: ChoiceSession | None = None
        self._table: tuple[Command, ...] = ()
        self._keys = KeyMap(QGuiApplication.platformName(), ())
        self._bounce = Bounce()
        folder = review.library.folder
        self.picture = ChoicePicture(
            self,
            review.controller.showing.files,
            cache_bytes=CACHE_BYTES,
            is_away=partial(is_away, folder),
        )
        self.lead = text_label(source.kind.lead, "page", of=self)
        self.said = text_label(tone="muted", of=self)
        self.progress = text_label(tone="muted", of=self)
        self.row = source.row(self)
        self._make = QPushButton(source.kind.job[0], self)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._read)
        self._lay_out()
        self.notice = NoticeBar(self.picture.view)
        self.row.triggered.connect(self.run_command)
        self.picture.failed.connect(self._set_aside)
        self.picture.changed.connect(review.controller.showing.files_changed)
        self.picture.away.connect(
            lambda problem: self.notice.say(problem or away_sentence(folder), Kind.WARNING)
        )

    def _lay_out(self) -> None:
        self.lead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lead.setToolTip(self._source.kind.about)
        title, words = self._source.kind.job
        self._make.clicked.connect(lambda: self._beside.start_job(title, list(words)))
        back = self.back_button()
        for button in (self._make, back):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = in_row((self.progress, 1), (self.lead, 2), gap=10, edge=(20, 14, 20, 0))
        right = in_row(1, self._make, back)
        top.addLayout(right, 1)
        in_column(
            top, self.said, (self.picture.view, 1), self.row, of=self, gap=6, edge=(0, 0, 0, 8)
        )

    # -- the page --------------------------------------------------------------------------------

    @property
    def session(self) -> ChoiceSession | None:
        """The questions, once the page was opened."""
        return self._session

    def bind(self, commands: tuple[Command, ...]) -> None:
        """Takes the keys that the person has."""
        super().bind(commands)
        self._table = commands
        self._take_keys()

    def opened(self) -> None:
        """Reads the questions, and looks out for new ones."""
        super().opened()
        self._read()
        self._show()
        self._timer.start()

    def left(self) -> None:
        """Stops looking."""
        self._timer.stop()

    def dispose(self) -> None:
        """Stops decoding."""
        self._timer.stop()
        self.picture.close()

    def run_command(self, command_id: str) -> None:
        """Carries a command out."""
        handler = self._handlers().get(command_id)
        if handler is not None:
            handler()
        elif command_id.startswith(CHOOSE):
            self._answer(lambda s, ms: s.choose(int(command_id.removeprefix(CHOOSE)), ms))
        elif command_id in {self.command_id, "leave"}:
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turns a key into its command; a key held down counts once."""
        found = self._keys.find(event)
        if found is None:
            super().keyPressEvent(event)
            return
        event.accept()
        if event.isAutoRepeat():
            if not found.id.startswith(REPEATED):
                return
        elif self._bounce.is_echo(_as_answer(found.id), event.timestamp()):
            return
        self.run_command(found.id)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Ends full resolution."""
        found = self._keys.find(event)
        if found is not None and found.held and not event.isAutoRepeat():
            self.picture.view.hold_full(False)
        super().keyReleaseEvent(event)

    # -- commands --------------------------------------------------------------------------------

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        view = self.picture.view
        return {
            NONE: lambda: self._answer(lambda s, ms: s.none_of_them(ms)),
            UNSURE: lambda: self._answer(lambda s, ms: s.cannot_tell(ms)),
            "undo": partial(self._go_back, redo=False),
            "redo": partial(self._go_back, redo=True),
            "next": partial(self._turn, forward=True),
            "previous": partial(self._turn, forward=False),
            "zoom.toggle": view.toggle_zoom,
            "zoom.in": partial(view.zoom_by, STEP),
            "zoom.out": partial(view.zoom_by, 1 / STEP),
            "look.full": partial(view.hold_full, True),
        }

    def _answer(self, store: Callable[[ChoiceSession, int], list[Decision]]) -> None:
        """Stores an answer, if its picture has been seen."""
        session = self._session
        question = session.current if session is not None else None
        if session is None or question is None or not self.picture.ready:
            return
        try:
            stored = store(session, self.picture.elapsed_ms)
        except StoreError as error:
            self.notice.say(f"Not saved: {error}", Kind.ERROR)
            return
        if stored:
            self._told(stored, 1)
            self._show()
            self.said.setText(_words(question, stored, self._name))

    def _go_back(self, *, redo: bool) -> None:
        """Takes the last step back, or stores again what was taken back."""
        session = self._session
        if session is None:
            return
        try:
            step = session.redo() if redo else session.undo()
        except StoreError as error:
            self.notice.say(f"Not saved: {error}", Kind.ERROR)
            return
        if not step:
            self.notice.say(NOTHING_AGAIN if redo else NOTHING_BACK)
            return
        self._told(step, 1 if redo else -1)
        self._show()
        done = "Answered again" if redo else "Taken back"
        self.said.setText(f"{done}: {self._name(step[0].tag_id)}.")

    def _turn(self, *, forward: bool) -> None:
        session = self._session
        if session is not None and session.current is not None and forward:
            session.next()
            self._show()
        elif session is not None and not forward and session.previous():
            self._show()

    def _told(self, decisions: Sequence[Decision], times: int) -> None:
        """Has the review count what was stored."""
        self.notice.clear()
        self._review.controller.stored_elsewhere(decisions, times)

    def _set_aside(self, image_id: int, problem: str) -> None:
        """Leaves a picture out that cannot be shown, says so, and goes on."""
        self.notice.say(f"Set aside: {problem}", Kind.WARNING)
        try:
            self._review.library.images.set_aside(image_id, problem)
        except StoreError as error:
            self.notice.say(f"{problem} It could not be set aside: {error}", Kind.ERROR)
        session = self._session
        if session is not None and session.current is not None:
            if session.current.image_id == image_id:
                session.next()
            self._show()

    # -- what is shown ---------------------------------------------------------------------------

    def _read(self) -> None:
        """Takes new questions, if there are any; the one on screen stays until it is answered."""
        stamp = self._files.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        library, ranking = self._review.library, self._files.load()
        vocabulary = self._review.session.vocabulary
        wanted = {*ranking.tags.ravel().tolist(), *ranking.current.tolist()} - {-1}
        for tag in library.tags.some(wanted - vocabulary.tags.keys()):
            vocabulary.take_in(tag)
        if self._session is not None:
            self._session.load(ranking)
        else:
            self._session = ChoiceSession(
                ranking,
                self._review.session,
                library.decisions,
                library.images,
                reviewer=self._review.session.reviewer,
                original=self._source.original,
                is_open=self._source.is_open,
            )
        self._show()

    def _show(self) -> None:
        session = self._session
        question = session.current if session is not None else None
        self._take_keys()
        _offer(self, self._make, wanted=question is None)
        if session is None or question is None:
            self.picture.show_message(self._source.kind.nothing)
            self.progress.setText("")
            return
        image = self._review.library.images.get(question.image_id)
        self.picture.show_image(
            image.id,
            QSize(image.width, image.height),
            question.box,
            [entry.image_id for entry in session.upcoming(AHEAD)],
        )
        place, length = session.seen
        self.progress.setText(f"{min(place + 1, length):,} of {length:,}, most doubtful first")
        self.setAccessibleDescription(self._source.kind.lead)
        before = session.answer_of(question)
        if before:
            given = ", ".join(f"{self._name(t)}: {a.word}" for t, a in before.items())
            self.said.setText(f"You answered {given}.")

    def _take_keys(self) -> None:
        """Shows the choices of the question on screen, and takes their keys."""
        kind = self._source.kind
        question = self._session.current if self._session is not None else None
        titles = []
        for choice in question.choices if question is not None else ():
            name = self._review.session.vocabulary.name(choice.tag_id)
            letter = kind.letters.get(name, "")
            title = self._name(choice.tag_id)
            titles.append((f"{title}  ({letter.upper()})" if letter else title, letter))
        none = kind.none if question is not None else ""
        commands = choice_commands(titles, none, self._table, self.command_id)
        self._keys = KeyMap(QGuiApplication.platformName(), commands)
        self.row.show_commands(commands if question is not None else ())

    def _name(self, tag_id: int) -> str:
        name = self._review.session.vocabulary.name(tag_id)
        return self._source.kind.titles.get(name, shown_name(name))


def _offer(page: QWidget, button: QPushButton, *, wanted: bool) -> None:
    """Puts what brings questions under Enter where there are none; else all keys are answers."""
    had = button.hasFocus()
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if wanted else Qt.FocusPolicy.NoFocus)
    if wanted and page.hasFocus():
        button.setFocus()
    elif had and not wanted:
        page.setFocus()


def _words(question: ChoiceQuestion, stored: Sequence[Decision], name: Callable[[int], str]) -> str:
    """What an answer changed: shown after it, never before."""
    had = "nothing" if question.current is None else name(question.current)
    said = next((d.tag_id for d in stored if d.answer is Answer.YES), None)
    if said is None:
        word = "can't tell" if stored[0].answer is Answer.UNSURE else "none of these"
        return f"Last: you said {word}; the image has {had}."
    if said == question.current:
        return f"Last: {name(said)}, as the image had it."
    return f"Last: {had} \N{RIGHTWARDS ARROW} {name(said)}."


def _as_answer(command_id: str) -> str:
    """The id under which bounces are told apart: all answers count as one."""
    return f"answer.{command_id}" if command_id.startswith(CHOOSE) else command_id
