"""Rules that imply tags: suggested by the data, believed as answers and scores bear them out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from reviewer.core.tags.implied import (
    PRIOR,
    Rule,
    reasons,
    suggested,
    told_by_answers,
    with_scores,
)
from reviewer.core.tags.tagstats import meetings

CAT, ANIMAL, SKY = 11, 12, 13


def shown(images: int = 1000, kept: float = 0.95, seed: int = 1) -> sparse.csc_matrix:
    """Cats are animals on nearly all images; the sky is anywhere."""
    rng = np.random.default_rng(seed)
    cat = rng.random(images) < 0.2
    animal = (cat & (rng.random(images) < kept)) | (rng.random(images) < 0.2)
    sky = rng.random(images) < 0.5
    return sparse.csc_matrix(np.stack([cat, animal, sky], axis=1))


def test_the_data_suggest_what_nearly_always_holds() -> None:
    tags = (CAT, ANIMAL, SKY)
    (rule,) = suggested(meetings(shown()), 1000, tags, frozenset())
    assert (rule.child, rule.parent, rule.listed) == (CAT, ANIMAL, False)
    dense = shown().toarray()
    assert rule.images == dense[:, 0].sum()
    assert rule.missing == (dense[:, 0] & ~dense[:, 1]).sum()
    assert rule.share == pytest.approx(1 - rule.missing / rule.images)
    assert suggested(meetings(shown()), 1000, tags, frozenset({(CAT, ANIMAL)})) == []
    assert suggested(meetings(shown(kept=0.7)), 1000, tags, frozenset()) == []
    # What nearly every image has is implied by nothing.
    everywhere = shown().toarray()
    everywhere[:, 1] = np.random.default_rng(3).random(1000) < 0.96
    assert suggested(meetings(sparse.csc_matrix(everywhere)), 1000, tags, frozenset()) == []
    # On so few images nothing is suggested, however well it holds.
    assert suggested(meetings(shown(images=120)), 120, tags, frozenset()) == []


def test_answers_on_gaps_tell_how_far_a_rule_is_believed() -> None:
    rule = Rule(CAT, ANIMAL, listed=True, images=100, missing=20)
    assert rule.chance == PRIOR[True]
    original = {1: frozenset({CAT}), 2: frozenset({CAT}), 3: frozenset({SKY}), 4: frozenset({CAT})}
    answers = {1: {ANIMAL: False}, 2: {ANIMAL: False, SKY: True}, 3: {ANIMAL: True}, 4: {}}
    (told,) = told_by_answers([rule], original, answers)
    assert (told.answered, told.confirmed) == (2, 0)
    assert told.chance == pytest.approx(5 * 0.95 / 7)
    present = {1: frozenset({CAT, ANIMAL})}
    (same,) = told_by_answers([rule], present, {1: {ANIMAL: True}})
    assert same.answered == 0


def test_the_reasons_of_a_tag_are_those_of_the_image() -> None:
    of_list = Rule(CAT, ANIMAL, listed=True, images=10, missing=1)
    of_data = Rule(SKY, ANIMAL, listed=False, images=90, missing=1)
    other = Rule(CAT, SKY, listed=True, images=10, missing=1)
    rules = (of_data, other, of_list)
    assert reasons(rules, ANIMAL, frozenset({CAT, SKY})) == [of_list, of_data]
    assert reasons(rules, ANIMAL, frozenset({ANIMAL})) == []


@given(
    st.lists(st.tuples(st.floats(0.2, 0.97), st.floats(0.01, 0.99)), min_size=2, max_size=30),
    st.integers(0, 2),
)
def test_scores_move_chances_apart_and_leave_their_mean(
    pairs: list[tuple[float, float]], unknown: int
) -> None:
    chances = np.array([chance for chance, _ in pairs] + [0.9] * unknown, np.float32)
    scores = np.array([score for _, score in pairs] + [0.0] * unknown, np.float32)
    told = with_scores(chances, scores)
    known = scores > 0
    assert told[known].mean() == pytest.approx(chances[known].mean(), abs=1e-3)
    assert (told[~known] == chances[~known]).all()
    assert ((told > 0) & (told < 1)).all()
    for one in range(len(pairs)):
        for other in range(one):
            if chances[one] == chances[other] and scores[one] > scores[other]:
                assert told[one] >= told[other]
