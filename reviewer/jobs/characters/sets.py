"""Takes the faces of a public set into a collection: boxes, characters, confidence, parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.core.choices.faces import Box, Face, clipped
from reviewer.core.errors import UsageError
from reviewer.core.types import Category, ChangeSet
from reviewer.jobs.context import stage
from reviewer.sources.characters import CONFIDENT, Places, read_faces, set_name
from reviewer.sources.text import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.sources.characters import Face as Line
    from reviewer.store.images import KnownFile
    from reviewer.store.library import Library

LEAST = 10
"""Faces that a character needs to be learnt, as the makers of DAF:re have it."""


@dataclass
class _Tally:
    lines: int = 0
    faces: list[tuple[Face, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


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
    known = library.images.known_files()
    tally = _read(listener, folder, kind, known)
    if not tally.faces:
        raise UsageError(
            f"None of the {tally.lines:,} faces that {folder} names is in an image of this "
            "collection. Import the images first: reviewer import FOLDER"
        )
    ids = library.tags.add({character: Category.CHARACTER for _, character in tally.faces})
    named = [_with_tag(face, ids[character]) for face, character in tally.faces]
    library.faces.forget(kind)
    library.faces.put(named)
    _tell(listener, tally)
    sure = [face for face in named if face.confidence >= CONFIDENT]
    each = Counter(face.tag_id for face in sure)
    summary: dict[str, int | float | str] = {
        "set": kind,
        "lines": tally.lines,
        "faces": len(named),
        "images": len({face.image_id for face in named}),
        "characters": len({face.tag_id for face in named}),
        "missing": len(tally.missing),
        "doubtful": len(named) - len(sure),
        "outside": len(tally.outside),
        "learnable_characters": sum(count >= LEAST for count in each.values()),
        "learnable_faces": sum(count for count in each.values() if count >= LEAST),
    }
    return ChangeSet(images=True, tags=True, summary=summary)


def _read(listener: Listener, folder: Path, kind: str, known: Mapping[str, KnownFile]) -> _Tally:
    places = Places({name: folder / name for name in known})
    tally = _Tally()
    with stage(listener, "faces", 0, "lines") as progress:
        for line in read_faces(folder):
            tally.lines += 1
            names = places.of(line.path)
            if not names:
                tally.missing.append(line.path)
            for name in names:
                _take(tally, line, known[name], kind)
            progress.advance()
    return tally


def _take(tally: _Tally, line: Line, image: KnownFile, kind: str) -> None:
    """Keeps one face; one whose box lies outside its image is left out."""
    box = None
    if line.box is not None:
        box = clipped(Box(*line.box), image.width, image.height)
        if box is None:
            tally.outside.append(line.path)
            return
    face = Face(image.id, box, None, line.confidence, kind, line.split)
    tally.faces.append((face, name_key(line.character)))


def _with_tag(face: Face, tag_id: int) -> Face:
    return Face(face.image_id, face.box, tag_id, face.confidence, face.source, face.split)


def _tell(listener: Listener, tally: _Tally) -> None:
    if tally.missing:
        listener.note(
            f"{len(tally.missing):,} faces are of images that are not in this collection: "
            f"{_some(tally.missing)}."
        )
    if tally.outside:
        listener.note(
            f"{len(tally.outside):,} boxes lie outside their image and were left out: "
            f"{_some(tally.outside)}. Are the images those that the boxes were made on?"
        )


def _some(paths: Sequence[str], count: int = 3) -> str:
    more = f" and {len(paths) - count:,} more" if len(paths) > count else ""
    return ", ".join(paths[:count]) + more
