"""Finds heads in a collection's images with a detector that the user brought."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.choices.faces import Box, Face, clipped
from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.pictures import open_picture
from reviewer.sources.away import refuse_if_away

if TYPE_CHECKING:
    from pathlib import Path

    from model.detector import Detector
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

LEAST = 0.3
"""Score from which a head is kept; what it is used for asks for more."""
THREADS = 2
_AT_ONCE = 64


@dataclass(slots=True)
class _Tally:
    """What was found so far."""

    heads: int = 0
    without: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def take(self, image_id: int, found: list[Face] | str) -> list[Face]:
        """Counts what an image has; nothing is found where it cannot be opened."""
        if isinstance(found, str):
            self.problems.append((image_id, found))
            return []
        self.heads += len(found)
        self.without += not found
        return found


def detect_heads(
    library: Library, listener: Listener, file: Path, *, least: float = LEAST, again: bool = False
) -> ChangeSet:
    """Finds the heads of all images that have no faces yet, and keeps them.

    Faces that a set names stay; images that have such are left out. What was found by a job that
    was cut off stays too, unless it is asked for `again`.

    Args:
        library: The collection.
        listener: Hears of progress.
        file: The detector, an ONNX graph; see `model.detections` for what is read.
        least: Score below which a head is not kept, 0..1.
        again: Look at every image anew.

    Raises:
        SourceError: The folder of the images is not there; what was found so far is kept.
        UsageError: There is no such file.
        TaggerError: It is no detector that can be used.
        StoreError: The heads cannot be stored.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}. Name the detector, an ONNX file.")
    from model.detector import Detector

    with tagger_errors():
        detector = Detector(file)
    source = f"detector: {file.stem}"
    key = f"detected_to:{file.stem}"
    if again:
        _forget_all(library)
    reached = 0 if again else int(library.state.get(key) or 0)
    known = {face.image_id for face in library.faces.askable()}
    rows = library.images.known_files().values()
    headers = {row.id: (row.width, row.height) for row in rows}
    todo = [(i, path) for i, path, _ in library.images.askable() if i > reached and i not in known]
    tally = _Tally()

    def look(entry: tuple[int, str]) -> list[Face] | str:
        found = _heads(detector, library.folder / entry[1], entry[0], headers[entry[0]], least)
        if isinstance(found, str):
            refuse_if_away(library.folder)
        return found

    left = iter(todo)
    with (
        tagger_errors(),
        stage(listener, "find heads", len(todo), "images") as told,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        while some := list(islice(left, _AT_ONCE)):
            faces: list[Face] = []
            for (image_id, _), found in zip(some, pool.map(look, some), strict=True):
                faces += [replace(face, source=source) for face in tally.take(image_id, found)]
                told.advance()
            library.faces.put(faces)
            library.state.set(key, str(some[-1][0]))
    library.images.set_aside_many(tally.problems)
    summary: dict[str, int | float | str] = {
        "images": len(todo),
        "heads": tally.heads,
        "without": tally.without,
        "unreadable": len(tally.problems),
        "had_faces": len(known),
    }
    return ChangeSet(images=True, summary=summary)


def _forget_all(library: Library) -> None:
    """Takes away what detectors found; faces that sets name stay."""
    for source in library.faces.sources():
        if source.startswith("detector"):
            library.faces.forget(source)


def _heads(
    detector: Detector, path: Path, image_id: int, header: tuple[int, int], least: float
) -> list[Face] | str:
    """The heads of one image in pixels of its header, or why it cannot be opened."""
    try:
        picture = open_picture(path, 2 * max(detector.side))
    except SourceError as error:
        return str(error)
    found = detector.find(picture, least)
    scale = max(picture.width / header[0], picture.height / header[1])
    off = [(h * scale - o) / 2 for h, o in zip(header, picture.size, strict=True)]
    faces = []
    for edges, score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True):
        left, top, right, bottom = (
            round((edge + off[place % 2]) / scale) for place, edge in enumerate(edges)
        )
        box = clipped(Box(left, top, right, bottom), *header)
        if box is not None:
            faces.append(Face(image_id, box, None, min(max(float(score), 0.0), 1.0)))
    return faces
