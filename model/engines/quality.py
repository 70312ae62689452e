"""What another engine loses: its scores beside torch's on the same pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.metrics import average_precision

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP_SHARE = 0.01
"""Share of the pairs without a tag that counts as the most suspicious ones."""
CARRIERS = 3
"""Images that must carry a tag before its average precision says anything."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What an engine is worth on a sample.

    Attributes:
        images: In the sample.
        tags: With carriers enough for an average precision.
        map_before: Mean average precision of torch's scores, 0..1; nan without such tags.
        map_after: That of the engine.
        same_top: Share of torch's most suspicious pairs that are among the engine's too, 0..1.
        difference: Largest difference of a logit.
        speed: Torch's CPU seconds over the engine's.
    """

    images: int
    tags: int
    map_before: float
    map_after: float
    same_top: float
    difference: float
    speed: float

    @property
    def lost(self) -> float:
        """Mean average precision lost; below 0 where the engine happens to do better, 0 if nan."""
        loss = self.map_before - self.map_after
        return 0.0 if math.isnan(loss) else loss

    def words(self) -> str:
        """In one sentence."""
        parts = [f"{self.speed:.1f} times as fast on one core"]
        if self.tags:
            parts.append(
                f"mean average precision {self.map_before:.4f} to {self.map_after:.4f} "
                f"over {self.tags:,} tags"
            )
        parts.append(f"{self.same_top:.1%} of the most suspicious pairs are the same")
        return f"On {self.images:,} of your images: {', '.join(parts)}."


def compare(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    present: NDArray[np.bool_],
    speed: float,
) -> Quality:
    """Compare an engine with torch.

    Args:
        before: (N, T) logits of torch.
        after: (N, T) logits of the engine.
        present: (N, T), which images have which tags.
        speed: Torch's CPU seconds over the engine's.
    """
    truth = present.astype(np.float32)
    judged = np.flatnonzero(present.sum(axis=0) >= CARRIERS)
    maps = [
        float(np.mean([average_precision(part[:, tag], truth[:, tag]) for tag in judged]))
        if len(judged)
        else float("nan")
        for part in (before, after)
    ]
    return Quality(
        images=len(before),
        tags=len(judged),
        map_before=maps[0],
        map_after=maps[1],
        same_top=_same_top(before[~present], after[~present]),
        difference=float(np.abs(before - after).max(initial=0.0)),
        speed=speed,
    )


def _same_top(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Share of the highest of one that are among the highest of the other."""
    if not len(before):
        return 1.0
    many = max(1, round(TOP_SHARE * len(before)))
    tops = [set(np.argsort(-part, kind="stable")[:many].tolist()) for part in (before, after)]
    return len(tops[0] & tops[1]) / many
