"""DeepDanbooru: its torch port, which holds its own list of tags, and the projects of Keras.

A project is `project.json`, `tags.txt` and a network as Keras saved it (`.h5`), which Keras 3 on
torch (an extra) turns into an ONNX graph once; nothing of TensorFlow is needed. A file of Keras may
hold code (Lambda layers): its list of layers is read first, and only layers that hold numbers are
let through.

Preprocessing as in the original project: fitted inside the square with the area filter, edge pixels
repeated, RGB 0..1. (The own example of the port stretches instead: `--set fit=stretch`.)
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.networks.deepdanbooru import FILTERS, REPEATS
from model.taggers.asking import overridden
from model.taggers.facts import FolderFacts, one_of
from model.taggers.family import Described, Family, Loaded
from model.taggers.onnx_weights import input_facts, load_onnx
from model.taggers.tag_lists import plain_outputs
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from model.taggers.family import Answers

_SIDE = 512
_FIRST = "n_Conv_0.weight"
_AS_TRAINED: dict[str, Any] = {
    "mean": (0.0, 0.0, 0.0),
    "std": (1.0, 1.0, 1.0),
    "resample": "box",
    "fit": "inside",
    "pad_edge": True,
    "reducing_gap": 0.0,
}
"""How both forms want their pictures, as fields of `TaggerConfig`."""


def _recognises(facts: FolderFacts) -> bool:
    checkpoints = facts.ending(".pt", ".pth")
    if len(checkpoints) != 1 or facts.graphs:
        return False
    held = facts.mapping(checkpoints[0])
    return isinstance(held.get("tags"), list) and _FIRST in held


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    name = facts.ending(".pt", ".pth")[0]
    config = TaggerConfig(
        backbone="deepdanbooru",
        network="deepdanbooru",
        arguments=_layout(facts, name),
        input_size=int(answers.get("size", _SIDE)),
        **_AS_TRAINED,
    )
    outputs = plain_outputs(facts, name, facts.mapping(name)["tags"])
    return Described(overridden(config, answers), outputs, name, (name,))


def _layout(facts: FolderFacts, name: str) -> dict[str, Any]:
    """Stages of the network, told from the strides of its blocks: 1x1 convolutions that widen."""
    shapes = facts.shapes(name)
    count = sum(key.startswith("n_Conv_") and key.endswith(".weight") for key in shapes)
    whole = 2 + sum(4 + 3 * repeat for repeat in REPEATS)
    if count != whole:
        raise TaggerProblem(
            f"{facts.path(name)} has {count} convolutions, DeepDanbooru v3 has {whole}; this "
            "program knows no other layout. Bring the tagger as ONNX."
        )
    width = shapes[_FIRST][0] * 4
    return {"filters": [width * part // FILTERS[0] for part in FILTERS], "repeats": list(REPEATS)}


DEEPDANBOORU = Family(
    key="deepdanbooru",
    words="DeepDanbooru (torch port)",
    licence="MIT",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=load_torch,
)


_PROJECT, _TAGS, _GRAPH = "project.json", "tags.txt", "from_keras.onnx"
_LAYERS = frozenset({
    "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D", "Dense",
    "DepthwiseConv2D", "Dropout", "Flatten", "Functional", "GlobalAveragePooling2D",
    "GlobalMaxPooling2D", "InputLayer", "MaxPooling2D", "Model", "Multiply", "ReLU", "Reshape",
    "SeparableConv2D", "Sequential", "ZeroPadding2D",
})  # fmt: skip
"""Layers that hold numbers and no code."""


def _is_project(facts: FolderFacts) -> bool:
    return facts.has(_PROJECT, _TAGS) and bool(facts.ending(".h5", ".keras"))


def _describe_project(facts: FolderFacts, answers: Answers) -> Described:
    if not facts.ending(".h5"):
        raise TaggerProblem(
            f"{facts.folder} holds a .keras file of TensorFlow, which nothing else reads; save the "
            "network as .h5 and bring that."
        )
    name = one_of(facts, facts.ending(".h5"), "network (.h5)")
    project = facts.record(_PROJECT)
    side = project.get("image_width", _SIDE)
    config = TaggerConfig(
        backbone="onnx",
        network="onnx",
        arguments={"layout": "nhwc", "single": False},
        input_size=side if isinstance(side, int) else _SIDE,
        **_AS_TRAINED,
    )
    outputs = plain_outputs(facts, _TAGS, facts.lines(_TAGS))
    return Described(overridden(config, answers), outputs, name, (name, _PROJECT, _TAGS))


def _load_project(facts: FolderFacts, described: Described, work: Path) -> Loaded:
    path = facts.path(described.weights)
    _refuse_code(path)
    side = _to_graph(path, work / _GRAPH)
    made = FolderFacts.of(work)
    found = input_facts(made, _GRAPH)
    arguments = {"layout": found["layout"], "single": found["single"]}
    config = replace(described.config, input_size=side, arguments=arguments)
    loaded = load_onnx(made, replace(described, config=config, weights=_GRAPH), work)
    (work / _GRAPH).unlink()
    return loaded


def _refuse_code(path: Path) -> None:
    """Look at the list of layers, which is text, before Keras sees the file."""
    h5py = _library("h5py")
    try:
        with h5py.File(path, "r") as file:
            stored = json.loads(file.attrs["model_config"])
    except (OSError, KeyError, ValueError, TypeError) as problem:
        raise TaggerProblem(
            f"{path} holds no network of Keras with its layers: {problem}. Copy it again."
        ) from problem
    foreign = sorted(set(_classes(stored)) - _LAYERS)
    if foreign:
        raise TaggerProblem(
            f"{path} has layers that may hold code ({', '.join(foreign)}) and was not loaded. "
            "Bring the tagger as ONNX."
        )


def _classes(stored: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Names of all layers, those within layers included."""
    if not isinstance(stored, dict):
        return
    yield str(stored.get("class_name"))
    config = stored.get("config")
    layers = config.get("layers", []) if isinstance(config, dict) else []
    for layer in layers:
        yield from _classes(layer)


def _to_graph(path: Path, target: Path) -> int:
    """Have Keras write the network as a graph; gives the side of its input."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = _library("keras")
    if keras.backend.backend() != "torch":
        raise TaggerProblem("Keras runs on another library here; set KERAS_BACKEND=torch.")
    with warnings.catch_warnings():
        # Keras and the exporter warn about themselves; the graph is compared by its user.
        warnings.simplefilter("ignore")
        try:
            network = keras.models.load_model(path, compile=False)
            # Keras exports what it has seen run.
            network(np.zeros((1, *network.input_shape[1:]), np.float32))
            network.export(target, format="onnx", verbose=False)
        except (OSError, ValueError, TypeError, KeyError, RuntimeError) as problem:
            raise TaggerProblem(f"Keras cannot load {path}: {problem}") from problem
    return int(network.input_shape[1])


def _library(name: str) -> Any:  # noqa: ANN401 - a module without types
    if importlib.util.find_spec(name) is None:
        raise TaggerProblem(
            "Networks of Keras need the extra: pip install 'tag-reviewer[keras]' (or bring the "
            "tagger as ONNX)."
        )
    return importlib.import_module(name)


DEEPDANBOORU_KERAS = Family(
    key="deepdanbooru-keras",
    words="DeepDanbooru project (.h5, extra keras)",
    licence="MIT",
    trained_on="danbooru",
    recognises=_is_project,
    describe=_describe_project,
    load=_load_project,
)
