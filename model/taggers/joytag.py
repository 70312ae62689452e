"""JoyTag: `config.json` of a ViT, `top_tags.txt`, and weights for torch or a graph.

Preprocessing (github.com/fpgaminer/joytag): white square, bicubic, RGB, CLIP's mean and std.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import CLIP_MEAN, CLIP_STD, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Loaded
from model.taggers.onnx_weights import load_onnx
from model.taggers.tag_lists import plain_outputs
from model.taggers.torch_weights import load_torch
from model.taggers.wd import graph_files, onnx_fields

if TYPE_CHECKING:
    from pathlib import Path

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_CONFIG, _TAGS = "config.json", "top_tags.txt"


def _recognises(facts: FolderFacts) -> bool:
    return facts.has(_CONFIG, _TAGS) and facts.record(_CONFIG).get("class") == "ViT"


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    stored = facts.record(_CONFIG)
    outputs = plain_outputs(facts, _TAGS, facts.lines(_TAGS))
    pinned: dict[str, Any] = {
        "mean": CLIP_MEAN,
        "std": CLIP_STD,
        "fit": "square",
        "reducing_gap": 0.0,
    }
    try:
        pinned["input_size"] = int(stored["image_size"])
    except (KeyError, TypeError, ValueError) as problem:
        raise TaggerProblem(
            f"{facts.path(_CONFIG)} is damaged: {problem!r}. Copy it again."
        ) from problem
    if facts.checkpoints:
        weights = facts.checkpoints[0]
        arguments = {key: value for key, value in stored.items() if key != "class"}
        fields = {"network": "joytag", "backbone": "joytag", "arguments": arguments}
        files: tuple[str, ...] = (_CONFIG, _TAGS, weights)
    else:
        weights = one_of(facts, facts.graphs, "weights")
        fields = onnx_fields(facts, weights)
        files = (_CONFIG, _TAGS, *graph_files(facts, weights))
    config = TaggerConfig(**{**fields, **pinned})
    return Described(overridden(config, answers), outputs, weights, files)


def _load(facts: FolderFacts, described: Described, work: Path) -> Loaded:
    loader = load_onnx if described.config.network == "onnx" else load_torch
    return loader(facts, described, work)


JOYTAG = Family(
    key="joytag",
    words="JoyTag",
    licence="Apache-2.0",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=_load,
)
