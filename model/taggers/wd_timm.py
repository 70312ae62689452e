"""WD v3 as a timm folder: `config.json`, `model.safetensors`, `selected_tags.csv`.

Preprocessing (SmilingWolf, wdv3-timm): white square, bicubic, BGR, mean and std of one half. Other
folders of timm with a list of tags have the same files; what theirs do not tell is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import Asking, overridden
from model.taggers.family import Described, Family
from model.taggers.tag_lists import SELECTED, has_rating_rows, read_selected
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

CONFIG, WEIGHTS = "config.json", "model.safetensors"
_HALF = [0.5, 0.5, 0.5]


def is_timm(facts: FolderFacts) -> bool:
    """A timm folder with a list of tags."""
    return (
        facts.has(CONFIG, SELECTED, WEIGHTS)
        and "architecture" in facts.record(CONFIG)
        and "pretrained_cfg" in facts.record(CONFIG)
    )


def is_wd(facts: FolderFacts) -> bool:
    """A timm folder whose mean, std and list of tags are those of the wd taggers."""
    if not is_timm(facts):
        return False
    stored = facts.record(CONFIG)["pretrained_cfg"]
    halves = stored.get("mean") == _HALF and stored.get("std") == _HALF
    return halves and has_rating_rows(facts)


def timm_fields(facts: FolderFacts) -> dict[str, Any]:
    """Architecture and size as `config.json` says them, as fields of `TaggerConfig`.

    Raises:
        TaggerProblem: They are missing or of the wrong kind.
    """
    stored = facts.record(CONFIG)
    pinned = stored.get("pretrained_cfg", stored)
    arguments = stored.get("model_args") or {}
    try:
        size = arguments.get("img_size") or pinned["input_size"][-1]
        return {
            "network": "timm",
            "backbone": str(stored["architecture"]),
            "arguments": {"model_args": dict(arguments)},
            "input_size": int(size),
        }
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as problem:
        raise TaggerProblem(
            f"{facts.path(CONFIG)} is damaged: {problem!r}. Copy it again."
        ) from problem


def _describe_wd(facts: FolderFacts, answers: Answers) -> Described:
    config = TaggerConfig(
        **timm_fields(facts),
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        channels="bgr",
        fit="square",
        reducing_gap=0.0,
    )
    return _described(facts, overridden(config, answers))


def _describe_other(facts: FolderFacts, answers: Answers) -> Described:
    stored = facts.record(CONFIG)["pretrained_cfg"]
    known = timm_fields(facts)
    known["mean"], known["std"] = (tuple(stored[key]) for key in ("mean", "std"))
    known["resample"] = str(stored.get("interpolation", "bicubic"))
    config = Asking(facts.folder, answers).settings(known, ("channels", "fit"))
    return _described(facts, overridden(config, answers))


def _described(facts: FolderFacts, config: TaggerConfig) -> Described:
    return Described(config, read_selected(facts), WEIGHTS, (CONFIG, WEIGHTS, SELECTED))


WD_TIMM = Family(
    key="wd-timm",
    words="WD tagger v3 (timm folder)",
    licence="Apache-2.0",
    trained_on="danbooru",
    recognises=is_wd,
    describe=_describe_wd,
    load=load_torch,
)
OTHER_TIMM = Family(
    key="timm",
    words="timm folder with a list of tags",
    licence="not stated in the files: see where you got it",
    trained_on="",
    recognises=is_timm,
    describe=_describe_other,
    load=load_torch,
)
