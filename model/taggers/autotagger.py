"""danbooru/autotagger: a checkpoint of fastai and `tags.json`, a list with `rating:g` in it.

Preprocessing (fastai 2.7 `Resize(224, Squish)`, no normalisation for a body named by a text):
stretched, bilinear, RGB 0..1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.networks.autotagger import HEAD
from model.taggers.asking import overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family
from model.taggers.tag_lists import plain_outputs
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_SIDE = 224
_BODIES: dict[tuple[int, ...], str] = {
    (3, 4, 23, 3): "resnet101",
    (3, 8, 36, 3): "resnet152",
    (3, 4, 6, 3): "resnet50",
}
_SMALL: dict[tuple[int, ...], str] = {(2, 2, 2, 2): "resnet18", (3, 4, 6, 3): "resnet34"}


def _list(facts: FolderFacts) -> str:
    def fits(name: str) -> bool:
        content = facts.json(name)
        return isinstance(content, list) and "rating:g" in content

    return next((name for name in facts.ending(".json") if fits(name)), "")


def _recognises(facts: FolderFacts) -> bool:
    return bool(facts.checkpoints) and bool(_list(facts))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    listed = _list(facts)
    name = one_of(facts, facts.checkpoints, "checkpoint")
    shapes = facts.shapes(name)
    inner = shapes.get(f"{HEAD}.weight")
    if inner is None:
        raise TaggerProblem(
            f"{facts.path(name)} is no checkpoint of autotagger: it has no {HEAD}.weight."
        )
    config = TaggerConfig(
        backbone=_body(facts, name, shapes),
        network="autotagger",
        arguments={"inner": inner[1]},
        input_size=_SIDE,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        resample="bilinear",
        fit="stretch",
        reducing_gap=0.0,
    )
    outputs = plain_outputs(facts, listed, facts.json(listed))
    return Described(overridden(config, answers), outputs, name, (name, listed))


def _body(facts: FolderFacts, name: str, shapes: dict[str, tuple[int, ...]]) -> str:
    """The residual network, told from its blocks: bottlenecks have a third convolution."""
    counts = tuple(
        len({key.split(".")[3] for key in shapes if key.startswith(f"0.model.layer{stage}.")})
        for stage in (1, 2, 3, 4)
    )
    bottleneck = any(key.endswith("conv3.weight") for key in shapes)
    body = (_BODIES if bottleneck else _SMALL).get(counts)
    if body is None:
        raise TaggerProblem(
            f"{facts.path(name)} holds a network with {counts} blocks, which is none of the "
            "residual networks that autotagger uses."
        )
    return body


AUTOTAGGER = Family(
    key="autotagger",
    words="danbooru/autotagger",
    licence="MIT",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=load_torch,
)
