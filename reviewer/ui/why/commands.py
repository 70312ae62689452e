"""V: shows why the question is asked, for this question alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from reviewer.core.types import Answer
from reviewer.ui.background import Background
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.tag_panel import Part
from reviewer.ui.theme import shown_name
from reviewer.ui.why.facts import gather, with_pictures
from reviewer.ui.why.heat_paint import HeatOverlay

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.types import Question
    from reviewer.ui.command_group import ReviewParts
    from reviewer.ui.why.facts import WhyFacts


class WhyCommands(CommandGroup):
    """Shows side, score and evidence in the place of the image's tags, and the heat map.

    The next question begins without: what the tagger thinks would lead the reviewer.

    Attributes:
        job_wanted: Emitted with the title and the words of the command of a job that works out
            the question on screen, if nobody did before.
    """

    job_wanted = Signal(str, object)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the command acts on."""
        super().__init__(parts)
        self._overlay = HeatOverlay(self._page.view)
        self._reader = Background(self)
        self._asked: Question | None = None
        self._before = Part.TAGS
        self._panels_before = True
        self._showing.shown.connect(self._end)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"look.why": self.toggle}

    def close(self) -> None:
        """Stops reading."""
        self._reader.close()

    def toggle(self) -> None:
        """Shows why the question on screen is asked, or takes it away again."""
        question = self._session.current
        if self._asked is not None:
            self._end()
            if question is not None:
                self._say_plainly(question)
            return
        if question is None:
            return
        page, session = self._page, self._session
        self._asked, self._before = question, page.tags.part
        self._panels_before = page.side_panels
        page.show_side_panels(True)
        page.question_bar.show_why(question)
        page.tags.show_changes(session.consequences(Answer.YES), session.consequences(Answer.NO))
        page.tags.why.show_question(question)
        page.tags.show_part(Part.WHY)
        self._read(question, self._take_first)

    def put_away(self) -> bool:
        """Takes it away again.

        Returns:
            Whether it was shown.
        """
        was_shown = self._asked is not None
        if was_shown:
            self.toggle()
        return was_shown

    def show_bare(self, bare: bool) -> None:
        """Lifts the heat map off the picture for a moment, or lays it back."""
        self._overlay.setVisible(not bare and self._asked is not None and self._overlay.has_heat)

    def look_again(self, *, done: bool) -> None:
        """Reads anew what is shown: more may have been worked out.

        Args:
            done: Whether nothing more is to come for the question on screen.
        """
        if self._asked is not None:
            self._read(self._asked, partial(self._take, coming=not done))

    def _read(self, question: Question, then: Callable[[WhyFacts], None]) -> None:
        library, vocabulary = self._library, self._session.vocabulary
        book = self._session.feed.book
        said = book.promised(question), book.interval(question)
        self._reader.ask(lambda: gather(library, question, vocabulary, *said), then)

    def _take_first(self, facts: WhyFacts) -> None:
        """Shows what was read, and has worked out what was not."""
        self._take(facts, coming=True)
        question = facts.question
        if facts.explained is None and question.version and self._asked is not None:
            pair = (str(question.image_id), str(question.tag_id))
            self.job_wanted.emit("Explain this question", ("explain", "--pair", *pair))

    def _take(self, facts: WhyFacts, *, coming: bool) -> None:
        """Shows what was read, if its question is still asked about."""
        if self._asked is None or self._asked.pair != facts.question.pair:
            return
        self._page.tags.why.show_facts(facts, coming=coming)
        if facts.explained is not None and facts.explained.heat.any():
            name = shown_name(self._session.vocabulary.name(facts.question.tag_id))
            self._overlay.show_heat(
                facts.explained.heat, f"Bright where the tagger sees {name}, dimmed elsewhere"
            )
        library, px = self._library, self._page.tags.why.row.cell_px
        self._reader.ask(lambda: with_pictures(library, facts, px), self._take_pictures)

    def _take_pictures(self, facts: WhyFacts) -> None:
        if self._asked is not None and self._asked.pair == facts.question.pair:
            self._page.tags.why.row.show_neighbours(facts.neighbours)

    def _end(self) -> None:
        """Puts back what was there before."""
        if self._asked is None:
            return
        self._asked = None
        self._reader.forget()
        self._overlay.clear()
        if self._page.tags.part is Part.WHY:
            self._page.tags.show_part(self._before)
        if not self._panels_before:
            self._page.show_side_panels(False)

    def _say_plainly(self, question: Question) -> None:
        """Takes side and score off the screen again."""
        page = self._page
        tag = self._session.vocabulary.tags[question.tag_id]
        page.question_bar.show_question(tag, self._session.current_answer())
        page.tags.show_meaning(question.tag_id)
