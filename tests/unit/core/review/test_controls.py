"""Controls: which pairs make one, how they are mixed in, and what their answers tell."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.review.controls import (
    APART,
    DAY_MS,
    Agreement,
    Controls,
    Kind,
    agreement,
    control_of,
    disputed,
    falls_below,
    one_a_visit,
    record_of,
    unbiased,
)
from reviewer.core.types import Answer, Decision, Origin, Question, Side

NOW = 100 * DAY_MS


def said(
    answer: Answer,
    number: int,
    *,
    who: str = "me",
    origin: Origin = Origin.QUEUE,
    at: int = NOW,
    pair: tuple[int, int] = (1, 7),
) -> Decision:
    return Decision(
        *pair, answer, Side.MISSING, 0.4, 0.6, "v1", who, at, id=number, step=number, origin=origin
    )


def control(answer: Answer, number: int, pair: tuple[int, int] = (1, 7)) -> Decision:
    return said(answer, number, origin=Origin.CONTROL, pair=pair)


def test_an_own_answer_is_repeated_when_so_much_lies_between() -> None:
    mine = said(Answer.YES, 1)
    assert control_of([mine], "me", APART, NOW) is None
    found = control_of([mine], "me", 1 + APART, NOW)
    assert found is not None
    assert (found.kind, found.expected) == (Kind.REPEAT, Answer.YES)
    assert found.question == Question(1, 7, Side.MISSING, 0.4, 0.6, "v1", Origin.CONTROL)


def test_a_day_is_as_good_as_many_answers() -> None:
    mine = said(Answer.NO, 5)
    assert control_of([mine], "me", 6, NOW + DAY_MS - 1) is None
    assert control_of([mine], "me", 6, NOW + DAY_MS) is not None


def test_what_someone_else_said_is_known_at_once() -> None:
    found = control_of([said(Answer.NO, 5, who="ann")], "me", 6, NOW)
    assert found is not None
    assert (found.kind, found.expected) == (Kind.KNOWN, Answer.NO)


def test_two_answers_alike_make_an_own_answer_known() -> None:
    history = [said(Answer.YES, 1), control(Answer.YES, 300)]
    assert control_of(history, "me", 400, NOW) is None
    found = control_of(history, "me", 300 + APART, NOW)
    assert found is not None
    assert found.kind is Kind.KNOWN


@pytest.mark.parametrize(
    "history",
    [
        [],
        [said(Answer.UNSURE, 1)],
        [said(Answer.YES, 1, origin=Origin.BATCH)],
        [said(Answer.YES, 1, origin=Origin.COPY)],
        [said(Answer.YES, 1, origin=Origin.EDIT)],
        [said(Answer.YES, 1), control(Answer.NO, 300)],
        [said(Answer.YES, 1, who="ann"), said(Answer.NO, 2, who="ben")],
    ],
    ids=["nothing", "unsure", "batch", "copy", "edit", "in dispute", "disagreement"],
)
def test_what_makes_no_control(history: list[Decision]) -> None:
    assert control_of(history, "me", 10_000, NOW + 9 * DAY_MS) is None


def test_a_record_keeps_to_what_was_known_when_the_control_was_asked() -> None:
    asked = control(Answer.NO, 300)
    before = [said(Answer.YES, 1)]
    found = record_of(asked, [*before, asked])
    assert found is not None
    assert (found.agrees, found.kind, found.reopened) == (False, Kind.REPEAT, False)
    later = record_of(asked, [*before, asked, said(Answer.NO, 301)])
    assert later is not None
    assert (later.agrees, later.reopened) == (False, True)
    assert record_of(asked, [asked]) is None
    unsure = control(Answer.UNSURE, 300)
    found = record_of(unsure, [*before, unsure])
    assert found is not None
    assert found.agrees is None


def records(answers: str, pair: tuple[int, int] = (1, 7)) -> list:
    """Controls of one tag: `y` agrees, `n` does not, `?` is Can't tell."""
    made = []
    for place, letter in enumerate(answers):
        word = {"y": Answer.YES, "n": Answer.NO, "?": Answer.UNSURE}[letter]
        asked = control(word, 1000 + 10 * place, (pair[0] + place, pair[1]))
        found = record_of(asked, [said(Answer.YES, 1, pair=asked.pair), asked])
        assert found is not None
        made.append(found)
    return made


def test_agreement_is_counted_by_tag_and_kind_without_what_cannot_be_told() -> None:
    both = [*records("yyn?"), *records("ny", (50, 9))]
    assert agreement(both) == {(7, Kind.REPEAT): Agreement(2, 3), (9, Kind.REPEAT): Agreement(1, 2)}
    assert [entry.given.pair for entry in disputed(both)] == [(3, 7), (50, 9)]


def test_an_answer_to_a_control_that_was_changed_at_once_counts_once() -> None:
    first, second = records("ny")
    changed = replace(second, given=replace(second.given, image_id=first.given.image_id))
    assert one_a_visit([first, changed]) == [changed]
    much_later = replace(changed, given=replace(changed.given, id=first.given.id + APART))
    assert one_a_visit([first, much_later]) == [first, much_later]


def test_nothing_is_said_of_few_controls() -> None:
    assert falls_below(records("nnnn"), 0.8) is None
    assert falls_below(records("nnnn?"), 0.8) is None
    assert falls_below(records("nyyyy"), 0.8) is None
    assert falls_below(records("nnyyy"), 0.8) == Agreement(3, 5)
    assert falls_below(records("n" * 5 + "y" * 20), 0.8) is None


def test_only_the_asked_answer_is_hidden() -> None:
    answers = {7: Answer.YES, 8: Answer.NO}
    question = Question(1, 7, Side.MISSING, 0.4, 0.6)
    assert unbiased(question, answers) == answers
    assert unbiased(replace(question, origin=Origin.CONTROL), answers) == {8: Answer.NO}


class Everything:
    """A log in which every image was answered once, long ago."""

    def __init__(self, sides: tuple[Side, ...] = (Side.MISSING, Side.WRONG)) -> None:
        self.sides = sides
        self.looked = 0

    def answered(self, tag_id: int, start: int, count: int) -> list[tuple[int, int]]:
        self.looked += 1
        first = start % 1000
        return [(image, tag_id) for image in range(first, first + count)]

    def history(self, pair: tuple[int, int]) -> list[Decision]:
        answer = Answer.YES if pair[0] % 10 == 0 else Answer.NO
        who = "ann" if pair[0] % 4 == 0 else "me"
        row = said(answer, 1, who=who, pair=pair, at=0)
        return [replace(row, side=self.sides[pair[0] % len(self.sides)])]

    def last_id(self) -> int:
        return 5000


def mixed(share: float, count: int, seed: int = 1, side: Side | None = None) -> list[int]:
    """Places of the controls among so many questions."""
    controls = Controls(Everything(), "me", share, random=Random(seed))
    return [place for place in range(count) if controls.next(7, side) is not None]


@settings(max_examples=25)
@given(share=st.sampled_from([0.02, 0.05, 0.2]), seed=st.integers(0, 10_000))
def test_controls_are_as_many_as_wanted_and_spread_out(share: float, seed: int) -> None:
    count = 2500
    places = mixed(share, count, seed)
    assert len(places) == pytest.approx(share * count, rel=0.2)
    gaps = [later - earlier for earlier, later in itertools.pairwise(places)]
    assert min(gaps) >= int(0.5 / share)
    assert max(gaps) <= 1.5 / share + 1
    assert len(set(gaps)) > 1


def test_without_a_share_nothing_is_looked_up() -> None:
    log = Everything()
    controls = Controls(log, "me", 0.0)
    assert not any(controls.next(7) for _ in range(500))
    assert log.looked == 0


def test_yes_and_no_and_both_kinds_come_alike_however_rare_they_are() -> None:
    controls = Controls(Everything(), "me", 0.5, random=Random(3))
    asked = [question for _ in range(1500) if (question := controls.next(7)) is not None]
    yes = sum(question.image_id % 10 == 0 for question in asked)
    assert 0.4 < yes / len(asked) < 0.6
    known = sum(question.image_id % 4 == 0 for question in asked)
    assert 0.4 < known / len(asked) < 0.6
    assert {question.origin for question in asked} == {Origin.CONTROL}


def test_controls_keep_to_the_side_that_is_asked_about() -> None:
    controls = Controls(Everything(), "me", 0.5, random=Random(3))
    asked = [found for _ in range(400) if (found := controls.next(7, Side.WRONG)) is not None]
    assert {question.side for question in asked} == {Side.WRONG}


def test_what_was_late_is_made_up_for_without_crowding() -> None:
    log = Everything(sides=(Side.MISSING,))
    controls = Controls(log, "me", 0.05, random=Random(5))
    places = []
    for place in range(4000):
        # Every other hundred questions are of a side on which nothing is known.
        side = Side.WRONG if place // 100 % 2 else Side.MISSING
        if controls.next(7, side) is not None:
            places.append(place)
    assert len(places) == pytest.approx(0.05 * 4000, rel=0.25)
    gaps = [later - earlier for earlier, later in itertools.pairwise(places)]
    assert min(gaps) >= int(0.25 / 0.05)


def test_what_was_late_is_made_up_for_once() -> None:
    controls = Controls(Everything(sides=(Side.MISSING,)), "me", 0.05, random=Random(5))
    assert not any(controls.next(7, Side.WRONG) for _ in range(300))
    places = [place for place in range(4000) if controls.next(7, Side.MISSING) is not None]
    first, later = (sum(place // 2000 == part for place in places) for part in (0, 1))
    assert later == pytest.approx(0.05 * 2000, rel=0.2)
    assert first > later


def test_a_tag_without_controls_is_not_looked_at_with_every_question() -> None:
    log = Everything(sides=(Side.MISSING,))
    controls = Controls(log, "me", 0.5, random=Random(3))
    assert not any(controls.next(7, Side.WRONG) for _ in range(200))
    assert log.looked <= 21
