"""Taggers as ONNX graphs in the WD contract, with deepghs' outputs beside it.

Input `input`, (N, S, S, 3) float32, BGR 0..255. Outputs `prediction` (scores, the first one: WD
programs take that), `logits`, `embedding` (deepghs' names), and `rating`, (N, R) chances that sum
to 1, of a tagger that tells ratings.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from model.backbones import CorrectedTagger
from model.networks.onnx_file import read_whole, save_model
from model.networks.onnx_graph import prune
from model.networks.onnx_session import EMBEDDING, GIVEN, OnnxBackbone

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from onnx import GraphProto

    from model.backbones import Tagger
    from model.config import TaggerConfig

OUTPUTS = ("prediction", "logits", "embedding")
RATING = "rating"
_OPSET = 18
_PREFIX = "contract_"


class _Contract(nn.Module):
    """A tagger of torch behind the WD contract."""

    mean: Tensor
    std: Tensor

    def __init__(self, tagger: Tagger, config: TaggerConfig) -> None:
        super().__init__()
        self.tagger = tagger
        self.turned = config.channels == "rgb"
        mean, std = _scaled(config)
        self.register_buffer("mean", torch.from_numpy(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.from_numpy(std).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """(N, S, S, 3) to scores (N, T), logits (N, T), embeddings (N, D), any ratings (N, R)."""
        x = pixels.permute(0, 3, 1, 2)
        if self.turned:
            x = x.flip(1)
        logits, embeddings = self.tagger((x - self.mean) / self.std)
        found = (torch.sigmoid(logits), logits, embeddings)
        if self.tagger.rating_head is None:
            return found
        return (*found, torch.softmax(self.tagger.rating_head(embeddings), dim=1))


def write_graph(tagger: Tagger, config: TaggerConfig, path: Path) -> None:
    """Export a tagger whose network is torch's.

    Args:
        tagger: In evaluation mode, on the CPU.
        config: Its settings.
        path: Of the graph.
    """
    side = config.input_size
    contract = _Contract(tagger, config).eval()
    named = outputs_of(tagger)
    with warnings.catch_warnings():
        # The exporter warns about its own insides; what it wrote is compared by the caller.
        warnings.simplefilter("ignore")
        # The older exporter: a tenth of the time of the newer one, and the same outputs.
        torch.onnx.export(
            contract,
            (torch.rand(2, side, side, 3) * 255,),
            str(path),
            input_names=["input"],
            output_names=list(named),
            dynamic_axes={name: {0: "batch"} for name in ("input", *named)},
            opset_version=17,
            dynamo=False,
        )


def write_joined(tagger: Tagger, config: TaggerConfig, path: Path) -> None:
    """Put a tagger whose network is a graph together again: contract, trunk, head as it is now.

    Args:
        tagger: With an ONNX backbone.
        config: Its settings.
        path: Of the new graph; the backbone's own is left as it is.
    """
    if not isinstance(tagger.backbone, OnnxBackbone):
        raise TypeError("this tagger is no graph")
    model = read_whole(tagger.backbone.path)
    graph = model.graph
    opset = next((e.version for e in model.opset_import if e.domain in {"", "ai.onnx"}), _OPSET)
    renamed = _make_room(graph)
    _front(graph, config, renamed)
    _features(graph, renamed[EMBEDDING], tagger.backbone.averaged(config), opset)
    _end(graph, tagger, config, renamed.get(GIVEN, ""))
    del graph.output[:]
    head = tagger.head
    widths = (head.out_features, head.out_features, head.in_features, len(tagger.ratings))
    batch = 1 if config.arguments.get("single") else "batch"
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, width])
        for name, width in zip(outputs_of(tagger), widths, strict=False)
    )
    prune(graph)
    save_model(model, path)


def outputs_of(tagger: Tagger) -> tuple[str, ...]:
    """Names of what the graph of a tagger gives."""
    return OUTPUTS if tagger.rating_head is None else (*OUTPUTS, RATING)


def _scaled(config: TaggerConfig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and std for values of 0..255, in the network's order of colours."""
    scale = 255 / config.peak
    mean, std = (np.array([v * scale for v in part]) for part in (config.mean, config.std))
    return mean.astype(np.float32), std.astype(np.float32)


def _constant(graph: GraphProto, name: str, values: NDArray[np.generic]) -> str:
    full = f"{_PREFIX}{name}"
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), full))
    return full


def _front(graph: GraphProto, config: TaggerConfig, renamed: dict[str, str]) -> None:
    """Nodes from the contract's input to what the graph took before."""
    weights = {tensor.name for tensor in graph.initializer}
    (old,) = (value for value in graph.input if value.name not in weights)
    name, kind = renamed.get(old.name, old.name), old.type.tensor_type.elem_type
    nodes, seen = [], "contract_pixels"
    if config.channels == "rgb":
        turn = _constant(graph, "turn", np.array([2, 1, 0], np.int64))
        nodes.append(helper.make_node("Gather", [seen, turn], ["contract_turned"], axis=3))
        seen = "contract_turned"
    scaled = dict(zip(("mean", "std"), _scaled(config), strict=True))
    mean, std = (_constant(graph, key, values) for key, values in scaled.items())
    nodes.append(helper.make_node("Sub", [seen, mean], ["contract_centred"]))
    nodes.append(helper.make_node("Div", ["contract_centred", std], ["contract_scaled"]))
    seen = "contract_scaled"
    if config.arguments["layout"] == "nchw":
        nodes.append(helper.make_node("Transpose", [seen], ["contract_planes"], perm=[0, 3, 1, 2]))
        seen = "contract_planes"
    nodes.append(helper.make_node("Cast", [seen], [name], to=kind))
    nodes.insert(0, helper.make_node("Identity", ["input"], ["contract_pixels"]))
    graph.input.remove(old)
    side = config.input_size
    shape = [1 if config.arguments.get("single") else "batch", side, side, 3]
    graph.input.append(helper.make_tensor_value_info("input", TensorProto.FLOAT, shape))
    for node in reversed(nodes):
        graph.node.insert(0, node)


def _make_room(graph: GraphProto) -> dict[str, str]:
    """Rename what is called as the contract's tensors are, or as ours; gives the new names."""
    parts = [part for node in graph.node for part in (node.input, node.output)]
    weights = [tensor.name for tensor in graph.initializer]
    names = {name for part in parts for name in part} | set(weights)
    taken = {"input", EMBEDDING, GIVEN, *OUTPUTS, RATING}
    renamed = {}
    for name in sorted(name for name in names if name.startswith(_PREFIX) or name in taken):
        free = f"earlier_{name}"
        while free in names:
            free += "_"
        names.add(free)
        renamed[name] = free
    for part in parts:
        for at, name in enumerate(part):
            part[at] = renamed.get(name, name)
    for tensor in graph.initializer:
        tensor.name = renamed.get(tensor.name, tensor.name)
    return renamed


def _features(graph: GraphProto, embedding: str, axes: list[int], opset: int) -> None:
    """The embedding as rows, as `OnnxBackbone` makes them of maps and tokens."""
    seen = f"{_PREFIX}features"
    graph.node.append(helper.make_node("Cast", [embedding], [seen], to=TensorProto.FLOAT))
    if axes and opset < _OPSET:
        graph.node.append(
            helper.make_node("ReduceMean", [seen], [f"{seen}_mean"], axes=axes, keepdims=0)
        )
        seen = f"{seen}_mean"
    elif axes:
        given = _constant(graph, "axes", np.array(axes, np.int64))
        mean = f"{seen}_mean"
        graph.node.append(helper.make_node("ReduceMean", [seen, given], [mean], keepdims=0))
        seen = mean
    graph.node.append(helper.make_node("Flatten", [seen], ["embedding"], axis=1))


def _end(graph: GraphProto, tagger: Tagger, config: TaggerConfig, given: str) -> None:
    """The head, what the graph gives itself, and the sigmoid."""
    weight = _constant(graph, "head_weight", tagger.head.weight.detach().numpy())
    bias = _constant(graph, "head_bias", tagger.head.bias.detach().numpy())
    corrected = isinstance(tagger, CorrectedTagger)
    head = "contract_head" if corrected else "logits"
    graph.node.append(helper.make_node("Gemm", ["embedding", weight, bias], [head], transB=1))
    if isinstance(tagger, CorrectedTagger):
        _add_given(graph, tagger, config, given)
    graph.node.append(helper.make_node("Sigmoid", ["logits"], ["prediction"]))
    if tagger.rating_head is not None:
        _add_ratings(graph, tagger.rating_head)


def _add_ratings(graph: GraphProto, head: nn.Linear) -> None:
    """Chances of the ratings, from the embedding."""
    told = f"{_PREFIX}rating"
    weight = _constant(graph, f"{told}_weight", head.weight.detach().numpy())
    bias = _constant(graph, f"{told}_bias", head.bias.detach().numpy())
    graph.node.append(helper.make_node("Gemm", ["embedding", weight, bias], [told], transB=1))
    graph.node.append(helper.make_node("Softmax", [told], [RATING], axis=1))


def _add_given(
    graph: GraphProto, tagger: CorrectedTagger, config: TaggerConfig, given: str
) -> None:
    """Logits of the graph's own, picked for each tag; a column of zeros for tags it lacks."""
    seen = f"{_PREFIX}given_float"
    nodes = [helper.make_node("Cast", [given], [seen], to=TensorProto.FLOAT)]
    if config.arguments.get("given") == "probabilities":
        low, high, one = (
            _constant(graph, name, np.array(value, np.float32))
            for name, value in (("low", 1e-7), ("high", 1 - 1e-7), ("one", 1.0))
        )
        nodes += [
            helper.make_node("Clip", [seen, low, high], ["contract_share"]),
            helper.make_node("Sub", [one, "contract_share"], ["contract_rest"]),
            helper.make_node("Div", ["contract_share", "contract_rest"], ["contract_odds"]),
            helper.make_node("Log", ["contract_odds"], ["contract_given"]),
        ]
        seen = "contract_given"
    known = tagger.given.numpy()
    index = _constant(graph, "rows", np.where(known < 0, 0, known).astype(np.int64))
    mask = _constant(graph, "known", (known >= 0).astype(np.float32))
    nodes += [
        helper.make_node("Gather", [seen, index], ["contract_picked"], axis=1),
        helper.make_node("Mul", ["contract_picked", mask], ["contract_own"]),
        helper.make_node("Add", ["contract_own", "contract_head"], ["logits"]),
    ]
    graph.node.extend(nodes)
