"""Completion: what is found, in which order, and past which slips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from reviewer.core.tags.completion import ENOUGH, LONG, Completion, Likeness, beginnings, slipped
from reviewer.core.tags.spellings import KEY, WIDTH, plain

NAMES = (
    "long_hair",
    "short_hair",
    "blonde_hair",
    "blue_hair",
    "blue_eyes",
    "hair_ribbon",
    "hat",
    "saber_(fate)",
    "^_^",
    "école",
    "a_name_that_goes_on_and_on_far_beyond_what_is_kept_of_it_in_the_index_one",
    "a_name_that_goes_on_and_on_far_beyond_what_is_kept_of_it_in_the_index_two",
)
COUNTS = np.array([90, 80, 70, 60, 50, 40, 30, 20, 10, 5, 2, 1], np.int64)
ALIASES = (("golden_hair", 2), ("cap", 6), ("/lh", 0), ("小麦色", 2))


@pytest.fixture(scope="module")
def completion() -> Completion:
    return Completion(NAMES, COUNTS, ALIASES)


def found(completion: Completion, typed: str, limit: int = 12) -> list[str]:
    return [NAMES[match.entry] for match in completion.complete(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bl", ["blonde_hair", "blue_hair", "blue_eyes"]),
        ("hair", ["hair_ribbon", "long_hair", "short_hair", "blonde_hair", "blue_hair"]),
        ("Blue Ey", ["blue_eyes"]),
        ("blue_ey", ["blue_eyes"]),
        ("fate", ["saber_(fate)"]),
        ("hair blue", ["blue_hair"]),
        ("golden", ["blonde_hair"]),
        ("cap", ["hat"]),
        ("小麦", ["blonde_hair"]),
        ("éc", ["école"]),
        ("^", ["^_^"]),
        ("blodne hair", ["blonde_hair"]),
        ("lnog", ["long_hair"]),
        ("shrt hair", ["short_hair"]),
        ("ribon", ["hair_ribbon"]),
        ("blue eyess", ["blue_eyes"]),
        ("hiar", ["long_hair", "short_hair"]),
    ],
)
def test_what_is_typed_finds_what_is_meant(
    completion: Completion, typed: str, first: list[str]
) -> None:
    assert found(completion, typed)[: len(first)] == first


@pytest.mark.parametrize("typed", ["", "   ", "_", "qqqqqqq", "zz"])
def test_nothing_is_found_of_nothing(completion: Completion, typed: str) -> None:
    assert found(completion, typed) == []


def test_an_alias_says_by_which_name_it_was_found(completion: Completion) -> None:
    (match,) = completion.complete("golden hair")
    assert (match.entry, match.alias, match.likeness) == (2, "golden_hair", Likeness.NAME)
    assert completion.complete("blonde hair")[0].alias == ""
    assert completion.find("cap") == 6
    assert completion.find("ca") is None


def test_a_name_longer_than_the_index_is_found_by_all_of_it(completion: Completion) -> None:
    assert len(NAMES[-1]) > WIDTH > KEY
    typed = plain(NAMES[-1])
    assert found(completion, typed) == [NAMES[-1]]
    assert found(completion, typed[: KEY + 5]) == [NAMES[-2], NAMES[-1]]


def test_each_tag_comes_once_and_no_more_than_asked_for() -> None:
    names = [f"tag_{number}" for number in range(40)]
    aliases = [(f"tag_alias_{number}", number) for number in range(40)]
    completion = Completion(names, np.arange(40), aliases)
    matches = completion.complete("tag", 12)
    assert [match.entry for match in matches] == list(range(39, 27, -1))


def test_of_names_as_near_those_that_keep_the_first_letter_come_first() -> None:
    names = ["body", "food", "rod"]
    matches = Completion(names, np.array([900, 20, 500])).complete("fod")
    assert [names[match.entry] for match in matches] == ["food", "body", "rod"]


WORDS = st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=3)
TAGS = st.lists(WORDS.map("_".join), min_size=1, max_size=30, unique=True)


@settings(max_examples=150)
@given(names=TAGS, typed=WORDS.map(" ".join), data=st.data())
def test_it_finds_what_looking_at_every_name_finds(
    names: list[str], typed: str, data: st.DataObject
) -> None:
    counts = np.array(data.draw(st.lists(st.integers(0, 9), min_size=30, max_size=30)))
    completion = Completion(names, counts[: len(names)])
    matches = completion.complete(typed, len(names))
    by_kind: dict[Likeness, list[int]] = {kind: [] for kind in Likeness}
    for match in matches:
        by_kind[match.likeness].append(match.entry)
    entries = [match.entry for match in matches]
    assert len(entries) == len(set(entries))
    plains = [plain(name) for name in names]
    exact = {n for n, name in enumerate(plains) if name == typed}
    begins = {n for n, name in enumerate(plains) if name.startswith(typed)}
    inside = {n for n, name in enumerate(plains) if f" {typed}" in f" {name}"}
    assert set(by_kind[Likeness.NAME]) == exact
    assert set(by_kind[Likeness.BEGINNING]) == begins - exact
    assert set(by_kind[Likeness.WORD]) == inside - begins
    for kind in (Likeness.BEGINNING, Likeness.WORD, Likeness.WORDS):
        assert by_kind[kind] == sorted(
            by_kind[kind], key=lambda n: (-counts[n], len(names[n]), by_kind[kind].index(n))
        )
    typed_so = sum(len(by_kind[kind]) for kind in list(Likeness)[:4])
    if not exact and typed_so < ENOUGH and len(typed) >= 3:
        allowed = 2 if len(typed) >= LONG else 1
        near = {n for n, name in enumerate(plains) if slips(typed, name, allowed) <= allowed}
        # Two words may be near each other and share no two letters: that is a slip too far.
        assert {n for n in near if pairs(typed) & pairs(plains[n])} <= set(entries)
        assert {match.entry for match in matches if match.likeness is Likeness.SLIP} <= near


def slips(typed: str, name: str, most: int) -> int:
    """Slips between what was typed and the beginning of a name or of one of its words."""
    words = [name[at:] for at in range(len(name)) if at == 0 or name[at - 1] == " "]
    lengths = range(max(len(typed) - most, 1), len(typed) + most + 1)
    return min(OSA.distance(typed, word[:length]) for word in words for length in lengths)


def pairs(text: str) -> set[str]:
    return {f" {text}"[at : at + 2] for at in range(len(text))}


@given(name=st.text("abcdefgh", min_size=4, max_size=12), data=st.data())
def test_one_slip_is_one_slip(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 2))
    exchanged = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    left_out = name[:at] + name[at + 1 :]
    doubled = name[: at + 1] + name[at:]
    other = name[:at] + "z" + name[at + 1 :]
    for typed in (exchanged, left_out, doubled, other):
        assert slips(typed, name, 2) <= 1
    assert name in slipped(exchanged)
    assert name in slipped(doubled)
    assert slips(name, f"first {name} last", 2) == 0


@settings(max_examples=60)
@given(names=TAGS, words=st.lists(st.text("abcd", min_size=1, max_size=2), min_size=2, max_size=3))
def test_words_are_found_in_any_order(names: list[str], words: list[str]) -> None:
    completion = Completion(names, np.zeros(len(names), np.int64))
    typed = " ".join(words)
    found_so = {
        match.entry
        for match in completion.complete(typed, len(names))
        if match.likeness is not Likeness.SLIP
    }
    holding = {
        number
        for number, name in enumerate(names)
        if all(any(part.startswith(word) for part in name.split("_")) for word in words)
    }
    assert holding <= found_so


def test_a_name_begins_with_each_of_its_words_and_at_most_ends_with_itself() -> None:
    assert beginnings("red hat", range(2, 5)) == ["re", "red", "red ", "ha", "hat"]
    # The shortest stands for what is shorter still.
    assert beginnings("a", range(2, 4)) == ["a"]
