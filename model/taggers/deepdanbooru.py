"""DeepDanbooru's torch port: a checkpoint that holds its own list under the key `tags`.

Preprocessing as in the original project: fitted inside the square with the area filter, edge pixels
repeated, RGB 0..1. (The port's own example stretches instead: `--set fit=stretch`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.networks.deepdanbooru import FILTERS, REPEATS
from model.taggers.asking import overridden
from model.taggers.family import Described, Family
from model.taggers.tag_lists import plain_outputs
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_SIDE = 512
_FIRST = "n_Conv_0.weight"


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
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        resample="box",
        fit="inside",
        pad_edge=True,
        reducing_gap=0.0,
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
