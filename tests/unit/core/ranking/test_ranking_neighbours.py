"""The neighbour graph against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.ranking import NeighbourGraph, neighbour_graph, neighbour_logit
from reviewer.core.ranking.neighbours import NOBODY


@given(
    seed=st.integers(0, 10_000),
    images=st.integers(2, 40),
    k=st.integers(1, 12),
    block=st.integers(1, 50),
    grouped=st.booleans(),
)
@settings(max_examples=60)
def test_the_graph_holds_the_nearest_of_other_groups(
    seed: int, images: int, k: int, block: int, grouped: bool
):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(images, 6))
    groups = rng.integers(0, max(images // 2, 1), images) if grouped else np.arange(images)
    graph = neighbour_graph(vectors, k, block, groups if grouped else None)
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    cosine = unit @ unit.T
    for row in range(images):
        others = np.flatnonzero(groups != groups[row])
        wanted = others[np.argsort(-cosine[row, others])][:k]
        mine = graph.indices[row]
        assert mine[: wanted.size].tolist() == wanted.tolist()
        assert (mine[wanted.size :] == NOBODY).all()
        assert graph.similarity[row, : wanted.size] == pytest.approx(cosine[row, wanted], abs=2e-3)


@given(seed=st.integers(0, 10_000), share=st.floats(0.0, 1.0))
@settings(max_examples=40)
def test_gathering_and_scattering_give_the_same_sums(seed: int, share: float):
    rng = np.random.default_rng(seed)
    graph = neighbour_graph(rng.normal(size=(60, 5)), 7)
    present = rng.random(60) < share
    by_hand = [
        sum(w for j, w in zip(graph.indices[i], graph.weights[i], strict=True) if present[j])
        for i in range(60)
    ]
    assert graph.sum_over(present) == pytest.approx(by_hand, abs=1e-5)


def test_more_neighbours_with_the_tag_give_a_higher_logit():
    indices = np.array([[1, 2, 3], [2, 3, 0], [3, 0, 1], [0, 1, 2], [NOBODY] * 3], np.int32)
    similarity = np.where(indices >= 0, 0.9, 0.0).astype(np.float16)
    graph = NeighbourGraph(indices, similarity)
    logit = neighbour_logit(graph, np.array([False, True, True, False, False]))
    assert logit[0] > logit[1]
    assert logit[0] == logit[3]
    base = 2.5 / 6.0
    assert logit[4] == pytest.approx(np.log(base / (1.0 - base)), abs=1e-4)
    assert np.isfinite(neighbour_logit(graph, np.zeros(5, bool))).all()
    assert np.isfinite(neighbour_logit(graph, np.ones(5, bool))).all()


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="embeddings"):
        neighbour_graph(np.zeros(4), 2)
    with pytest.raises(ValueError, match="groups"):
        neighbour_graph(np.zeros((4, 2)), 2, groups=np.zeros(3, int))
    with pytest.raises(ValueError, match="differ"):
        NeighbourGraph(np.zeros((2, 3), np.int32), np.zeros((2, 2), np.float16))
