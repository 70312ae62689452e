"""Heads that tell characters apart: what is learnt on top of the embedding of a face.

All give logits; while learning they are told the right class, and those with a margin make it
harder than the others. Cosine heads see the direction of an embedding alone, so that classes never
seen in training can be told by the nearest mean direction.

Sources: ArcFace, Deng et al. 2019 (arXiv:1801.07698); sub-centres, Deng et al. 2020 (ECCV); margins
that fall with a class's frequency, Ha et al. 2020 (arXiv:2010.05350); logits shifted by how
frequent a class is, Menon et al. 2021 (arXiv:2007.07314).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

HeadName = Literal["softmax", "arcface", "subcentre", "balanced"]

_ALMOST = 1 - 1e-6
_ADAPTIVE = (0.25, 0.4)
"""Margins in radians of the most frequent class and of the rarest."""
_FALL = 0.25
"""The power of the number of images with which the margin falls."""


class SoftmaxHead(nn.Module):
    """A linear layer: the plain softmax that margins are compared with."""

    def __init__(self, width: int, counts: Tensor) -> None:
        """Makes the head.

        Args:
            width: D, of the embeddings.
            counts: (C,) images of each class.
        """
        super().__init__()
        self.linear = nn.Linear(width, len(counts))
        nn.init.normal_(self.linear.weight, std=0.01)
        nn.init.zeros_(self.linear.bias)

    def forward(self, embeddings: Tensor, _labels: Tensor | None, _share: float) -> Tensor:
        """(B, D) to (B, C) logits."""
        found: Tensor = self.linear(embeddings)
        return found


class CosineHead(nn.Module):
    """Cosines to directions of classes, times a scale; the right class has to beat a margin.

    Attributes:
        weight: (C * K, D), the directions; the best of a class's K counts.
        margins: (C,) radians.
        shift: (C,) added to the logits while learning.
    """

    margins: Tensor
    shift: Tensor

    def __init__(
        self, width: int, margins: Tensor, shift: Tensor, *, centres: int, scale: float
    ) -> None:
        """Makes the head.

        Args:
            width: D, of the embeddings.
            margins: (C,) radians, 0 for none.
            shift: (C,) added to the logits while learning.
            centres: K, directions a class.
            scale: What a cosine of 1 is worth as a logit.
        """
        super().__init__()
        self.weight = nn.Parameter(torch.empty(len(margins) * centres, width))
        nn.init.xavier_uniform_(self.weight)
        self.register_buffer("margins", margins)
        self.register_buffer("shift", shift)
        self._centres, self._scale = centres, scale

    def forward(self, embeddings: Tensor, labels: Tensor | None, share: float) -> Tensor:
        """Logits of a batch.

        Args:
            embeddings: (B, D), any length.
            labels: (B,) the right classes while learning; `None` for plain cosines.
            share: Of the margin that counts by now, 0..1.

        Returns:
            (B, C).
        """
        cosines = functional.linear(
            functional.normalize(embeddings), functional.normalize(self.weight)
        )
        if self._centres > 1:
            cosines = cosines.view(len(embeddings), -1, self._centres).amax(dim=2)
        if labels is None:
            return cosines * self._scale
        margin = (self.margins[labels] * share).unsqueeze(1)
        right = cosines.gather(1, labels.unsqueeze(1)).clamp(-_ALMOST, _ALMOST)
        harder = torch.cos(torch.acos(right) + margin)
        # Beyond 180 degrees the cosine would rise again; from there on it falls in a line.
        beyond = right <= -torch.cos(margin)
        harder = torch.where(beyond, right - margin * torch.sin(margin), harder)
        return cosines.scatter(1, labels.unsqueeze(1), harder) * self._scale + self.shift


def _softmax(width: int, counts: Tensor, _scale: float, _margin: float) -> nn.Module:
    return SoftmaxHead(width, counts)


def _arcface(width: int, counts: Tensor, scale: float, margin: float) -> nn.Module:
    still = torch.zeros(len(counts))
    return CosineHead(width, torch.full((len(counts),), margin), still, centres=1, scale=scale)


def _subcentre(width: int, counts: Tensor, scale: float, _margin: float) -> nn.Module:
    falls = counts.clamp(min=1).double().pow(-_FALL)
    low, high = float(falls.min()), float(falls.max())
    share = (falls - low) / (high - low) if high > low else torch.zeros_like(falls)
    margins = (_ADAPTIVE[0] + (_ADAPTIVE[1] - _ADAPTIVE[0]) * share).float()
    return CosineHead(width, margins, torch.zeros(len(counts)), centres=2, scale=scale)


def _balanced(width: int, counts: Tensor, scale: float, _margin: float) -> nn.Module:
    shares = counts.clamp(min=1).double()
    shift = (shares / shares.mean()).log().float()
    return CosineHead(width, torch.zeros(len(counts)), shift, centres=1, scale=scale)


HEADS: dict[HeadName, Callable[[int, Tensor, float, float], nn.Module]] = {
    "softmax": _softmax,
    "arcface": _arcface,
    "subcentre": _subcentre,
    "balanced": _balanced,
}
"""Heads by name, made from the embeddings' width, images a class, scale and margin."""


def usual_scale(classes: int) -> float:
    """A scale at which a right face can be sure among so many classes.

    The least with which a cosine of 1 against 0 for all others gives a chance of 99.9 %, and some
    more, since faces never lie that well (Wang et al. 2018, arXiv:1801.09414).
    """
    return max(10.0, 1.5 * math.log(max(classes - 1, 1) * 999))
