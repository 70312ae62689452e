"""A version's backbone as an ONNX graph, so that ONNX Runtime can run it in torch's place.

The head stays torch's, in full precision: whatever the backbone runs on, the scores follow from
the embeddings in one way.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from model.errors import TaggerProblem
from model.networks.onnx_session import EMBEDDING, MODEL, OnnxBackbone

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn

    from model.config import TaggerConfig

SAME = 1e-4
"""Largest difference of an embedding's values, in units of their own spread."""
_OPSET = 17
_PROBES = (1, 3)
"""Sizes of the batches that are compared: a graph that holds one size fast is found out."""
_SEED = 20


def write_backbone(backbone: nn.Module, config: TaggerConfig, folder: Path) -> None:
    """Write a backbone of torch as a graph, and compare the two.

    Args:
        backbone: In evaluation mode, on the CPU: (B, 3, S, S) to (B, D).
        config: Its settings.
        folder: There already; the graph and its weights go in.

    Raises:
        TaggerProblem: The network cannot be written as a graph, or the graph says something else.
        OSError: The disk refuses.
    """
    path, side = folder / MODEL, config.input_size
    try:
        with warnings.catch_warnings():
            # The exporter warns about its own insides; what it wrote is compared below.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                backbone,
                (_pictures(2, side),),
                str(path),
                input_names=["input"],
                output_names=[EMBEDDING],
                dynamic_axes={name: {0: "batch"} for name in ("input", EMBEDDING)},
                opset_version=_OPSET,
                dynamo=False,
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError, TypeError) as problem:
        raise TaggerProblem(
            f"The network {config.backbone} cannot be written as an ONNX graph "
            f"({_first_line(problem)}); scan with the engine torch."
        ) from problem
    _refuse_difference(backbone, open_graph(folder, config), side)


def open_graph(folder: Path, config: TaggerConfig) -> OnnxBackbone:
    """The graph that `write_backbone` wrote, or one made from it, as a backbone.

    Raises:
        TaggerProblem: ONNX Runtime cannot run it.
    """
    if config.network == "onnx":
        return OnnxBackbone(folder / MODEL, config)
    # The arguments are for the builder of the network in torch.
    return OnnxBackbone(folder / MODEL, replace(config, arguments={}))


def _pictures(count: int, side: int) -> Tensor:
    """Noise as a normalised batch."""
    generator = torch.Generator().manual_seed(_SEED)
    return torch.randn(count, 3, side, side, generator=generator)


def _refuse_difference(backbone: nn.Module, graph: OnnxBackbone, side: int) -> None:
    for count in _PROBES:
        x = _pictures(count, side)
        with torch.inference_mode():
            expected, found = backbone(x), graph(x)
        spread = float(expected.abs().amax().clamp(min=1e-6))
        difference = float((expected - found).abs().amax()) / spread
        if not difference <= SAME:
            raise TaggerProblem(
                f"The ONNX graph of this version gives other embeddings (by {difference:.1e} of "
                "their size) and was not taken; scan with the engine torch."
            )


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
