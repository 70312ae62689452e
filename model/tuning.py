"""Fine-tuning that leaves most of a brought network as it is: low ranks, last blocks, heads alone.

Low ranks (LoRA, Hu et al. 2021): beside every linear layer of the backbone a product of two thin
matrices is learnt, the layer itself stays; afterwards the product is added to the layer, so that
the version has the network's own form. Last blocks: what comes first stays. Rows of the head that
no answer is about stay bit for bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from model.backbones import Tagger
    from model.config import TrainConfig

_STRENGTH = 2.0
"""Factor on the product; twice the rank over the rank, as is customary."""


class LowRank(nn.Module):
    """A linear layer with a learnt product beside it; zero at first.

    Attributes:
        layer: Stays as it is.
        down: (R, D) to (T, R) `up`.
    """

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer.requires_grad_(requires_grad=False)
        self.down = nn.Parameter(torch.empty(rank, layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    @property
    def weight(self) -> Tensor:
        """The layer's weight with the product added, for code that reads it."""
        return self.layer.weight + _STRENGTH * (self.up @ self.down)

    @property
    def bias(self) -> Tensor | None:
        """The layer's bias."""
        return self.layer.bias

    def forward(self, x: Tensor) -> Tensor:
        """As the layer, with the product added."""
        return nn.functional.linear(x, self.weight, self.bias)


def begin_tuning(tagger: Tagger, training: TrainConfig, fixed: Tensor | None = None) -> None:
    """Fix what is not to be learnt.

    Args:
        tagger: Changed in place.
        training: Says how (`tune`), the rank and the number of blocks.
        fixed: (T,) bool, rows of the head that stay bit for bit; `None` for none.

    Raises:
        TaggerProblem: The network has nothing that can be learnt like this.
    """
    tagger.fixed_rows = fixed
    if training.tune == "all":
        return
    tagger.backbone.requires_grad_(requires_grad=False)
    _WAYS[training.tune](tagger, training)


def end_tuning(tagger: Tagger) -> None:
    """Add what was learnt beside the layers to them, and set everything free again."""
    for name, part in list(tagger.backbone.named_modules()):
        if isinstance(part, LowRank):
            with torch.no_grad():
                part.layer.weight.copy_(part.weight)
            _put(tagger.backbone, name, part.layer)
    tagger.requires_grad_(requires_grad=True)
    tagger.still = ()
    tagger.fixed_rows = None


def _low_ranks(tagger: Tagger, training: TrainConfig) -> None:
    found = [
        (name, part)
        for name, part in tagger.backbone.named_modules()
        if isinstance(part, nn.Linear) and min(part.weight.shape) > training.lora_rank
    ]
    if not found:
        raise TaggerProblem(
            f"The network has no linear layer wider than the rank {training.lora_rank}; tune its "
            "last blocks instead: --tune blocks"
        )
    for name, part in found:
        _put(tagger.backbone, name, LowRank(part, training.lora_rank))
    # Statistics would drift while the weights that they belong to stay.
    tagger.still = tuple(
        f"backbone.{name}"
        for name, part in tagger.backbone.named_modules()
        if isinstance(part, _BatchNorm)
    )


def _last_blocks(tagger: Tagger, training: TrainConfig) -> None:
    units = list(_units(tagger.backbone, "backbone"))
    blocks = [place for place, (_, part) in enumerate(units) if _is_block(part)]
    if not blocks:
        raise TaggerProblem("The network has no blocks that could be tuned; use --tune heads.")
    first = blocks[max(len(blocks) - training.blocks, 0)]
    for _, part in units[first:]:
        part.requires_grad_(requires_grad=True)
    tagger.still = tuple(name for name, _ in units[:first])


def _head_alone(tagger: Tagger, _training: TrainConfig) -> None:
    tagger.still = ("backbone",)


_WAYS: dict[str, Callable[[Tagger, TrainConfig], None]] = {
    "lora": _low_ranks,
    "blocks": _last_blocks,
    "heads": _head_alone,
}


def _units(part: nn.Module, name: str) -> Iterator[tuple[str, nn.Module]]:
    """The parts of a network in order, rows of blocks taken apart."""
    for child_name, child in part.named_children():
        full = f"{name}.{child_name}"
        alone = len(list(part.children())) == 1 and bool(list(child.children()))
        if _is_row(child) or _holds_rows(child) or alone:
            yield from _units(child, full)
        else:
            yield full, child


def _is_row(part: nn.Module) -> bool:
    return isinstance(part, nn.Sequential | nn.ModuleList) and len(part) > 1


def _holds_rows(part: nn.Module) -> bool:
    """Whether a part is a stage: a row of blocks with something before or after it."""
    return any(
        _is_row(child) and any(map(_is_block, child.children())) for child in part.children()
    )


def _is_block(part: nn.Module) -> bool:
    """Whether a part has layers within: norms and single layers are no blocks."""
    return len([p for p in part.modules() if isinstance(p, (nn.Linear, nn.Conv2d))]) > 1


def _put(network: nn.Module, name: str, part: nn.Module) -> None:
    parent, _, leaf = name.rpartition(".")
    setattr(network.get_submodule(parent), leaf, part)
