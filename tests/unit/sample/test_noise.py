"""Planted errors: their chances and their shares."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.types import Side
from reviewer.sample.noise import HIGHEST, LOWEST, drop_chances, plant
from reviewer.sample.vocabulary import SIBLINGS


def _truth() -> dict[str, frozenset[str]]:
    """4,000 images: one tag on all of them, others on fewer and fewer."""
    shares = {
        "solo": 1,
        "outdoors": 2,
        "blue_eyes": 5,
        "green_eyes": 7,
        "cat_ears": 12,
        "halo": 100,
    }
    return {
        f"images/{n}.jpg": frozenset(
            {tag for tag, every in shares.items() if n % every == 0} | {"highres"}
        )
        for n in range(4000)
    }


def test_rare_tags_are_missing_more_often():
    chances = drop_chances(_truth(), seed=7)
    assert all(LOWEST <= chance <= HIGHEST for chance in chances.values())
    assert chances["solo"] < 0.13
    assert chances["halo"] > 0.5
    assert chances["solo"] < chances["green_eyes"] < chances["halo"]
    assert chances["highres"] == LOWEST


def test_observed_drop_rates_are_near_their_chances():
    truth = _truth()
    noisy = plant(truth, seed=7)
    counts = Counter(tag for tags in truth.values() for tag in tags)
    dropped = Counter(error.tag for error in noisy.errors if error.side is Side.MISSING)
    for tag, count in counts.items():
        chance = noisy.chances[tag]
        spread = (chance * (1 - chance) / count) ** 0.5
        assert abs(dropped[tag] / count - chance) < 4 * spread + 1e-9, tag


def test_about_one_percent_is_wrong_and_mostly_siblings():
    truth = _truth()
    noisy = plant(truth, seed=7)
    wrong = [error for error in noisy.errors if error.side is Side.WRONG]
    kept = sum(len(tags & truth[path]) for path, tags in noisy.tags.items())
    assert 0.008 < len(wrong) / kept < 0.012
    eyes = next(group for group in SIBLINGS if "blue_eyes" in group)
    confused = sum(e.tag in eyes and bool(truth[e.path] & set(eyes)) for e in wrong)
    assert confused > 0.3 * len(wrong)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.frozensets(st.sampled_from(["solo", "blue_eyes", "red_eyes", "halo"]), max_size=4),
        max_size=12,
    ),
    st.integers(0, 99),
)
def test_truth_and_errors_give_the_metadata_exactly(truth: dict[str, frozenset[str]], seed: int):
    noisy = plant(truth, seed)
    rebuilt = {path: set(tags) for path, tags in truth.items()}
    for error in noisy.errors:
        if error.side is Side.MISSING:
            rebuilt[error.path].remove(error.tag)
        else:
            assert error.tag not in truth[error.path]
            rebuilt[error.path].add(error.tag)
    assert rebuilt == noisy.tags
    assert plant(truth, seed) == noisy
