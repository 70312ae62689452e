"""Torchvision's classification networks by name.

Loading torchvision loads torch's compiler, which costs more than torch itself: this module is
loaded where such a network is built or told, and by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn
from torchvision import models

from model.errors import TaggerProblem
from model.networks.parts import Parts, take_off, wrong_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.config import TaggerConfig

_BUILD_OPTIONS: dict[str, dict[str, Any]] = {
    # Their side outputs are for the loss of their own paper.
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"aux_logits": False, "init_weights": False},
}
_SIZE_OPTIONS: dict[str, Callable[[int], dict[str, Any]]] = {
    # These families are laid out for one input size.
    "vision_transformer": lambda side: {"image_size": side},
    "maxvit": lambda side: {"input_size": (side, side)},
}


def names() -> list[str]:
    """Names of all classification networks."""
    found: list[str] = models.list_models(module=models)
    return found


def preset(name: str) -> tuple[int, Any]:
    """Input size in pixels and name of the filter of a network's default preprocessing."""
    transforms = models.get_model_weights(name).DEFAULT.transforms()
    return int(transforms.crop_size[0]), str(transforms.interpolation.value)


def whole_network(name: str, **options: Any) -> nn.Module:  # noqa: ANN401 - each network's own
    """A network with random weights and its classifier of 1,000 classes.

    Args:
        name: One of `names`.
        options: For its builder, beside those that it always gets.
    """
    given = {**_BUILD_OPTIONS.get(name, {}), **options}
    network: nn.Module = models.get_model(name, weights=None, **given)
    return network


def build_torchvision(config: TaggerConfig, n_tags: int) -> Parts:
    """Build a network with random weights, its classifier taken off.

    Args:
        config: Names the network and the input size.
        n_tags: T.

    Returns:
        The backbone, and a new head.

    Raises:
        TaggerProblem: It has no linear classifier, or cannot take the size.
    """
    family = models.get_model_builder(config.backbone).__module__.rpartition(".")[2]
    options = _SIZE_OPTIONS[family](config.input_size) if family in _SIZE_OPTIONS else {}
    try:
        network = whole_network(config.backbone, **options)
    except (ValueError, RuntimeError, AssertionError) as problem:
        raise wrong_size(config) from problem
    return Parts(network, nn.Linear(_take_off_classifier(network, config), n_tags))


def _take_off_classifier(network: nn.Module, config: TaggerConfig) -> int:
    """Put an identity in place of the last linear layer; returns the width D that it took."""
    linear = [(name, part) for name, part in network.named_modules() if isinstance(part, nn.Linear)]
    # Attention blocks hold linear layers too; a classifier has the 1,000 classes of ImageNet.
    classifiers = [(name, part) for name, part in linear if part.out_features == 1000]
    if not classifiers:
        raise TaggerProblem(
            f"{config.backbone} does not end in a linear layer and cannot be a tagger; use "
            "resnet18, resnet50, convnext_tiny or another one."
        )
    return take_off(network, classifiers[-1][0]).in_features
