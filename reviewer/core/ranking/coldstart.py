"""What is believed about a pair before any answer: the opinions, and where each side starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.ranking.calibration import (
    Calibration,
    Columns,
    FitSample,
    fit_calibration,
)
from reviewer.core.ranking.level import Level, fit_level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray

STACK_WEIGHT = 0.6
"""Weight of the stack among the opinions of the cold start."""


@dataclass(frozen=True)
class ColdStart:
    """What is believed about a pair before any answer, as several opinions.

    Attributes:
        stack: Fitted on all inputs.
        alone: Fitted on the score alone, without the other inputs.
        level: What the opinions are worth.
    """

    stack: Calibration
    alone: Calibration
    level: Level

    def suspicions(
        self, tag: int, columns: Columns, rows: NDArray[np.int64], present: BoolArray
    ) -> FloatArray:
        """Log-odds that the metadata is wrong: of the stack, the score and the neighbours.

        Args:
            tag: Column of the tag.
            columns: The inputs on those rows.
            rows: Images, shape (n,).
            present: Whether each carries the tag, shape (n,).

        Returns:
            Shape (n, 2), or (n, 3) with a graph, float32. None falls as the score goes away
            from what the metadata says.
        """
        parts = [
            self.stack.stack(tag, columns, rows),
            self.alone.stack(tag, Columns(columns.score), rows),
        ]
        if columns.near is not None:
            parts.append(columns.near)
        return self.level.suspicions(tag, np.stack(parts, axis=1), present)


def fit_cold_start(
    sample: FitSample,
    half: NDArray[np.uint8],
    n_tags: int,
    coverage: FloatArray,
    wrong_share: float,
) -> ColdStart:
    """Fit both calibrations, and what they are worth together.

    Args:
        sample: Pairs to fit on.
        half: Half of each image, shape (N,).
        n_tags: Number of tags, T.
        coverage: Of every image, shape (N,).
        wrong_share: Share of present tags that are taken to be wrong, inside 0..1.
    """
    score_only = replace(sample, inputs=sample.inputs[:, :1])
    stack = fit_calibration(sample, half, n_tags, coverage)
    alone = fit_calibration(score_only, half, n_tags, coverage)
    parts = [
        stack.logit(sample.tag, sample.inputs, sample.row),
        alone.logit(sample.tag, score_only.inputs, sample.row),
    ]
    if sample.graph:
        parts.append(sample.inputs[:, 1].astype(np.float32))
    mean = np.stack(parts, axis=1).astype(np.float64) @ opinion_weights(len(parts))
    return ColdStart(stack, alone, fit_level(sample, mean, n_tags, wrong_share))


def opinion_weights(n_opinions: int) -> NDArray[np.float64]:
    """How much each opinion counts before any answer, shape (n_opinions,), summing to 1.

    The stack alone finds as much on most sets; the others guard against a stack that leans on
    one input too much.

    Args:
        n_opinions: 2 or 3.
    """
    weights = np.full(n_opinions, (1.0 - STACK_WEIGHT) / (n_opinions - 1))
    weights[0] = STACK_WEIGHT
    return weights
