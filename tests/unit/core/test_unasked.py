"""What answers that nobody asked for are stored with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.labels import effective_tags
from reviewer.core.queues import Ranking
from reviewer.core.types import Answer, Origin, Side
from reviewer.core.unasked import turned, unasked
from reviewer.core.vocabulary import Implications
from tests.unit.core.test_session import fill, make_ranking

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
