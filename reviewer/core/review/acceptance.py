"""Accepting the rest of a queue after many Yes in a row, if a random sample of it agrees.

Nothing is accepted on the tagger's word alone. After so many Yes in a row to questions of one tag
and side, what is left with a score at least as high as theirs may be accepted as one batch; but
first a sample of it, drawn at random, is asked one by one. One answer that is not Yes withdraws
the batch. The sample is as large as the promise needs: had the rest fewer Yes than promised, such
a sample would be all Yes in no more than one case in twenty.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Origin

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from reviewer.core.review.feed import QuestionFeed
    from reviewer.core.types import Decision, Question, Side

DOUBT = 0.05
"""Chance that a rest with fewer Yes than promised passes all the same."""

REMEMBERED = 200
"""Answers that are remembered of a tag and side."""

BIG = 100
"""Questions beyond which a rest is not counted after every answer."""

WORTH = 1
"""A batch is offered if it stores so many times the answers of its sample, or more."""


EVERY_TAG = 0
"""In place of a tag where the rest is that of all implied tags together: no tag has that id."""


class Verdict(StrEnum):
    """How a sample came out."""

    PASSED = "passed"
    FAILED = "failed"


def sample_size(batch: int, precision: float) -> int:
    """Questions of a batch to ask so that an all-Yes sample keeps the promise for the others.

    The chance to draw no bad question is hypergeometric; the bad ones are taken to be just more
    than the promise allows among those that are not asked.

    Args:
        batch: Questions in all.
        precision: Promised share of Yes among those that are not asked, 0..1.

    Returns:
        0..batch; the whole batch where nothing less keeps the promise.
    """
    for size in range(batch + 1):
        bad = int((1 - precision) * (batch - size)) + 1
        chance = 1.0
        for drawn in range(size):
            chance *= max(batch - bad - drawn, 0) / (batch - drawn)
        if chance <= DOUBT:
            return size
    return batch


def _pays(batch: int, sample: int) -> bool:
    """Whether enough of a batch is stored unasked, which nothing is of an empty one."""
    return batch - sample >= max(WORTH * sample, 1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be accepted.

    Attributes:
        tag_id: The tag; `EVERY_TAG` for all implied tags together.
        score: Least score of the batch, that of the answers it rests on; for all implied tags
            together the least suspicion.
        rest: Open questions with that score or more, the sample included.
        sample: How many of them are asked first.
    """

    tag_id: int
    side: Side
    score: float
    rest: int
    sample: int


class Sample:
    """A random part of a batch that is asked before the others are accepted.

    Attributes:
        offer: What it is about.
    """

    def __init__(self, offer: Offer, drawn: Sequence[Question], others: Sequence[Question]) -> None:
        """Begins with nothing answered."""
        self.offer = offer
        self._drawn = {question.pair: question for question in drawn}
        self._others = {question.pair: question for question in others}
        self._passed: set[tuple[int, int]] = set()

    @property
    def pending(self) -> list[Question]:
        """What is still to be answered, in the order it was drawn."""
        return [question for pair, question in self._drawn.items() if pair not in self._passed]

    @property
    def answered(self) -> int:
        """How many were answered Yes."""
        return len(self._passed)

    @property
    def size(self) -> int:
        """Questions in the sample."""
        return len(self._drawn)

    @property
    def others(self) -> list[Question]:
        """What is accepted when the sample passes."""
        return [replace(question, origin=Origin.BATCH) for question in self._others.values()]

    def take(self, decision: Decision) -> bool:
        """Takes an answer in; false if it is of the sample and not Yes."""
        self._others.pop(decision.pair, None)
        if decision.pair not in self._drawn:
            return True
        self._passed.add(decision.pair)
        return decision.answer is Answer.YES

    def take_back(self, pair: tuple[int, int]) -> None:
        """Asks again what was taken back."""
        self._passed.discard(pair)


class Acceptance:
    """Watches the answers, offers to accept the rest, and judges the sample.

    It lives in memory: after a restart there is neither an offer nor a sample, and nothing of a
    batch was stored.

    Attributes:
        offer: What may be accepted now; `None` without.
        sample: The sample being asked; `None` without.
    """

    def __init__(
        self,
        feed: QuestionFeed,
        *,
        after: int,
        precision: float,
        rng: random.Random,
    ) -> None:
        """Begins with an empty memory.

        Args:
            feed: Has the open questions.
            after: Yes in a row before anything is offered; 0 for never.
            precision: Promised share of Yes among what is accepted unseen, inside 0..1.
            rng: Draws the samples.
        """
        self.offer: Offer | None = None
        self.sample: Sample | None = None
        self._feed = feed
        self._after = after
        self._precision = precision
        self._rng = rng
        self._given: dict[tuple[int, Side], list[Decision]] = defaultdict(list)

    def taken(self, decisions: Sequence[Decision]) -> Verdict | None:
        """Takes in a step that was stored.

        Returns:
            The verdict, when the step ended a sample.
        """
        for decision in decisions:
            if decision.origin.ranked:
                given = self._given[self._kind(decision.tag_id, decision.side)]
                given.append(decision)
                del given[:-REMEMBERED]
        verdict = self._judge(decisions)
        if decisions and self.sample is None:
            self._look_after(decisions[0])
        return verdict

    def taken_back(self, decisions: Sequence[Decision]) -> None:
        """Forgets a step that was taken back."""
        for decision in decisions:
            for key in ((decision.tag_id, decision.side), (EVERY_TAG, decision.side)):
                self._given[key] = [d for d in self._given[key] if d.pair != decision.pair]
            if self.sample is not None:
                self.sample.take_back(decision.pair)
        self.offer = None
        if decisions and self.sample is None:
            self._look_after(decisions[0])

    def begin(self, shown: Question | None) -> list[Question]:
        """Draws the sample of the offer.

        Args:
            shown: The question on screen, which is left out.

        Returns:
            The questions to ask; empty if there is no offer, or too little is left of it.
        """
        offer, self.offer = self.offer, None
        if offer is None or self.sample is not None:
            return []
        rest = [
            question
            for question in self._above(offer.tag_id, offer.side, offer.score)
            if self._feed.may_ask(question) and (shown is None or question.pair != shown.pair)
        ]
        size = sample_size(len(rest), self._precision)
        if not _pays(len(rest), size):
            return []
        shuffled = self._rng.sample(rest, len(rest))
        drawn, others = shuffled[:size], shuffled[size:]
        self.sample = Sample(replace(offer, rest=len(rest), sample=size), drawn, others)
        return drawn

    def drop(self) -> None:
        """Withdraws offer and sample; the answers given stay."""
        self.offer = self.sample = None

    def _judge(self, decisions: Sequence[Decision]) -> Verdict | None:
        sample = self.sample
        if sample is None:
            return None
        # All of the step are taken in, whichever of them is not Yes.
        passed = [sample.take(decision) for decision in decisions]
        if not all(passed):
            self.sample = None
            return Verdict.FAILED
        return None if sample.pending else Verdict.PASSED

    def _look_after(self, decision: Decision) -> None:
        """Makes, keeps or withdraws the offer after an answer."""
        offer = self.offer
        tag_id, side = self._kind(decision.tag_id, decision.side)
        if offer is not None and offer.tag_id == tag_id and offer.side != side:
            # Questions of both sides may come in turn; the row is that of one.
            return
        self.offer = self._look(tag_id, side)

    def _kind(self, tag_id: int, side: Side) -> tuple[int, Side]:
        """What answers are counted with: those on the tag and side, or all on implied tags."""
        return (EVERY_TAG if self._pooled else tag_id, side)

    def _look(self, tag_id: int, side: Side) -> Offer | None:
        given = self._given[tag_id, side][-self._after :]
        row = [decision for decision in given if decision.answer is Answer.YES]
        if not 0 < self._after == len(row):
            return None
        # What a score says differs from tag to tag, what a suspicion says does not.
        score = min(d.suspicion if tag_id == EVERY_TAG else d.score for d in row)
        standing = self.offer
        if standing is not None and standing.tag_id == tag_id and standing.rest > BIG:
            # A large rest is counted anew when it is taken up; until then no answer waits for it.
            return replace(standing, score=min(score, standing.score), rest=standing.rest - 1)
        rest = len(self._above(tag_id, side, score))
        size = sample_size(rest, self._precision)
        if not _pays(rest, size):
            return None
        return Offer(tag_id, side, score, rest, size)

    def _above(self, tag_id: int, side: Side, score: float) -> list[Question]:
        if tag_id == EVERY_TAG:
            listed = self._feed.lists.of(Mode.IMPLIED).values() if self._pooled else ()
            return [entry for entry in listed if entry.side is side and entry.suspicion >= score]
        queue = self._feed.book.questions(tag_id, side)
        return [question for question in queue if question.score >= score]

    @property
    def _pooled(self) -> bool:
        """Whether the rest is that of all implied tags together."""
        return self._feed.mode is Mode.IMPLIED
