"""An ONNX tagger taken apart: trunk, embedding, linear head; and checked against the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from model.backbones import CorrectedTagger, Tagger
from model.errors import TaggerProblem
from model.networks.onnx_file import read_whole, save_model
from model.networks.onnx_graph import cuts, find_head, trunk
from model.networks.onnx_session import EMBEDDING, GIVEN, MODEL, OnnxBackbone, open_session
from model.taggers.family import Described, Loaded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from onnx import ModelProto, ValueInfoProto

    from model.config import TaggerConfig
    from model.networks.onnx_graph import LinearHead
    from model.taggers.facts import FolderFacts

_SAME = 1e-4
"""Largest difference in logits between the parts and the whole, on a probe of noise."""


def graph_inputs(model: ModelProto) -> list[ValueInfoProto]:
    """Inputs that are not weights."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def shape_of(value: ValueInfoProto) -> list[int]:
    """Shape of an input or output; 0 where it is open."""
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


def input_facts(facts: FolderFacts, name: str) -> dict[str, Any]:
    """What a graph's input tells: `layout`, `side` (0 where open), `single`.

    Raises:
        TaggerProblem: It does not take pictures.
    """
    path = facts.path(name)
    inputs = graph_inputs(facts.graph(name))
    if len(inputs) != 1:
        named = ", ".join(value.name for value in inputs)
        raise TaggerProblem(
            f"{path} takes {len(inputs)} inputs ({named}); a tagger takes one picture."
        )
    shape = shape_of(inputs[0])
    if len(shape) != 4 or 3 not in {shape[1], shape[3]}:
        raise TaggerProblem(f"{path} takes {shape} and not pictures of three colours.")
    layout = "nchw" if shape[1] == 3 else "nhwc"
    height, width = shape[2:] if layout == "nchw" else shape[1:3]
    if height != width:
        raise TaggerProblem(f"{path} takes pictures of {width} x {height}, not squares.")
    if shape[0] > 1:
        raise TaggerProblem(
            f"{path} takes {shape[0]} pictures at once; export it for one, or for any number."
        )
    return {"layout": layout, "side": height, "single": shape[0] == 1}


def load_onnx(facts: FolderFacts, described: Described, work: Path) -> Loaded:
    """Take a graph apart and load it; the parts must give what the whole gives.

    Args:
        facts: The folder.
        described: Names the graph and its output.
        work: An empty folder; the trunk is written there.

    Raises:
        TaggerProblem: The graph cannot be run, or has another number of outputs than tags.
    """
    path = facts.path(described.weights)
    model = read_whole(path)
    output = described.graph_output or model.graph.output[0].name
    reference = _reference(path, described.config, output)
    n_tags = len(described.outputs)
    if reference.shape[1] != n_tags:
        raise TaggerProblem(
            f"{path} has {reference.shape[1]} outputs, but the list of tags beside it has {n_tags} "
            "rows; the files belong to different taggers. Copy the whole folder again."
        )
    head = find_head(model.graph, output)
    if head is not None and len(head.weight) == n_tags:
        loaded = _linear(model, head, described.config, work)
        if _agree(loaded, reference, described):
            return loaded
    loaded = _whole(model, output, described, work, reference)
    if not _agree(loaded, reference, described):
        raise TaggerProblem(f"{path} gives other outputs in parts than as a whole; it is not used.")
    return loaded


def _linear(model: ModelProto, head: LinearHead, config: TaggerConfig, work: Path) -> Loaded:
    """Trunk and linear head."""
    pooled = head.source if head.pools else ""
    save_model(trunk(model, {head.source: EMBEDDING}, pooled), work / MODEL)
    backbone = OnnxBackbone(work / MODEL, config)
    linear = nn.Linear(head.weight.shape[1], head.weight.shape[0])
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(head.weight.copy()))
        linear.bias.copy_(torch.from_numpy(head.bias.copy()))
    return Loaded(Tagger(backbone, linear).eval(), config)


def _whole(
    model: ModelProto, output: str, described: Described, work: Path, reference: NDArray[np.float32]
) -> Loaded:
    """The whole graph, and an embedding from the last tensor that all of its end hangs on."""
    inputs = {value.name for value in graph_inputs(model)}
    found = described.graph_embedding or next(iter(cuts(model.graph, inputs, output)), "")
    if not found:
        raise TaggerProblem(
            f"No embedding was found in {described.weights}: its graph has no tensor that all "
            "outputs hang on. Bring the tagger in another form."
        )
    save_model(trunk(model, {found: EMBEDDING, output: GIVEN}), work / MODEL)
    between = 0 <= float(reference.min()) <= float(reference.max()) <= 1
    arguments = {**described.config.arguments, "given": "probabilities" if between else "logits"}
    config = replace(described.config, arguments=arguments)
    backbone = OnnxBackbone(work / MODEL, config)
    tagger = CorrectedTagger(backbone, nn.Linear(backbone.width, reference.shape[1]))
    return Loaded(tagger.eval(), config)


def _probe(config: TaggerConfig) -> NDArray[np.float32]:
    """(1, 3, S, S) float32 noise in the range of the input."""
    chance = np.random.default_rng(0)
    side = config.input_size
    return chance.random((1, 3, side, side), dtype=np.float32) * config.peak


def _reference(path: Path, config: TaggerConfig, output: str) -> NDArray[np.float32]:
    """(1, T) what the graph as it came says to the probe."""
    session = open_session(path)
    probe = _probe(config)
    pixels = probe.transpose(0, 2, 3, 1) if config.arguments["layout"] == "nhwc" else probe
    entry = session.get_inputs()[0]
    kind = np.float16 if entry.type == "tensor(float16)" else np.float32
    names = [value.name for value in session.get_outputs()]
    if output not in names:
        raise TaggerProblem(f"{path} has no output {output!r}, only {', '.join(names)}.")
    found = session.run([output], {entry.name: np.ascontiguousarray(pixels, kind)})[0]
    return np.asarray(found, np.float32).reshape(1, -1)


def _agree(loaded: Loaded, reference: NDArray[np.float32], described: Described) -> bool:
    """Whether the parts say the same as the whole, as logits or as probabilities."""
    with torch.inference_mode():
        logits, _ = loaded.tagger(torch.from_numpy(_probe(described.config)))
    if logits.shape != reference.shape:
        return False
    said = logits.numpy()
    scores = 1 / (1 + np.exp(-said.astype(np.float64)))
    scale = max(1.0, float(np.abs(reference).max()))
    return bool(
        np.abs(said - reference).max() < _SAME * scale or np.abs(scores - reference).max() < 1e-5
    )
