"""Near-duplicates found from hashes, and folds that keep them together and spread rare tags."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 64
_PLAIN_BITS = 6
"""A hash with fewer bits set, or fewer bits clear, says too little to call two images alike."""
_CROWDED = 64
"""Hashes that share one band; beyond this only sorted neighbours are compared."""


def group_duplicates(hashes: NDArray[np.uint64], *, max_distance: int = 3) -> NDArray[np.int64]:
    """Put images whose hashes are equal or nearly so into one group.

    Two hashes within `max_distance` bits agree in at least one of `max_distance + 1` bands, so
    only hashes that share a band are compared.

    Args:
        hashes: (N,) uint64 difference hashes.
        max_distance: Bits that may differ, 0..15.

    Returns:
        (N,) int64 group numbers from 0, groups in the order of their first image.
    """
    unique, inverse = np.unique(hashes, return_inverse=True)
    left, right = _near_pairs(unique, max_distance)
    graph = sp.coo_matrix(
        (np.ones(len(left), dtype=bool), (left, right)), shape=(len(unique), len(unique))
    )
    _, component = connected_components(graph, directed=False)
    _, first, groups = np.unique(component[inverse], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[groups]


def _near_pairs(
    unique: NDArray[np.uint64], max_distance: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    set_bits = np.bitwise_count(unique)
    telling = (set_bits >= _PLAIN_BITS) & (set_bits <= _BITS - _PLAIN_BITS)
    candidates = np.flatnonzero(telling).astype(np.int64)
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for band in _bands(max_distance + 1):
        left, right = _band_pairs(unique[candidates] & band)
        left, right = candidates[left], candidates[right]
        near = np.bitwise_count(unique[left] ^ unique[right]) <= max_distance
        lefts.append(left[near])
        rights.append(right[near])
    return np.concatenate(lefts), np.concatenate(rights)


def _bands(count: int) -> list[np.uint64]:
    """Masks that cut 64 bits into `count` runs of nearly equal length."""
    edges = [round(_BITS * index / count) for index in range(count + 1)]
    return [np.uint64(((1 << (high - low)) - 1) << low) for low, high in itertools.pairwise(edges)]


def _band_pairs(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of positions with equal keys, at most `_CROWDED` steps apart in sorted order."""
    order = np.argsort(keys, kind="stable").astype(np.int64)
    ordered = keys[order]
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(1, min(_CROWDED, len(keys))):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if len(same) == 0:
            break
        lefts.append(order[same])
        rights.append(order[same + step])
    return np.concatenate(lefts), np.concatenate(rights)


def folds(groups: NDArray[np.int64], present: sp.csr_matrix, k: int, seed: int) -> NDArray[np.int8]:
    """Deal groups of images into k folds so that every tag is spread over all of them.

    Iterative stratification (Sechidis et al. 2011), by group and greedily: the groups with the
    rarest tags are dealt first, each to the fold that lacks its tags most, or images most.

    Args:
        groups: (N,) group numbers; a group is never divided.
        present: (N, T) sparse, non-zero where a tag is present.
        k: Number of folds, 2..127.
        seed: Breaks ties.

    Returns:
        (N,) int8, the fold of each image, 0..k-1.
    """
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    members = sp.csr_matrix(
        (np.ones(len(groups), np.float32), (groups, np.arange(len(groups)))),
        shape=(n_groups, len(groups)),
    )
    tags_of_group = (members @ present.astype(np.float32)).tocsr()
    sizes = np.bincount(groups, minlength=n_groups)
    rarity = _rarest_tag_count(tags_of_group, np.asarray(present.astype(bool).sum(axis=0)).ravel())
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    order = shuffled[np.lexsort((-sizes[shuffled], rarity[shuffled]))]
    fold_of_group = _deal(order, tags_of_group, sizes, k)
    return fold_of_group[groups]


def _rarest_tag_count(tags_of_group: sp.csr_matrix, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(G,) images that carry the group's rarest tag; the largest number for a group without."""
    rarest = np.full(tags_of_group.shape[0], np.iinfo(np.int64).max)
    group = np.repeat(np.arange(tags_of_group.shape[0]), np.diff(tags_of_group.indptr))
    np.minimum.at(rarest, group, counts[tags_of_group.indices])
    return rarest


def _deal(
    order: NDArray[np.int64], tags_of_group: sp.csr_matrix, sizes: NDArray[np.int64], k: int
) -> NDArray[np.int8]:
    totals = np.asarray(tags_of_group.sum(axis=0), dtype=np.float64).ravel()
    share = np.maximum(totals, 1.0) / k
    held = np.zeros((k, len(totals)))
    images = np.zeros(k)
    target = max(float(sizes.sum()) / k, 1.0)
    result = np.zeros(len(sizes), dtype=np.int8)
    for group in order:
        start, end = tags_of_group.indptr[group], tags_of_group.indptr[group + 1]
        tags, amounts = tags_of_group.indices[start:end], tags_of_group.data[start:end]
        # A rare tag is a larger part of its fold's share, so it weighs more than a common one.
        fullness = (held[:, tags] / share[tags] ** 1.5).sum(axis=1) + images / target
        fullness += 1e6 * (images + sizes[group] > 1.1 * target + sizes[group])
        fold = int(np.argmin(fullness))
        result[group] = fold
        held[fold, tags] += amounts
        images[fold] += sizes[group]
    return result
