"""The nearest of many, exactly: against numpy done the plain way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core import nearest
from reviewer.core.nearest import Centre, bits_apart, cosines_of, first_few


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BLOCK", 7)


def test_cosines_are_those_of_centred_embeddings() -> None:
    vectors = np.random.default_rng(1).normal(3, 1, (40, 8)).astype(np.float16)
    centre = Centre.of(vectors)
    plain = vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0)
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    for row in (0, 17, 39):
        found = cosines_of(vectors, centre, centre.direction(vectors[row]))
        assert found == pytest.approx(plain @ plain[row], abs=2e-4)
        assert found[row] == pytest.approx(1, abs=2e-4)


def test_what_lies_in_the_middle_is_near_to_nothing() -> None:
    same = np.ones((5, 4), np.float16)
    centre = Centre.of(same)
    assert cosines_of(same, centre, centre.direction(same[0])).tolist() == [0] * 5


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 50))
def test_the_first_few_are_those_of_a_stable_sort(values: list[int], count: int) -> None:
    found = first_few(np.array(values, np.int64), count)
    assert found.tolist() == sorted(range(len(values)), key=lambda n: (values[n], n))[:count]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), st.integers(0, 2**64 - 1))
def test_bits_are_counted(hashes: list[int], one: int) -> None:
    found = bits_apart(np.array(hashes, np.uint64), one)
    assert found.tolist() == [(entry ^ one).bit_count() for entry in hashes]


def test_a_reading_can_be_ended_between_its_parts() -> None:
    vectors = np.random.default_rng(2).normal(0, 1, (40, 8)).astype(np.float16)
    centre, parts = Centre.of(vectors), []

    def third() -> None:
        parts.append(1)
        if len(parts) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Centre.of(vectors, third)
    assert len(parts) == 3
    parts.clear()
    with pytest.raises(InterruptedError):
        cosines_of(vectors, centre, centre.direction(vectors[0]), third)
    assert len(parts) == 3
