"""Which answers go along with one, on the real store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.review.copies import CarryOver
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Image, Origin, Question, Side
from reviewer.store.copies import Comparison
from reviewer.store.images import ImageRow
from tests.conftest import even_ranking

if TYPE_CHECKING:
    from reviewer.store.library import Library

CAT, HAT = 1, 2
COPIES = ((1, 2), (1, 3), (2, 3), (4, 5))


@pytest.fixture
def session(library: Library) -> ReviewSession:
    """Six images, three of which are one picture; image 3 carries a hat, by its metadata."""
    library.tags.add(dict.fromkeys(("cat", "hat")))
    library.images.write(
        [
            ImageRow(
                None,
                Image(0, f"{number}.png", 9, bytes([number]) * 32),
                1,
                frozenset({HAT} if number == 3 else ()),
            )
            for number in range(1, 7)
        ]
    )
    library.copies.write([Comparison(a, b, b"", 3.0) for a, b in COPIES])
    library.copies.write([Comparison(1, 6, b"", 90.0)])
    promise = np.linspace(0.8, 0.2, 12, dtype=np.float32)
    sides = [0] * 8 + [1] + [0] * 3
    ranking = even_ranking([CAT, HAT], [1, 2, 3, 4, 5, 6], promise, sides)
    return ReviewSession(
        library.decisions, library.images, library.vocabulary(), ranking, reviewer="me"
    )


def carrying(library: Library, session: ReviewSession) -> CarryOver:
    carry = CarryOver(library.copies, library.images, session.feed)
    session.along = carry.also
    return carry


def test_an_answer_goes_to_the_copies_as_one_step(library: Library, session: ReviewSession) -> None:
    carry = carrying(library, session)
    question = session.current
    assert question is not None
    assert question.pair == (1, CAT)
    assert [copy.image_id for copy in carry.along(question)] == [2, 3]
    stored = session.answer(Answer.YES, 900)
    assert [(d.image_id, d.answer, d.origin) for d in stored] == [
        (1, Answer.YES, Origin.QUEUE),
        (2, Answer.YES, Origin.COPY),
        (3, Answer.YES, Origin.COPY),
    ]
    assert len({decision.step for decision in stored}) == 1
    # A copy is stored with its own score, and took nobody any time.
    assert stored[1].score == pytest.approx(session.feed.book.ranking.scores[1])
    assert [decision.elapsed_ms for decision in stored] == [900, 0, 0]
    assert session.current is not None
    assert session.current.image_id == 4
    assert len(session.undo()) == 3
    assert session.current == question
    assert library.decisions.answers(2) == {}


def test_a_copy_whose_metadata_says_otherwise_is_left_out(
    library: Library, session: ReviewSession
) -> None:
    carry = carrying(library, session)
    (hat,) = (q for q in session.feed.book.questions(HAT) if q.image_id == 1)
    assert [copy.image_id for copy in carry.along(hat)] == [2]


def test_an_answered_copy_is_left_out(library: Library, session: ReviewSession) -> None:
    carry = carrying(library, session)
    question = session.current
    assert question is not None
    carry.along(question)
    carry.stored(session.change([(asked(2, CAT), Answer.YES)]))
    assert [copy.image_id for copy in carry.along(question)] == [3]


def test_nothing_is_carried_for_a_tag_on_which_copies_disagreed(
    library: Library, session: ReviewSession
) -> None:
    carry = carrying(library, session)
    question = session.current
    assert question is not None
    carry.stored(session.change([(asked(4, CAT), Answer.YES), (asked(5, CAT), Answer.NO)]))
    assert carry.along(question) == ()
    (hat,) = (q for q in session.feed.book.questions(HAT) if q.image_id == 1)
    assert carry.along(hat)
    carry.stored(session.undo())
    assert carry.along(question)


def test_alone_leaves_the_copies_out_for_one_question(
    library: Library, session: ReviewSession
) -> None:
    carry = carrying(library, session)
    question = session.current
    assert question is not None
    assert carry.toggle_alone(question)
    assert len(session.answer(Answer.NO)) == 1
    assert session.current is not None
    assert not carry.alone(session.current)
    assert session.current.image_id == 2


def test_an_answer_that_is_changed_changes_what_it_was_carried_to(
    library: Library, session: ReviewSession
) -> None:
    carry = carrying(library, session)
    carry.stored(session.change([(asked(3, CAT), Answer.YES)]))
    (first, second) = session.answer(Answer.YES)
    carry.stored([first, second])
    session.reopen(first)
    stored = session.answer(Answer.NO)
    carry.stored(stored)
    # The second image follows; the third was answered by a person and stays.
    assert [(d.image_id, d.answer) for d in stored] == [(1, Answer.NO), (2, Answer.NO)]
    assert library.decisions.answers(2) == {CAT: Answer.NO}
    assert library.decisions.answers(3) == {CAT: Answer.YES}
    assert len(session.undo()) == 2
    assert library.decisions.answers(2) == {CAT: Answer.YES}


def test_a_page_carries_over_to_what_is_not_on_it(library: Library, session: ReviewSession) -> None:
    carrying(library, session)
    session.pages.size = 2
    session.open_page()
    page = session.pages.current
    assert page is not None
    assert [question.image_id for question in page.questions] == [1, 2]
    page.flip(1)
    given = dict(page.answers())
    stored = session.answer_page(page.answers(), 800)
    # Both of the page were answered by themselves; the third copy takes the first one's answer.
    assert [(d.image_id, d.origin) for d in stored] == [
        (1, Origin.PAGE),
        (2, Origin.PAGE),
        (3, Origin.COPY),
    ]
    assert stored[2].answer is stored[0].answer
    session.undo()
    again = session.pages.current
    assert again is not None
    assert dict(again.answers()) == given


def test_controls_carry_nothing_and_it_can_be_turned_off(
    library: Library, session: ReviewSession
) -> None:
    carry = carrying(library, session)
    question = session.current
    assert question is not None
    assert carry.along(asked(1, CAT, Origin.CONTROL)) == ()
    carry.on = False
    assert carry.along(question) == ()


def asked(image_id: int, tag_id: int, origin: Origin = Origin.EDIT) -> Question:
    return Question(image_id, tag_id, Side.MISSING, 0.5, 0.5, "v1", origin)
