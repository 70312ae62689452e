"""What this program exported, read back with the settings that it pinned in `tagger.json`.

The rating output is a small file beside it, as lists of tags lack a place for it:
`rating_head.safetensors`
holds `weight` (R, D) and `bias` (R,) float32, to be laid over the embeddings and followed by a
softmax; its metadata names the R ratings, one a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.saving import save_tensors
from model.taggers.asking import overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Loaded
from model.taggers.onnx_weights import load_onnx
from model.taggers.tag_lists import SELECTED, read_selected
from model.taggers.torch_weights import load_torch
from model.taggers.wd import CONFIG, WEIGHTS, graph_files

if TYPE_CHECKING:
    from pathlib import Path

    from model.backbones import Tagger
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

RATING_HEAD = "rating_head.safetensors"
_NAMES = "ratings"


def write_ratings(tagger: Tagger, folder: Path) -> None:
    """Keep a tagger's rating output beside its export; nothing is written for one without.

    Args:
        tagger: On the CPU.
        folder: Of the export.

    Raises:
        OSError: The disk refuses.
    """
    if tagger.rating_head is None:
        return
    state = {
        name: part.detach().float().contiguous()
        for name, part in tagger.rating_head.state_dict().items()
    }
    metadata = {"format": "pt", _NAMES: "\n".join(tagger.ratings)}
    save_tensors(state, folder / RATING_HEAD, metadata)


def read_ratings(tagger: Tagger, path: Path) -> None:
    """Give a tagger the rating output that lies beside its export.

    Args:
        tagger: On the CPU; changed in place.
        path: Of the file.

    Raises:
        TaggerProblem: The file is damaged or belongs to another tagger.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = tuple((file.metadata() or {}).get(_NAMES, "").split("\n"))
        state = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise TaggerProblem(f"{path} cannot be read: {problem}. Copy it again.") from problem
    width = tagger.head.in_features
    shapes = {name: tuple(part.shape) for name, part in state.items()}
    if shapes != {"weight": (len(names), width), "bias": (len(names),)}:
        raise TaggerProblem(
            f"{path} belongs to another tagger: it needs a row of {width} values for each of its "
            f"{len(names)} ratings. Copy the whole folder again."
        )
    tagger.rate(names)
    if tagger.rating_head is not None:
        with torch.no_grad():
            tagger.rating_head.load_state_dict(state)


SIDECAR = "tagger.json"


def _recognises(facts: FolderFacts) -> bool:
    return facts.has(SIDECAR, SELECTED) and "tagger" in facts.record(SIDECAR)


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    config = TaggerConfig.from_json(facts.record(SIDECAR)["tagger"])
    outputs = read_selected(facts)
    beside = (SELECTED, SIDECAR, *((RATING_HEAD,) if facts.has(RATING_HEAD) else ()))
    if config.network == "onnx":
        name = one_of(facts, facts.graphs, "ONNX graph")
        files = (*graph_files(facts, name), *beside)
        settings = overridden(config, answers)
        return Described(settings, outputs, name, files, graph_output="logits")
    files = (CONFIG, WEIGHTS, *beside)
    return Described(overridden(config, answers), outputs, WEIGHTS, files)


def _load(facts: FolderFacts, described: Described, work: Path) -> Loaded:
    loader = load_onnx if described.config.network == "onnx" else load_torch
    loaded = loader(facts, described, work)
    if facts.has(RATING_HEAD):
        read_ratings(loaded.tagger, facts.path(RATING_HEAD))
    return loaded


EXPORTED = Family(
    key="exported",
    words="export of Tag Reviewer",
    licence="that of the tagger it was made from",
    trained_on="",
    recognises=_recognises,
    describe=_describe,
    load=_load,
)
