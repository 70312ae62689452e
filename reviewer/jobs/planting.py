"""Copies a collection with errors planted in its tags, and keeps the truth beside it.

The copy holds links to the images, `tags.csv` with the errors, the lists of tags, and in `truth/`
what a sample collection has there too: `truth.csv` and `errors.csv`. The original is only read.
"""

from __future__ import annotations

import csv
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import Category, ChangeSet, Side
from reviewer.jobs.context import Listener, stage
from reviewer.sample.kinds import KINDS, with_errors
from reviewer.sources.folder import find_images, read_folder, source_for
from reviewer.store.disk import replacing
from reviewer.store.moved import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from reviewer.sample.noise import PlantedError
    from reviewer.sources.base import Reading

HEADER = ("relative_path", "tags")


@dataclass(frozen=True, slots=True)
class Planting:
    """What errors to plant.

    Attributes:
        kind: One of `reviewer.sample.kinds.KINDS`.
        share: Errors wanted as a share of the tag instances, inside 0..1.
        seed: The same folder, kind, share and seed give the same errors.

    Raises:
        UsageError: If there is no such kind or the share is outside its range.
    """

    kind: str = "booru"
    share: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"There is no kind {self.kind!r}; choose one of {', '.join(KINDS)}.")
        if not 0.0 < self.share < 1.0:
            raise UsageError("The share of errors lies between 0 and 1.")


def plant_errors(
    source: Path, target: Path, listener: Listener, planting: Planting, source_name: str = ""
) -> ChangeSet:
    """Writes a copy of a collection with errors in its tags, as if its own tags were the truth.

    Args:
        source: A folder of images with tags in any format that can be imported.
        target: Folder for the copy: new or empty, outside `source`.
        listener: Hears of progress.
        planting: What errors.
        source_name: Format of the tags; told by what is there if empty.

    Returns:
        How many images, tag instances, missing and wrong tags the copy has.

    Raises:
        UsageError: The target is not empty, or lies in the source.
        SourceError: The source has no tags, or a file cannot be read or linked.
        StoreError: A table cannot be written.
    """
    _check_place(source, target)
    images = find_images(source)
    reading = read_folder(source, images, source_for(source, images, source_name))
    truth = {path: record.tags for path, record in reading.records.items() if record.tags}
    if not truth:
        raise SourceError(f"No image in {source} has tags, so there is nothing to plant errors in.")
    errors = KINDS[planting.kind](truth, planting.share, planting.seed)
    errors.sort(key=lambda error: (error.path, error.tag))
    try:
        with stage(listener, "link", len(truth), "images") as progress:
            for path in sorted(truth):
                _link(images[path], target / path)
                progress.advance()
        _write_tables(target, truth, errors, reading)
    except OSError as error:
        raise SourceError(
            f"The copy cannot be written to {target}: {error.strerror or error}. "
            "Free some space or choose another folder."
        ) from error
    lost = sum(error.side is Side.MISSING for error in errors)
    return ChangeSet(
        summary={
            "folder": str(target),
            "images": len(truth),
            "instances": sum(map(len, truth.values())),
            "missing": lost,
            "wrong": len(errors) - lost,
        }
    )


def _check_place(source: Path, target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty. Name a new folder for the copy.")
    if is_inside(target, source):
        raise UsageError(f"{target} lies inside {source}. Name a folder outside of it.")


def _link(image: Path, place: Path) -> None:
    """A hard link where the disk allows it, else a symbolic one, else a copy."""
    place.parent.mkdir(parents=True, exist_ok=True)
    real = image.resolve()
    for make in (os.link, os.symlink):
        try:
            make(real, place)
        except OSError:
            continue
        return
    shutil.copyfile(real, place)


def _write_tables(
    target: Path,
    truth: Mapping[str, frozenset[str]],
    errors: Sequence[PlantedError],
    reading: Reading,
) -> None:
    """Every table, `tags.csv` last: a folder that has it is complete."""
    (target / "truth").mkdir(exist_ok=True)
    noisy = with_errors(truth, list(errors))
    _put(target / "truth" / "truth.csv", [HEADER, *_tag_rows(truth)])
    _put(
        target / "truth" / "errors.csv",
        [
            ("relative_path", "tag", "kind"),
            *((error.path, error.tag, error.side.name.lower()) for error in errors),
        ],
    )
    names: dict[str, list[str]] = {}
    for alias, name in reading.aliases.items():
        names.setdefault(name, []).append(alias)
    _put(
        target / "tag_list.csv",
        (
            (
                tag,
                int(reading.categories.get(tag, Category.GENERAL)),
                "",
                ",".join(names.get(tag, ())),
            )
            for tag in sorted(set(reading.categories) | set(names))
        ),
    )
    _put(
        target / "implications.csv",
        [("antecedent_name", "consequent_name"), *reading.implications],
    )
    _put(target / "tags.csv", [HEADER, *_tag_rows(noisy)])


def _tag_rows(tags: Mapping[str, frozenset[str]]) -> list[tuple[str, str]]:
    return [(path, " ".join(sorted(tags[path]))) for path in sorted(tags)]


def _put(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with replacing(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
