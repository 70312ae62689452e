"""Any checkpoint of torchvision's classification networks, with a list of tags or without one.

The network is told from the names and shapes of the tensors. Preprocessing of torchvision's
presets: RGB, ImageNet's mean and std, the filter and size of the preset; but nothing is cropped
off, a crop would take away what tags are about. A checkpoint without a list has no tags of its
own: it gives embeddings, and the collection's tags get heads on them. Torchvision is loaded when a
folder may be one: its family is asked last, and it takes longer to load than torch itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import IMAGENET_MEAN, IMAGENET_STD, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Output
from model.taggers.tag_lists import plain_outputs, read_selected
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_LISTS = (".csv", ".txt", ".json")
_FEWEST = 20
"""Tensors; what has fewer is taken for none of torchvision's networks."""
_EXTRA = ("aux1.", "aux2.", "AuxLogits.")


def _recognises(facts: FolderFacts) -> bool:
    if len(facts.checkpoints) != 1:
        return False
    return bool(_network(facts, facts.checkpoints[0]))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    from model.networks.torchvision_network import preset  # noqa: PLC0415 - see above

    name = one_of(facts, facts.checkpoints, "checkpoint")
    network = _network(facts, name)
    size, resample = preset(network)
    config = TaggerConfig(
        backbone=network,
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


def _network(facts: FolderFacts, file: str) -> str:
    """The network of torchvision that has a checkpoint's tensors, but for the classifier's rows.

    All are compared; the one that the file is called after comes first, to save time.
    """
    shapes = facts.shapes(file)
    found = {name: shape for name, shape in shapes.items() if not name.startswith(_EXTRA)}
    for prefix in ("module.", "backbone."):
        found = {name.removeprefix(prefix): shape for name, shape in found.items()}
    if len(found) < _FEWEST:
        return ""
    from model.networks.torchvision_network import names  # noqa: PLC0415 - see above

    near = sorted(names(), key=lambda name: name not in file.lower())
    return next((name for name in near if _fits(name, found)), "")


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
    from model.networks.torchvision_network import whole_network  # noqa: PLC0415 - see above

    with _WithoutWeights():
        built = whole_network(network)
    return tuple((name, tuple(part.shape)) for name, part in built.state_dict().items())


class _WithoutWeights(TorchFunctionMode):
    """Tensors that hold weights are made without memory; arithmetic on sizes goes on."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - torch's signature
        options = dict(kwargs or {})
        if func in _MAKERS:
            options["device"] = "meta"
        return func(*args, **options)


_MAKERS = frozenset({torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn, torch.full})

TORCHVISION = Family(
    key="torchvision",
    words="torchvision checkpoint",
    licence="code BSD-3-Clause; weights of ImageNet under its terms",
    trained_on="",
    recognises=_recognises,
    describe=_describe,
    load=load_torch,
)
