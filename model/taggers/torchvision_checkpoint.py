"""Any checkpoint of torchvision's classification networks, with a list of tags or without one.

The network is told from the names and shapes of the tensors. Preprocessing of torchvision's presets:
RGB, ImageNet's mean and std, the filter and size of the preset; but nothing is cropped off, a crop
would take away what tags are about. A checkpoint without a list has no tags of its own: it gives
embeddings, and the collection's tags get heads on them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torchvision import models

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import IMAGENET_MEAN, IMAGENET_STD, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Output
from model.taggers.tag_lists import plain_outputs, read_selected
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_LISTS = (".csv", ".txt", ".json")
_EXTRA = ("aux1.", "aux2.", "AuxLogits.")


def _recognises(facts: FolderFacts) -> bool:
    if len(facts.checkpoints) != 1:
        return False
    return bool(_networks(facts.shapes(facts.checkpoints[0])))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    name = one_of(facts, facts.checkpoints, "checkpoint")
    fitting = _networks(facts.shapes(name))
    chosen = answers.get("network", fitting[0])
    if chosen not in fitting:
        raise TaggerProblem(f"{facts.path(name)} is no {chosen}; it may be {', '.join(fitting)}.")
    size, resample = _preset(chosen)
    config = TaggerConfig(
        backbone=chosen,
        input_size=size,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        resample=resample,
        fit="square",
        reducing_gap=0.0,
    )
    outputs, listed = _outputs(facts)
    notes = () if listed else ("It has no list of tags: the collection's tags get heads on it.",)
    files = (name, *([listed] if listed else []))
    return Described(overridden(config, answers), outputs, name, files, notes=notes)


def _outputs(facts: FolderFacts) -> tuple[tuple[Output, ...], str]:
    """The list of tags beside the checkpoint, and its name; none where there is none."""
    lists = [name for name in facts.ending(*_LISTS) if "readme" not in name.lower()]
    if not lists:
        return (), ""
    listed = one_of(facts, lists, "list of tags")
    if listed.endswith(".csv"):
        return read_selected(facts, listed), listed
    content = facts.json(listed) if listed.endswith(".json") else facts.lines(listed)
    if not isinstance(content, list):
        raise TaggerProblem(f"{facts.path(listed)} is no list of tags; it needs one a line.")
    return plain_outputs(facts, listed, content), listed


def _preset(network: str) -> tuple[int, Any]:
    """Input size and filter of a network's default preset."""
    default = models.get_model_weights(network).DEFAULT  # type: ignore[attr-defined]  # an enum that torchvision makes
    transforms = default.transforms()
    return int(transforms.crop_size[0]), str(transforms.interpolation.value)


def _networks(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Networks of torchvision that have these tensors, but for the rows of the classifier."""
    found = {name: shape for name, shape in shapes.items() if not name.startswith(_EXTRA)}
    for prefix in ("module.", "backbone."):
        found = {name.removeprefix(prefix): shape for name, shape in found.items()}
    if not found or len(found) < 20:
        return []
    return [name for name in models.list_models(module=models) if _fits(name, found)]


def _fits(network: str, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    wanted = dict(_skeleton(network))
    if wanted.keys() != shapes.keys():
        return False
    different = [name for name in wanted if wanted[name] != shapes[name]]
    return all(
        wanted[name][0] == 1000 and wanted[name][1:] == shapes[name][1:] for name in different
    )


@lru_cache(maxsize=128)
def _skeleton(network: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Names and shapes of a network's tensors; no weights are made for them."""
    options: dict[str, Any] = {}
    if network in {"googlenet", "inception_v3"}:
        options = {"aux_logits": False, "init_weights": False}
    with torch.device("meta"):
        built = models.get_model(network, weights=None, **options)
    return tuple((name, tuple(part.shape)) for name, part in built.state_dict().items())


TORCHVISION = Family(
    key="torchvision",
    words="torchvision checkpoint",
    licence="code BSD-3-Clause; weights of ImageNet under its terms",
    trained_on="",
    recognises=_recognises,
    describe=_describe,
    load=load_torch,
)
