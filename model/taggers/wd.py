"""WD taggers as ONNX (v1-4 to v3) and as timm folders (v3), and others that come in the same files.

The WD contract: one input (N or 1, S, S, 3), BGR 0..255, the picture on a white square; one output,
sigmoid inside. Graphs that take (N, 3, S, S) beside the same list follow no contract: how they want
their pictures is asked.

A timm folder is `config.json`, `model.safetensors`, `selected_tags.csv`. Preprocessing of WD v3
(SmilingWolf, wdv3-timm): white square, bicubic, BGR, mean and std of one half. What the files of
other folders do not tell is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.networks.onnx_file import external_files
from model.taggers.asking import Asking, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family
from model.taggers.onnx_weights import graph_inputs, input_facts, load_onnx, shape_of
from model.taggers.tag_lists import SELECTED, has_rating_rows, read_selected
from model.taggers.torch_weights import load_torch

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_USUAL_SIDE = 448


def onnx_fields(facts: FolderFacts, name: str) -> dict[str, Any]:
    """Network and layout of a graph, as fields of `TaggerConfig`; no size where that is open."""
    found = input_facts(facts, name)
    fields: dict[str, Any] = {
        "network": "onnx",
        "backbone": "onnx",
        "arguments": {"layout": found["layout"], "single": found["single"]},
        "reducing_gap": 0.0,
    }
    return fields | ({"input_size": found["side"]} if found["side"] else {})


def graph_files(facts: FolderFacts, name: str) -> tuple[str, ...]:
    """A graph and the files that hold its weights."""
    return (name, *external_files(facts.graph(name)))


def _beside_list(facts: FolderFacts) -> bool:
    return bool(facts.graphs) and facts.has(SELECTED)


def _is_contract(facts: FolderFacts) -> bool:
    if not _beside_list(facts) or len(facts.graphs) != 1:
        return False
    inputs = graph_inputs(facts.graph(facts.graphs[0]))
    shape = shape_of(inputs[0]) if inputs else []
    return len(inputs) == 1 and len(shape) == 4 and shape[3] == 3 and shape[1] != 3


def _describe_contract(facts: FolderFacts, answers: Answers) -> Described:
    name = one_of(facts, facts.graphs, "ONNX graph")
    fields = {"input_size": _USUAL_SIDE, **onnx_fields(facts, name)}
    config = TaggerConfig(
        **fields, mean=(0.0,) * 3, std=(1.0,) * 3, channels="bgr", peak=255, fit="square"
    )
    return _described_graph(facts, name, overridden(config, answers))


def _describe_graph(facts: FolderFacts, answers: Answers) -> Described:
    name = one_of(facts, facts.graphs, "ONNX graph")
    if "padding_mask" in {value.name for value in graph_inputs(facts.graph(name))}:
        raise TaggerProblem(
            f"{facts.path(name)} wants a mask of its padding beside the picture, which this "
            "program does not make. Bring the tagger in another form."
        )
    known = onnx_fields(facts, name)
    open_size = () if "input_size" in known else ("size",)
    unknown = (*open_size, "channels", "range", "norm", "fit", "resample")
    config = Asking(facts.folder, answers).settings(known, unknown)
    return _described_graph(facts, name, config)


def _described_graph(facts: FolderFacts, name: str, config: TaggerConfig) -> Described:
    files = (*graph_files(facts, name), SELECTED)
    return Described(config, read_selected(facts), name, files)


WD_ONNX = Family(
    key="wd-onnx",
    words="WD tagger (ONNX)",
    licence="Apache-2.0 (v1-4 v1 states none)",
    trained_on="danbooru",
    recognises=_is_contract,
    describe=_describe_contract,
    load=load_onnx,
)
OTHER_ONNX = Family(
    key="onnx",
    words="ONNX graph with a list of tags",
    licence="not stated in the files: see where you got it",
    trained_on="",
    recognises=_beside_list,
    describe=_describe_graph,
    load=load_onnx,
)


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
    return _described_folder(facts, overridden(config, answers))


def _describe_folder(facts: FolderFacts, answers: Answers) -> Described:
    stored = facts.record(CONFIG)["pretrained_cfg"]
    known = timm_fields(facts)
    known["mean"], known["std"] = (tuple(stored[key]) for key in ("mean", "std"))
    known["resample"] = str(stored.get("interpolation", "bicubic"))
    config = Asking(facts.folder, answers).settings(known, ("channels", "fit"))
    return _described_folder(facts, overridden(config, answers))


def _described_folder(facts: FolderFacts, config: TaggerConfig) -> Described:
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
    describe=_describe_folder,
    load=load_torch,
)
