"""What answers that nobody asked for are stored with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.labels import effective_tags
from reviewer.core.queues import Ranking
from reviewer.core.review.copies import CarryOver
from reviewer.core.review.feed import Mode
from reviewer.core.review.unasked import (
    LEAST_OFFERED,
    may_be_missing,
    turned,
    unasked,
    with_sibling,
)
from reviewer.core.tags.vocabulary import Implications
from reviewer.core.types import Answer, Origin, Side
from reviewer.store.copies import Comparison
from tests.conftest import even_ranking
from tests.unit.core.review.test_session import fill, make_ranking, start

if TYPE_CHECKING:
    from reviewer.store.library import Library


def test_a_ranked_pair_keeps_its_score(library: Library) -> None:
    fill(library)
    ranking = make_ranking(library)
    for queue, tag_id in enumerate(ranking.tags.tolist()):
        for place in range(6):
            known = ranking.question(queue, place)
            original = library.images.original_tags(known.image_id)
            given_ = unasked(ranking, original, known.pair, Origin.EDIT)
            assert given_.pair == known.pair == (known.image_id, tag_id)
            assert (given_.score, given_.suspicion) == (known.score, known.suspicion)
            assert given_.side is known.side
            assert given_.version == known.version
            assert given_.origin is Origin.EDIT


def test_a_pair_that_nothing_is_known_of_has_no_score() -> None:
    question = unasked(Ranking.empty(), frozenset({7}), (3, 7), Origin.SIBLING)
    assert (question.pair, question.side) == ((3, 7), Side.WRONG)
    assert (question.score, question.suspicion, question.version) == (0, 0, "")
    assert unasked(Ranking.empty(), frozenset(), (3, 7), Origin.EDIT).side is Side.MISSING


def test_what_may_be_missing_is_likely_and_comes_in_order() -> None:
    low = LEAST_OFFERED - 0.01
    of_nine, of_two = [0.3, 0.8, low, 0.5], [0.9, low, 0.4, low]
    suspicions = np.array([each for pair in zip(of_nine, of_two, strict=True) for each in pair])
    sides = [Side.MISSING] * 6 + [Side.WRONG, Side.MISSING]
    ranking = even_ranking([4, 5, 6, 7], [9, 2], suspicions.astype(np.float32), sides)
    assert may_be_missing(ranking, 9) == [5, 4]
    assert may_be_missing(ranking, 2) == [4, 6]
    assert may_be_missing(ranking, 3) == []


TAGS = st.integers(0, 5)


@given(
    original=st.frozensets(TAGS),
    answers=st.dictionaries(TAGS, st.sampled_from(list(Answer))),
    pairs=st.lists(st.tuples(TAGS, TAGS), max_size=5),
    tag=TAGS,
)
def test_turning_a_tag_changes_whether_the_image_has_it(
    original: frozenset[int],
    answers: dict[int, Answer],
    pairs: list[tuple[int, int]],
    tag: int,
) -> None:
    implications = Implications(pairs)
    before = effective_tags(original, answers, implications)
    answer = turned(original, answers, implications, tag)
    after = effective_tags(original, {**answers, tag: answer}, implications)
    assert (tag in before) is not (tag in after)


@pytest.mark.parametrize("alone", [False, True])
def test_a_sibling_goes_to_the_copies_that_the_no_goes_to(library: Library, alone: bool) -> None:
    fill(library)
    library.copies.write([Comparison(1, 3, b"", 1.0), Comparison(1, 5, b"", 1.0)])
    session = start(library)
    carry = CarryOver(library.copies, library.images, session.feed)
    session.along = carry.also
    tag = {name: entry.id for name, entry in library.vocabulary().by_name.items()}
    session.choose_side(Side.MISSING)
    session.enter(Mode.TAG, tag["hat"])
    question = session.current
    assert question is not None
    assert question.image_id == 1
    smiled = library.images.original_tags(1)
    # One copy has its smile answered: it goes along with the No, but not with the sibling.
    before = session.change([(replace(question, image_id=3, tag_id=tag["smile"]), Answer.NO)])
    if alone:
        carry.toggle_alone(question)
    session.answer(Answer.NO, also=with_sibling(session, smiled, tag["smile"]))
    given = {
        (image, name): library.decisions.answers(image).get(tag[name])
        for image in (1, 3, 5)
        for name in ("hat", "smile")
    }
    carried = None if alone else Answer.NO
    assert given == {
        (1, "hat"): Answer.NO,
        (1, "smile"): Answer.YES,
        (3, "hat"): carried,
        (3, "smile"): Answer.NO,
        (5, "hat"): carried,
        (5, "smile"): None if alone else Answer.YES,
    }
    origins = {d.pair: d.origin for d in library.decisions.recent(9)}
    assert origins[(1, tag["smile"])] is Origin.SIBLING
    assert alone or origins[(5, tag["smile"])] is Origin.COPY
    session.undo()
    assert [d.id for d in library.decisions.recent(9)] == [d.id for d in before]
