"""Cuts heads out of images once, and keeps them small in an array file."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.choices.faces import MARGIN, part_of
from reviewer.core.errors import SourceError
from reviewer.jobs.context import stage
from reviewer.pictures import look, open_picture
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.config import TaggerConfig
    from reviewer.core.choices.faces import Face, Part
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

THREADS = 2
_AT_ONCE = 256
_TO_DO, _DONE, _BROKEN = 0, 1, 2


@dataclass(frozen=True)
class Crops:
    """Heads cut out.

    Attributes:
        pixels: (N, P, P, 3) uint8, an array file; zeros where an image could not be opened.
        parts: (N, 4) float32, where each head is in its picture as it is shown, shares of its
            sides (`core.faces.Part`).
        readable: (N,) bool.
        problems: Why images could not be opened, by image id.
    """

    pixels: NDArray[np.uint8]
    parts: NDArray[np.float32]
    readable: NDArray[np.bool_]
    problems: dict[int, str]


class _Cut(NamedTuple):
    pixels: NDArray[np.uint8]
    part: Part


def cut_out(library: Library, listener: Listener, faces: Sequence[Face], side: int) -> Crops:
    """Cuts the heads out of their images, or takes them from the cache.

    What was cut off in the middle goes on where it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        faces: Which; those without a box are their whole image.
        side: P, of the square crops in pixels; a head that is not square is centred, its edges
            repeated.

    Raises:
        StoreFullError: The disk is full.
        StoreError: The cache cannot be written.
    """
    from model.config import TaggerConfig
    from model.mapped import map_file

    config = TaggerConfig(input_size=side, pad_edge=True)
    known = {row.id: row for row in library.images.known_files().values()}
    headers = {i: (known[i].width, known[i].height) for i in {f.image_id for f in faces}}
    digests = {i: known[i].sha256 for i in headers}
    folder = library.workspace.cache / "faces"
    name = _key(faces, digests, side)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        pixels, _ = map_file(folder / f"{name}.pixels", np.uint8, (len(faces), side, side, 3))
        parts, _ = map_file(folder / f"{name}.parts", np.float32, (len(faces), 4))
        state, _ = map_file(folder / f"{name}.state", np.uint8, (len(faces),))
        for old in folder.iterdir():
            if not old.name.startswith(name):
                old.unlink()
    paths = {i: library.folder / known[i].path for i in headers}
    problems: dict[int, str] = {}

    def work(row: int) -> tuple[int, _Cut | str]:
        face = faces[row]
        try:
            path = paths[face.image_id]
            return row, _crop(path, face, _header(path, headers[face.image_id]), config)
        except SourceError as error:
            return row, str(error)

    left = iter(np.flatnonzero(state != _DONE).tolist())
    with (
        stage(listener, "cut out heads", len(faces), "heads") as told,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        told.at(int((state == _DONE).sum()))
        while some := list(islice(left, _AT_ONCE)):
            for row, found in pool.map(work, some):
                if isinstance(found, str):
                    problems[faces[row].image_id] = found
                    state[row] = _BROKEN
                else:
                    pixels[row], parts[row] = found.pixels, found.part
                    state[row] = _DONE
                told.advance()
    return Crops(pixels, parts, np.asarray(state == _DONE), problems)


def _header(path: Path, known: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a file: an import that opened no file does not know them."""
    if min(known) > 0:
        return known
    try:
        facts = look(path.read_bytes())
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error}.") from error
    return facts.width, facts.height


def _crop(path: Path, face: Face, header: tuple[int, int], config: TaggerConfig) -> _Cut:
    from model.images import prepare

    picture = open_picture(path, _wanted(face, header, config.input_size))
    part = part_of(face.box, header, picture.size)
    width, height = picture.size
    wider = part_of(face.box, header, picture.size, MARGIN)
    left, top = round(wider.left * width), round(wider.top * height)
    right, bottom = round(wider.right * width), round(wider.bottom * height)
    head = picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    return _Cut(prepare(head, config), part)


def _wanted(face: Face, header: tuple[int, int], side: int) -> int:
    """How large a picture is opened: its head twice the crop, so that no trace is left of how."""
    if face.box is None or min(header) <= 0:
        return 2 * side
    longest = max(face.box.width, face.box.height)
    return min(max(header), round(2 * side * max(header) / longest))


def _key(faces: Sequence[Face], digests: dict[int, bytes], side: int) -> str:
    """Changes with the files' contents, the boxes and the size."""
    key = hashlib.sha256(f"{side} {MARGIN}".encode())
    for face in faces:
        key.update(digests[face.image_id])
        key.update(repr(face.box and tuple(face.box)).encode())
    return key.hexdigest()[:20]
