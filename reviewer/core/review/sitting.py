"""What a sitting, a day or all time gave: figures from the answers of a span, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.review.controls import Agreement, agreement, disputed
from reviewer.core.statistics import PAUSE_MS, Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reviewer.core.review.controls import ControlRecord, Kind

MINUTE_MS = 60_000
BREAK_MS = 30 * MINUTE_MS
"""A longer gap between two answers ends a sitting."""
MOST_POINTS = 120
"""Points of a line over time."""
ROLLING = 50
"""Answers that a point of the yield rests on, at least."""


@dataclass(frozen=True)
class AnswerColumns:
    """Live answers in columns, oldest first.

    Attributes:
        at: (N,) int64, unix milliseconds, ascending.
        tag: (N,) int64, tag ids.
        fix: (N,) bool, whether the metadata was changed.
        ranked: (N,) bool, whether it was asked for its suspicion: what yields are about.
        asked: (N,) bool, whether a person was asked it.
        step: (N,) int64, the step that each belongs to.
        elapsed: (N,) int64, milliseconds from picture to key; 0 where not measured.
    """

    at: NDArray[np.int64]
    tag: NDArray[np.int64]
    fix: NDArray[np.bool_]
    ranked: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    step: NDArray[np.int64]
    elapsed: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)

    def since(self, unix_ms: int) -> AnswerColumns:
        """Those of a time and later."""
        first = int(np.searchsorted(self.at, unix_ms))
        return AnswerColumns(
            self.at[first:],
            self.tag[first:],
            self.fix[first:],
            self.ranked[first:],
            self.asked[first:],
            self.step[first:],
            self.elapsed[first:],
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a span.

    Attributes:
        answers: All of them, those too that nobody was asked.
        fixes: How many changed the metadata.
        seconds: Spent on them, pauses left out.
        per_minute: Answers to questions, a minute of that time; 0 without time.
        gain: Share of fixes among the answers to ranked questions, with its interval.
    """

    answers: int
    fixes: int
    seconds: float
    per_minute: float
    gain: Interval


@dataclass(frozen=True, slots=True)
class TagTotal:
    """What one tag gave in a span; `gain` as in `Totals`, over `ranked` answers."""

    tag_id: int
    answers: int
    fixes: int
    ranked: int
    gain: Interval


@dataclass(frozen=True)
class Line:
    """A figure over time.

    Attributes:
        at: (K,) float64, unix seconds, ascending.
        value: (K,) float64.
        low, high: (K,) float64, the 95 % interval; `None` where there is none.
    """

    at: NDArray[np.float64]
    value: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


def begin_of_sitting(times: NDArray[np.int64], now_ms: int, opened_ms: int) -> int:
    """When the present sitting began: at the first answer after the last long break.

    Args:
        times: (N,) int64, unix milliseconds of answers, ascending.
        now_ms: The time now.
        opened_ms: When the window was opened.

    Returns:
        Unix milliseconds.
    """
    marks = np.append(times, now_ms)
    breaks = np.flatnonzero(np.diff(marks) > BREAK_MS)
    first = int(breaks[-1]) + 1 if len(breaks) else 0
    return min(int(marks[first]), opened_ms) if first < len(times) else opened_ms


def work_ms(answers: AnswerColumns) -> NDArray[np.int64]:
    """The time that each answer took.

    Args:
        answers: N of them.

    Returns:
        (N,) int64, milliseconds: from the answer before, or as it was measured where that is a
        pause or the answers of a page are stored together.
    """
    gaps = np.diff(answers.at, prepend=answers.at[:1] - PAUSE_MS - 1)
    together = np.diff(answers.step, prepend=-1) == 0
    followed = np.append(together[1:], False)
    measured = together | followed | (gaps > PAUSE_MS) | (gaps < 0)
    spent = np.where(measured, answers.elapsed, gaps)
    return np.where(answers.asked, np.minimum(spent, PAUSE_MS), 0)


def totals(answers: AnswerColumns) -> Totals:
    """The sums of a span."""
    seconds = float(work_ms(answers).sum()) / 1000
    asked = int(answers.asked.sum())
    return Totals(
        answers=len(answers),
        fixes=int(answers.fix.sum()),
        seconds=seconds,
        per_minute=60 * asked / seconds if seconds else 0.0,
        gain=wilson(int((answers.fix & answers.ranked).sum()), int(answers.ranked.sum())),
    )


def tag_totals(answers: AnswerColumns) -> list[TagTotal]:
    """What each tag gave, the most fixes first."""
    tags, place = np.unique(answers.tag, return_inverse=True)
    count = np.bincount(place, minlength=len(tags))
    fixes = np.bincount(place, answers.fix, len(tags)).astype(int)
    ranked = np.bincount(place, answers.ranked, len(tags)).astype(int)
    hits = np.bincount(place, answers.fix & answers.ranked, len(tags)).astype(int)
    found = [
        TagTotal(int(tag), int(n), int(f), int(r), wilson(int(h), int(r)))
        for tag, n, f, r, h in zip(tags, count, fixes, ranked, hits, strict=True)
    ]
    return sorted(found, key=lambda entry: (-entry.fixes, -entry.answers, entry.tag_id))


def pace_line(answers: AnswerColumns) -> Line:
    """Answers a minute over time, in equal spans of at least a minute.

    A span without answers counts as none; of days, that is what they were.
    """
    asked = answers.at[answers.asked]
    if len(asked) == 0:
        return Line(np.zeros(0), np.zeros(0))
    length = int(asked[-1] - asked[0]) + 1
    width = max(MINUTE_MS, -(-length // MOST_POINTS))
    place = (asked - asked[0]) // width
    # The last span is as long as it has been; seconds tell no pace, and join the one before.
    if place[-1] and length - place[-1] * width < MINUTE_MS:
        place = np.minimum(place, place[-1] - 1)
    count = np.bincount(place)
    spans = np.full(len(count), width, float)
    spans[-1] = max(length - (len(count) - 1) * width, MINUTE_MS)
    middle = asked[0] + width * np.arange(len(count)) + spans / 2
    return Line(middle / 1000, count * MINUTE_MS / spans)


def moments(answers: AnswerColumns) -> NDArray[np.int64]:
    """When each answer was given: those of a page are stored together, and were not.

    Args:
        answers: N of them, oldest first.

    Returns:
        (N,) int64, unix milliseconds, ascending: a page's answers over the time that it took.
    """
    if not len(answers):
        return answers.at
    spent = np.cumsum(np.where(answers.asked, answers.elapsed, 0))
    ends = np.append(np.flatnonzero(np.diff(answers.step)), len(answers) - 1)
    last = ends[np.searchsorted(ends, np.arange(len(answers)))]
    given: NDArray[np.int64] = np.maximum.accumulate(answers.at - (spent[last] - spent))
    return given


def yield_line(answers: AnswerColumns) -> Line:
    """Yield of the last answers over time, with its interval; empty before enough answers."""
    fix = answers.fix[answers.ranked]
    at = moments(answers)[answers.ranked]
    if len(fix) < ROLLING:
        return Line(np.zeros(0), np.zeros(0))
    window = max(ROLLING, len(fix) // MOST_POINTS)
    hits = np.cumsum(np.insert(fix.astype(np.int64), 0, 0))
    ends = np.unique(np.linspace(window, len(fix), MOST_POINTS).astype(int))
    shares = [wilson(int(hits[end] - hits[end - window]), window) for end in ends]
    return Line(
        at[ends - 1] / 1000,
        np.array([entry.share for entry in shares]),
        np.array([entry.low for entry in shares]),
        np.array([entry.high for entry in shares]),
    )


@dataclass(frozen=True)
class Report:
    """All that a summary tells of a span.

    Attributes:
        since_ms: Its begin, unix milliseconds.
        tags: The most fixes first.
        pace: Answers a minute.
        gain: Yield of the last answers.
        agreed: Controls answered as expected, by (tag id, kind).
        disputed: Controls that were answered otherwise and not settled since, newest first.
    """

    since_ms: int
    totals: Totals
    tags: list[TagTotal]
    pace: Line
    gain: Line
    agreed: Mapping[tuple[int, Kind], Agreement]
    disputed: list[ControlRecord]

    def agreed_in_all(self, kind: Kind) -> Agreement:
        """Controls of one kind, of all tags together."""
        found = [entry for (_, other), entry in self.agreed.items() if other is kind]
        return Agreement(sum(e.alike for e in found), sum(e.asked for e in found))


def report(answers: AnswerColumns, records: Sequence[ControlRecord], since_ms: int) -> Report:
    """Sums a span up.

    Args:
        answers: Those of the span.
        records: The controls of the span, oldest first.
        since_ms: Its begin, unix milliseconds.
    """
    return Report(
        since_ms=since_ms,
        totals=totals(answers),
        tags=tag_totals(answers),
        pace=pace_line(answers),
        gain=yield_line(answers),
        agreed=agreement(records),
        disputed=disputed(records),
    )
