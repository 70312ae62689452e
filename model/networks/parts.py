"""What every builder of a network gives: a backbone and the linear head that was taken off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from model.config import TaggerConfig


class Parts(NamedTuple):
    """A network in two parts.

    Attributes:
        backbone: (B, 3, S, S) float to (B, D) float.
        head: (B, D) to (B, T).
    """

    backbone: nn.Module
    head: nn.Linear


def wrong_size(config: TaggerConfig) -> TaggerProblem:
    """What is said of a network that cannot take pictures of a size."""
    return TaggerProblem(
        f"{config.backbone} cannot take pictures of {config.input_size} pixels; use 224, or "
        "another backbone."
    )


def classifier_path(network: nn.Module, n_outputs: int, within: str = "") -> str:
    """Find the linear layer that gives the outputs.

    Args:
        network: Ends in a linear layer.
        n_outputs: T; attention blocks hold linear layers of other widths.
        within: Name of the part to look in; empty for all of it.

    Returns:
        The layer's name within the network.

    Raises:
        TaggerProblem: There is none.
    """
    found: list[str] = [
        name
        for name, part in network.named_modules()
        if isinstance(part, nn.Linear)
        and part.out_features == n_outputs
        and name.startswith(within)
    ]
    if not found:
        raise TaggerProblem(
            f"The network {type(network).__name__} does not end in a linear layer with "
            f"{n_outputs} outputs and cannot be a tagger; export it as ONNX and bring that."
        )
    return found[-1]


def take_off(network: nn.Module, path: str) -> nn.Linear:
    """Put an identity in place of a linear layer; gives the layer, with a bias in any case."""
    parent, _, leaf = path.rpartition(".")
    layer = network.get_submodule(path)
    if not isinstance(layer, nn.Linear):
        raise TaggerProblem(f"The layer {path} of the network is not linear.")
    setattr(network.get_submodule(parent), leaf, nn.Identity())
    return with_bias(layer)


def with_bias(layer: nn.Linear) -> nn.Linear:
    """The same layer; with a bias of zeros if it has none."""
    if getattr(layer, "bias", None) is not None:
        return layer
    full = nn.Linear(layer.in_features, layer.out_features)
    with torch.no_grad():
        full.weight.copy_(layer.weight)
        nn.init.zeros_(full.bias)
    return full
