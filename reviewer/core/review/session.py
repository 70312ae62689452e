"""The review itself: which question is next, and what an answer does. No Qt, no files, no SQL.

The session owns nothing precious. Answers live in the log, questions in the ranking; the session
holds a *trail* of the questions shown, so that one can walk back, or a *page* of the grid.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.labels import Consequences, consequences, settled
from reviewer.core.queues import Ranking
from reviewer.core.review.controls import unbiased
from reviewer.core.review.feed import Mode, QuestionFeed
from reviewer.core.review.page import Pages
from reviewer.core.review.steps import Steps
from reviewer.core.review.walk import Walk
from reviewer.core.types import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.ports import DecisionLog, ImageTags
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Answer, Decision, Question, Side


class ReviewSession:
    """Shows questions, takes answers, walks back.

    A question is asked only if its pair has no answer, does not follow from another answer, and
    its image can be shown.

    Attributes:
        feed: Where the next question comes from.
        trail: The questions shown.
        pages: The page of the grid, while one is open; then no single question is on screen.
        pace: Answers a minute and recent yield.
        along: What else an answer to a question settles, and is stored in its step.
    """

    def __init__(
        self,
        log: DecisionLog,
        images: ImageTags,
        vocabulary: Vocabulary,
        ranking: Ranking,
        *,
        reviewer: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Starts at the best queue, with the pace of the last answers in the log."""
        self.vocabulary = vocabulary
        self.reviewer = reviewer
        self.feed = QuestionFeed(Ranking.empty(), partial(_may_ask, log, images, vocabulary))
        self._log = log
        self._images = images
        self._walk = Walk(self.feed, lambda _: self.current_answer() is not None)
        self.trail = self._walk.trail
        self.pages = Pages(self.feed)
        self.along: Callable[[Question, Answer], Sequence[tuple[Question, Answer]]] = _nothing
        self._steps = Steps(log, self.feed, vocabulary.implications, clock, reviewer)
        self.pace = self._steps.pace
        self.feed.book.counts = log.counts_by_tag()
        self.reload(ranking)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def current(self) -> Question | None:
        """The question on screen; `None` when nothing is left here."""
        return self.trail.current

    def current_answer(self) -> Answer | None:
        """The live answer of the question on screen, when one walked back to it."""
        question = self.current
        if question is None:
            return None
        if question.origin.blind:
            # It is about an answer that was given: only what was said since is shown.
            return self._steps.said_of_control(question.pair)
        return self._log.answers(question.image_id).get(question.tag_id)

    def upcoming(self, count: int) -> list[Question]:
        """The next questions in the order they will be shown, without moving."""
        return self._walk.upcoming(count)

    def consequences(self, answer: Answer) -> Consequences:
        """What an answer to the question on screen would change on its image."""
        question = self.current
        if question is None:
            return Consequences(frozenset(), frozenset())
        return consequences(
            self._images.original_tags(question.image_id),
            unbiased(question, self._log.answers(question.image_id)),
            self.vocabulary.implications,
            question.tag_id,
            answer,
        )

    # -- answers ---------------------------------------------------------------------------------

    def answer(
        self,
        answer: Answer,
        elapsed_ms: int = 0,
        also: Sequence[tuple[Question, Answer]] = (),
    ) -> list[Decision]:
        """Stores an answer to the question on screen, then moves to the next question.

        Args:
            answer: To the question on screen.
            elapsed_ms: From the picture on screen to the key.
            also: What is answered along with it, as part of the same step.

        Returns:
            The step: the answer, then what went along with it, `self.along` last.

        Raises:
            LookupError: There is no question on screen.
            StoreError: Nothing was stored; the question stays.
        """
        question = self.current
        if question is None:
            raise LookupError("no question on screen")
        given = _with_along([(question, answer), *also], self.along)
        stored = self._steps.store(given, self.reviewer, elapsed_ms)
        for decision in stored:
            self.feed.flagged.pop(decision.pair, None)
        self._walk.advance()
        return stored

    def change(
        self, answers: Sequence[tuple[Question, Answer]], elapsed_ms: int = 0
    ) -> list[Decision]:
        """Stores answers that were not asked for, as one step; the question on screen stays.

        Args:
            answers: At least one, of an origin that is not `asked`.
            elapsed_ms: For all of them, where it was measured.

        Raises:
            StoreError: Nothing was stored.
        """
        stored = self._steps.store(answers, self.reviewer, elapsed_ms)
        for decision in stored:
            self.feed.flagged.pop(decision.pair, None)
        return stored

    def answer_page(
        self, answers: Sequence[tuple[Question, Answer]], elapsed_ms: int = 0
    ) -> list[Decision]:
        """Stores the answers of the page on screen as one step, then shows the next page.

        Args:
            answers: The questions with their answers; with none only the page is turned.
            elapsed_ms: For the whole page.

        Raises:
            LookupError: There is no page on screen.
            StoreError: Nothing was stored; the page stays.
        """
        if self.pages.current is None:
            raise LookupError("no page on screen")
        given = [(_of_page(question), answer) for question, answer in answers]
        given = _with_along(given, self.along)
        stored = self._steps.store(given, self.reviewer, elapsed_ms) if given else []
        for question, _ in answers:
            self.feed.flagged.pop(question.pair, None)
        self.pages.committed(decision.pair for decision in stored)
        self.pages.turn()
        return stored

    def undo(self) -> list[Decision]:
        """Takes the last step back, of this sitting or an earlier one, and shows it again.

        A page is shown as the page that it was; a step that was not asked for moves nothing.

        Raises:
            StoreError: It could not be stored; nothing changed.
        """
        taken = self._steps.undo(self.reviewer)
        if not taken:
            return []
        asked = [decision for decision in taken if decision.origin.asked]
        if len(asked) > 1 or (asked and self.pages.current is not None):
            self._walk.show(None)
            self.pages.show(asked)
        elif asked:
            self._walk.show(asked[0].question)
        elif self.pages.current is None and self.current is None:
            # Nothing was on screen because the step had answered all that was left.
            self._walk.advance()
        return taken

    def redo(self) -> list[Decision]:
        """Stores again what the last undo took back.

        Raises:
            StoreError: It could not be stored; nothing changed.
        """
        stored = self._steps.redo()
        pairs = {decision.pair for decision in stored}
        page = self.pages.current
        if page is not None:
            if pairs & page.pairs:
                self.pages.committed(pairs)
                self.pages.turn()
        elif self.current is not None and self.current.pair in pairs:
            self._walk.advance()
        return stored

    def reopen(self, decision: Decision) -> None:
        """Shows an answered question again by itself; a new answer replaces the old one."""
        self.pages.close()
        self._walk.show(replace(decision.question, origin=Origin.QUEUE))

    def flag(self) -> bool:
        """Flags the question on screen and moves on, or takes its flag away.

        Returns:
            Whether the question is flagged now.
        """
        question = self.current
        if question is None:
            return False
        if self.feed.flagged.pop(question.pair, None) is not None:
            return False
        self.feed.flagged[question.pair] = question
        self._walk.advance()
        return True

    # -- moving ----------------------------------------------------------------------------------

    def next(self) -> bool:
        """Shows the next question without answering; false at the end, and while a page is open."""
        if self.pages.current is not None:
            return False
        if self.current is not None:
            self.feed.skip(self.current)
        return self._walk.advance()

    def previous(self) -> bool:
        """Shows the question before; false at the beginning, and while a page is open."""
        return self.pages.current is None and self.trail.back()

    def open_page(self) -> bool:
        """Asks by pages from now on, beginning with the question on screen; false if none is left.

        Nothing is taken from the queue until a page is answered.
        """
        question = self.current
        self._walk.show(None)
        return self.pages.turn(question)

    def close_page(self, first: Question | None = None) -> bool:
        """Asks one by one again; the questions of the page go back, and its marks are kept.

        Args:
            first: The question of the page to show; `None` for the best.

        Returns:
            Whether there is a question.
        """
        self.pages.close(first)
        return self._walk.advance()

    def enter(self, mode: Mode, tag_id: int | None = None) -> bool:
        """Asks from somewhere else from now on; false if there is nothing to ask.

        Args:
            mode: Where questions come from.
            tag_id: The tag, in the mode `TAG`.
        """
        self.feed.enter(mode, tag_id)
        if self.pages.current is not None:
            return self.pages.turn()
        if self.current is not None and self.current_answer() is None:
            self.trail.drop()
        else:
            self.trail.cut()
        return self._walk.advance()

    def choose_side(self, side: Side | None) -> None:
        """Limits the questions to one side, or to none."""
        self.feed.side = side
        ranking = self.feed.book.ranking
        self.feed.load(ranking, self._log.answered_since(ranking.decided), None)
        self.enter(self.feed.mode, self.feed.tag_id)

    def reload(self, ranking: Ranking) -> None:
        """Takes a new ranking; what is on screen stays, answered pairs do not return."""
        self._load(ranking)
        if self.pages.current is not None:
            if not self.pages.current:
                self.pages.turn()
        elif self.current is None:
            self._walk.advance()

    def _load(self, ranking: Ranking) -> None:
        """Takes a ranking with what was answered since it was made."""
        since = ranking.decided
        self.feed.load(ranking, self._log.answered_since(since), self._log.tests_since(since))


def _with_along(
    given: list[tuple[Question, Answer]],
    along: Callable[[Question, Answer], Sequence[tuple[Question, Answer]]],
) -> list[tuple[Question, Answer]]:
    """Answers with what they settle along; what is answered itself is not settled along."""
    told = {question.pair for question, _ in given}
    more = []
    for question, answer in given:
        for other, same in along(question, answer):
            if other.pair not in told:
                told.add(other.pair)
                more.append((other, same))
    return [*given, *more]


def _of_page(question: Question) -> Question:
    """A question of a queue as asked on a page; others stay what they are."""
    return replace(question, origin=Origin.PAGE) if question.origin.ranked else question


def _nothing(_question: Question, _answer: Answer) -> Sequence[tuple[Question, Answer]]:
    """An answer settles its own question and no other."""
    return ()


def _may_ask(
    log: DecisionLog, images: ImageTags, vocabulary: Vocabulary, question: Question
) -> bool:
    """Whether a pair is open and its image can be shown; what is asked blind is answered."""
    if question.origin.blind:
        known_yet = question.tag_id in log.answers(question.image_id)
        return known_yet and images.is_askable(question.image_id)
    known = settled(log.answers(question.image_id), vocabulary.implications)
    return question.tag_id not in known and images.is_askable(question.image_id)
