"""Drawing lots with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

T = TypeVar("T")


def pick(rng: random.Random, weights: Mapping[T, float]) -> T:
    """One key, with a chance proportional to its weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]
