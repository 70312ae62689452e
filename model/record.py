"""What a version says of itself (`model.version` tells of its files), read without torch."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.config import TaggerConfig
from model.errors import TaggerProblem

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 3
"""1 was before taggers could be brought, 2 before they told ratings; versions without are written
as before."""
_READABLE = (1, 2, FORMAT)
MAPPING = "mapping.csv"
"""Columns `own` (the tagger's name of an output), `tag` (the collection's; empty where it has
none) and `category`; a row for each output, in order."""
WEIGHTS, CONFIG, TAGS = "model.safetensors", "config.json", "tags.csv"
METRICS, TRAIN = "metrics.json", "train.json"
FILES = (WEIGHTS, CONFIG, TAGS, METRICS, TRAIN)
RATINGS = "ratings.csv"


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
        return self.folder / WEIGHTS

    @property
    def brought(self) -> dict[str, Any] | None:
        """Where a brought tagger came from, as `model.taggers.bring` wrote it; `None` for ours."""
        found = self.train.get("brought")
        return found if isinstance(found, dict) else None


def read_record(folder: Path) -> VersionRecord:
    """Read what a version says of itself; quick, the weights stay on disk.

    Raises:
        TaggerProblem: A file is missing, damaged, or from a newer version of the program.
    """
    if not folder.is_dir():
        raise TaggerProblem(f"There is no version in {folder}; choose a folder that is there.")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise TaggerProblem(
            f"The version {folder} is not whole: {', '.join(missing)} is missing. Copy the whole "
            "folder again, or train anew."
        )
    stored = _read_json(folder / CONFIG)
    if stored.get("format") not in _READABLE:
        raise TaggerProblem(
            f"The version {folder} has the format {stored.get('format')!r}, this program reads "
            f"up to {FORMAT}; use a newer program."
        )
    try:
        config = TaggerConfig.from_json(stored.get("tagger"))
    except TaggerProblem as problem:
        raise TaggerProblem(f"{folder / CONFIG} is damaged. {problem}") from problem
    outputs = _read_tags(folder / TAGS)
    rows, tags = _mapped(folder / MAPPING, outputs)
    metrics, train = _read_json(folder / METRICS), _read_json(folder / TRAIN)
    ratings = _read_ratings(folder / RATINGS)
    return VersionRecord(folder, config, tags, metrics, train, outputs, rows, ratings)


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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise TaggerProblem(f"{path} is damaged: {problem}. Copy it again.") from problem
    if not isinstance(found, dict):
        raise TaggerProblem(f"{path} is damaged: it holds no JSON object. Copy it again.")
    return found
