"""Architectures of timm by name, built without its hub: nothing is looked up or downloaded.

timm is loaded with the first network: few versions are one of its own, and it takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.errors import TaggerProblem
from model.networks.parts import Parts, classifier_path, take_off

if TYPE_CHECKING:
    from torch import nn

    from model.config import TaggerConfig

_NOT_ALLOWED = frozenset(
    {"pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "checkpoint_path", "cache_dir"}
)
"""Arguments of `timm.create_model` that would reach for files or the network."""


def build_timm(config: TaggerConfig, n_tags: int) -> Parts:
    """Build an architecture of timm with random weights, its classifier taken off.

    Args:
        config: `backbone` names the architecture, `arguments["model_args"]` go to timm.
        n_tags: T.

    Returns:
        The backbone and the head.

    Raises:
        TaggerProblem: timm has no such architecture, or it cannot be built like this.
    """
    network = whole_network(config.backbone, config.arguments.get("model_args", {}), n_tags)
    path = timm_classifier(network, n_tags)
    return Parts(network, take_off(network, path))


def whole_network(architecture: str, arguments: dict[str, Any], n_tags: int) -> nn.Module:
    """Build an architecture of timm with its classifier.

    Raises:
        TaggerProblem: timm has no such architecture, or it cannot be built like this.
    """
    import timm  # noqa: PLC0415 - see above

    if not is_timm(architecture):
        raise TaggerProblem(
            f'timm {timm.__version__} has no architecture "{architecture}"; update timm, or '
            "export the tagger as ONNX and bring that."
        )
    refused = _NOT_ALLOWED & arguments.keys()
    if refused:
        raise TaggerProblem(
            f"The model_args of a tagger may not hold {', '.join(sorted(refused))}."
        )
    try:
        built: nn.Module = timm.create_model(
            architecture, pretrained=False, num_classes=n_tags, **arguments
        )
    except (TypeError, ValueError, RuntimeError, AssertionError) as problem:
        raise TaggerProblem(
            f"timm {timm.__version__} cannot build {architecture} with {arguments}: {problem}"
        ) from problem
    return built


def is_timm(architecture: str) -> bool:
    """Whether timm has an architecture of this name."""
    import timm  # noqa: PLC0415 - see above

    return bool(timm.is_model(architecture))


def timm_classifier(network: nn.Module, n_tags: int) -> str:
    """Name of the linear layer that gives the outputs."""
    within = getattr(network, "default_cfg", {}).get("classifier") or ""
    return classifier_path(network, n_tags, within if isinstance(within, str) else "")
