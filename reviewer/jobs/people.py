"""What is known of each reviewer: how they agree, how often they are right, who settles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.review.agreement import (
    FEWEST,
    Accord,
    Estimate,
    Votes,
    accords,
    estimate,
    stand_out,
)
from reviewer.core.review.controls import Agreement, agreement
from reviewer.core.review.disagreement import ENOUGH, State
from reviewer.core.statistics import wilson
from reviewer.core.types import Answer, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from reviewer.core.review.disagreement import Given, Standing
    from reviewer.core.statistics import Interval
    from reviewer.store.library import Library
    from reviewer.store.reviewers import Reviewer


@dataclass(frozen=True)
class Person:
    """What is told of one reviewer.

    Attributes:
        who: Name, trust, answers.
        shared: Pairs that others answered too.
        wrong: Share of wrong answers among these, as all answers together have it; `None` where
            too little is known to tell, and of the trusted, against whom it is told.
        controls: Questions with a known answer that came out as expected.
        accords: With each other reviewer, by name.
        stands_out: Whether they are wrong clearly more often than the others together.
    """

    who: Reviewer
    shared: int
    wrong: Interval | None
    controls: Agreement
    accords: Mapping[str, Accord]
    stands_out: bool = False


@dataclass(frozen=True)
class People:
    """All reviewers of a collection.

    Attributes:
        disagreements: Pairs by how far their disagreement is.
    """

    persons: Sequence[Person]
    disagreements: Mapping[State, int]


@dataclass(frozen=True)
class _Ballot:
    """The shared votes, numbered, with whom they are of.

    Attributes:
        known: (P,) float64, what a trusted reviewer said, 1 or 0; NaN where none did.
        many: (P,) bool, whether enough people answered to tell who is wrong.
    """

    names: list[str]
    votes: Votes
    known: NDArray[np.float64]
    many: NDArray[np.bool_]


def people(library: Library) -> People:
    """Everything that is told of the reviewers of a collection."""
    ballot, found = _judge(library)
    judged = _judged(ballot)
    named = set(stand_out(found, judged))
    pairs = accords(ballot.votes)
    places = {name: place for place, name in enumerate(ballot.names)}
    persons = []
    for who in library.reviewers.all():
        place = places.get(who.name)
        mine = {
            ballot.names[first if second == place else second]: entry
            for (first, second), entry in pairs.items()
            if place in {first, second}
        }
        persons.append(
            Person(
                who,
                0 if place is None else int(found.counted[place]),
                None if place not in judged or who.standing.trusted else found.error(place),
                _controls(library, who.name),
                mine,
                place in named,
            )
        )
    return People(persons, library.reviewers.disagreements())


def weigh_reviewers(library: Library) -> None:
    """Estimates what each reviewer's word is worth, and works out anew which answers count.

    Where fewer than three people answered the same pairs and nobody is trusted, words weigh the
    same: between two there is no telling who is wrong.

    Raises:
        StoreError: Nothing was stored.
    """
    known = library.reviewers.standings()
    if len(known) < 2:
        return
    ballot, found = _judge(library)
    judged = set(_judged(ballot))
    fresh = {}
    for place, name in enumerate(ballot.names):
        who = known[name]
        usual = replace(who, sees=0.95, denies=0.95)
        seen = replace(who, sees=float(found.sees[place]), denies=float(found.denies[place]))
        fresh[name] = seen if place in judged else usual
    library.reviewers.keep(fresh)


def trust(library: Library, name: str, *, trusted: bool) -> None:
    """Says that a reviewer's answers settle what others disagree about, or no longer do.

    Raises:
        UsageError: Nobody of that name answered here.
        StoreError: Nothing was stored.
    """
    known = library.reviewers.standings()
    if name not in known:
        there = ", ".join(sorted(known)) or "nobody yet"
        raise UsageError(f"Nobody called {name} has answered here. There are: {there}.")
    library.reviewers.keep({name: replace(known[name], trusted=trusted)})
    weigh_reviewers(library)


def people_lines(told: People) -> list[str]:
    """The reviewers as lines of text."""
    lines = []
    there = [p for p in told.persons if p.who.answers or p.controls.asked or p.who.standing.trusted]
    for person in there:
        name = person.who.name or "(no name)"
        trusted = ", trusted" if person.who.standing.trusted else ""
        lines.append(f"{name}: {person.who.answers:,} answers{trusted}")
        lines += [
            f"  with {other or '(no name)'}: {_accord(entry)}"
            for other, entry in sorted(person.accords.items())
        ]
        if person.controls.asked:
            share = wilson(person.controls.alike, person.controls.asked)
            lines.append(
                f"  questions with a known answer: {_range(share)} as expected, "
                f"{person.controls.alike} of {person.controls.asked}"
            )
        if person.wrong is not None:
            lines.append(
                f"  wrong, as all answers together have it: {_range(person.wrong)} of "
                f"{person.shared:,} shared"
            )
    lines += [
        standing_out(person, _range(person.wrong))
        for person in told.persons
        if person.stands_out and person.wrong is not None
    ]
    lines += _disagreement_lines(told.disagreements)
    return lines


def standing_out(person: Person, share: str) -> str:
    """A calm sentence about someone who is wrong more often than the others.

    Args:
        person: Who.
        share: Of wrong answers, in words.
    """
    return (
        f"{person.who.name} differs from what all answers together come to in {share} of "
        f"{person.shared:,} answers, clearly more often than the others. Their answers weigh less; "
        "perhaps a tag means something else to them."
    )


def _disagreement_lines(counts: Mapping[State, int]) -> list[str]:
    if not sum(counts.values()):
        return []
    settled = {
        State.TRUSTED: "by a trusted reviewer",
        State.LOOKED_AGAIN: "by a second look",
        State.WEIGHED: "by three answers or more",
    }
    told = [f"{counts[state]:,} settled {how}" for state, how in settled.items() if counts[state]]
    return ["; ".join([f"Disagreements: {counts[State.OPEN]:,} open", *told])]


def _accord(entry: Accord) -> str:
    kappa = "kappa cannot be told" if entry.kappa is None else f"kappa {entry.kappa:.2f}"
    return f"{_range(entry.share)} alike, {kappa}, {entry.pairs:,} pairs"


def _range(share: Interval) -> str:
    return f"{share.share:.1%} ({share.low:.1%} to {share.high:.1%})"


def _controls(library: Library, name: str) -> Agreement:
    found = agreement(library.controls.records(name)).values()
    return Agreement(sum(entry.alike for entry in found), sum(entry.asked for entry in found))


def _judge(library: Library) -> tuple[_Ballot, Estimate]:
    ballot = _ballot(library)
    return ballot, estimate(ballot.votes, ballot.known)


def _judged(ballot: _Ballot) -> list[int]:
    """Reviewers of whom enough answers can be told right or wrong."""
    tells = (ballot.many | ~np.isnan(ballot.known))[ballot.votes.pair]
    counted = np.bincount(ballot.votes.reviewer, tells, len(ballot.names))
    return np.flatnonzero(counted >= FEWEST).tolist()


def _ballot(library: Library) -> _Ballot:
    """Who said what of pairs that several answered."""
    standings = library.reviewers.standings()
    names: dict[str, int] = {}
    rows: list[tuple[int, int, bool]] = []
    known: list[float] = []
    many: list[bool] = []
    for _, entries in groupby(library.reviewers.shared(), itemgetter(0)):
        votes = _first_looks(given for _, given in entries)
        if len(votes) < 2:
            continue
        for given in votes:
            who = names.setdefault(given.reviewer, len(names))
            rows.append((len(known), who, given.answer is Answer.YES))
        known.append(_settled(votes, standings))
        many.append(len(votes) >= ENOUGH)
    table = np.array(rows, np.int64).reshape(-1, 3)
    votes_of_all = Votes(table[:, 0], table[:, 1], table[:, 2].astype(bool), len(known), len(names))
    return _Ballot(list(names), votes_of_all, np.array(known), np.array(many, bool))


def _first_looks(entries: Iterable[Given]) -> list[Given]:
    """Each reviewer's Yes or No: before they looked again to settle, if they did."""
    latest: dict[str, Given] = {}
    for given in sorted(entries, key=lambda entry: entry.at):
        settling = given.origin is Origin.SETTLE and given.reviewer in latest
        if given.answer is not Answer.UNSURE and not settling:
            latest[given.reviewer] = given
    return sorted(latest.values(), key=lambda entry: entry.reviewer)


def _settled(votes: Iterable[Given], standings: Mapping[str, Standing]) -> float:
    told = {
        given.answer is Answer.YES
        for given in votes
        if given.reviewer in standings and standings[given.reviewer].trusted
    }
    return float(told.pop()) if len(told) == 1 else np.nan
