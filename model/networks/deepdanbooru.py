"""DeepDanbooru's residual network as its torch port numbers it: `n_Conv_0` to `n_Conv_178`.

The network is `resnet_custom_v3` of github.com/KichangKim/DeepDanbooru (MIT): six stages of
bottlenecks, then a 1x1 convolution to the tags and the mean over the map. A mean and a 1x1
convolution without bias can be swapped, so that last convolution is a linear head on the mean.
Batch norms were folded into the convolutions by the port; padding is TensorFlow's "same", which
puts the odd pixel after the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from model.networks.parts import Parts

if TYPE_CHECKING:
    from model.config import TaggerConfig

FILTERS = (256, 512, 1024, 1024, 2048, 4096)
REPEATS = (2, 7, 19, 19, 2, 2)
_SHORT_CUT_LAST = 3
"""The stage that keeps its width; there the port numbers the short cut after the three others."""


class _Bottleneck(NamedTuple):
    """Numbers of the convolutions of one block.

    Attributes:
        convolutions: 1x1, 3x3, 1x1.
        short_cut: 1x1; -1 for none.
        stride: Of the 3x3 and of the short cut.
    """

    convolutions: tuple[int, int, int]
    short_cut: int
    stride: int


def build_deepdanbooru(config: TaggerConfig, n_tags: int) -> Parts:
    """Build the network with random weights.

    Args:
        config: `arguments` may hold `filters` and `repeats` of another layout.
        n_tags: T.
    """
    filters = tuple(config.arguments.get("filters", FILTERS))
    repeats = tuple(config.arguments.get("repeats", REPEATS))
    return Parts(DeepDanbooru(filters, repeats), nn.Linear(filters[-1], n_tags))


class DeepDanbooru(nn.Module):
    """Pictures in, the mean of the last map out.

    Attributes:
        last: Number of the convolution that follows, the head.
    """

    def __init__(
        self, filters: tuple[int, ...] = FILTERS, repeats: tuple[int, ...] = REPEATS
    ) -> None:
        super().__init__()
        self.blocks: list[_Bottleneck] = []
        self.n_Conv_0 = nn.Conv2d(3, filters[0] // 4, 7, stride=2)
        self.last = 1
        before = filters[0] // 4
        for stage, (width, repeat) in enumerate(zip(filters, repeats, strict=True)):
            self._widen(before, width, stage)
            for _ in range(repeat):
                numbers = self._three(width, width, 1)
                self.blocks.append(_Bottleneck(numbers, -1, 1))
            before = width

    def _widen(self, before: int, width: int, stage: int) -> None:
        stride = 1 if stage == 0 else 2
        if stage == _SHORT_CUT_LAST:
            numbers = self._three(before, width, stride)
            short_cut = self._one(before, width, 1, stride)
        else:
            short_cut = self._one(before, width, 1, stride)
            numbers = self._three(before, width, stride)
        self.blocks.append(_Bottleneck(numbers, short_cut, stride))

    def _three(self, before: int, width: int, stride: int) -> tuple[int, int, int]:
        inner = width // 4
        return (
            self._one(before, inner, 1, 1),
            self._one(inner, inner, 3, stride),
            self._one(inner, width, 1, 1),
        )

    def _one(self, before: int, after: int, size: int, stride: int) -> int:
        number = self.last
        self.add_module(f"n_Conv_{number}", nn.Conv2d(before, after, size, stride=stride))
        self.last += 1
        return number

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) in 0..1 to (B, D)."""
        seen = functional.relu(self.n_Conv_0(functional.pad(x, [2, 3, 2, 3])))
        seen = functional.max_pool2d(functional.pad(seen, [0, 1, 0, 1], value=float("-inf")), 3, 2)
        for block in self.blocks:
            seen = self._block(seen, block)
        return seen.mean(dim=(2, 3))

    def _block(self, x: Tensor, block: _Bottleneck) -> Tensor:
        first, second, third = (self.get_submodule(f"n_Conv_{n}") for n in block.convolutions)
        around = [1, 1, 1, 1] if block.stride == 1 else [0, 1, 0, 1]
        inner = functional.relu(first(x))
        inner = third(functional.relu(second(functional.pad(inner, around))))
        beside = x if block.short_cut < 0 else self.get_submodule(f"n_Conv_{block.short_cut}")(x)
        return functional.relu(inner + beside)
