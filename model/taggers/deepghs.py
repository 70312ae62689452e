"""Folders of animetimm and deepghs: `preprocess.json` says all that must be known.

Weights as a timm folder (`config.json`, `model.safetensors`), or as ONNX with the outputs
`embedding`, `logits`, `prediction`. Thresholds: per tag in `selected_tags.csv`, else per category
in `thresholds.csv`.

Stages of `preprocess.json` (github.com/deepghs/imgutils, MIT): `convert_rgb`, `pad_to_size`,
`resize`, `center_crop`, `to_tensor`, `maybe_to_tensor`, `rescale`, `normalize`. The file holds a
list under `stages`, or one for each use under `test` and `val`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.taggers.asking import colour, overridden
from model.taggers.facts import one_of
from model.taggers.family import Described, Family, Loaded, Output
from model.taggers.onnx_weights import load_onnx
from model.taggers.tag_lists import SELECTED, read_selected
from model.taggers.torch_weights import load_torch
from model.taggers.wd import CONFIG, WEIGHTS, graph_files, is_timm, onnx_fields, timm_fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.taggers.facts import FolderFacts
    from model.taggers.family import Answers

_USES = ("stages", "test", "val")
_FILTERS = {"bicubic", "bilinear", "lanczos", "box"}


def read_stages(path: Path, content: object) -> dict[str, Any]:
    """The settings that a `preprocess.json` stands for.

    Args:
        path: Of the file, for the words.
        content: Its JSON.

    Returns:
        Fields of `TaggerConfig`.

    Raises:
        TaggerProblem: A stage is unknown, or cannot be told in settings.
    """
    found = (
        next((content[use] for use in _USES if use in content), None)
        if isinstance(content, dict)
        else content
    )
    if not isinstance(found, list) or not found:
        raise TaggerProblem(f"{path} lists no stages of preprocessing; copy it again.")
    fields: dict[str, Any] = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0), "reducing_gap": 0.0}
    try:
        for stage in found:
            kind = stage["type"]
            if kind not in _STAGES:
                raise TaggerProblem(
                    f'{path} has the stage "{kind}", which this program does not know; bring the '
                    "tagger in another form, or say how it prepares pictures with --set."
                )
            _STAGES[kind](stage, fields)
        TaggerConfig(**{**fields, "input_size": fields["input_size"]})
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, TaggerProblem):
            raise
        raise TaggerProblem(f"{path} cannot be used: {problem!r}. Copy it again.") from problem
    return fields


def _pad_to_size(stage: dict[str, Any], fields: dict[str, Any]) -> None:
    fields["pad_colour"] = colour(stage.get("background_color", "white"))
    fields["first_side"] = _side(stage["size"])
    fields["first_resample"] = _filter(stage)
    fields["input_size"] = fields["first_side"]


def _resize(stage: dict[str, Any], fields: dict[str, Any]) -> None:
    size = stage["size"]
    fields["resample"] = _filter(stage)
    whole = isinstance(size, list) and len(size) == 2
    side = _side(size)
    if whole or fields.get("first_side"):
        fields.update(input_size=side, fit="stretch")
    else:
        # One number is the shorter side, so a crop must follow.
        fields.update(crop_from=side, fit="crop")


def _center_crop(stage: dict[str, Any], fields: dict[str, Any]) -> None:
    side = _side(stage["size"])
    if fields.get("fit") != "crop" and side != fields.get("input_size"):
        raise ValueError(f"a crop of {side} px from a square of another size")
    fields["input_size"] = side


def _normalize(stage: dict[str, Any], fields: dict[str, Any]) -> None:
    fields["mean"], fields["std"] = _three(stage["mean"]), _three(stage["std"])


def _rescale(stage: dict[str, Any], _fields: dict[str, Any]) -> None:
    if abs(float(stage.get("rescale_factor", 1 / 255)) * 255 - 1) > 1e-6:
        raise ValueError(f"a rescale by {stage['rescale_factor']}")


def _nothing(_stage: dict[str, Any], _fields: dict[str, Any]) -> None:
    """Pictures come in RGB, alpha over white, and become 0..1 anyway."""


_STAGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "convert_rgb": _nothing,
    "to_tensor": _nothing,
    "maybe_to_tensor": _nothing,
    "rescale": _rescale,
    "pad_to_size": _pad_to_size,
    "resize": _resize,
    "center_crop": _center_crop,
    "normalize": _normalize,
}


def _side(size: object) -> int:
    numbers = {int(part) for part in size} if isinstance(size, list) else {int(str(size))}
    if len(numbers) != 1:
        raise ValueError(f"the size {size} is not a square")
    return numbers.pop()


def _filter(stage: dict[str, Any]) -> str:
    word = str(stage.get("interpolation", "bilinear")).lower()
    if word not in _FILTERS:
        raise ValueError(f"the filter {word}")
    return word


def _three(values: object) -> tuple[float, float, float]:
    numbers = [float(part) for part in values] if isinstance(values, list) else [float(str(values))]
    if len(numbers) == 1:
        numbers *= 3
    return (numbers[0], numbers[1], numbers[2])


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
