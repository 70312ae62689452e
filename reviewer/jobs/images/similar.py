"""The nearest images of one, the index for large collections, and how much the index finds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.scans.there import scanned
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.nearest import NearestImages
from reviewer.store.nearest_index import can_build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.store.library import Library
    from reviewer.store.nearest import Near

COMPARED = 20
"""Nearest of each image by which an index is judged."""
ASKED = 200
"""Images by which the recall of the index is told."""
MORE = 20
"""Asked for beyond what is wanted, in place of images that are gone."""


class By(StrEnum):
    """What nearness is told by."""

    LOOK = "look"
    """The tagger's embedding: the same things, drawn alike."""
    HASH = "hash"
    """The difference hash: the same picture, saved, scaled or changed a little."""


@dataclass(frozen=True)
class Similar:
    """The nearest images of one.

    Attributes:
        name: The image, as the collection or the caller names it.
        by: What nearness was told by.
        among: Images that were compared.
        exact: Whether every one was.
        found: Nearest first, with their paths.
    """

    name: str
    by: By
    among: int
    exact: bool
    found: tuple[tuple[Near, str], ...]

    def lines(self) -> list[str]:
        """The result for a terminal."""
        how = "each compared" if self.exact else "by the index"
        head = [
            f"Nearest to {self.name} by {self.by}, among {self.among:,} images ({how}):",
            f"{'cosine':>7}{'bits':>6}{'id':>10}  path",
        ]
        return head + [
            f"{near.cosine:>7.3f}{near.bits:>6}{near.image_id:>10}  {path}"
            for near, path in self.found
        ]


@dataclass(frozen=True)
class _Asked:
    """An image to compare with; `image_id` is -1 for a file that is not of the collection."""

    image_id: int
    name: str
    embedding: NDArray[np.float16]
    hash: int


def find_similar(
    library: Library, image: str, *, by: By = By.LOOK, count: int = 20, device: str = "auto"
) -> Similar:
    """The nearest images of one.

    Args:
        library: A collection with a scan.
        image: Its id, its path in the collection or on this machine, or any other image file.
        by: What nearness is told by.
        count: How many.
        device: For a file that is not of the collection: it must be looked at first.

    Raises:
        UsageError: Nothing is scanned, or there is no such image.
        SourceError: The file cannot be read.
        TaggerError: The version cannot be used.
    """
    version, files = scanned(library)
    nearest = NearestImages(files)
    asked = _asked(library, nearest, image, version, device)
    wanted = count + MORE
    if by is By.LOOK:
        near = nearest.by_look(asked.embedding, asked.hash, wanted, without=asked.image_id)
    else:
        near = nearest.by_hash(
            asked.hash, wanted, embedding=asked.embedding, without=asked.image_id
        )
    there = [entry for entry in near if library.images.is_askable(entry.image_id)][:count]
    return Similar(
        asked.name,
        by,
        len(nearest),
        by is By.HASH or nearest.exact,
        tuple((entry, library.images.get(entry.image_id).path) for entry in there),
    )


def _asked(
    library: Library, nearest: NearestImages, image: str, version: str, device: str
) -> _Asked:
    image_id = _id_of(library, image)
    if image_id is not None:
        path = library.images.get(image_id).path
        if not nearest.known(image_id):
            raise UsageError(f"{path} is not scanned yet. Do so with: reviewer scan")
        return _Asked(
            image_id,
            f"{path} (id {image_id})",
            nearest.embedding(image_id),
            nearest.hash_of(image_id),
        )
    if not Path(image).is_file():
        raise UsageError(
            f"There is no image {image}: name an id, a path in {library.folder}, or a file."
        )
    from model.predict import Predictor

    with tagger_errors():
        predictor = Predictor.load(library.version_folder(version), device)
    (batch,) = predictor.scan([Path(image)], open_for_tagger, batch_size=1, workers=1)
    if batch.failures:
        raise SourceError(batch.failures[0].reason)
    return _Asked(-1, image, batch.embeddings[0], int(batch.hashes[0]))


def _id_of(library: Library, image: str) -> int | None:
    """The id of an image of the collection; `None` where no image is called so."""
    if image.isdecimal():
        try:
            return library.images.get(int(image)).id
        except KeyError:
            raise UsageError(f"No image has the id {image}.") from None
    inside = {Path(image).as_posix()}
    whole = Path(image).resolve()
    if whole.is_relative_to(library.folder.resolve()):
        inside.add(whole.relative_to(library.folder.resolve()).as_posix())
    found = (image_id for image_id, path, _ in library.images.askable() if path in inside)
    return next(found, None)


def build_index(library: Library, listener: Listener, *, threads: int = 2) -> ChangeSet:
    """Builds the index of the version in use, and tells how much of the nearest it finds.

    Args:
        library: A collection with a scan.
        listener: Hears of progress.
        threads: To build with.

    Raises:
        UsageError: Nothing is scanned, or the library for it is not installed.
        StoreError: The index cannot be written.
    """
    _, files = scanned(library)
    if not can_build():
        raise UsageError(
            "The index needs the library usearch. Install it with: pip install usearch"
        )
    exact = NearestImages(files, exact=True)
    began = time.perf_counter()
    with stage(listener, "index", len(files), "images") as progress:
        exact.index.build(files.embeddings(), exact.centre.mean, threads=threads, told=progress.at)
    built = time.perf_counter() - began
    recall = measure_recall(exact, NearestImages(files, exact=False))
    listener.note(recall.words)
    return ChangeSet(
        summary={
            "indexed": len(files),
            "seconds_building": round(built, 1),
            "recall": round(recall.share, 4),
            "ms_exact": round(1000 * recall.seconds_exact, 2),
            "ms_index": round(1000 * recall.seconds_index, 2),
        }
    )


@dataclass(frozen=True, slots=True)
class Recall:
    """What an index finds of what comparing with every image finds.

    Attributes:
        share: Of the nearest images, that the index finds too, 0..1.
        asked, count: Images asked for, and nearest of each.
        seconds_exact, seconds_index: Median of one search.
    """

    share: float
    asked: int
    count: int
    seconds_exact: float
    seconds_index: float

    @property
    def words(self) -> str:
        """The result as a sentence."""
        return (
            f"The index finds {self.share:.1%} of the {self.count} nearest of {self.asked} images "
            f"drawn at random, in {1000 * self.seconds_index:.1f} ms each; comparing with every "
            f"image takes {1000 * self.seconds_exact:.0f} ms."
        )


def measure_recall(exact: NearestImages, index: NearestImages) -> Recall:
    """How much of the nearest an index finds, on images drawn at random.

    Args:
        exact: Compares with every image.
        index: Asks the index.
    """
    rng = np.random.default_rng(0)
    asked = rng.choice(exact.ids, min(ASKED, len(exact.ids)), replace=False).tolist()
    found, seconds = [], ([], [])  # type: tuple[list[float], tuple[list[float], list[float]]]
    for image_id in asked:
        embedding, one = exact.embedding(image_id), exact.hash_of(image_id)
        near: list[set[int]] = []
        for number, search in enumerate((exact, index)):
            began = time.perf_counter()
            told = search.by_look(embedding, one, COMPARED, without=image_id)
            seconds[number].append(time.perf_counter() - began)
            near.append({entry.image_id for entry in told})
        found.append(len(near[0] & near[1]) / max(len(near[0]), 1))
    return Recall(
        float(np.mean(found)),
        len(asked),
        COMPARED,
        float(np.median(seconds[0])),
        float(np.median(seconds[1])),
    )
