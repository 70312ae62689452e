"""ML-Danbooru as ONNX, with `class.json` (keys "0", "1", ..) or a CSV list with `real_name`.

Preprocessing (imgutils, the authors' demo): stretched to 448, bilinear, RGB 0..1; logits out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.config import TaggerConfig
from model.taggers.asking import overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Output
from model.taggers.onnx_weights import load_onnx
from model.taggers.tag_lists import in_order, plain_outputs, read_selected
from model.taggers.wd import graph_files, onnx_fields

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_SIDE = 448


def _list(facts: FolderFacts) -> str:
    """The list of tags; empty where there is none of these two kinds."""
    numbered = [name for name in facts.ending(".json") if _is_numbered(facts.json(name))]
    renamed = [name for name in facts.ending(".csv") if _has_renames(facts, name)]
    return next(iter([*numbered, *renamed]), "")


def _is_numbered(content: object) -> bool:
    return (
        isinstance(content, dict)
        and len(content) > 1
        and {"0", "1"} <= content.keys()
        and all(isinstance(value, str) for value in content.values())
    )


def _has_renames(facts: FolderFacts, name: str) -> bool:
    first = facts.text(name).partition("\n")[0]
    return {"name", "real_name"} <= {part.strip() for part in first.split(",")}


def _recognises(facts: FolderFacts) -> bool:
    return bool(facts.graphs) and bool(_list(facts))


def _describe(facts: FolderFacts, answers: Answers) -> Described:
    name, listed = one_of(facts, facts.graphs, "ONNX graph"), _list(facts)
    config = TaggerConfig(
        **{"input_size": _SIDE, **onnx_fields(facts, name)},
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        resample="bilinear",
        fit="stretch",
    )
    files = (*graph_files(facts, name), listed)
    return Described(overridden(config, answers), _outputs(facts, listed), name, files)


def _outputs(facts: FolderFacts, listed: str) -> tuple[Output, ...]:
    if listed.endswith(".csv"):
        return read_selected(facts, listed)
    return plain_outputs(facts, listed, in_order(facts, listed, facts.record(listed)))


ML_DANBOORU = Family(
    key="ml-danbooru",
    words="ML-Danbooru (ONNX)",
    licence="MIT",
    trained_on="danbooru",
    recognises=_recognises,
    describe=_describe,
    load=load_onnx,
)
