"""A version as other programs load it: ONNX in the WD contract, or a timm folder.

Beside the files that others expect lie `tagger.json`, our own pinned settings, and the rating
output where there is one, so that this program reads an export as it was. What is written is loaded
again and must say the same.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from model.data import to_input
from model.errors import TaggerProblem
from model.images import prepare
from model.networks.parts import classifier_path
from model.networks.timm_network import is_timm, timm_classifier, whole_network
from model.saving import save_tensors
from model.taggers.bring import inspect, probe_picture
from model.taggers.exported import SIDECAR, write_ratings
from model.taggers.onnx_export import write_graph, write_joined
from model.taggers.tag_lists import SELECTED, selected_as_csv
from model.taggers.wd import CONFIG, WEIGHTS
from model.version import load_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from model.backbones import Tagger
    from model.config import TaggerConfig
    from model.record import VersionRecord

SAME = 1e-5
"""Largest difference in scores between a version and its export, loaded again."""
_GRAPH = "model.onnx"
_CPU = torch.device("cpu")


def export_version(
    version: Path, folder: Path, kind: str, counts: Mapping[str, int] | None = None
) -> float:
    """Write a version for other programs.

    Args:
        version: Its folder.
        folder: Where to; must be empty or not there yet.
        kind: "onnx" or "timm".
        counts: Images of each tag, for the list of tags.

    Returns:
        The largest difference in scores, ratings included, on a probe picture, after loading the
        export again.

    Raises:
        TaggerProblem: The folder is not empty, the network does not fit the kind, or what was
            written says something else.
        OSError: The disk refuses.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TaggerProblem(f"{folder} is not empty; choose a new folder.")
    tagger, record = load_version(version, _CPU, whole=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        config = _WRITERS[kind](tagger, record, folder)
        listed = selected_as_csv(record.outputs, counts or {})
        (folder / SELECTED).write_text(listed, encoding="utf-8", newline="")
        write_ratings(tagger, folder)
        _write(folder / SIDECAR, {"made_by": "Tag Reviewer", "tagger": config.to_json()})
        return _checked(tagger, record.config, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _as_onnx(tagger: Tagger, record: VersionRecord, folder: Path) -> TaggerConfig:
    """A graph that takes (N, S, S, 3) BGR 0..255 and gives scores, logits, embeddings, ratings."""
    single = False
    if record.config.network == "onnx":
        single = bool(record.config.arguments.get("single"))
        write_joined(tagger, record.config, folder / _GRAPH)
    else:
        write_graph(tagger, record.config, folder / _GRAPH)
    return replace(
        record.config,
        network="onnx",
        backbone="onnx",
        arguments={"layout": "nhwc", "single": single},
        channels="bgr",
        peak=255,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    )


def _as_timm(tagger: Tagger, record: VersionRecord, folder: Path) -> TaggerConfig:
    """`config.json` and `model.safetensors` under timm's names."""
    config, n_tags = record.config, len(record.outputs)
    is_timms = config.network in {"timm", "torchvision"} and is_timm(config.backbone)
    if not is_timms:
        raise TaggerProblem(
            f"The network of {record.folder.name} ({config.backbone}) is none of timm's; export it "
            "as ONNX."
        )
    arguments = config.arguments.get("model_args", {})
    network = whole_network(config.backbone, arguments, n_tags)
    _fill(network, tagger, n_tags, record)
    save_tensors(network.state_dict(), folder / WEIGHTS, {"format": "pt"})
    side = config.input_size
    _write(folder / CONFIG, {
        "architecture": config.backbone,
        "num_classes": n_tags,
        "num_features": int(tagger.head.in_features),
        "model_args": arguments,
        "pretrained_cfg": {
            "custom_load": False, "input_size": [3, side, side], "fixed_input_size": False,
            "interpolation": config.resample, "crop_pct": 1.0, "crop_mode": "center",
            "mean": list(config.mean), "std": list(config.std), "num_classes": n_tags,
            "pool_size": None, "first_conv": None, "classifier": None,
        },
    })  # fmt: skip
    return replace(config, network="timm", arguments={"model_args": arguments})


_WRITERS: dict[str, Callable[[Tagger, VersionRecord, Path], TaggerConfig]] = {
    "onnx": _as_onnx,
    "timm": _as_timm,
}


def _fill(network: nn.Module, tagger: Tagger, n_tags: int, record: VersionRecord) -> None:
    """Put a tagger's weights into a network of timm with its classifier."""
    within = timm_classifier(network, n_tags) if record.config.network == "timm" else ""
    path = within or classifier_path(network, n_tags)
    state = dict(tagger.backbone.state_dict())
    state |= {f"{path}.{name}": part for name, part in tagger.head.state_dict().items()}
    try:
        network.load_state_dict({name: part.contiguous() for name, part in state.items()})
    except RuntimeError as problem:
        raise TaggerProblem(
            f"timm builds {record.config.backbone} otherwise than torchvision; export "
            f"{record.folder.name} as ONNX."
        ) from problem
    network.eval()


def _checked(tagger: Tagger, config: TaggerConfig, folder: Path) -> float:
    """The difference between a version's scores and those of its export, loaded from the disk."""
    inspected = inspect(folder, {})
    with TemporaryDirectory(prefix=".check-", dir=folder.parent) as work:
        again, settings = inspected.family.load(
            inspected.facts, inspected.described, type(folder)(work)
        )
        if again.ratings != tagger.ratings:
            raise TaggerProblem(f"The export to {folder} lost its ratings and was not kept.")
        difference = float(np.abs(_scores(again, settings) - _scores(tagger, config)).max())
    if not difference <= SAME:
        raise TaggerProblem(
            f"The export to {folder} says something else than the version (by {difference:.1e}) "
            "and was not kept; export it in the other form."
        )
    return difference


def _scores(tagger: Tagger, config: TaggerConfig) -> NDArray[np.float64]:
    """(1, T + R) scores and ratings of a probe picture, from the file on."""
    pixels = np.stack([prepare(probe_picture(), config)])
    with torch.inference_mode():
        logits, embeddings = tagger.eval()(to_input(pixels, config, _CPU))
        found = [torch.sigmoid(logits.double())]
        if tagger.rating_head is not None:
            found.append(torch.softmax(tagger.rating_head(embeddings.float()).double(), dim=1))
    return torch.cat(found, dim=1).numpy()


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
