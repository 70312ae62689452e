"""Scores from embeddings that are stored already, where the network itself is the same.

A version whose heads alone were learnt, and one whose table of tags was corrected, see the pictures
as the version before does: nothing needs to be decoded and run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from model.predict import Predictor, ScanBatch
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles, ScanShape

_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Embedded:
    """Images that a network has seen.

    Attributes:
        images: (N,) ids, ascending.
        digests: (N,) uint64, of the files as they were.
        hashes: (N,) uint64 difference hashes.
        embeddings: (N, D) float16.
    """

    images: NDArray[np.int64]
    digests: NDArray[np.uint64]
    hashes: NDArray[np.uint64]
    embeddings: NDArray[np.float16]

    def places(self, images: NDArray[np.int64], digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """(M,) where each image is, as the file is now; -1 where it is not."""
        at = places_of(images, self.images)
        there = at >= 0
        there[there] = self.digests[at[there]] == digests[there]
        return np.where(there, at, -1)


def embedded_by(library: Library, version: str) -> ScanFiles | None:
    """The scan that holds a version's embeddings: its own, or that of the network it shares.

    Raises:
        TaggerProblem: A version on the way cannot be read.
    """
    from model.record import read_record

    name, seen = version, set[str]()
    while name and name not in seen:
        seen.add(name)
        files = library.scan(name)
        if files is not None and len(files):
            return files
        folder = library.version_folder(name)
        name = str(read_record(folder).train.get("heads_of") or "") if folder.is_dir() else ""
    return None


def seen_before(library: Library, version: str, shape: ScanShape) -> Embedded | None:
    """What a scan that is about to begin need not look at again.

    Call it before the scan is begun: one of another shape is begun anew.

    Args:
        library: The collection.
        version: To be scanned with.
        shape: Of the scan that will be.

    Returns:
        The embeddings; `None` where the scan goes on as it is, or there are none.
    """
    own = library.scan(version)
    if own is not None and own.shape == shape:
        return None
    files = embedded_by(library, version)
    if files is None or files.shape.width != shape.width or files.shape.engine != shape.engine:
        return None
    return embedded(files)


def scores_again(
    predictor: Predictor,
    before: Embedded,
    images: NDArray[np.int64],
    digests: NDArray[np.uint64],
) -> Iterator[ScanBatch]:
    """Scores of images from their embeddings, as a scan of their files would give them.

    Args:
        predictor: The version; one whose end is not linear gives nothing.
        before: What is known.
        images: (M,) ids.
        digests: (M,) of their files now.

    Yields:
        Batches; `indices` are places in `images`.
    """
    from model.predict import ScanBatch

    if not predictor.is_linear:
        return
    places = before.places(images, digests)
    known = np.flatnonzero(places >= 0)
    for start in range(0, len(known), _AT_ONCE):
        indices = known[start : start + _AT_ONCE]
        rows = places[indices]
        embeddings = before.embeddings[rows]
        logits = predictor.from_embeddings(embeddings)
        yield ScanBatch(indices, logits, embeddings, before.hashes[rows], [])


def embedded(files: ScanFiles) -> Embedded:
    """What a scan holds, copied: the files may be replaced while it is needed."""
    latest = files.latest()
    rows = files.rows()[latest]
    order = np.argsort(rows["image"])
    return Embedded(
        images=rows["image"][order].astype(np.int64),
        digests=rows["digest"][order].astype(np.uint64),
        hashes=rows["hash"][order].astype(np.uint64),
        embeddings=np.array(files.embeddings()[latest[order]]),
    )
