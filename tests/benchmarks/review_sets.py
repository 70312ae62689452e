"""Collections to review: real JPEG files, a real store, and as many rows beside them as wanted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow

from reviewer.core.queues import Ranking
from reviewer.core.types import Category, Image
from reviewer.store.images import ImageRow
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

TAGS = 1000
PER_IMAGE = 28
"""Tag instances of an image; Danbooru's mean."""
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What a collection is like.

    Attributes:
        images: Rows; only the first `files` of them have a file, and only those are asked about.
        files: JPEG files.
        size: Width and height of each file, pixels.
        questions: Ranked questions.
    """

    images: int
    files: int
    size: tuple[int, int] = (512, 512)
    questions: int = 6000


def make_collection(place: Path, shape: Shape, seed: int = 1) -> Path:
    """Draws the files and writes the store; returns the workspace."""
    folder = place / "images"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    digests = _draw_files(folder, shape, rng)
    workspace = place / "workspace"
    with Library.create(workspace, folder) as library:
        ids = library.tags.add({f"tag_{n:04}": Category.GENERAL for n in range(TAGS)})
        tag_ids = np.array(sorted(ids.values()))
        for rows in _rows(folder, shape, digests, tag_ids, rng):
            library.images.write(rows)
        library.rankings.save(_ranking(library, shape, tag_ids, rng))
    return workspace


def _draw_files(folder: Path, shape: Shape, rng: np.random.Generator) -> list[bytes]:
    """Writes JPEG files with the detail of a drawing: flat areas, edges and a little noise."""
    digests = []
    width, height = shape.size
    noise = rng.normal(0, 6, (height, width, 1))
    for number in range(shape.files):
        coarse = rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)
        kind = Pillow.Resampling.BICUBIC if number % 2 else Pillow.Resampling.NEAREST
        base = np.asarray(Pillow.fromarray(coarse).resize((width, height), kind), np.float32)
        pixels = np.clip(base + noise, 0, 255).astype(np.uint8)
        path = folder / _name(number)
        path.parent.mkdir(exist_ok=True)
        Pillow.fromarray(pixels).save(path, "JPEG", quality=88)
        digests.append(hashlib.sha256(path.read_bytes()).digest())
    return digests


def _name(number: int) -> str:
    return f"{number % 1000:04}/{number:08}.jpg"


def _rows(
    folder: Path,
    shape: Shape,
    digests: list[bytes],
    tag_ids: NDArray[np.int64],
    rng: np.random.Generator,
) -> Iterator[list[ImageRow]]:
    weights = 1.0 / np.arange(1, TAGS + 1) ** 0.9
    edges = np.cumsum(weights) / weights.sum()
    for start in range(0, shape.images, CHUNK):
        count = min(CHUNK, shape.images - start)
        drawn = tag_ids[np.searchsorted(edges, rng.random((count, PER_IMAGE)), side="right")]
        rows = []
        for offset in range(count):
            number = start + offset
            path = folder / _name(number)
            real = number < shape.files
            facts = path.stat() if real else None
            rows.append(
                ImageRow(
                    id=None,
                    image=Image(
                        id=0,
                        path=_name(number),
                        size=facts.st_size if facts else 1,
                        sha256=digests[number] if real else number.to_bytes(32, "little"),
                        width=shape.size[0],
                        height=shape.size[1],
                    ),
                    mtime_ns=facts.st_mtime_ns if facts else 0,
                    tags=frozenset(drawn[offset].tolist()),
                )
            )
        yield rows


def _ranking(
    library: Library, shape: Shape, tag_ids: NDArray[np.int64], rng: np.random.Generator
) -> Ranking:
    """Questions about images that have files, spread over tags; sides as the metadata is."""
    each = 60
    queues = -(-shape.questions // each)
    order = np.arange(shape.files) + 1
    images = np.concatenate([rng.permutation(order)[:each] for _ in range(queues)])
    per_queue = np.full(queues, min(each, shape.files))
    tags = tag_ids[:queues]
    asked = np.repeat(tags, per_queue)
    sides = [
        int(int(tag) in library.images.original_tags(int(image)))
        for tag, image in zip(asked, images, strict=True)
    ]
    promise = np.concatenate([np.linspace(0.95, 0.05, n) for n in per_queue])
    return Ranking(
        tags=tags,
        offsets=np.concatenate([[0], np.cumsum(per_queue)]).astype(np.int64),
        images=images.astype(np.int64),
        sides=np.array(sides, np.uint8),
        scores=promise.astype(np.float32),
        suspicions=promise.astype(np.float32),
        version="v1",
    )
