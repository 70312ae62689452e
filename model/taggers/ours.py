"""A version of this program, as a folder that was copied from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from model.record import read_record
from model.taggers.asking import overridden
from model.taggers.family import Described, Family, Loaded, Output
from model.version import load_version

if TYPE_CHECKING:
    from pathlib import Path

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_FILES = ("config.json", "metrics.json", "model.safetensors", "tags.csv", "train.json")


def _recognises(facts: FolderFacts) -> bool:
    return facts.has(*_FILES) and {"format", "tagger"} <= facts.record("config.json").keys()


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    record = read_record(facts.folder)
    outputs = tuple(Output(name, category) for name, category in record.outputs)
    graphs = tuple(name for name in facts.names if name.startswith("model.onnx"))
    config = overridden(record.config, answers)
    return Described(config, outputs, "model.safetensors", (*_FILES, *graphs))


def _load(facts: FolderFacts, described: Described, _work: Path) -> Loaded:
    tagger, _ = load_version(facts.folder, torch.device("cpu"), whole=True)
    return Loaded(tagger, described.config)


OURS = Family(
    key="ours",
    words="version of Tag Reviewer",
    licence="yours",
    trained_on="",
    recognises=_recognises,
    describe=_describe,
    load=_load,
)
