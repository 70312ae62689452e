from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from model.split import folds, group_duplicates


def flip(value: int, bits: list[int]) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value


@settings(max_examples=30)
@given(
    start=st.integers(0, 2**32),
    bits=st.lists(st.integers(0, 63), min_size=0, max_size=3, unique=True),
)
def test_hashes_within_three_bits_share_a_group_wherever_the_bits_are(start: int, bits: list[int]):
    chance = np.random.default_rng(start)
    hashes = chance.integers(0, 2**64, 50, dtype=np.uint64)
    twin = np.uint64(flip(int(hashes[17]), bits))
    groups = group_duplicates(np.append(hashes, twin))
    assert groups[17] == groups[50]
    assert len(set(groups[:50].tolist())) == 50


def test_groups_equal_those_found_by_comparing_every_pair():
    chance = np.random.default_rng(1)
    seeds = chance.integers(0, 2**64, 40, dtype=np.uint64)
    hashes = []
    for seed in seeds.tolist():
        for _ in range(int(chance.integers(1, 5))):
            bits = chance.integers(0, 64, int(chance.integers(0, 4))).tolist()
            hashes += [flip(seed, bits)]
    array = np.array(hashes, dtype=np.uint64)
    near = np.bitwise_count(array[:, None] ^ array[None, :]) <= 3
    _, expected = sp.csgraph.connected_components(sp.csr_matrix(near), directed=False)
    found = group_duplicates(array)
    pairs = set(zip(expected.tolist(), found.tolist(), strict=True))
    assert len(pairs) == len(set(expected.tolist())) == len(set(found.tolist()))


def test_plain_pictures_are_grouped_only_when_equal():
    hashes = np.array([0, 1, 3, 0, 2**64 - 1], dtype=np.uint64)
    assert group_duplicates(hashes).tolist() == [0, 1, 2, 0, 3]


def test_many_hashes_in_one_band_do_not_take_quadratic_work():
    crowded = (np.arange(200_000, dtype=np.uint64) << np.uint64(20)) | np.uint64(0xFFFF)
    groups = group_duplicates(crowded, max_distance=1)
    assert len(groups) == 200_000


def random_labels(n_images: int, n_tags: int, seed: int) -> sp.csr_matrix:
    chance = np.random.default_rng(seed)
    share = np.geomspace(0.4, 10 / n_images, n_tags)
    return sp.csr_matrix(chance.random((n_images, n_tags)) < share)


def test_folds_keep_groups_together_and_spread_every_tag():
    present = random_labels(1_000, 60, 0)
    groups = np.random.default_rng(1).integers(0, 600, 1_000)
    _, groups = np.unique(groups, return_inverse=True)
    fold = folds(groups, present, 5, seed=0)
    assert fold.dtype == np.int8
    for group in range(groups.max() + 1):
        assert len(set(fold[groups == group].tolist())) == 1
    sizes = np.bincount(fold, minlength=5)
    assert sizes.max() <= 1.25 * sizes.min()
    per_fold = np.stack([present[fold == number].sum(axis=0).A1 for number in range(5)])
    totals = per_fold.sum(axis=0)
    rare = (totals >= 10) & (totals < 40)
    assert rare.any()
    assert (per_fold[:, rare] > 0).all()


def test_rare_tags_are_spread_better_than_by_chance():
    present = random_labels(1_000, 60, 2)
    alone = np.arange(1_000)
    dealt = folds(alone, present, 5, seed=0)
    chance = np.random.default_rng(0).integers(0, 5, 1_000)

    def unevenness(fold: np.ndarray) -> float:
        counts = np.stack([present[fold == number].sum(axis=0).A1 for number in range(5)])
        return float((counts.std(axis=0) / np.maximum(counts.mean(axis=0), 1)).mean())

    assert unevenness(dealt) < 0.5 * unevenness(chance)


def test_the_same_seed_gives_the_same_folds():
    present = random_labels(200, 10, 3)
    first, second, other = (folds(np.arange(200), present, 4, seed) for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != other).any()


def test_images_without_tags_are_dealt_too():
    fold = folds(np.arange(9), sp.csr_matrix((9, 3), dtype=bool), 3, seed=0)
    assert np.bincount(fold).tolist() == [3, 3, 3]
