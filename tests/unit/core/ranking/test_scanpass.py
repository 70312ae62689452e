from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.ranking.presentpairs import PresentPairs, present_histograms
from reviewer.core.ranking.scanpass import best_of_tag, best_pairs, best_present, histograms
from reviewer.core.ranking.scansearch import Pairs, Wanted
from reviewer.core.scoreblock import Block


def cut(scores: np.ndarray, width: int) -> list[Block]:
    return [
        Block(first, np.ascontiguousarray(scores[:, first : first + width]))
        for first in range(0, scores.shape[1], width)
    ]


def lines(n_tags: int, chance: np.random.Generator) -> np.ndarray:
    slope, offset = chance.uniform(0.02, 0.2, n_tags), chance.normal(size=n_tags) * 4
    return (np.arange(256) * slope[:, None] + offset[:, None]).astype(np.float32)


def best_by_sorting(scores: np.ndarray, levels: np.ndarray, wanted: Wanted) -> np.ndarray:
    """Levels of the wanted pairs, highest first, by sorting everything."""
    kept = []
    for tag, row in enumerate(scores):
        mine = np.sort(levels[tag][row[row > 0]])[::-1][: wanted.per_tag]
        kept.append(mine[mine >= wanted.floor])
    return np.sort(np.concatenate(kept))[::-1][: wanted.total]


@settings(max_examples=60)  # the first call compiles
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 900), st.data())
def test_one_pass_finds_what_sorting_finds(
    seed: int, n_tags: int, n_images: int, data: st.DataObject
) -> None:
    chance = np.random.default_rng(seed)
    scores = np.minimum(chance.exponential(20, (n_tags, n_images)), 255).astype(np.uint8)
    levels = lines(n_tags, chance)
    wanted = Wanted(
        data.draw(st.integers(1, 3000)), data.draw(st.integers(1, 500)), data.draw(st.floats(-9, 9))
    )
    blocks = cut(scores, data.draw(st.integers(1, 700)))
    found = best_pairs(blocks, levels, histograms(blocks, n_tags).astype(float), wanted)
    assert np.array_equal(found.score, scores[found.tag, found.row])
    keys = found.tag.astype(np.int64) * n_images + found.row
    assert np.all(np.diff(keys) > 0)
    assert np.bincount(found.tag, minlength=n_tags).max(initial=0) <= wanted.per_tag
    level = np.sort(levels[found.tag, found.score])[::-1]
    assert np.allclose(level, best_by_sorting(scores, levels, wanted))


@pytest.mark.parametrize("byte", [1, 128, 255])
def test_equal_scores_do_not_fill_the_memory(byte: int) -> None:
    scores = np.full((3, 20_000), byte, np.uint8)
    levels = lines(3, np.random.default_rng(0))
    nothing_known = np.zeros((3, 256))
    found = best_pairs(cut(scores, 4096), levels, nothing_known, Wanted(150, 60))
    assert len(found) == 150
    assert np.bincount(found.tag).tolist() in ([60, 60, 30], [60, 30, 60], [30, 60, 60])


def test_a_sample_that_promises_too_little_costs_time_and_no_memory() -> None:
    chance = np.random.default_rng(3)
    scores = np.minimum(chance.exponential(20, (5, 300_000)), 255).astype(np.uint8)
    levels = lines(5, chance)
    wanted = Wanted(300, 10**6)
    blocks, nothing_known = cut(scores, 4096), np.zeros((5, 256))
    best_pairs(blocks[:1], levels, nothing_known, wanted)  # the first call compiles
    tracemalloc.start()
    try:
        found = best_pairs(blocks, levels, nothing_known, wanted)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All pairs would be 12 MB, and twice as much to make room for them.
    assert most < 4 << 20
    level = np.sort(levels[found.tag, found.score])[::-1]
    assert np.allclose(level, best_by_sorting(scores, levels, wanted))


def test_no_scores_no_pairs() -> None:
    empty = best_pairs([], np.zeros((2, 256), np.float32), np.zeros((2, 256)), Wanted(5, 5))
    assert len(empty) == 0
    assert isinstance(empty, Pairs)


@given(st.lists(st.integers(0, 255), max_size=300), st.integers(0, 400))
def test_the_best_of_a_tag_come_in_order(values: list[int], count: int) -> None:
    scores = np.array(values, np.uint8)
    rows = best_of_tag(scores, count)
    order = np.argsort(-scores.astype(int), kind="stable")
    assert rows.tolist() == [row for row in order.tolist() if scores[row] > 0][:count]


@settings(max_examples=40)  # the first call compiles
@given(st.integers(0, 2**32), st.integers(1, 8), st.integers(1, 300), st.data())
def test_the_present_pairs_of_least_score_are_found(
    seed: int, n_tags: int, n_images: int, data: st.DataObject
) -> None:
    chance = np.random.default_rng(seed)
    there = chance.random((n_images, n_tags)) < 0.4
    rows, columns = np.nonzero(there)
    score = np.clip(chance.normal(0, 900, len(rows)), -32768, 32767).astype(np.int16)
    alive = chance.random(n_images) < 0.9
    pairs = PresentPairs(np.cumsum(there.sum(axis=1)), columns.astype(np.uint16), score)
    levels = lines(n_tags, chance)
    wanted = Wanted(data.draw(st.integers(1, 400)), data.draw(st.integers(1, 100)))
    counts = present_histograms(pairs, alive, n_tags)
    found = best_present(pairs, alive, levels, counts, wanted)
    doubt = 256 - np.clip(np.floor(score.astype(int) * 10 / 256 + 0.5) + 128, 1, 255).astype(int)
    dense = np.zeros((n_tags, n_images), np.uint8)
    dense[columns, rows] = np.where(alive[rows], doubt, 0)
    assert np.array_equal(found.score, dense[found.tag, found.row])
    level = np.sort(levels[found.tag, found.score])[::-1]
    assert np.allclose(level, best_by_sorting(dense, levels, wanted))
