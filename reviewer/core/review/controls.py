"""Controls: questions whose answer is known, asked again unmarked, to tell how sure answers are.

A control is the reviewer's own answer of some time ago, or a pair that is well settled: answered
by someone else, or twice alike at different times. What a tagger says is never an expectation.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Protocol

from reviewer.core.types import Answer, Decision, Origin, Question, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

APART = 200
"""Rows of the log between two times that a reviewer sees a pair, or else a day."""
DAY_MS = 24 * 3600 * 1000
LOOKED_AT = 30
"""Answers of a tag among which a control is chosen."""
PATIENCE = 10
"""Questions until a tag that had no control is looked at again."""
SETTLED = 2
"""Answers alike that make a pair well settled."""


class Kind(StrEnum):
    """What a control tests."""

    REPEAT = "repeat"
    """Whether the reviewer agrees with an earlier self."""
    KNOWN = "known"
    """Whether the reviewer sees what is well settled."""


@dataclass(frozen=True, slots=True)
class Control:
    """A question with its known answer."""

    question: Question
    expected: Answer
    kind: Kind


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """A control that was answered.

    Attributes:
        given: The answer to the control.
        expected: The answer that it was compared with.
        kind: What it tested.
        reopened: Whether the pair was answered anew since, so that nothing is left to settle.
    """

    given: Decision
    expected: Decision
    kind: Kind
    reopened: bool

    @property
    def agrees(self) -> bool | None:
        """Whether the answers are alike; `None` for Can't tell, which says neither."""
        if self.given.answer is Answer.UNSURE:
            return None
        return self.given.answer is self.expected.answer


class ControlSource(Protocol):
    """What is asked of the store."""

    def answered(self, tag_id: int, start: int, count: int) -> Sequence[tuple[int, int]]:
        """Pairs of a tag that a person answered Yes or No, from a place of the log onwards."""

    def history(self, pair: tuple[int, int]) -> Sequence[Decision]:
        """Live answers to a pair, controls too, oldest first."""

    def last_id(self) -> int:
        """Id of the newest row of the log; 0 if it is empty."""


class Controls:
    """Chooses controls: about so many in a hundred questions, at uneven distances."""

    def __init__(
        self,
        source: ControlSource,
        reviewer: str,
        share: float,
        *,
        random: Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begins with a distance to the first.

        Args:
            source: The log.
            reviewer: Who is asked.
            share: Controls among the questions, 0..1; 0 for none.
            random: Chooses distances and pairs.
            clock: Unix seconds.
        """
        self._source = source
        self._reviewer = reviewer
        self._share = share
        self._random = random or Random()
        self._clock = clock
        self._until = self._distance()
        self._late = 0

    def next(self, tag_id: int, side: Side | None = None) -> Question | None:
        """The control to ask after a question that was just put in line, if it is time for one.

        Args:
            tag_id: Of that question: a control never breaks a run of one tag.
            side: The only side that is asked about; `None` for both.
        """
        if self._share <= 0:
            return None
        self._until -= 1
        if self._until > 0:
            return None
        found = self._choose(tag_id, side)
        if found is None:
            self._until = PATIENCE
            self._late += PATIENCE
            return None
        distance = self._distance()
        # What was late is made up for, without crowding.
        self._until = max(distance - self._late, distance // 2)
        self._late -= distance - self._until
        return found.question

    def _distance(self) -> int:
        mean = 1 / self._share if self._share > 0 else 1
        return max(round(self._random.uniform(0.5, 1.5) * mean), 1)

    def _choose(self, tag_id: int, side: Side | None) -> Control | None:
        """One of the controls there could be; each kind and each answer has the same chance."""
        last = self._source.last_id()
        now = int(self._clock() * 1000)
        groups: dict[tuple[Kind, Answer], list[Control]] = defaultdict(list)
        start = self._random.randint(1, max(last, 1))
        for pair in self._source.answered(tag_id, start, LOOKED_AT):
            control = control_of(self._source.history(pair), self._reviewer, last, now)
            if control is not None and side in {None, control.question.side}:
                groups[control.kind, control.expected].append(control)
        if not groups:
            return None
        return self._random.choice(groups[self._random.choice(sorted(groups))])


def control_of(
    history: Sequence[Decision], reviewer: str, last_id: int, now_ms: int
) -> Control | None:
    """The control that a pair makes for a reviewer; `None` if it makes none now.

    Args:
        history: Live answers to the pair, controls too, oldest first.
        reviewer: Who would be asked.
        last_id: Id of the newest row of the log.
        now_ms: Unix time in milliseconds.
    """
    expected = _last_answer(history)
    if expected is None or expected.answer is Answer.UNSURE or not expected.origin.asked:
        return None
    if any(row.origin is Origin.CONTROL and row.answer is not expected.answer for row in history):
        # In dispute until it is reopened.
        return None
    if _disagreed(history):
        return None
    seen = [row for row in history if row.reviewer == reviewer]
    if not all(long_ago(row, last_id, now_ms) for row in seen):
        return None
    question = replace(expected.question, origin=Origin.CONTROL)
    return Control(question, expected.answer, _kind(history, expected, reviewer))


def long_ago(seen: Decision, last_id: int, now_ms: int) -> bool:
    """Whether so much lies between an answer and now that its pair may be asked again.

    Args:
        seen: The answer.
        last_id: Id of the newest row of the log.
        now_ms: Unix time in milliseconds.
    """
    return last_id - seen.id >= APART or now_ms - seen.answered_at >= DAY_MS


def unbiased(question: Question, answers: Mapping[int, Answer]) -> Mapping[int, Answer]:
    """The answers of an image that may be seen while it is asked about.

    Args:
        question: What is asked; one asked blind is about an answer that must not be seen.
        answers: Of its image, by tag id.
    """
    if not question.origin.blind:
        return answers
    return {tag_id: answer for tag_id, answer in answers.items() if tag_id != question.tag_id}


def record_of(given: Decision, history: Sequence[Decision]) -> ControlRecord | None:
    """What an answered control tells; `None` if what it was compared with is gone.

    Args:
        given: The answer to the control.
        history: Live answers to its pair, oldest first.
    """
    before = [row for row in history if row.id < given.id]
    expected = _last_answer(before)
    if expected is None or expected.answer is Answer.UNSURE:
        return None
    reopened = any(row.id > given.id and row.origin is not Origin.CONTROL for row in history)
    return ControlRecord(given, expected, _kind(before, expected, given.reviewer), reopened)


def _last_answer(history: Sequence[Decision]) -> Decision | None:
    return next((row for row in reversed(history) if row.origin is not Origin.CONTROL), None)


def _disagreed(history: Iterable[Decision]) -> bool:
    """Whether reviewers answered differently, as far as the last answer of each goes."""
    latest = {row.reviewer: row.answer for row in history if row.origin is not Origin.CONTROL}
    return {Answer.YES, Answer.NO} <= set(latest.values())


def _kind(history: Sequence[Decision], expected: Decision, reviewer: str) -> Kind:
    """Known if someone else said it, or if it was answered alike more than once."""
    alike = [row for row in history if row.origin.asked and row.answer is expected.answer]
    settled = len(alike) >= SETTLED and len(alike) == len(history)
    return Kind.KNOWN if settled or expected.reviewer != reviewer else Kind.REPEAT


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of the controls of a kind were answered as expected."""

    alike: int = 0
    asked: int = 0

    def plus(self, alike: bool) -> Agreement:
        """With one more."""
        return replace(self, alike=self.alike + alike, asked=self.asked + 1)


def one_a_visit(records: Iterable[ControlRecord]) -> list[ControlRecord]:
    """The last answer of each time that a control was asked, if one went back and changed it.

    Args:
        records: Oldest first.
    """
    kept: dict[tuple[int, int], list[ControlRecord]] = {}
    for record in records:
        visits = kept.setdefault(record.given.pair, [])
        if visits and record.given.id - visits[-1].given.id < APART:
            visits.pop()
        visits.append(record)
    return sorted(
        (record for visits in kept.values() for record in visits), key=lambda entry: entry.given.id
    )


def agreement(records: Iterable[ControlRecord]) -> Mapping[tuple[int, Kind], Agreement]:
    """Agreement by (tag id, kind); Can't tell counts neither way."""
    found: dict[tuple[int, Kind], Agreement] = defaultdict(Agreement)
    for record in one_a_visit(records):
        alike = record.agrees
        if alike is not None:
            key = (record.given.tag_id, record.kind)
            found[key] = found[key].plus(alike)
    return dict(found)


def disputed(records: Iterable[ControlRecord]) -> list[ControlRecord]:
    """Controls that were answered otherwise and not settled since, newest first."""
    open_ones = [
        record for record in one_a_visit(records) if record.agrees is False and not record.reopened
    ]
    return open_ones[::-1]


FEWEST = 5
"""Controls of a tag before anything is said of them."""
LOOKED_BACK = 20
"""Controls of a tag that are looked at, the newest."""


def falls_below(records: Sequence[ControlRecord], floor: float) -> Agreement | None:
    """The agreement on a tag if it is below a share; `None` if it is not, or cannot be told yet.

    Args:
        records: The controls of one reviewer on one tag, oldest first.
        floor: Share, 0..1.
    """
    told = [entry for entry in one_a_visit(records) if entry.agrees is not None][-LOOKED_BACK:]
    found = Agreement(sum(entry.agrees is True for entry in told), len(told))
    return found if found.asked >= FEWEST and found.alike < floor * found.asked else None
