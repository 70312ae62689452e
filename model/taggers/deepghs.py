"""Folders of animetimm and deepghs: `preprocess.json` says all that must be known.

Weights as a timm folder (`config.json`, `model.safetensors`), or as ONNX with the outputs
`embedding`, `logits`, `prediction`. Thresholds: per tag in `selected_tags.csv`, else per category
in `thresholds.csv`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Loaded, Output
from model.taggers.onnx_weights import load_onnx
from model.taggers.stages import read_stages
from model.taggers.tag_lists import SELECTED, read_selected
from model.taggers.torch_weights import load_torch
from model.taggers.wd_onnx import graph_files, onnx_fields
from model.taggers.wd_timm import CONFIG, WEIGHTS, is_timm, timm_fields

if TYPE_CHECKING:
    from pathlib import Path

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

PREPROCESS, THRESHOLDS, CATEGORIES = "preprocess.json", "thresholds.csv", "categories.json"
_USUAL = 0.4
"""Their own threshold where nothing else is said."""


def _recognises(facts: FolderFacts) -> bool:
    return facts.has(PREPROCESS, SELECTED) and (is_timm(facts) or bool(facts.graphs))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    fields = read_stages(facts.path(PREPROCESS), facts.json(PREPROCESS))
    outputs = _with_thresholds(facts, read_selected(facts))
    small = tuple(n for n in (PREPROCESS, SELECTED, THRESHOLDS, CATEGORIES) if facts.has(n))
    if is_timm(facts):
        config = TaggerConfig(**{**timm_fields(facts), **fields})
        files = (CONFIG, WEIGHTS, *small)
        return Described(overridden(config, answers), outputs, WEIGHTS, files)
    name = one_of(facts, facts.graphs, "ONNX graph")
    config = TaggerConfig(**{**onnx_fields(facts, name), **fields})
    names = {value.name for value in facts.graph(name).graph.output}
    output = next((n for n in ("logits", "prediction", "output") if n in names), "")
    if not output:
        raise TaggerProblem(
            f"{facts.path(name)} has no output called logits, prediction or output, only "
            f"{', '.join(sorted(names))}. Copy the whole folder again."
        )
    embedding = "embedding" if "embedding" in names else ""
    files = (*graph_files(facts, name), *small)
    return Described(overridden(config, answers), outputs, name, files, output, embedding)


def _with_thresholds(facts: FolderFacts, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """Thresholds of the categories where the list of tags has none of its own."""
    rows = facts.table(THRESHOLDS) if facts.has(THRESHOLDS) else []
    try:
        known = {int(row["category"]): float(row["threshold"]) for row in rows}
    except (KeyError, ValueError) as problem:
        raise TaggerProblem(
            f"{facts.path(THRESHOLDS)} is damaged: it needs the columns category and threshold "
            f"({problem}). Copy it again."
        ) from problem
    return tuple(
        output._replace(threshold=known.get(output.category, _USUAL))
        if math.isnan(output.threshold)
        else output
        for output in outputs
    )


def _load(facts: FolderFacts, described: Described, work: Path) -> Loaded:
    loader = load_torch if described.config.network == "timm" else load_onnx
    return loader(facts, described, work)


DEEPGHS = Family(
    key="deepghs",
    words="animetimm or deepghs folder",
    licence="animetimm GPL-3.0, PixAI Apache-2.0: see where you got it",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=_load,
)
