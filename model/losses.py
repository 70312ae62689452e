"""Losses of a multi-label tagger, summed over tags and averaged over images."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from model.config import LossName

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes logits, targets (0 or 1) and weights (0..1), each (B, T) float; returns a scalar."""


def weighted_bce(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Binary cross entropy, weighted per pair, summed over tags, averaged over images.

    Summing keeps the gradient of one tag independent of how many other tags there are.

    Args:
        logits: (B, T) float.
        targets: (B, T) float, 0 or 1.
        weights: (B, T) float, 0..1.

    Returns:
        A scalar.
    """
    return (
        functional.binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum")
        / logits.shape[0]
    )


def asymmetric(
    logits: Tensor,
    targets: Tensor,
    weights: Tensor,
    *,
    focus_absent: float = 4.0,
    margin: float = 0.05,
) -> Tensor:
    """The asymmetric loss of Ridnik et al. 2021: easy absences count for little.

    Args:
        logits: (B, T) float.
        targets: (B, T) float, 0 or 1.
        weights: (B, T) float, 0..1.
        focus_absent: The power on the score of an absent tag.
        margin: Scores of absent tags below this count as 0.

    Returns:
        A scalar.
    """
    scores = torch.sigmoid(logits)
    shifted = (scores - margin).clamp(min=0.0)
    present = targets * functional.logsigmoid(logits)
    absent = (1 - targets) * shifted.pow(focus_absent) * torch.log1p(-shifted.clamp(max=0.9999))
    return -(weights * (present + absent)).sum() / logits.shape[0]


LOSSES: dict[LossName, Loss] = {"bce": weighted_bce, "asymmetric": asymmetric}
