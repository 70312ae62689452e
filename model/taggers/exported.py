"""What this program exported, read back with the settings that it pinned in `tagger.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.config import TaggerConfig
from model.taggers.asking import overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Loaded
from model.taggers.onnx_weights import load_onnx
from model.taggers.rating_file import RATING_HEAD, read_ratings
from model.taggers.tag_lists import SELECTED, read_selected
from model.taggers.torch_weights import load_torch
from model.taggers.wd_onnx import graph_files
from model.taggers.wd_timm import CONFIG, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

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
