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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import FloatArray

STACK_WEIGHT = 0.6
"""Weight of the stack among the opinions of the cold start."""


@dataclass(frozen=True)
class ColdStart:
    """What is believed about a pair before any answer, as several opinions.

    Attributes:
        stack: Fitted on all inputs.
        alone: Fitted on the score alone, without the other inputs.
    """

    stack: Calibration
    alone: Calibration

    def opinions(self, tag: int, columns: Columns, rows: NDArray[np.int64]) -> FloatArray:
        """Log-odds that images show a tag: of the stack, the score and the neighbours.

        Args:
            tag: Column of the tag.
            columns: The inputs on those rows.
            rows: Images, shape (n,).

        Returns:
            Shape (n, 2), or (n, 3) with a graph, float32. None falls as the score rises.
        """
        parts = [
            self.stack.stack(tag, columns, rows),
            self.alone.stack(tag, Columns(columns.score), rows),
        ]
        if columns.near is not None:
            parts.append(columns.near)
        return np.stack(parts, axis=1)


def fit_cold_start(
    sample: FitSample, half: NDArray[np.uint8], n_tags: int, coverage: FloatArray
) -> ColdStart:
    """Fit both calibrations; arguments as for `fit_calibration`."""
    score_only = replace(sample, inputs=sample.inputs[:, :1])
    return ColdStart(
        fit_calibration(sample, half, n_tags, coverage),
        fit_calibration(score_only, half, n_tags, coverage),
    )


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


def wrong_base(share: float, wrong_share: float) -> float:
    """What the log-odds of a wrong tag start from: an inverse lift.

    A tagger that cannot see a tag gives a low chance to every image; what counts is how far
    below the tag's own share an image lies: odds = `wrong_share` * prior odds / model odds.

    Args:
        share: Share of all images that carry the tag, 0..1.
        wrong_share: Share of present tags that are wrong, about 0.01.

    Returns:
        Log-odds from which the model's log-odds are to be taken away.
    """
    safe = min(max(share, 1e-7), 0.999)
    return float(np.log(safe / (1.0 - safe)) + np.log(wrong_share / (1.0 - wrong_share)))
