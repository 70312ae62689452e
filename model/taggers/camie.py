"""Camie v2 as ONNX: a graph and a `*-metadata.json` with `dataset_info.tag_mapping.idx_to_tag`.

The graph gives `initial_predictions`, `refined_predictions` (logits) and `selected_candidates`
(indices): the tags are taken by name. Preprocessing: fitted inside a square of the mean colour of
ImageNet, Lanczos, RGB, ImageNet's mean and std.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import IMAGENET_MEAN, IMAGENET_STD, PADS, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Output
from model.taggers.onnx_weights import load_onnx
from model.taggers.tag_lists import WORDS, checked, in_order
from model.taggers.wd import graph_files, onnx_fields

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_OUTPUT = "refined_predictions"


def _metadata(facts: FolderFacts) -> str:
    """The JSON file that holds the list of tags; empty where there is none."""
    return next((name for name in facts.ending(".json") if _tags(facts.record(name))), "")


def _tags(record: dict[str, Any]) -> dict[str, Any]:
    found: Any = record
    for key in ("dataset_info", "tag_mapping", "idx_to_tag"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _recognises(facts: FolderFacts) -> bool:
    return bool(facts.graphs) and bool(_metadata(facts))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    listed = _metadata(facts)
    record = facts.record(listed)
    name = one_of(facts, facts.graphs, "ONNX graph")
    names = [value.name for value in facts.graph(name).graph.output]
    if _OUTPUT not in names:
        raise TaggerProblem(
            f"{facts.path(name)} has no output {_OUTPUT}, only {', '.join(names)}; bring the "
            "whole tagger of version 2."
        )
    fields = onnx_fields(facts, name)
    side = record.get("model_info", {}).get("img_size")
    if isinstance(side, int):
        fields = {"input_size": side, **fields}
    if "input_size" not in fields:
        raise TaggerProblem(f"{facts.path(listed)} does not say the size of the input.")
    config = TaggerConfig(
        **fields,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        pad_colour=PADS["imagenet"],
        resample="lanczos",
        fit="inside",
    )
    files = (*graph_files(facts, name), listed)
    return Described(
        overridden(config, answers), _outputs(facts, listed, record), name, files, _OUTPUT
    )


def _outputs(facts: FolderFacts, listed: str, record: dict[str, Any]) -> tuple[Output, ...]:
    mapping = record["dataset_info"]["tag_mapping"]
    words = mapping.get("tag_to_category", {})
    ordered = in_order(facts, listed, _tags(record))
    found = tuple(Output(tag, WORDS.get(str(words.get(tag)), 0)) for tag in ordered)
    return checked(facts, listed, found)


CAMIE = Family(
    key="camie",
    words="Camie tagger v2 (ONNX)",
    licence="GPL-3.0",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=load_onnx,
)
