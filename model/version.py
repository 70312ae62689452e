"""A version: one trained tagger as a folder that says all that is needed to use it.

    model.safetensors   the weights of backbone and head
    model.onnx          the backbone, for a tagger that was brought as ONNX
    config.json         the network and its preprocessing
    tags.csv            name and category of each output, in order
    metrics.json        how good it was on its validation images
    train.json          arguments, seed, hash of the data, parent; where a brought one came from
    mapping.csv         for a brought tagger: which tag of the collection each output means
    ratings.csv         name of each rating that it tells, in order, where it has such an output

A folder is written aside and renamed, so a version is either whole or not there. Reading never
touches a pickle.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from model.backbones import Tagger, create_tagger
from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.record import (
    CONFIG,
    FILES,
    FORMAT,
    MAPPING,
    METRICS,
    RATINGS,
    TAGS,
    TRAIN,
    WEIGHTS,
    read_record,
)
from model.saving import move, save_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from model.networks.onnx_session import OnnxBackbone
    from model.record import VersionRecord


def save_version(
    folder: Path,
    tagger: Tagger,
    config: TaggerConfig,
    tags: Sequence[tuple[str, int]],
    metrics: Mapping[str, Any],
    train_record: Mapping[str, Any],
    *,
    mapping: str = "",
) -> None:
    """Write a version; it appears whole or not at all.

    Args:
        folder: Must not be there yet.
        tagger: Backbone and head with T outputs.
        config: Stored with the weights.
        tags: T pairs of name and category number.
        metrics: JSON values; nan and infinity become null.
        train_record: JSON values.
        mapping: For a brought tagger: the table of what its outputs mean; empty for none.

    Raises:
        TaggerProblem: The folder is there already, or the tags do not fit the outputs.
        OSError: The disk refuses.
    """
    if folder.exists():
        raise TaggerProblem(f"The version {folder} is there already; choose another name.")
    if len(tags) != tagger.head.out_features:
        raise TaggerProblem(
            f"There are {len(tags)} tags for {tagger.head.out_features} outputs of the tagger."
        )
    aside = folder.with_name(f".{folder.name}.part")
    if aside.exists():
        shutil.rmtree(aside)
    aside.mkdir(parents=True)
    state = {name: part.detach().cpu().contiguous() for name, part in tagger.state_dict().items()}
    save_tensors(state, aside / WEIGHTS, {"format": "pt"})
    graphs = _copy_graph(tagger, config, aside)
    known = 2 if config.to_json() != _as_before(config).to_json() else 1
    if tagger.ratings:
        known = FORMAT
        (aside / RATINGS).write_text("\n".join(["name", *tagger.ratings, ""]), encoding="utf-8")
        graphs.append(aside / RATINGS)
    _write_json(aside / CONFIG, {"format": known, "tagger": config.to_json()})
    (aside / TAGS).write_text(_tags_as_csv(tags), encoding="utf-8", newline="")
    _write_json(aside / METRICS, metrics)
    _write_json(aside / TRAIN, train_record)
    if mapping:
        (aside / MAPPING).write_text(mapping, encoding="utf-8", newline="")
        graphs.append(aside / MAPPING)
    for path in [*(aside / name for name in FILES), *graphs]:
        _to_disk(path)
    _to_disk(aside)
    move(aside, folder)
    _to_disk(folder.parent)


def _copy_graph(tagger: Tagger, config: TaggerConfig, aside: Path) -> list[Path]:
    """Put the graph of an ONNX tagger into a version's folder."""
    if config.network != "onnx":
        return []
    # It loads a library that no other network needs.
    from model.networks.onnx_file import external_files, read_header  # noqa: PLC0415

    source = cast("OnnxBackbone", tagger.backbone).path
    names = [source.name, *external_files(read_header(source))]
    for name in names:
        shutil.copyfile(source.parent / name, aside / name)
    return [aside / name for name in names]


def _as_before(config: TaggerConfig) -> TaggerConfig:
    """The same settings, as far as a program knows them that has no brought taggers."""
    first = ("backbone", "input_size", "mean", "std", "pad_colour", "resample")
    return TaggerConfig(**{name: getattr(config, name) for name in first})


def load_version(
    folder: Path, device: torch.device, *, whole: bool = False
) -> tuple[Tagger, VersionRecord]:
    """Load a version, ready to scan.

    Args:
        folder: Of the version.
        device: Where the weights go.
        whole: Keep every output of a brought tagger, those that the collection has no tag for
            included; the order is that of the record's `outputs`.

    Returns:
        The tagger in evaluation mode, channels last, and its record.

    Raises:
        TaggerProblem: A file is missing, damaged, or does not fit the others.
    """
    record = read_record(folder)
    tagger = create_tagger(record.config, len(record.outputs), folder)
    if record.ratings:
        tagger.rate(record.ratings)
    path = folder / WEIGHTS
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise TaggerProblem(f"The weights {path} cannot be read: {problem}") from problem
    rows = state["head.weight"].shape[0] if "head.weight" in state else 0
    if rows != len(record.outputs):
        raise TaggerProblem(
            f"{folder / TAGS} has {len(record.outputs)} tags, but {path} has {rows} outputs; the "
            "files belong to different versions. Copy the whole folder again."
        )
    try:
        tagger.load_state_dict(state)
    except RuntimeError as problem:
        raise TaggerProblem(
            f"The weights {path} do not fit the network {record.config.backbone} that "
            f"{folder / CONFIG} names. Copy the whole folder again."
        ) from problem
    if not whole and record.rows != list(range(len(record.outputs))):
        tagger.keep_rows(record.rows)
    placed = tagger.to(device).to(memory_format=torch.channels_last)
    placed.eval()
    return placed, record


def _tags_as_csv(tags: Sequence[tuple[str, int]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "category"))
    writer.writerows(tags)
    return text.getvalue()


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    text = json.dumps(_without_nan(values), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _without_nan(value: object) -> object:
    """JSON has no nan: an unknown number is null."""
    if isinstance(value, Mapping):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk; Windows cannot do it for folders."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
