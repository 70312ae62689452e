"""One out-of-sample logit from two: a brought tagger's own, and that of heads fitted here.

A tagger that others trained knows its tags before the collection has examples of them; heads fitted
on its embeddings know how this collection uses a tag, once there are enough. Which of the two says
more depends on how many images carry the tag, so their weights do. The weights are few, shared by
all tags, and fitted on one half of the images for use on the other.

A tagger that may have learnt from these very labels repeats their errors, and a fit on them would
trust it for that. Then its own word counts for less the more examples the heads have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.ranking.calibration import LOGIT_LIMIT, draw_rows
from reviewer.core.ranking.pooled import PooledProblem, fit_pooled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray

DOUBTED_AT = 200
"""Carriers of a tag at which the heads count for as much as both together, where the tagger may
have seen these labels."""

_FIT_PAIRS = 300_000
_MIDDLE = 50.0
"""Carriers round which the weights turn from the tagger's own word to the heads'."""


@dataclass(frozen=True)
class TwoScores:
    """What is known of some tags on all images, a tag at a time.

    Attributes:
        n_tags: Number of tags, T.
        own: (N,) float32 logits of the brought tagger for a tag; `None` where it lacks the tag.
        heads: (N,) float32 logits of cross-fitted heads for a tag; `None` where there are none.
        present: (N,) bool, the labels that both are fitted to.
        half: (N,) uint8, 0 or 1: near-duplicates are on one side.
        seen: Whether the tagger may have learnt from these labels.
    """

    n_tags: int
    own: Callable[[int], FloatArray | None]
    heads: Callable[[int], FloatArray | None]
    present: Callable[[int], BoolArray]
    half: NDArray[np.uint8]
    seen: bool = False


@dataclass(frozen=True)
class Fusion:
    """The fitted weights of both opinions.

    Attributes:
        scores: What they weigh.
        scale: (2, 2) offset and slope of the tagger's own logits, where they stand alone; a row
            for each half of the images, fitted on the other half.
        weights: (2, 5) offset, slopes of both, and how the slopes turn with the examples.
    """

    scores: TwoScores
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]

    def logits(self, tag: int) -> FloatArray:
        """(N,) float32 logits of a tag; neither opinion ever counts against itself.

        Raises:
            ValueError: Nobody has an opinion on it.
        """
        own, heads = self.scores.own(tag), self.scores.heads(tag)
        if own is None:
            if heads is None:
                raise ValueError(f"neither own logits nor heads for tag {tag}")
            return heads
        half = self.scores.half
        own = np.clip(own, -LOGIT_LIMIT, LOGIT_LIMIT)
        if heads is None:
            alone = self.scale[half]
            return (alone[:, 0] + np.maximum(alone[:, 1], 0.0) * own).astype(np.float32)
        carriers = int(self.scores.present(tag).sum())
        weights, turn = self.weights[half], _examples(carriers)
        slope_own = np.maximum(weights[:, 1] + turn * weights[:, 3], 0.0)
        slope_heads = np.maximum(weights[:, 2] + turn * weights[:, 4], 0.0)
        mixed = weights[:, 0] + slope_own * own + slope_heads * heads
        if self.scores.seen:
            share = min(carriers / DOUBTED_AT, 1.0)
            mixed = (1 - share) * mixed + share * heads
        return mixed.astype(np.float32)


def fit_fusion(scores: TwoScores, seed: int = 0) -> Fusion:
    """Fits what each of both opinions is worth.

    Args:
        scores: Both.
        seed: Of the pairs drawn for the fit.
    """
    drawn = list(_drawn(scores, seed))
    both = [sample for sample in drawn if sample.heads is not None]
    return Fusion(
        scores,
        _fit([_alone(sample) for sample in drawn], np.array([0.0, 1.0]), scores.half),
        _fit([_together(sample) for sample in both], np.array([0.0, 0.5, 0.5, 0, 0]), scores.half),
    )


@dataclass(frozen=True)
class _Drawn:
    """Pairs of one tag: rows, labels and weights (n,), logits of both (n,)."""

    rows: NDArray[np.int64]
    present: BoolArray
    weight: NDArray[np.float64]
    own: FloatArray
    heads: FloatArray | None
    carriers: int


_Part = tuple[_Drawn, "NDArray[np.float64]"]


def _examples(carriers: int) -> float:
    """How far a tag is from having as many examples as make heads good, as a logarithm."""
    return float(np.log((carriers + 1.0) / _MIDDLE))


def _drawn(scores: TwoScores, seed: int) -> Iterator[_Drawn]:
    """Pairs to fit on, of each tag that the tagger knows."""
    chance = np.random.default_rng(seed)
    size = int(np.clip(_FIT_PAIRS // (2 * max(scores.n_tags, 1)), 50, 4000))
    for tag in range(scores.n_tags):
        own = scores.own(tag)
        if own is None:
            continue
        heads, present = scores.heads(tag), scores.present(tag)
        rows, weight = draw_rows(present, own, size, chance)
        own = np.clip(own[rows], -LOGIT_LIMIT, LOGIT_LIMIT)
        kept = None if heads is None else np.clip(heads[rows], -LOGIT_LIMIT, LOGIT_LIMIT)
        yield _Drawn(rows, present[rows], weight, own, kept, int(present.sum()))


def _alone(sample: _Drawn) -> _Part:
    """A tag's pairs with the inputs (n, 2) of the tagger's word alone."""
    return sample, np.stack([np.ones(sample.own.size), sample.own.astype(np.float64)], axis=1)


def _together(sample: _Drawn) -> _Part:
    """A tag's pairs with the inputs (n, 5) of both."""
    own, heads = np.asarray(sample.own, np.float64), np.asarray(sample.heads, np.float64)
    turn = _examples(sample.carriers)
    return sample, np.stack([np.ones(own.size), own, heads, turn * own, turn * heads], axis=1)


def _fit(
    parts: list[_Part], prior: NDArray[np.float64], half: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """(2, P) shared weights for each half of the images, fitted on the other half."""
    # Where nobody wrote any of the tags, that says nothing of what either is worth.
    if not any(sample.carriers for sample, _ in parts):
        return np.stack([prior, prior])
    group = np.repeat(np.arange(len(parts)), [sample.rows.size for sample, _ in parts])
    rows = np.concatenate([sample.rows for sample, _ in parts])
    target = np.concatenate([sample.present for sample, _ in parts]).astype(np.float64)
    weight = np.concatenate([sample.weight for sample, _ in parts])
    design = np.concatenate([inputs for _, inputs in parts])
    sides = []
    for side in (0, 1):
        kept = half[rows] != side
        problem = PooledProblem(
            design=design[kept],
            local=np.ones((int(kept.sum()), 1)),
            group=group[kept],
            n_groups=len(parts),
            target=target[kept],
            weight=weight[kept],
            prior_mean=prior,
            prior_precision=np.ones(prior.size),
            own_precision=np.array([0.25]),
        )
        sides.append(fit_pooled(problem).beta)
    return np.stack(sides)
