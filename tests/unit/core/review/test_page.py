"""Pages of the grid: what is presumed, what is flipped, what is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.review.page import Page, opposite, presumption, usual
from reviewer.core.types import Answer, Question, Side


def questions(*suspicions: float, side: Side = Side.MISSING) -> list[Question]:
    return [
        Question(number, 1, side, 0.5, suspicion) for number, suspicion in enumerate(suspicions)
    ]


@pytest.mark.parametrize(
    ("side", "suspicion", "presumed"),
    [
        (Side.MISSING, 0.9, Answer.YES),
        (Side.MISSING, 0.5, Answer.YES),
        (Side.MISSING, 0.1, Answer.NO),
        (Side.WRONG, 0.9, Answer.NO),
        (Side.WRONG, 0.5, Answer.NO),
        (Side.WRONG, 0.1, Answer.YES),
    ],
)
def test_the_presumption_follows_the_suspicion(side: Side, suspicion: float, presumed: Answer):
    assert presumption(questions(suspicion, suspicion, side=side), [suspicion] * 2) is presumed


def test_the_mean_of_the_page_decides():
    assert presumption(questions(0.5, 0.5, 0.5), [0.9, 0.8, 0.1]) is Answer.YES
    assert presumption(questions(0.5, 0.5, 0.5), [0.9, 0.2, 0.1]) is Answer.NO


def test_a_page_that_is_unlike_the_one_before_is_so_until_somebody_looked():
    page = Page(questions(0.9, 0.9), presumed=Answer.NO, unlike_before=True)
    assert page.presumed is Answer.NO
    page.flip(0)
    assert not page.unlike_before


def test_another_answer_is_presumed_of_all_but_the_exceptions():
    page = Page(questions(0.9, 0.9, 0.9, 0.9), unlike_before=True)
    page.flip(0)
    page.doubt(1)
    page.presume(Answer.NO)
    assert not page.unlike_before
    assert [a for _, a in page.answers()] == [Answer.NO, Answer.UNSURE, Answer.NO, Answer.NO]
    assert page.exceptions() == {(1, 1): Answer.UNSURE}
    # Whoever comes back to the page finds all that was said of it.
    assert page.marks() == {question.pair: answer for question, answer in page.answers()}
    again = Page(questions(0.9, 0.9, 0.9, 0.9), page.marks())
    assert again.answers() == page.answers()


def test_what_was_taken_back_can_be_presumed_otherwise():
    asked = questions(0.9, 0.9, 0.9, 0.9)
    step = {question.pair: Answer.YES for question in asked} | {asked[2].pair: Answer.UNSURE}
    page = Page(asked, step, presumed=usual(step.values()))
    assert page.exceptions() == {asked[2].pair: Answer.UNSURE}
    page.presume(Answer.NO)
    assert [a for _, a in page.answers()] == [Answer.NO, Answer.NO, Answer.UNSURE, Answer.NO]


def test_what_is_presumed_already_is_meant_of_the_exceptions_too():
    page = Page(questions(0.9, 0.9, 0.9))
    page.flip(0)
    page.doubt(1)
    page.presume(Answer.YES)
    assert [a for _, a in page.answers()] == [Answer.YES] * 3
    assert page.put_by == 2
    page.presume(Answer.YES)
    assert [a for _, a in page.answers()] == [Answer.NO, Answer.UNSURE, Answer.YES]
    assert page.put_by == 0
    page.presume(Answer.YES)
    page.flip(2)
    assert page.put_by == 0
    assert page.exceptions() == {(2, 1): Answer.NO}


def test_who_confirms_a_page_that_is_unlike_the_one_before_keeps_its_exceptions():
    page = Page(questions(0.9, 0.9), {(1, 1): Answer.NO}, unlike_before=True)
    page.presume(Answer.YES)
    assert not page.unlike_before
    assert page.exceptions() == {(1, 1): Answer.NO}


def test_what_was_said_most_is_usual():
    assert usual([Answer.NO, Answer.NO, Answer.YES, Answer.UNSURE]) is Answer.NO
    assert usual([Answer.NO, Answer.YES, Answer.UNSURE]) is Answer.YES


def test_an_empty_page_has_nothing_to_store():
    page = Page([])
    assert not page
    assert page.answers() == []
    assert page.pairs == frozenset()


def test_flips_and_doubts_go_there_and_back():
    page = Page(questions(0.9, 0.9, 0.9))
    page.flip(0)
    page.doubt(1)
    assert [answer for _, answer in page.answers()] == [Answer.NO, Answer.UNSURE, Answer.YES]
    assert page.exceptions() == {(0, 1): Answer.NO, (1, 1): Answer.UNSURE}
    assert page.counts() == {Answer.NO: 1, Answer.UNSURE: 1, Answer.YES: 1}
    page.doubt(0)
    assert page.answer(0) is Answer.UNSURE
    page.flip(0)
    page.doubt(1)
    assert page.exceptions() == {}


def test_a_flip_goes_on_to_the_end_and_back_but_for_those_in_doubt():
    page = Page(questions(0.9, 0.9, 0.9, 0.9, 0.9))
    yes, no, unsure = Answer.YES, Answer.NO, Answer.UNSURE
    page.flip(4)
    page.doubt(3)
    page.flip_on(2)
    assert [a for _, a in page.answers()] == [yes, yes, no, unsure, no]
    page.flip_on(1)
    assert [a for _, a in page.answers()] == [yes, no, no, unsure, no]
    page.flip_on(1)
    assert [a for _, a in page.answers()] == [yes, yes, yes, unsure, yes]
    assert page.exceptions() == {(3, 1): unsure}


def test_marks_from_before_are_kept():
    page = Page(questions(0.1, 0.1), {(1, 1): Answer.YES, (9, 9): Answer.YES})
    assert page.presumed is Answer.NO
    assert page.exceptions() == {(1, 1): Answer.YES}


def test_an_image_that_cannot_be_shown_is_not_answered():
    page = Page(questions(0.9, 0.9, 0.9))
    page.flip(1)
    assert page.set_aside(1) == [1]
    assert page.set_aside(77) == []
    assert page.answer(1) is None
    assert [question.image_id for question, _ in page.answers()] == [0, 2]
    assert page.exceptions() == {}
    assert len(page) == 3


@given(
    suspicions=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    side=st.sampled_from(list(Side)),
    flips=st.lists(st.integers(0, 39), max_size=60),
)
def test_a_cell_flipped_an_odd_number_of_times_has_the_other_answer(
    suspicions: list[float], side: Side, flips: list[int]
):
    page = Page(questions(*suspicions, side=side))
    for place in flips:
        page.flip(place % len(page))
    for place in range(len(page)):
        odd = sum(flip % len(page) == place for flip in flips) % 2
        assert page.answer(place) is (opposite(page.presumed) if odd else page.presumed)


@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=6))
def test_what_is_flagged_on_a_page_is_left_out_until_it_is_flagged_again(
    flagged: list[int], flipped: list[int]
):
    page = Page(questions(0.9, 0.8, 0.7, 0.6, 0.5))
    for place in flipped:
        page.flip(place)
    before = dict(page.answers())
    for place in flagged:
        page.flag(place, flagged=True)
    out = {place for place in range(5) if flagged.count(place) % 2}
    assert {place for place in range(5) if page.answer(place) is None} == out
    assert {place for place in range(5) if page.flag_of(place)} == out
    kept = {q: answer for q, answer in before.items() if page.questions.index(q) not in out}
    assert dict(page.answers()) == kept
    for place in out:
        page.flag(place, flagged=False)
    assert dict(page.answers()) == before
