"""Which answer counts for a pair that several reviewers answered: a pure function of the log.

The latest answer of each reviewer is their vote; who looked at the picture goes before what was
carried over. Votes that are alike need no settling. Otherwise a trusted reviewer settles, or a
second look of one of those who disagree, or a third person. Until then the pair is open, and the
answer counts that weighs more; the first where both weigh the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CARRIED = frozenset({Origin.COPY, Origin.BATCH})
"""Answers to a picture that was not on screen."""
ENOUGH = 3
"""People whose answers settle a pair by their weight."""
EVEN = 1e-9
"""Log-odds below this tell nothing."""


class State(StrEnum):
    """How far a disagreement is."""

    OPEN = "open"
    TRUSTED = "trusted"
    """A trusted reviewer's answer counts."""
    LOOKED_AGAIN = "looked again"
    """One of those who disagreed looked again."""
    WEIGHED = "weighed"
    """Three or more people answered; their answers count as much as they are mostly right."""


@dataclass(frozen=True, slots=True)
class Given:
    """A live answer to a pair, other than to a control.

    Attributes:
        id: Its row of the log.
        at: Unix milliseconds.
        merged: Whether it came with another collection's log.
    """

    id: int
    reviewer: str
    answer: Answer
    origin: Origin
    at: int
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reviewer's word is worth.

    Attributes:
        trusted: Whether it settles.
        sees: Chance of Yes where the tag is right, 0..1, ends excluded.
        denies: Chance of No where it is not, 0..1, ends excluded.
    """

    trusted: bool = False
    sees: float = 0.95
    denies: float = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pair's answers come to.

    Attributes:
        counts: Row of the log whose answer is the pair's.
        state: `None` where nobody disagrees.
    """

    counts: int
    state: State | None


def verdict(given: Sequence[Given], standings: Mapping[str, Standing]) -> Verdict:
    """Which answer of a pair counts.

    Args:
        given: Its live answers, at least one, in the order of the log.
        standings: Of the reviewers by name; one who is missing counts as any other.

    Raises:
        ValueError: There is no answer.
    """
    if not given:
        raise ValueError("a pair without answers has no verdict")
    latest = _votes(given)
    votes = [vote for vote in latest if vote.origin not in CARRIED] or latest
    told = [vote for vote in votes if vote.answer is not Answer.UNSURE]
    if not told:
        return Verdict(votes[0].id, None)
    if len({vote.answer for vote in told}) > 1:
        return _settled(votes, told, given, standings)
    # All who tell something tell the same, whatever one of them once said in another collection.
    state = _settled(votes, told, given, standings).state if _with_oneself(given) else None
    return Verdict(told[0].id, state)


def _settled(
    votes: Sequence[Given],
    told: Sequence[Given],
    given: Sequence[Given],
    standings: Mapping[str, Standing],
) -> Verdict:
    """What votes that are not alike come to.

    Args:
        votes: The one of each reviewer that counts, earliest first.
        told: Those that are Yes or No, at least one.
        given: All live answers of the pair.
        standings: Of the reviewers by name.
    """
    trusted = [vote for vote in votes if _settles(vote, standings)]
    if len({vote.answer for vote in trusted}) == 1:
        return Verdict(trusted[0].id, State.TRUSTED)
    again = [vote for vote in votes if vote.origin is Origin.SETTLE and _looked_before(vote, given)]
    if len({vote.answer for vote in again}) == 1 and len(told) < ENOUGH:
        return Verdict(again[0].id, State.LOOKED_AGAIN)
    weighed = [vote for vote in trusted if vote in told] or told
    state = State.WEIGHED if len(told) >= ENOUGH else State.OPEN
    return Verdict(_heavier(weighed, standings), state)


def log_odds(told: Iterable[tuple[str, Answer]], standings: Mapping[str, Standing]) -> float:
    """How much answers speak for a tag: log-odds, 0 where they tell nothing.

    Args:
        told: (reviewer, answer); Can't tell counts for nothing.
        standings: Of the reviewers by name.
    """
    total = 0.0
    for reviewer, answer in told:
        who = standings.get(reviewer, Standing())
        if answer is Answer.YES:
            total += math.log(who.sees / (1 - who.denies))
        elif answer is Answer.NO:
            total -= math.log(who.denies / (1 - who.sees))
    return total


def _votes(given: Iterable[Given]) -> list[Given]:
    """The latest answer of each reviewer, earliest first."""
    latest: dict[str, Given] = {}
    for entry in sorted(given, key=_when):
        latest[entry.reviewer] = entry
    return sorted(latest.values(), key=_when)


def _when(entry: Given) -> tuple[int, str, int]:
    # Not by row: two collections number the same answers differently.
    return (entry.at, entry.reviewer, entry.id)


def _settles(vote: Given, standings: Mapping[str, Standing]) -> bool:
    """Whether a vote is a trusted one; Can't tell settles only where settling was asked for."""
    who = standings.get(vote.reviewer, Standing())
    return who.trusted and (vote.answer is not Answer.UNSURE or vote.origin is Origin.SETTLE)


def _looked_before(vote: Given, given: Iterable[Given]) -> bool:
    return any(entry.reviewer == vote.reviewer and entry.id != vote.id for entry in given)


def _with_oneself(given: Iterable[Given]) -> bool:
    """Whether a reviewer of one name said different things in two collections, unknowingly.

    What was said here after a log was merged replaced the merged answer knowingly.
    """
    told = [
        entry
        for entry in given
        if entry.answer is not Answer.UNSURE and entry.origin not in CARRIED
    ]
    for last in {entry.reviewer: entry for entry in told}.values():
        here = [entry for entry in told if entry.reviewer == last.reviewer and not entry.merged]
        if last.merged and here and here[-1].answer is not last.answer:
            return True
    return False


def _heavier(told: Sequence[Given], standings: Mapping[str, Standing]) -> int:
    """The row of the answer that weighs more; the first where they weigh the same."""
    odds = log_odds(((vote.reviewer, vote.answer) for vote in told), standings)
    if abs(odds) < EVEN:
        return told[0].id
    winner = Answer.YES if odds > 0 else Answer.NO
    return next((vote.id for vote in told if vote.answer is winner), told[0].id)
