"""The nearest of many embeddings or hashes, exactly: plain arrays, no index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 8192
"""Embeddings turned to float32 at once."""

Between = Callable[[], None]
"""Called between the parts of a long reading; what it raises ends that."""


def nothing() -> None:
    """Lets a reading go on."""


@dataclass(frozen=True)
class Centre:
    """What turns embeddings into directions from their middle.

    Embeddings of a network lie in a narrow cone: without its axis everything is alike.

    Attributes:
        mean: (D,) float32 of all embeddings.
        lengths: (N,) float32 of each embedding less the mean, above 0.
    """

    mean: NDArray[np.float32]
    lengths: NDArray[np.float32]

    @classmethod
    def of(cls, embeddings: NDArray[np.float16], between: Between = nothing) -> Centre:
        """Reads all embeddings (N, D) twice, a block at a time, `between` called before each."""
        count, width = embeddings.shape
        total = np.zeros(width, np.float64)
        for start in range(0, count, BLOCK):
            between()
            total += embeddings[start : start + BLOCK].sum(axis=0, dtype=np.float64)
        mean = (total / max(count, 1)).astype(np.float32)
        lengths = np.empty(count, np.float32)
        for start in range(0, count, BLOCK):
            between()
            part = embeddings[start : start + BLOCK].astype(np.float32) - mean
            lengths[start : start + BLOCK] = np.sqrt(np.einsum("nd,nd->n", part, part))
        return cls(mean, np.maximum(lengths, np.float32(1e-9)))

    def direction(self, embedding: NDArray[np.floating]) -> NDArray[np.float32]:
        """(D,) an embedding as a direction of length 1; zeros for the middle itself."""
        towards = np.asarray(embedding, np.float32) - self.mean
        found: NDArray[np.float32] = towards / max(float(np.linalg.norm(towards)), 1e-9)
        return found


def cosines_of(
    embeddings: NDArray[np.float16],
    centre: Centre,
    direction: NDArray[np.float32],
    between: Between = nothing,
) -> NDArray[np.float32]:
    """(N,) cosines of all embeddings with a direction, -1..1.

    Args:
        embeddings: (N, D).
        centre: Of the same embeddings.
        direction: (D,) from `Centre.direction`.
        between: Called before each block.
    """
    found = np.empty(len(embeddings), np.float32)
    shift = np.float32(centre.mean @ direction)
    for start in range(0, len(embeddings), BLOCK):
        between()
        part = embeddings[start : start + BLOCK].astype(np.float32)
        found[start : start + BLOCK] = part @ direction
    return (found - shift) / centre.lengths


def bits_apart(hashes: NDArray[np.uint64], one: int) -> NDArray[np.uint8]:
    """(N,) bits, 0..64, in which difference hashes differ from one of them."""
    apart: NDArray[np.uint8] = np.bitwise_count(hashes ^ np.uint64(one))
    return apart


def first_few(values: NDArray[np.generic], count: int) -> NDArray[np.int64]:
    """Places of the smallest values, smallest first; of equal ones the earlier first.

    Args:
        values: (N,) any numbers.
        count: How many at most.
    """
    if count < len(values):
        # All that equal the last one that belongs are looked at, so that ties fall in order.
        edge = np.partition(values, count - 1)[count - 1]
        among = np.flatnonzero(values <= edge)
    else:
        among = np.arange(len(values))
    order = np.argsort(values[among], kind="stable")
    return among[order][:count].astype(np.int64)
