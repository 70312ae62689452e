"""The nearest images of each image, and what their tags say about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray, IntArray

NOBODY = -1
"""Fills the places of a row that has fewer than k neighbours."""

DENSE_SHARE = 0.25
"""Above this share of images with the tag, gathering every edge is quicker than scattering."""


@dataclass(frozen=True)
class NeighbourGraph:
    """The k nearest images of each image by cosine.

    Attributes:
        indices: Rows of the neighbours, nearest first, `NOBODY` (-1) where there are fewer;
            shape (N, k), int32.
        similarity: Cosine of each neighbour, -1..1, 0 where there is nobody; shape (N, k), float16.

    Raises:
        ValueError: If the shapes differ.
    """

    indices: IntArray
    similarity: NDArray[np.float16]

    def __post_init__(self) -> None:
        if self.indices.ndim != 2 or self.indices.shape != self.similarity.shape:
            raise ValueError(
                f"indices {self.indices.shape} and similarity {self.similarity.shape} differ"
            )

    @property
    def n_images(self) -> int:
        """Number of rows."""
        return int(self.indices.shape[0])

    @cached_property
    def weights(self) -> FloatArray:
        """Non-negative weight of each edge, shape (N, k), float32; 0 where there is nobody.

        The cube of the similarity: measured a little better than the similarity itself.
        """
        weight = np.maximum(self.similarity.astype(np.float32), 0.0) ** 3
        weight[self.indices < 0] = 0.0
        return weight

    @cached_property
    def total(self) -> FloatArray:
        """Sum of each image's weights, shape (N,), float32."""
        total: FloatArray = self.weights.sum(axis=1)
        return total

    @cached_property
    def _backward(self) -> tuple[NDArray[np.int64], IntArray, FloatArray]:
        """Edges by the image they point at: (offsets (N+1,), from row (E,), weight (E,))."""
        real = self.indices.ravel() >= 0
        target = self.indices.ravel()[real]
        origin = np.repeat(np.arange(self.n_images, dtype=np.int32), self.indices.shape[1])[real]
        order = np.argsort(target, kind="stable")
        offsets = np.zeros(self.n_images + 1, dtype=np.int64)
        np.cumsum(np.bincount(target, minlength=self.n_images), out=offsets[1:])
        return offsets, origin[order], self.weights.ravel()[real][order]

    def pointing_at(self, rows: NDArray[Any]) -> tuple[NDArray[np.int64], IntArray, FloatArray]:
        """The edges that point at some images.

        Args:
            rows: Rows of images, shape (R,), any integer type.

        Returns:
            Position in `rows` of the image pointed at (E,), row that points (E,), weight (E,).
        """
        offsets, origin, weight = self._backward
        start, length = offsets[rows], offsets[np.asarray(rows) + 1] - offsets[rows]
        which = np.repeat(np.arange(len(rows), dtype=np.int64), length)
        within = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
        edge = np.repeat(start, length) + within
        return which, origin[edge], weight[edge]

    def sum_over(self, values: FloatArray | BoolArray) -> FloatArray:
        """Weighted sum of a value over each image's neighbours.

        Args:
            values: One value an image, shape (N,), float32 or bool.

        Returns:
            Shape (N,), float32.
        """
        rows = np.flatnonzero(values)
        if rows.size > DENSE_SHARE * self.n_images:
            gathered = values[self.indices].astype(np.float32)
            dense: FloatArray = np.einsum("nk,nk->n", gathered, self.weights)
            return dense
        which, origin, weight = self.pointing_at(rows)
        filled = weight * values[rows].astype(np.float32)[which]
        return np.bincount(origin, weights=filled, minlength=self.n_images).astype(np.float32)


def neighbour_graph(
    embeddings: NDArray[Any],
    k: int = 20,
    block: int = 1024,
    groups: NDArray[Any] | None = None,
) -> NeighbourGraph:
    """Find the k nearest images of each image by centred cosine, exactly, in blocks.

    Memory is about `block * N` float32 beside the embeddings.

    Args:
        embeddings: One vector an image, shape (N, D), any float type; rows need no unit length.
        k: Neighbours wanted, at least 1.
        block: Images looked up at once.
        groups: Group of near-duplicates of each image, shape (N,), any integer type; members of
            an image's own group are left out of its neighbours.

    Returns:
        The graph; with fewer than k candidates the rest of a row is `NOBODY`.

    Raises:
        ValueError: If `embeddings` is not two-dimensional, k < 1 or `groups` has another length.
    """
    if embeddings.ndim != 2 or k < 1:
        raise ValueError("a neighbour graph needs embeddings of shape (N, D) and k of at least 1")
    n = embeddings.shape[0]
    if groups is not None and len(groups) != n:
        raise ValueError(f"{len(groups)} groups for {n} images")
    unit = _unit_rows(embeddings)
    members = _members(groups) if groups is not None else {}
    wide = min(k, max(n - 1, 1))
    indices = np.full((n, k), NOBODY, dtype=np.int32)
    similarity = np.zeros((n, k), dtype=np.float16)
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        cosine = unit[rows] @ unit.T
        cosine[np.arange(rows.size), rows] = -np.inf
        for at, row in enumerate(rows):
            twins = members.get(int(groups[row])) if groups is not None else None
            if twins is not None:
                cosine[at, twins] = -np.inf
        best, value = _largest(cosine, wide)
        real = np.isfinite(value)
        indices[rows, :wide] = np.where(real, best, NOBODY)
        similarity[rows, :wide] = np.where(real, value, 0.0).astype(np.float16)
    return NeighbourGraph(indices, similarity)


def neighbour_logit(
    graph: NeighbourGraph,
    present: BoolArray | FloatArray,
    rows: NDArray[np.int64] | None = None,
) -> FloatArray:
    """Smoothed log-odds of the share of an image's neighbours that carry a tag.

    The share is weighted by similarity and pulled towards the tag's overall share as if
    one further neighbour carried it at that share.

    Args:
        graph: The neighbours.
        present: Whether each image carries the tag (or how surely, 0..1), shape (N,).
        rows: Images wanted, shape (n,); all of them where it is `None`.

    Returns:
        Log-odds, shape (N,) or (n,), float32, always finite.
    """
    n = graph.n_images
    base = (float(present.sum()) + 0.5) / (n + 1.0)
    carried, total = graph.sum_over(present), graph.total
    if rows is not None:
        carried, total = carried[rows], total[rows]
    share = (carried + base) / (total + 1.0)
    share = np.clip(share, 1e-7, 1.0 - 1e-4)
    return np.log(share / (1.0 - share)).astype(np.float32)


def _unit_rows(embeddings: NDArray[Any]) -> FloatArray:
    """Centred rows scaled to length 1 (zeros stay), shape (N, D), float32."""
    vectors = np.asarray(embeddings, dtype=np.float32)
    # Embeddings of a network lie in a narrow cone; without its axis similarities spread out.
    vectors = vectors - vectors.mean(axis=0)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = vectors / np.maximum(length, np.float32(1e-12))
    return unit


def _members(groups: NDArray[Any]) -> dict[int, NDArray[np.int64]]:
    """Rows of each group that has more than one member."""
    order = np.argsort(groups, kind="stable")
    values, start, count = np.unique(groups[order], return_index=True, return_counts=True)
    several = count > 1
    return {
        int(value): order[first : first + size]
        for value, first, size in zip(values[several], start[several], count[several], strict=True)
    }


def _largest(cosine: FloatArray, k: int) -> tuple[NDArray[np.int64], FloatArray]:
    """Columns and values of the k largest of each row, largest first."""
    if k < cosine.shape[1]:
        part = np.argpartition(cosine, -k, axis=1)[:, -k:]
    else:
        part = np.broadcast_to(np.arange(cosine.shape[1]), cosine.shape)[:, :k]
    value = np.take_along_axis(cosine, part, axis=1)
    # Ties fall to the lower row, so that the graph does not hang on the sort's inner order.
    order = np.lexsort((part, -value), axis=1)
    return np.take_along_axis(part, order, axis=1), np.take_along_axis(value, order, axis=1)
