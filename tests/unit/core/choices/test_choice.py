"""Choices and ratings: what an answer stores, what undo gives back, which questions are open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.choices.choice import (
    Choice,
    ChoiceQuestion,
    ChoiceRanking,
    chosen,
    none_of_them,
    unsure,
)
from reviewer.core.choices.choosing import ChoiceSession
from reviewer.core.choices.ratings import (
    SCHEMES,
    TAGS,
    RatingIds,
    is_rating,
    letter_of,
    rating_now,
    rating_tag,
    scheme_of,
)
from reviewer.core.queues import Ranking
from reviewer.core.review.session import ReviewSession
from reviewer.core.tags.vocabulary import Vocabulary
from reviewer.core.types import Answer, Decision, Origin, Side

OFFERED = (11, 12, 13)


class Log:
    """A log in memory, as append-only as the real one."""

    def __init__(self) -> None:
        self.steps: list[list[Decision]] = []
        self._last = 0

    def append(self, decisions: list[Decision]) -> list[Decision]:
        first = self._last + 1
        self._last += len(decisions)
        stored = [
            Decision(**{**_fields(d), "id": first + n, "step": first})
            for n, d in enumerate(decisions)
        ]
        self.steps.append(stored)
        return stored

    def undo_last(self, reviewer: str) -> list[Decision]:
        return self.steps.pop() if self.steps else []

    def answers(self, image_id: int) -> dict[int, Answer]:
        return {d.tag_id: d.answer for s in self.steps for d in s if d.image_id == image_id}

    def recent(self, count: int) -> list[Decision]:
        return [d for s in self.steps for d in s][::-1][:count]

    def answered_since(self, decision_id: int) -> list[tuple[int, int]]:
        return []

    def tests_since(self, decision_id: int) -> list[tuple[int, Side, float, bool]]:
        return []

    def counts_by_tag(self) -> dict[int, tuple[int, int]]:
        return {}


class Images:
    def original_tags(self, image_id: int) -> frozenset[int]:
        return frozenset({11})

    def is_askable(self, image_id: int) -> bool:
        return image_id != 3


def _fields(decision: Decision) -> dict[str, object]:
    return {name: getattr(decision, name) for name in Decision.__slots__}


def ranking(count: int = 6) -> ChoiceRanking:
    return ChoiceRanking(
        images=np.arange(1, count + 1),
        tags=np.tile(np.array([11, 12, 13, -1]), (count, 1)),
        probabilities=np.tile(np.float32([0.1, 0.7, 0.2, 0]), (count, 1)),
        current=np.full(count, 11),
        suspicions=np.linspace(0.9, 0.2, count, dtype=np.float32),
        version="v1",
    )


def session(log: Log, count: int = 6) -> ChoiceSession:
    review = ReviewSession(log, Images(), Vocabulary({}), Ranking.empty())
    return ChoiceSession(ranking(count), review, log, Images())


def question(current: int | None = 11, original: frozenset[int] = frozenset({11})):
    choices = tuple(Choice(tag, p) for tag, p in zip(OFFERED, (0.1, 0.7, 0.2), strict=True))
    return ChoiceQuestion(1, choices, current, original, 0.9, "v1")


def said(step: list[tuple[object, Answer]]) -> list[tuple[int, Answer, Side, float]]:
    return [(q.tag_id, a, q.side, round(q.suspicion, 3)) for q, a in step]  # type: ignore[attr-defined] # questions


def test_a_choice_confirms_one_and_denies_what_it_replaces_and_nothing_else():
    assert said(chosen(question(), 12)) == [
        (12, Answer.YES, Side.MISSING, 0.7),
        (11, Answer.NO, Side.WRONG, 0.9),
    ]
    assert said(chosen(question(), 11)) == [(11, Answer.YES, Side.WRONG, 0.9)]
    assert said(chosen(question(None, frozenset()), 13)) == [(13, Answer.YES, Side.MISSING, 0.2)]
    # What a person said before is taken back too, though the metadata never had it.
    assert said(chosen(question(13), 12))[1] == (13, Answer.NO, Side.MISSING, 0.2)


def test_unsure_is_about_what_the_image_has_and_none_denies_all_that_is_offered():
    assert said(unsure(question())) == [(11, Answer.UNSURE, Side.WRONG, 0.9)]
    assert [entry[0] for entry in said(unsure(question(None, frozenset())))] == [12]
    assert [entry[:2] for entry in said(none_of_them(question(99)))] == [
        (tag, Answer.NO) for tag in (11, 12, 13, 99)
    ]


def test_a_step_is_undone_as_a_whole_and_the_question_is_asked_again():
    log = Log()
    asked = session(log)
    first = asked.current
    stored = asked.choose(1, elapsed_ms=1000)
    assert [d.elapsed_ms for d in stored] == [500, 500]
    assert {d.origin for d in stored} == {Origin.CHOICE}
    assert asked.current.image_id == 2
    assert asked.undo() == stored
    assert asked.current == first
    assert log.answers(1) == {}
    assert asked.redo()
    assert asked.current.image_id == 2
    assert log.answers(1) == {12: Answer.YES, 11: Answer.NO}


def test_an_answer_of_the_review_is_not_undone_here():
    log = Log()
    asked = session(log)
    log.append([Decision(1, 5, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "", 1)])
    assert asked.undo() == []
    assert len(log.steps) == 1


def test_images_that_cannot_be_shown_and_answered_ones_are_left_out():
    log = Log()
    log.append([Decision(1, 13, Answer.NO, Side.MISSING, 0.5, 0.5, "v1", "", 1)])
    asked = session(log, 4)
    seen = []
    while (here := asked.current) is not None:
        seen.append(here.image_id)
        asked.cannot_tell()
    assert seen == [2, 4]
    assert not asked.next()


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["choose", "unsure", "undo", "redo", "next", "previous"])))
def test_whatever_is_done_the_log_holds_what_was_chosen_and_no_question_twice(doing: list[str]):
    log = Log()
    asked = session(log)
    for what in doing:
        here = asked.current
        before = len(log.steps)
        if what == "choose":
            asked.choose(1)
            assert len(log.steps) == before + (here is not None)
        elif what == "unsure":
            asked.cannot_tell()
        else:
            getattr(asked, what)()
        current = asked.current
        if current is not None and what in {"choose", "unsure"}:
            assert log.answers(current.image_id) == {}
        coming = [entry.image_id for entry in asked.upcoming(9)]
        assert len(set(coming)) == len(coming)
        assert all(not log.answers(image) for image in coming)
    for step in log.steps:
        assert {d.image_id for d in step} == {step[0].image_id}
        assert sum(d.answer is Answer.YES for d in step) <= 1


@pytest.mark.parametrize(
    ("letter", "scheme", "name"),
    [
        ("s", "sqe", "rating:safe"),
        ("s", "gsqe", "rating:sensitive"),
        ("g", "gsqe", "rating:general"),
        ("q", "sqe", "rating:questionable"),
        ("", "", ""),
        ("g", "sqe", ""),
    ],
)
def test_a_letter_means_what_its_scheme_says(letter: str, scheme: str, name: str):
    assert rating_tag(letter, scheme) == name
    assert letter_of(name) == (letter if name else "")
    assert is_rating(name) is bool(name)


def test_a_scheme_is_told_by_the_words_that_only_it_has():
    assert scheme_of(["rating:safe"]) == "sqe"
    assert scheme_of(["rating:general", "cat"]) == "gsqe"
    assert scheme_of(["rating:explicit"]) == ""
    assert {len(words) for words in SCHEMES.values()} == {3, 4}


def test_the_rating_of_an_image_is_its_field_else_its_tags_else_what_was_said():
    ids = RatingIds({name: number for number, name in enumerate(TAGS)})
    safe, explicit = ids.by_name["rating:safe"], ids.by_name["rating:explicit"]
    assert ids.original("s", "sqe", frozenset({explicit})) == {safe}
    assert ids.original("", "", frozenset({explicit, 99})) == {explicit}
    assert rating_now({safe}, {}) == safe
    assert rating_now({safe}, {explicit: Answer.YES, safe: Answer.NO}) == explicit
    assert rating_now({safe}, {safe: Answer.NO}) is None
    assert rating_now({safe, explicit}, {}) is None
