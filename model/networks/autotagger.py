"""danbooru/autotagger's network: a residual network of timm under fastai's head, without fastai.

Names of the published weights (fastai 2.7 `vision_learner`): `0.model.*` is the body, `1.*` the
head: maximum and mean of the last map side by side, batch norm, dropout, a linear layer without
bias, ReLU, batch norm, dropout, and the linear layer to the tags, without bias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from model.networks.parts import Parts, take_off
from model.networks.timm_network import whole_network

if TYPE_CHECKING:
    from model.config import TaggerConfig

HEAD = "1.8"
"""Name of the linear layer to the tags."""


class _Body(nn.Module):
    """The body under the name that fastai gives it."""

    def __init__(self, architecture: str) -> None:
        super().__init__()
        self.model = whole_network(architecture, {"global_pool": ""}, 0)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) to (B, C, H, W)."""
        return cast("Tensor", self.model(x))


class _Pool(nn.Module):
    """Maximum and mean over the map, side by side."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, 2 C, 1, 1)."""
        return torch.cat([x.amax((2, 3), keepdim=True), x.mean((2, 3), keepdim=True)], dim=1)


def build_autotagger(config: TaggerConfig, n_tags: int) -> Parts:
    """Build the network with random weights, its last linear layer taken off.

    Args:
        config: `backbone` names the body, `arguments["inner"]` the width of the head.
        n_tags: T.

    Raises:
        TaggerProblem: timm has no such body.
    """
    body = _Body(config.backbone)
    channels = int(body.model.num_features)  # type: ignore[arg-type]  # timm's networks all have it
    inner = int(config.arguments.get("inner", 512))
    head = nn.Sequential(
        _Pool(),
        nn.Flatten(),
        nn.BatchNorm1d(2 * channels),
        nn.Dropout(0.25),
        nn.Linear(2 * channels, inner, bias=False),
        nn.ReLU(inplace=True),
        nn.BatchNorm1d(inner),
        nn.Dropout(0.5),
        nn.Linear(inner, n_tags, bias=False),
    )
    network = nn.Sequential(body, head)
    return Parts(network, take_off(network, HEAD))
