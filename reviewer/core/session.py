"""The review itself: which question is next, and what an answer does. No Qt, no files, no SQL.

The session owns nothing precious. Answers live in the log, questions in the ranking; the session
holds a *trail* of the questions shown, so that one can walk back.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.feed import Mode, QuestionFeed
from reviewer.core.labels import Consequences, consequences, settled
from reviewer.core.queues import Ranking
from reviewer.core.statistics import Pace
from reviewer.core.trail import Trail
from reviewer.core.types import Answer, Decision, Question, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.ports import DecisionLog, ImageTags
    from reviewer.core.vocabulary import Vocabulary


class ReviewSession:
    """Shows questions, takes answers, walks back.

    A question is asked only if its pair has no answer, does not follow from another answer, and
    its image can be shown.

    Attributes:
        feed: Where the next question comes from.
        trail: The questions shown.
        pace: Answers a minute and recent yield.
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
        self.pace = Pace()
        self.feed = QuestionFeed(Ranking.empty(), self._may_ask)
        self._log = log
        self._images = images
        self._clock = clock
        self._redo: list[list[Decision]] = []
        self.trail = Trail()
        self.feed.book.counts = log.counts_by_tag()
        for decision in reversed(log.recent(self.pace.window)):
            self.pace.add(decision)
        self.reload(ranking)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def current(self) -> Question | None:
        """The question on screen; `None` when nothing is left here."""
        return self.trail.current

    def current_answer(self) -> Answer | None:
        """The live answer of the question on screen, when one walked back to it."""
        question = self.current
        return (
            None if question is None else self._log.answers(question.image_id).get(question.tag_id)
        )

    def upcoming(self, count: int) -> list[Question]:
        """The next questions in the order they will be shown, without moving."""
        waiting = self.trail.ahead(count)
        return [*waiting, *self.feed.peek(count - len(waiting), self.current)]

    def consequences(self, answer: Answer) -> Consequences:
        """What an answer to the question on screen would change on its image."""
        question = self.current
        if question is None:
            return Consequences(frozenset(), frozenset())
        return consequences(
            self._images.original_tags(question.image_id),
            self._log.answers(question.image_id),
            self.vocabulary.implications,
            question.tag_id,
            answer,
        )

    # -- answers ---------------------------------------------------------------------------------

    def answer(self, answer: Answer, elapsed_ms: int = 0) -> Decision:
        """Stores an answer to the question on screen, then moves to the next question.

        Raises:
            LookupError: There is no question on screen.
            StoreError: The answer could not be stored; the question stays.
        """
        question = self.current
        if question is None:
            raise LookupError("no question on screen")
        decision = Decision(
            image_id=question.image_id,
            tag_id=question.tag_id,
            answer=answer,
            side=question.side,
            score=question.score,
            suspicion=question.suspicion,
            version=question.version,
            reviewer=self.reviewer,
            answered_at=int(self._clock() * 1000),
            elapsed_ms=elapsed_ms,
        )
        (stored,) = self._log.append([decision])
        self._redo.clear()
        self._take_in(stored)
        self.feed.flagged.pop(question.pair, None)
        self._advance()
        return stored

    def undo(self) -> list[Decision]:
        """Takes the last answer back, of this sitting or an earlier one, and shows it again.

        Raises:
            StoreError: It could not be stored; nothing changed.
        """
        taken = self._log.undo_last(self.reviewer)
        if not taken:
            return []
        self._redo.append(taken)
        for decision in taken:
            self._take_out(decision)
        self._show(_question_of(taken[0]))
        return taken

    def redo(self) -> list[Decision]:
        """Stores again what the last undo took back.

        Raises:
            StoreError: It could not be stored; nothing changed.
        """
        if not self._redo:
            return []
        now = int(self._clock() * 1000)
        again = [replace(d, id=0, step=0, answered_at=now) for d in self._redo[-1]]
        stored = self._log.append(again)
        self._redo.pop()
        for decision in stored:
            self._take_in(decision)
        if self.current is not None and self.current.pair == stored[-1].pair:
            self._advance()
        return stored

    def reopen(self, decision: Decision) -> None:
        """Shows an answered question again; a new answer replaces the old one."""
        self._show(_question_of(decision))

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
        self._advance()
        return True

    # -- moving ----------------------------------------------------------------------------------

    def next(self) -> bool:
        """Shows the next question without answering; false at the end."""
        if self.current is not None:
            self.feed.skip(self.current)
        return self._advance()

    def previous(self) -> bool:
        """Shows the question before; false at the beginning."""
        return self.trail.back()

    def enter(self, mode: Mode, tag_id: int | None = None) -> bool:
        """Asks from somewhere else from now on; false if there is nothing to ask.

        Args:
            mode: Where questions come from.
            tag_id: The tag, in the mode `TAG`.
        """
        self.feed.enter(mode, tag_id)
        if self.current is not None and self.current_answer() is None:
            self.trail.drop()
        else:
            self.trail.cut()
        return self._advance()

    def choose_side(self, side: Side | None) -> None:
        """Limits the questions to one side, or to none."""
        self.feed.side = side
        ranking = self.feed.book.ranking
        self.feed.load(ranking, self._log.answered_since(ranking.decided))
        self.enter(self.feed.mode, self.feed.tag_id)

    def reload(self, ranking: Ranking) -> None:
        """Takes a new ranking; the question on screen stays, answered pairs do not return."""
        self.feed.load(ranking, self._log.answered_since(ranking.decided))
        if self.current is None:
            self._advance()

    # -- inside ----------------------------------------------------------------------------------

    def _show(self, question: Question) -> None:
        shown = self.current
        if shown is not None and shown.pair != question.pair and self.current_answer() is None:
            self.trail.drop()
            self.feed.put_back(shown)
        self.trail.push(question)

    def _advance(self) -> bool:
        if self.trail.forward():
            return True
        question = self.feed.take(self.current)
        if question is None:
            self.trail.leave()
            return False
        self.trail.push(question)
        return True

    def _may_ask(self, question: Question) -> bool:
        known = settled(self._log.answers(question.image_id), self.vocabulary.implications)
        return question.tag_id not in known and self._images.is_askable(question.image_id)

    def _take_in(self, decision: Decision) -> None:
        self.pace.add(decision)
        self.feed.book.close([decision.pair])
        self.feed.book.count_answer(decision.tag_id, fixed=decision.changes_metadata)

    def _take_out(self, decision: Decision) -> None:
        """Forgets an answer, and reopens what it had settled; the feed asks only open pairs."""
        self.pace.remove(decision)
        self.feed.book.count_answer(decision.tag_id, fixed=decision.changes_metadata, times=-1)
        implications = self.vocabulary.implications
        kin = implications.ancestors(decision.tag_id) | implications.descendants(decision.tag_id)
        for tag_id in kin | {decision.tag_id}:
            self.feed.book.reopen(decision.image_id, tag_id)


def _question_of(decision: Decision) -> Question:
    return Question(
        image_id=decision.image_id,
        tag_id=decision.tag_id,
        side=decision.side,
        score=decision.score,
        suspicion=decision.suspicion,
        version=decision.version,
    )
