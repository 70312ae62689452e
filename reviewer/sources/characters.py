"""Data sets of anime characters: one image, one character.

grapeot's Danbooru2018 recognition set: `faces.tsv` with path, tag id and head box (Windows
backslashes, no header) and `tagIds.tsv` with name, then id; where they are there, `trainSplit.tsv`,
`valSplit.tsv` and `testSplit.tsv` with one image id a line. DAF:re: `train.csv`, `val.csv`,
`test.csv` with class id and path (no header) and `classid_classname.csv`; its ids are its own.

The label says who is there and nothing of anybody else: all other characters stay unreviewed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.text import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SPLITS = ("train.csv", "val.csv", "test.csv")
IMAGE_SPLITS = {"trainSplit.tsv": "train", "valSplit.tsv": "val", "testSplit.tsv": "test"}
CONFIDENT = 0.85
"""Head detections below this are left out, as DAF:re does."""
_NO_BOX = "is not left,top,right,bottom,confidence (0 to 1)."


@dataclass(frozen=True, slots=True)
class Face:
    """One line of a set.

    Attributes:
        path: As the set writes it, with forward slashes.
        character: Name.
        box: Left, top, right, bottom in pixels; `None` where the set has none.
        confidence: Of the detection, 0..1.
        split: `train`, `val` or `test`; empty where the set does not tell.
    """

    path: str
    character: str
    box: tuple[int, int, int, int] | None = None
    confidence: float = 1.0
    split: str = ""


class CharacterSets:
    """grapeot's and DAF:re's labels, in the folder or in `labels/`."""

    name = "characters"
    title = "one character an image (faces.tsv of grapeot, CSV files of DAF:re)"

    def recognises(self, folder: Path, _images: Mapping[str, Path]) -> bool:
        """Whether one of the two sets of files is there."""
        return _grapeot(folder) is not None or _dafre(folder) is not None

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every line whose image is here.

        Raises:
            SourceError: A file is broken; the text names it and the line.
        """
        reading = Reading()
        listed = list(images)
        places = Places(listed)
        unsure = 0
        for face in read_faces(folder):
            if face.confidence < CONFIDENT:
                unsure += 1
                continue
            names = [listed[place] for place in places.of(face.path)]
            if not names:
                reading.missing.append(face.path)
            tag = name_key(face.character)
            for name in names:
                before = reading.records.get(name)
                tags = (before.tags if before else frozenset()) | {tag}
                reading.records[name] = SourceRecord(tags=tags)
                reading.categories[tag] = Category.CHARACTER
        if unsure:
            reading.notes.append(
                f"{unsure:,} faces are left out: their detection is less than {CONFIDENT:.0%} sure."
            )
        return reading


def set_name(folder: Path) -> str:
    """Which set a folder holds: `grapeot`, `dafre`, or empty for neither."""
    if _grapeot(folder) is not None:
        return "grapeot"
    return "dafre" if _dafre(folder) is not None else ""


def read_faces(folder: Path) -> Iterator[Face]:
    """Every line of the set in a folder, the doubtful ones too.

    Raises:
        SourceError: A file is broken; the text names it and the line.
    """
    place = _grapeot(folder)
    if place is not None:
        yield from _grapeot_faces(place)
        return
    place = _dafre(folder)
    if place is not None:
        yield from _dafre_faces(place)


def _grapeot(folder: Path) -> Path | None:
    return _place(folder, ("faces.tsv", "tagIds.tsv"))


def _dafre(folder: Path) -> Path | None:
    return _place(folder, ("train.csv", "classid_classname.csv"))


def _place(folder: Path, names: tuple[str, ...]) -> Path | None:
    places = (folder, folder / "labels")
    return next((p for p in places if all((p / name).is_file() for name in names)), None)


def _grapeot_faces(place: Path) -> Iterator[Face]:
    names = {number: name for _, (name, number) in _rows(place / "tagIds.tsv", 2, "\t")}
    splits = _image_splits(place)
    for line, (path, number, found) in _rows(place / "faces.tsv", 3, "\t"):
        where = f"{place / 'faces.tsv'}, line {line}"
        if number not in names:
            raise SourceError(f"{where}: tagIds.tsv has no tag {number!r}.")
        fields = found.split(",")
        try:
            left, top, right, bottom = (round(float(part)) for part in fields[:4])
            confidence = float(fields[4])
        except (ValueError, IndexError, OverflowError) as error:
            raise SourceError(f"{where}: {found!r} {_NO_BOX}") from error
        if not 0 <= confidence <= 1:
            raise SourceError(f"{where}: {found!r} {_NO_BOX}")
        forward = path.replace("\\", "/")
        split = splits.get(PurePosixPath(forward).stem, "")
        yield Face(forward, names[number], (left, top, right, bottom), confidence, split)


def _image_splits(place: Path) -> dict[str, str]:
    """The part that an image is for, by its id; empty where the set does not tell."""
    return {
        PurePosixPath(number.replace("\\", "/")).stem: split
        for file, split in IMAGE_SPLITS.items()
        if (place / file).is_file()
        for _, (number,) in _rows(place / file, 1, "\t")
    }


def _dafre_faces(place: Path) -> Iterator[Face]:
    names = {number: name for _, (number, name) in _rows(place / "classid_classname.csv", 2, ",")}
    for file in SPLITS:
        if not (place / file).is_file():
            continue
        for line, (number, path) in _rows(place / file, 2, ","):
            if number not in names:
                raise SourceError(
                    f"{place / file}, line {line}: classid_classname.csv has no class {number!r}."
                )
            yield Face(path.replace("\\", "/"), names[number], split=Path(file).stem)


def _rows(path: Path, columns: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of a table without a heading.

    Raises:
        SourceError: It cannot be read, or a line has another number of fields.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Names hold quotes: in the files of tabs they mean nothing.
            quoting: Literal[0, 3] = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
            rows = csv.reader(file, delimiter=separator, quoting=quoting)
            for number, row in enumerate(rows, 1):
                if not row:
                    continue
                if len(row) != columns:
                    raise SourceError(
                        f"{path}, line {number} has {len(row)} fields, not {columns}."
                    )
                yield number, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"Cannot read {path}: {error}.") from error


def _end(path: str) -> str:
    """The last two parts of a path without the file's ending: `0291/1796291`."""
    folder, _, name = path.rpartition("/")
    parent = folder.rpartition("/")[2]
    stem = _stem(name)
    return f"{parent}/{stem}".lower() if parent else stem.lower()


def _stem(name: str) -> str:
    """A file's name without its ending; whole where it begins with its only dot."""
    return name.rpartition(".")[0] or name


class Places:
    """Finds the images that a set's paths mean: by folder and name, else by the name alone.

    A set's folder of heads and that of whole pictures name their files alike: both are meant.
    """

    def __init__(self, images: Iterable[str]) -> None:
        """Looks among images by their relative paths, forward slashes."""
        self._images = list(images)
        self._by_end = _places_by(map(_end, self._images))
        self._by_stem: dict[str, _Places] | None = None

    def of(self, path: str) -> tuple[int, ...]:
        """Which of the images a set's path means; none if it is not here or not certain.

        Args:
            path: Forward slashes.

        Returns:
            Places among the images as they were given.
        """
        there = self._by_end.get(_end(path))
        if there is not None:
            return there if isinstance(there, tuple) else (there,)
        if self._by_stem is None:
            # Most sets have the folders of their images: this is made where one has not.
            names = (_stem(image.rpartition("/")[2]).lower() for image in self._images)
            self._by_stem = _places_by(names)
        alone = self._by_stem.get(_stem(path.rpartition("/")[2]).lower())
        return (alone,) if isinstance(alone, int) else ()


_Places = int | tuple[int, ...]
"""One place, as nearly always, or several: a million tuples would be a hundred megabytes."""


def _places_by(keys: Iterable[str]) -> dict[str, _Places]:
    found: dict[str, _Places] = {}
    for place, key in enumerate(keys):
        before = found.setdefault(key, place)
        if before != place:
            found[key] = (*(before if isinstance(before, tuple) else (before,)), place)
    return found
