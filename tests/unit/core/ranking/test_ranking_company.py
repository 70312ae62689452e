"""The one tag that speaks most for another, and the one that speaks most against it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.ranking import company as module
from reviewer.core.ranking.company import STRONGEST, make_company

CAT, WHISKERS, DOG, SKY = range(4)


def pets(images: int = 2000) -> np.ndarray:
    """Half cats, half dogs; whiskers with nine cats in ten; sky anywhere."""
    rng = np.random.default_rng(2)
    cat = rng.random(images) < 0.5
    whiskers = cat & (rng.random(images) < 0.9)
    return np.stack([cat, whiskers, ~cat, rng.random(images) < 0.3], axis=1)


def made(tags: np.ndarray) -> module.Company:
    return make_company(lambda tag: tags[:, tag], tags.shape[1], len(tags), seed=0)


def test_what_goes_together_speaks_for_a_tag_and_what_excludes_it_against():
    tags = pets()
    found = made(tags)
    on_cats = np.flatnonzero(tags[:, CAT])
    for_, against = found.reasons(WHISKERS, on_cats).T
    assert for_ == pytest.approx(np.full(on_cats.size, np.log(2)), abs=0.1)
    assert np.abs(against).max() < 0.15
    on_dogs = np.flatnonzero(tags[:, DOG])
    assert (found.reasons(WHISKERS, on_dogs)[:, 1] == -STRONGEST).all()
    assert (found.reasons(CAT, on_dogs)[:, 1] == -STRONGEST).all()


def test_a_tag_is_no_reason_for_itself_and_an_empty_image_has_none():
    tags = np.zeros((300, 2), bool)
    tags[:100, 0] = True
    found = made(tags)
    assert found.reasons(0, np.arange(300)).tolist() == [[0.0, 0.0]] * 300
    assert found.reasons(0, np.zeros(0, np.int64)).shape == (0, 2)


@given(seed=st.integers(0, 500), images=st.integers(1, 30), tags=st.integers(1, 6))
@settings(max_examples=60)
def test_reasons_are_the_largest_and_smallest_lift_of_the_other_tags(
    seed: int, images: int, tags: int
):
    rng = np.random.default_rng(seed)
    present = rng.random((images, tags)) < 0.4
    found = made(present)
    rows = rng.permutation(images)
    for tag in range(tags):
        others = [[found.lift[tag, t] for t in range(tags) if present[row, t]] for row in rows]
        expected = [[max([0.0, *lifts]), min([0.0, *lifts])] for lifts in others]
        assert found.reasons(tag, rows) == pytest.approx(np.array(expected))


def test_with_very_many_tags_the_commonest_are_the_reasons(monkeypatch: pytest.MonkeyPatch):
    tags = pets()
    monkeypatch.setattr(module, "MOST_VALUES", 8)
    monkeypatch.setattr(module, "COUNTED_IMAGES", 1500)
    found = made(tags)
    assert found.lift.shape == (4, 2)
    on_dogs = np.flatnonzero(tags[:, DOG])
    assert (found.reasons(WHISKERS, on_dogs)[:, 1] < -2).all()
