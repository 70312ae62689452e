"""Planted kinds of error, whatever the truth."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.types import Side
from reviewer.sample.kinds import KINDS, UPLOADERS, Truth, with_errors

NAMES = st.sampled_from(["red", "blue", "cat", "hat", "sky", "tree", "solo"])
TRUTHS = st.dictionaries(
    st.integers(0, 60).map("images/{}.png".format),
    st.frozensets(NAMES, min_size=1),
    min_size=1,
    max_size=40,
)


def large() -> dict[str, frozenset[str]]:
    """2,000 images with tags on every 1st, 2nd, 4th, ... of them."""
    every = {f"tag_{power}": 2**power for power in range(8)}
    return {
        f"{n:04}.png": frozenset(tag for tag, step in every.items() if n % step == 0)
        for n in range(2000)
    }


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(truth=TRUTHS, share=st.floats(0.05, 0.9), seed=st.integers(0, 5))
def test_the_errors_are_exactly_what_sets_the_tags_apart(
    kind: str, truth: Truth, share: float, seed: int
):
    errors = KINDS[kind](truth, share, seed)
    assert errors == KINDS[kind](truth, share, seed)
    pairs = [(error.path, error.tag) for error in errors]
    assert len(set(pairs)) == len(pairs)
    assert all((e.tag in truth[e.path]) == (e.side is Side.MISSING) for e in errors)
    noisy = with_errors(truth, errors)
    apart = {(path, tag) for path in truth for tag in noisy[path] ^ truth[path]}
    assert apart == set(pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_about_the_share_of_instances_is_wrong(kind: str):
    truth = large()
    instances = sum(map(len, truth.values()))
    errors = KINDS[kind](truth, 0.2, 3)
    assert 0.15 < len(errors) / instances < 0.25


def test_each_kind_plants_on_its_sides():
    sides = {kind: {e.side for e in plant(large(), 0.2, 3)} for kind, plant in KINDS.items()}
    assert sides["missing"] == sides["forgotten"] == {Side.MISSING}
    assert sides["wrong"] == {Side.WRONG}
    assert sides["booru"] == sides["confused"] == set(Side)


def test_booru_errors_fall_on_rare_tags_rather_than_on_common_ones():
    truth = large()
    counts = Counter(tag for tags in truth.values() for tag in tags)
    lost = Counter(e.tag for e in KINDS["booru"](truth, 0.2, 3) if e.side is Side.MISSING)
    assert lost["tag_7"] / counts["tag_7"] > 2 * lost["tag_0"] / counts["tag_0"]


def test_what_an_uploader_forgets_is_missing_on_all_the_images_of_that_uploader():
    truth = large()
    lost = {(e.path, e.tag) for e in KINDS["forgotten"](truth, 0.3, 3)}
    part = len(truth) // UPLOADERS
    paths = sorted(truth)
    for uploader in range(UPLOADERS):
        mine = paths[uploader * part : (uploader + 1) * part]
        assert len({(path, "tag_0") in lost for path in mine}) == 1
