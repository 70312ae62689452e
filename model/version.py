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
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from model.backbones import Tagger, create_tagger
from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.networks.onnx_file import external_files, read_header
from model.networks.onnx_session import OnnxBackbone
from model.saving import save_tensors

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 3
"""1 was before taggers could be brought, 2 before they told ratings; versions without are written
as before."""
_READABLE = (1, 2, FORMAT)
MAPPING = "mapping.csv"
"""Columns `own` (the tagger's name of an output), `tag` (the collection's; empty where it has
none) and `category`; a row for each output, in order."""
_WEIGHTS, _CONFIG, _TAGS = "model.safetensors", "config.json", "tags.csv"
_METRICS, _TRAIN = "metrics.json", "train.json"
_FILES = (_WEIGHTS, _CONFIG, _TAGS, _METRICS, _TRAIN)
_RATINGS = "ratings.csv"


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """What a version says of itself, without its weights.

    Attributes:
        folder: Where it is.
        config: The network and its preprocessing.
        tags: T pairs of name and category number, in the order of the outputs; for a brought
            tagger the collection's names of those outputs that the collection has.
        outputs: All outputs of the network with the tagger's own names.
        rows: (T,) positions in `outputs` of `tags`.
        metrics: As `metrics.json` holds them.
        train: As `train.json` holds it.
        ratings: Names of the ratings that it tells, in order; empty where it tells none.
    """

    folder: Path
    config: TaggerConfig
    tags: list[tuple[str, int]]
    metrics: dict[str, Any]
    train: dict[str, Any]
    outputs: list[tuple[str, int]]
    rows: list[int]
    ratings: tuple[str, ...] = ()

    @property
    def weights(self) -> Path:
        """The file of its weights."""
        return self.folder / _WEIGHTS

    @property
    def brought(self) -> dict[str, Any] | None:
        """Where a brought tagger came from, as `model.taggers.bring` wrote it; `None` for ours."""
        found = self.train.get("brought")
        return found if isinstance(found, dict) else None


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
    save_tensors(state, aside / _WEIGHTS, {"format": "pt"})
    graphs = _copy_graph(tagger, aside)
    known = 2 if config.to_json() != _as_before(config).to_json() else 1
    if tagger.ratings:
        known = FORMAT
        (aside / _RATINGS).write_text("\n".join(["name", *tagger.ratings, ""]), encoding="utf-8")
        graphs.append(aside / _RATINGS)
    _write_json(aside / _CONFIG, {"format": known, "tagger": config.to_json()})
    (aside / _TAGS).write_text(_tags_as_csv(tags), encoding="utf-8", newline="")
    _write_json(aside / _METRICS, metrics)
    _write_json(aside / _TRAIN, train_record)
    if mapping:
        (aside / MAPPING).write_text(mapping, encoding="utf-8", newline="")
        graphs.append(aside / MAPPING)
    for path in [*(aside / name for name in _FILES), *graphs]:
        _to_disk(path)
    _to_disk(aside)
    aside.rename(folder)
    _to_disk(folder.parent)


def _copy_graph(tagger: Tagger, aside: Path) -> list[Path]:
    """Put the graph of an ONNX tagger into a version's folder."""
    if not isinstance(tagger.backbone, OnnxBackbone):
        return []
    source = tagger.backbone.path
    names = [source.name, *external_files(read_header(source))]
    for name in names:
        shutil.copyfile(source.parent / name, aside / name)
    return [aside / name for name in names]


def _as_before(config: TaggerConfig) -> TaggerConfig:
    """The same settings, as far as a program knows them that has no brought taggers."""
    first = ("backbone", "input_size", "mean", "std", "pad_colour", "resample", "stem")
    return TaggerConfig(**{name: getattr(config, name) for name in first})


def read_record(folder: Path) -> VersionRecord:
    """Read what a version says of itself; quick, the weights stay on disk.

    Raises:
        TaggerProblem: A file is missing, damaged, or from a newer version of the program.
    """
    if not folder.is_dir():
        raise TaggerProblem(f"There is no version in {folder}; choose a folder that is there.")
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise TaggerProblem(
            f"The version {folder} is not whole: {', '.join(missing)} is missing. Copy the whole "
            "folder again, or train anew."
        )
    stored = _read_json(folder / _CONFIG)
    if stored.get("format") not in _READABLE:
        raise TaggerProblem(
            f"The version {folder} has the format {stored.get('format')!r}, this program reads "
            f"up to {FORMAT}; use a newer program."
        )
    try:
        config = TaggerConfig.from_json(stored.get("tagger"))
    except TaggerProblem as problem:
        raise TaggerProblem(f"{folder / _CONFIG} is damaged. {problem}") from problem
    outputs = _read_tags(folder / _TAGS)
    rows, tags = _mapped(folder / MAPPING, outputs)
    metrics, train = _read_json(folder / _METRICS), _read_json(folder / _TRAIN)
    ratings = _read_ratings(folder / _RATINGS)
    return VersionRecord(folder, config, tags, metrics, train, outputs, rows, ratings)


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
    path = folder / _WEIGHTS
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise TaggerProblem(f"The weights {path} cannot be read: {problem}") from problem
    rows = state["head.weight"].shape[0] if "head.weight" in state else 0
    if rows != len(record.outputs):
        raise TaggerProblem(
            f"{folder / _TAGS} has {len(record.outputs)} tags, but {path} has {rows} outputs; the "
            "files belong to different versions. Copy the whole folder again."
        )
    try:
        tagger.load_state_dict(state)
    except RuntimeError as problem:
        raise TaggerProblem(
            f"The weights {path} do not fit the network {record.config.backbone} that "
            f"{folder / _CONFIG} names. Copy the whole folder again."
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


def _read_tags(path: Path) -> list[tuple[str, int]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        tags = [(row["name"], int(row["category"])) for row in rows]
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as problem:
        raise TaggerProblem(
            f"{path} is damaged; it needs the columns name and category. Copy it again."
        ) from problem
    if not tags:
        raise TaggerProblem(f"{path} is damaged: it names no tag. Copy it again.")
    return tags


def _read_ratings(path: Path) -> tuple[str, ...]:
    """Names of ratings, none where there is no such file."""
    if not path.is_file():
        return ()
    try:
        head, *names = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError) as problem:
        raise TaggerProblem(f"{path} cannot be read: {problem}. Copy it again.") from problem
    if head != "name" or len(names) < 2:
        raise TaggerProblem(
            f"{path} is damaged; it needs a line `name` and one for each rating. Copy it again."
        )
    return tuple(names)


def _mapped(path: Path, outputs: list[tuple[str, int]]) -> tuple[list[int], list[tuple[str, int]]]:
    """The outputs that the collection has tags for, and these tags."""
    if not path.is_file():
        return list(range(len(outputs))), outputs
    try:
        with path.open(encoding="utf-8", newline="") as file:
            found = [
                (row["own"], row["tag"], int(row["category"]))
                for row in csv.DictReader(file, strict=True)
            ]
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as problem:
        raise TaggerProblem(
            f"{path} is damaged; it needs the columns own, tag and category. Make it again with: "
            "reviewer tagger-tags --reset"
        ) from problem
    if [own for own, _, _ in found] != [name for name, _ in outputs]:
        raise TaggerProblem(
            f"{path} belongs to another tagger: its rows are not the {len(outputs)} outputs. Make "
            "it again with: reviewer tagger-tags --reset"
        )
    kept = [row for row, (_, tag, _) in enumerate(found) if tag]
    return kept, [found[row][1:] for row in kept]


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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise TaggerProblem(f"{path} is damaged: {problem}. Copy it again.") from problem
    if not isinstance(found, dict):
        raise TaggerProblem(f"{path} is damaged: it holds no JSON object. Copy it again.")
    return found


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
