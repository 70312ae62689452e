"""A small residual network for machines without a GPU and collections without pretrained weights.

The networks of torchvision are made for large machines: from scratch on two cores a minute is too
short for them. This one spends its arithmetic where it buys most there: two strided convolutions
bring the picture to a quarter of its side, four residual blocks of 3x3 convolutions (He et al.
2016) widen as they shrink, and mean and maximum over the last map, side by side, let small things
be seen as well as large ones.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

_STEM = 16
_WIDTHS = (32, 64, 128, 256)


class SmallNetwork(nn.Module):
    """Pictures in, embeddings out; 1.2 million weights.

    Attributes:
        width: D, of the embeddings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_step(3, _STEM), *_step(_STEM, _WIDTHS[0]))
        inputs = (_WIDTHS[0], *_WIDTHS[:-1])
        self.blocks = nn.Sequential(
            *(
                _Block(before, after, stride=1 if index == 0 else 2)
                for index, (before, after) in enumerate(zip(inputs, _WIDTHS, strict=True))
            )
        )
        self.width = 2 * _WIDTHS[-1]
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Embed a batch.

        Args:
            x: (B, 3, S, S) float, S of 32 or more.

        Returns:
            (B, D) float, 0 or more.
        """
        seen = cast("Tensor", self.blocks(self.stem(x)))
        return torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3))], dim=1)


class _Block(nn.Module):
    """Two 3x3 convolutions beside a short cut; the block starts as the short cut alone."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        nn.init.zeros_(self.second_norm.weight)
        self.short_cut = (
            nn.Identity()
            if stride == 1 and before == after
            else nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),
                nn.Conv2d(before, after, 1, bias=False),
                nn.BatchNorm2d(after),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H', W')."""
        inner = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(inner)) + self.short_cut(x))


def _step(before: int, after: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    """A convolution that halves the side."""
    convolution = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True)
