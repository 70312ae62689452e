"""The review itself: which question is next, and what an answer does. No Qt, no files, no SQL.

The session owns nothing precious. Answers live in the log, questions in the ranking; the session
holds a *trail* of the questions shown, so that one can walk back.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from reviewer.core.feed import Mode, QuestionFeed
from reviewer.core.labels import Consequences, consequences, settled
from reviewer.core.queues import Ranking
from reviewer.core.statistics import Pace
from reviewer.core.types import Answer, Decision, Question, QueueSummary, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reviewer.core.vocabulary import Vocabulary

TRAIL = 200
"""Questions that can be walked back to without undoing anything."""


class DecisionLog(Protocol):
    """The append-only log, and what follows from it for one image."""

    def append(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Stores one step in one transaction and returns it with its ids.

        Raises:
            StoreError: Nothing was stored.
        """

    def undo_last(self, reviewer: str) -> list[Decision]:
        """Takes the last live step back; returns its answers, empty if there is none.

        Raises:
            StoreError: Nothing was stored.
        """

    def answers(self, image_id: int) -> Mapping[int, Answer]:
        """The live answers of an image by tag id."""

    def recent(self, count: int) -> list[Decision]:
        """The last live answers, newest first."""

    def answered_since(self, decision_id: int) -> Iterable[tuple[int, int]]:
        """Pairs (image id, tag id) with a live answer newer than a decision."""

    def counts_by_tag(self) -> dict[int, tuple[int, int]]:
        """Live answers of every tag, and how many of them changed the metadata."""


class ImageTags(Protocol):
    """The original tags of images, and whether an image can be shown."""

    def original_tags(self, image_id: int) -> frozenset[int]:
        """The tags that the metadata gave the image."""

    def is_askable(self, image_id: int) -> bool:
        """Whether the image is there and can be shown."""


class ReviewSession:
    """Shows questions, takes answers, walks back.

    A question is asked only if its pair has no answer, does not follow from another answer, and
    its image can be shown.

    Attributes:
        feed: Where the next question comes from.
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
        self._trail: list[Question] = []
        self._at = -1
        self.feed.book.counts = log.counts_by_tag()
        for decision in reversed(log.recent(self.pace.window)):
            self.pace.add(decision)
        self.reload(ranking)

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def current(self) -> Question | None:
        """The question on screen; `None` when nothing is left here."""
        return self._trail[self._at] if 0 <= self._at < len(self._trail) else None

    def current_answer(self) -> Answer | None:
        """The live answer of the question on screen, when one walked back to it."""
        question = self.current
        return (
            None if question is None else self._log.answers(question.image_id).get(question.tag_id)
        )

    def upcoming(self, count: int) -> list[Question]:
        """The next questions in the order they will be shown, without moving."""
        waiting = self._trail[self._at + 1 :][:count]
        return [*waiting, *self.feed.peek(count - len(waiting), self.current)]

    def behind(self, count: int) -> list[Question]:
        """The questions shown last, newest first."""
        return self._trail[max(self._at - count, 0) : max(self._at, 0)][::-1]

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

    def queues(self) -> list[QueueSummary]:
        """Tags with questions left, the most promising first."""
        return self.feed.book.summaries()

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
        self._count(stored)
        self.feed.flagged.pop(question.pair, None)
        self._step_forward()
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
            self.pace.remove(decision)
            self.feed.book.count_answer(decision.tag_id, fixed=decision.changes_metadata, times=-1)
            self._reopen_with_kin(decision)
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
            self._count(decision)
        if self.current is not None and self.current.pair == stored[-1].pair:
            self._step_forward()
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
        self._step_forward()
        return True

    # -- moving ----------------------------------------------------------------------------------

    def next(self) -> bool:
        """Shows the next question without answering; false at the end."""
        if self.current is not None:
            self.feed.skip(self.current)
        return self._step_forward()

    def previous(self) -> bool:
        """Shows the question before; false at the beginning."""
        if self._at <= 0:
            return False
        self._at -= 1
        return True

    def choose(self, tag_id: int) -> bool:
        """Asks about one tag from now on; false if it has no questions left."""
        return self._enter(Mode.TAG, tag_id)

    def choose_best(self) -> bool:
        """Asks in blocks of the tag that promises most."""
        return self._enter(Mode.BEST, None)

    def choose_flagged(self) -> bool:
        """Asks what was flagged."""
        return self._enter(Mode.FLAGGED, None)

    def choose_side(self, side: Side | None) -> None:
        """Limits the questions to one side, or to none."""
        self.feed.side = side
        ranking = self.feed.book.ranking
        self.feed.load(ranking, self._log.answered_since(ranking.decided))
        self._enter(self.feed.mode, self.feed.tag_id)

    def neighbour_queue(self, direction: int) -> bool:
        """Moves to the next (1) or previous (-1) tag in the order of promise."""
        order = [entry.tag_id for entry in self.queues()]
        if not order:
            return False
        here = self.feed.tag_id
        start = order.index(here) if here in order else min(-direction, 0)
        return self._enter(Mode.TAG, order[(start + direction) % len(order)])

    def reload(self, ranking: Ranking) -> None:
        """Takes a new ranking; the question on screen stays, answered pairs do not return."""
        self.feed.load(ranking, self._log.answered_since(ranking.decided))
        if self.current is None:
            self._step_forward()

    # -- inside ----------------------------------------------------------------------------------

    def _enter(self, mode: Mode, tag_id: int | None) -> bool:
        self.feed.enter(mode, tag_id)
        del self._trail[self._at + 1 :]
        if self.current is not None and self.current_answer() is None:
            self._trail.pop()
        self._at = len(self._trail) - 1
        return self._step_forward()

    def _show(self, question: Question) -> None:
        del self._trail[self._at + 1 :]
        shown = self.current
        if shown is not None and shown.pair != question.pair and self.current_answer() is None:
            self._trail.pop()
            self.feed.put_back(shown)
        self._trail.append(question)
        self._at = len(self._trail) - 1

    def _step_forward(self) -> bool:
        if self._at + 1 < len(self._trail):
            self._at += 1
            return True
        question = self.feed.take(self.current)
        if question is None:
            self._at = len(self._trail)
            return False
        self._trail.append(question)
        del self._trail[: max(len(self._trail) - TRAIL, 0)]
        self._at = len(self._trail) - 1
        return True

    def _may_ask(self, question: Question) -> bool:
        known = settled(self._log.answers(question.image_id), self.vocabulary.implications)
        return question.tag_id not in known and self._images.is_askable(question.image_id)

    def _reopen_with_kin(self, decision: Decision) -> None:
        """Reopens a pair and those that its answer had settled; the feed asks only open ones."""
        implications = self.vocabulary.implications
        kin = implications.ancestors(decision.tag_id) | implications.descendants(decision.tag_id)
        for tag_id in kin | {decision.tag_id}:
            self.feed.book.reopen(decision.image_id, tag_id)

    def _count(self, decision: Decision) -> None:
        self.pace.add(decision)
        self.feed.book.close([decision.pair])
        self.feed.book.count_answer(decision.tag_id, fixed=decision.changes_metadata)


def _question_of(decision: Decision) -> Question:
    return Question(
        image_id=decision.image_id,
        tag_id=decision.tag_id,
        side=decision.side,
        score=decision.score,
        suspicion=decision.suspicion,
        version=decision.version,
    )
