"""Siblings: learnt from mutual exclusion and from the words that names end in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from reviewer.core.tags.siblings import MOST, SiblingEvidence, find_siblings

COLOURS = ("black", "blonde", "blue", "pink", "white")
LENGTHS = ("short", "medium", "long")
NAMES = (
    "solo",
    *(f"{word}_hair" for word in COLOURS),
    *(f"{word}_hair" for word in LENGTHS),
    *(f"{word}_eyes" for word in COLOURS[:4]),
    "dress",
    "skirt",
    "apron",
    "landscape",
    "mountain",
)
AT = {name: column for column, name in enumerate(NAMES)}
N = 1500


def collection() -> tuple[sparse.csc_matrix, np.ndarray]:
    """Who carries what, and logits that confuse dress with skirt and nothing else."""
    draw = np.random.default_rng(3)
    rows = np.zeros((N, len(NAMES)), bool)
    logits = draw.normal(-3, 0.5, (N, len(NAMES))).astype(np.float32)
    for row in range(N):
        if row % 5 == 0:
            rows[row, [AT["landscape"]]] = True
            rows[row, AT["mountain"]] = draw.random() < 0.5
            continue
        subjects = 2 if row % 5 == 1 else 1
        rows[row, AT["solo"]] = subjects == 1
        for _ in range(subjects):
            rows[row, AT[f"{draw.choice(COLOURS)}_hair"]] = True
            rows[row, AT[f"{draw.choice(LENGTHS)}_hair"]] = True
            rows[row, AT[f"{draw.choice(COLOURS[:4])}_eyes"]] = True
            worn = "dress" if draw.random() < 0.5 else "skirt"
            rows[row, AT[worn]] = True
            rows[row, AT["apron"]] |= draw.random() < 0.3
            logits[row, [AT["dress"], AT["skirt"]]] += 4
    logits[rows] += 4
    return sparse.csc_matrix(rows), logits


@pytest.fixture(scope="module")
def learnt() -> dict[str, list[str]]:
    present, logits = collection()
    evidence = SiblingEvidence(
        NAMES, np.zeros(len(NAMES), np.int64), present, lambda tag: logits[:, tag], lambda _: []
    )
    found = find_siblings(evidence)
    return {NAMES[tag]: [NAMES[other] for other in others] for tag, others in enumerate(found)}


def test_colours_are_siblings_and_lengths_are_others(learnt: dict[str, list[str]]) -> None:
    for word in COLOURS:
        others = {f"{other}_hair" for other in COLOURS if other != word}
        assert set(learnt[f"{word}_hair"]) == others
    for word in LENGTHS:
        assert set(learnt[f"{word}_hair"]) == {f"{x}_hair" for x in LENGTHS if x != word}
    for word in COLOURS[:4]:
        assert set(learnt[f"{word}_eyes"]) == {f"{x}_eyes" for x in COLOURS[:4] if x != word}


def test_what_is_worn_instead_is_a_sibling_without_a_common_word(
    learnt: dict[str, list[str]],
) -> None:
    assert learnt["dress"] == ["skirt"]
    assert learnt["skirt"] == ["dress"]


def test_what_excludes_but_is_never_taken_for_it_is_none(learnt: dict[str, list[str]]) -> None:
    assert learnt["landscape"] == []
    assert learnt["apron"] == []
    assert not any("landscape" in others or "mountain" in others for others in learnt.values())


def test_a_family_has_one_order_the_most_frequent_first(learnt: dict[str, list[str]]) -> None:
    present, _ = collection()
    counts = np.asarray(present.sum(axis=0)).ravel()
    order = sorted((f"{word}_hair" for word in COLOURS), key=lambda name: -counts[AT[name]])
    for word in COLOURS:
        assert learnt[f"{word}_hair"] == [name for name in order if name != f"{word}_hair"]


@settings(max_examples=40)
@given(data=st.data())
def test_a_sibling_is_another_tag_of_the_same_kind_that_is_no_kin(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**16))
    draw = np.random.default_rng(seed)
    n_tags = data.draw(st.integers(1, 14))
    ends = data.draw(st.lists(st.sampled_from("xy"), min_size=n_tags, max_size=n_tags))
    names = [f"w{number}_{end}" for number, end in enumerate(ends)]
    if n_tags > 2 and data.draw(st.booleans()):
        names[0] = "solo"
    kinds = draw.integers(0, 2, n_tags)
    rows = draw.random((data.draw(st.integers(1, 60)), n_tags)) < draw.random(n_tags)
    logits = draw.normal(size=rows.shape).astype(np.float32)
    kin = {tag: [int(k) for k in draw.integers(0, n_tags, 2)] for tag in range(n_tags)}
    found = find_siblings(
        SiblingEvidence(
            names, kinds, sparse.csc_matrix(rows), lambda tag: logits[:, tag], lambda tag: kin[tag]
        )
    )
    assert len(found) == n_tags
    for tag, others in enumerate(found):
        assert len(others) == len(set(others)) <= MOST
        assert tag not in others
        assert not set(kin[tag]) & set(others)
        assert all(kinds[other] == kinds[tag] for other in others)
