"""Steps of answers: written to the log, taken back, given again, and what is counted from them."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.review.controls import long_ago
from reviewer.core.review.feed import Mode
from reviewer.core.statistics import Pace
from reviewer.core.types import Answer, Decision, Origin, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reviewer.core.ports import DecisionLog
    from reviewer.core.review.feed import QuestionFeed
    from reviewer.core.tags.vocabulary import Implications


class Steps:
    """Writes steps, and keeps the pace and what is left of the queues in accord with the log.

    Attributes:
        pace: Answers a minute and recent yield.
    """

    def __init__(
        self,
        log: DecisionLog,
        feed: QuestionFeed,
        implications: Implications,
        clock: Callable[[], float] = time.time,
        reviewer: str | None = None,
    ) -> None:
        """Begins with the pace of the last answers in the log.

        Args:
            log: Where answers are kept.
            feed: Where questions come from.
            implications: What follows from a tag.
            clock: Gives unix seconds.
            reviewer: Whose answers tell the pace; `None` for everyone's.
        """
        self.pace = Pace()
        self._log = log
        self._feed = feed
        self._implications = implications
        self._clock = clock
        self._undone: list[list[Decision]] = []
        self._controls: dict[tuple[int, int], Decision] = {}
        self._last_id = 0
        for decision in one_by_one(log.recent(self.pace.window)[::-1]):
            if decision.origin.ranked and reviewer in {None, decision.reviewer}:
                self.pace.add(decision)

    def store(
        self, answers: Sequence[tuple[Question, Answer]], reviewer: str, elapsed_ms: int
    ) -> list[Decision]:
        """Stores answers as one step, with one decision each.

        Args:
            answers: Questions with their answers, at least one.
            reviewer: Who gave them.
            elapsed_ms: For all of them together; those of which it was measured carry equal shares.

        Raises:
            StoreError: Nothing was stored.
        """
        now = int(self._clock() * 1000)
        timed = sum(question.origin.timed for question, _ in answers)
        step = [
            Decision(
                image_id=question.image_id,
                tag_id=question.tag_id,
                answer=answer,
                side=question.side,
                score=question.score,
                suspicion=question.suspicion,
                version=question.version,
                reviewer=reviewer,
                answered_at=now,
                elapsed_ms=round(elapsed_ms / timed) if question.origin.timed else 0,
                origin=question.origin,
            )
            for question, answer in answers
        ]
        stored = self._log.append(step)
        self._undone.clear()
        self._take_in(stored)
        return stored

    def undo(self, reviewer: str) -> list[Decision]:
        """Takes the reviewer's last step back; empty if there is none.

        Raises:
            StoreError: Nothing changed.
        """
        taken = self._log.undo_last(reviewer)
        if taken:
            self._undone.append(taken)
            for decision in taken:
                self._take_out(decision)
        return taken

    def redo(self) -> list[Decision]:
        """Stores again what the last undo took back; empty if there is nothing.

        Raises:
            StoreError: Nothing changed.
        """
        if not self._undone:
            return []
        now = int(self._clock() * 1000)
        again = [replace(d, id=0, step=0, answered_at=now) for d in self._undone[-1]]
        stored = self._log.append(again)
        self._undone.pop()
        self._take_in(stored)
        return stored

    def said_of_control(self, pair: tuple[int, int]) -> Answer | None:
        """What was just answered to a question asked blind; `None` once it may be asked again."""
        given = self._controls.get(pair)
        now = int(self._clock() * 1000)
        if given is None or long_ago(given, self._last_id, now):
            return None
        return given.answer

    def _take_in(self, stored: Sequence[Decision]) -> None:
        for decision in one_by_one(stored):
            if decision.origin.ranked:
                self.pace.add(decision)
            self._last_id = decision.id
            self._feed.lists.close(decision.pair)
            if decision.origin.blind:
                self._controls[decision.pair] = decision
            else:
                if decision.answer is Answer.UNSURE:
                    again = replace(decision.question, origin=Origin.SETTLE)
                    self._feed.lists.add(Mode.UNSURE, again)
                self._feed.book.close([decision.pair])
                self._count(decision, 1)

    def _take_out(self, decision: Decision) -> None:
        """Forgets an answer, and reopens what it had settled; the feed asks only open pairs."""
        self.pace.remove(decision)
        self._feed.lists.reopen(decision.pair)
        if decision.origin.blind:
            self._controls.pop(decision.pair, None)
            return
        if decision.answer is Answer.UNSURE:
            self._feed.lists.drop(Mode.UNSURE, decision.pair)
        self._count(decision, -1)
        book = self._feed.book
        kin = self._implications.ancestors(decision.tag_id)
        kin |= self._implications.descendants(decision.tag_id)
        for tag_id in kin | {decision.tag_id}:
            book.reopen(decision.image_id, tag_id)

    def _count(self, decision: Decision, times: int) -> None:
        """Counts an answer; only those that were chosen for their suspicion test the promises."""
        self._feed.book.count_answer(
            decision.tag_id,
            side=decision.side,
            fixed=decision.changes_metadata,
            promised=decision.suspicion,
            times=times,
            # A ranking that knew of an answer is not tested by taking it back.
            tests=decision.origin.ranked and decision.id > self._feed.book.ranking.decided,
        )


def one_by_one(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions as if those of a step had been answered one after the other.

    A page is stored at one instant; its pace is that of its shares of the time.

    Args:
        decisions: In the order of the log.
    """
    spread: list[Decision] = []
    for _, step in itertools.groupby(decisions, key=lambda decision: decision.step):
        later = 0
        for decision in reversed(list(step)):
            spread.append(replace(decision, answered_at=decision.answered_at - later))
            later += decision.elapsed_ms
    return sorted(spread, key=lambda decision: decision.id)
