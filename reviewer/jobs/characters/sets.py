"""Takes the faces of a public set into a collection: boxes, characters, confidence, parts."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.faces import Box, Face, clipped
from reviewer.core.errors import UsageError
from reviewer.core.types import Category, ChangeSet
from reviewer.jobs.context import stage
from reviewer.sources.characters import CONFIDENT, Places, read_faces, set_name
from reviewer.sources.text import name_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.sources.characters import Face as Line
    from reviewer.store.library import Library

LEAST = 10
"""Faces that a character needs to be learnt, as the makers of DAF:re have it."""
FARTHEST = 2**31 - 1
"""Where an image ends whose file was not opened yet: its boxes are kept as they are."""


class _Kept:
    """Lines that are kept, in columns: a million faces are 50 MB.

    Attributes:
        lines: That were read.
        images: (n,) ids.
        characters: (n,) places in `names`.
        names: Of the characters, in the order in which they were met.
        missing, outside: Paths of the lines whose image is not here, or without their box.
    """

    def __init__(self, source: str) -> None:
        """Begins without any; `source` is the set's name."""
        self._source = source
        self.lines = 0
        self.images = array("q")
        self.characters = array("l")
        self.names: dict[str, int] = {}
        self.missing: list[str] = []
        self.outside: list[str] = []
        self.confidences = array("d")
        self._boxes = array("i")
        self._splits: list[str] = []

    def take(self, line: Line, image: tuple[int, int, int]) -> None:
        """Keeps one face; one whose box lies outside its image is left out.

        Args:
            line: Of the set.
            image: Id, width and height; 0 where the file was not opened yet.
        """
        image_id, width, height = image
        box: Box | None = None
        if line.box is not None:
            box = clipped(Box(*line.box), width or FARTHEST, height or FARTHEST)
            if box is None:
                self.outside.append(line.path)
                return
        self.images.append(image_id)
        self.characters.append(self.names.setdefault(name_key(line.character), len(self.names)))
        self.confidences.append(line.confidence)
        self._boxes.extend(box or (-1,) * 4)
        self._splits.append(line.split)

    def faces(self, tags: Sequence[int]) -> Iterator[Face]:
        """What is kept.

        Args:
            tags: Ids of the tags by the places of `names`.
        """
        columns = (self.images, self.characters, self.confidences, self._splits)
        for row, (image_id, place, confidence, split) in enumerate(zip(*columns, strict=True)):
            box = Box(*self._boxes[4 * row : 4 * row + 4])
            known = None if box.left < 0 else box
            yield Face(image_id, known, tags[place], confidence, self._source, split)


def take_faces(library: Library, listener: Listener, place: Path | None = None) -> ChangeSet:
    """Reads grapeot's or DAF:re's labels and keeps their faces, in place of those read before.

    Every line whose image is here is kept, the doubtful ones too: what is done with them is for
    their confidence to say. The tags of images stay as they are; importing them is another job.

    Args:
        library: The collection, its images imported.
        listener: Hears of progress.
        place: The folder of the labels; `None` for that of the images.

    Raises:
        UsageError: There is no such set, or no image is here.
        SourceError: A file is broken; the text names it and the line.
        StoreError: They cannot be stored.
    """
    folder = place if place is not None else library.folder
    kind = set_name(folder)
    if not kind:
        raise UsageError(
            f"{folder} holds no set of faces: neither faces.tsv with tagIds.tsv (grapeot), nor "
            "train.csv with classid_classname.csv (DAF:re), there or in its folder labels. Name "
            "the folder with --from."
        )
    kept = _read(library, listener, folder, kind)
    if not kept.images:
        raise UsageError(
            f"None of the {kept.lines:,} faces that {folder} names is in an image of this "
            "collection. Import the images first: reviewer import FOLDER"
        )
    ids = library.tags.add(dict.fromkeys(kept.names, Category.CHARACTER))
    library.faces.forget(kind)
    library.faces.put(kept.faces([ids[name] for name in kept.names]))
    _tell(listener, kept)
    sure = np.array(kept.confidences) >= CONFIDENT
    each = np.bincount(np.array(kept.characters)[sure], minlength=len(kept.names))
    summary: dict[str, int | float | str] = {
        "set": kind,
        "lines": kept.lines,
        "faces": len(kept.images),
        "images": len(np.unique(np.array(kept.images))),
        "characters": len(kept.names),
        "missing": len(kept.missing),
        "doubtful": int((~sure).sum()),
        "outside": len(kept.outside),
        "learnable_characters": int((each >= LEAST).sum()),
        "learnable_faces": int(each[each >= LEAST].sum()),
    }
    return ChangeSet(images=True, tags=True, summary=summary)


def _read(library: Library, listener: Listener, folder: Path, kind: str) -> _Kept:
    images = [(image_id, width, height) for image_id, _, width, height in library.facts.sizes()]
    places = Places(path for _, path, _, _ in library.facts.sizes())
    kept = _Kept(kind)
    with stage(listener, "faces", 0, "lines") as progress:
        for line in read_faces(folder):
            kept.lines += 1
            there = places.of(line.path)
            if not there:
                kept.missing.append(line.path)
            for place in there:
                kept.take(line, images[place])
            progress.advance()
    return kept


def _tell(listener: Listener, kept: _Kept) -> None:
    if kept.missing:
        listener.note(
            f"{len(kept.missing):,} faces are of images that are not in this collection: "
            f"{_some(kept.missing)}."
        )
    if kept.outside:
        listener.note(
            f"{len(kept.outside):,} boxes lie outside their image and were left out: "
            f"{_some(kept.outside)}. Are the images those that the boxes were made on?"
        )


def _some(paths: Sequence[str], count: int = 3) -> str:
    more = f" and {len(paths) - count:,} more" if len(paths) > count else ""
    return ", ".join(paths[:count]) + more
