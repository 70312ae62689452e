"""Pictures of the user's own, on which the ranges of bytes are measured and engines are judged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.jobs.pictures import open_for_tagger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from model.config import TaggerConfig
    from reviewer.store.library import Library

CALIBRATED_ON = 128
"""Images on which the ranges of bytes are measured."""
JUDGED_ON = 256
"""Other images, on which an engine's scores are compared with torch's."""
BATCH = 16
_READERS = 2


class Sample(NamedTuple):
    """Images, evenly spread over the collection.

    Attributes:
        calibrated, judged: (N,) int64 ids; no image is in both, unless there are three or fewer.
    """

    calibrated: NDArray[np.int64]
    judged: NDArray[np.int64]


def draw_sample(library: Library) -> Sample:
    """The images that engines are measured on; the same ones while the collection is the same."""
    images = library.images.askable_ids()
    wanted = min(len(images), CALIBRATED_ON + JUDGED_ON)
    spread = images[np.linspace(0, len(images) - 1, wanted).astype(np.int64)]
    every = (CALIBRATED_ON + JUDGED_ON) // CALIBRATED_ON
    judged = np.delete(spread, np.s_[::every])
    return Sample(spread[::every], judged if len(judged) else spread)


def read_sample(
    library: Library, images: Sequence[int] | NDArray[np.int64], config: TaggerConfig
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """Reads images as a version sees them; those that cannot be read are left out.

    Args:
        library: The collection.
        images: Ids.
        config: Of the version.

    Yields:
        (B,) int64 ids and (B, S, S, 3) uint8 pictures.
    """
    from model.images import Prepared, read_prepared

    ids = np.asarray(images, np.int64)
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            paths = [library.images.path(image) for image in part.tolist()]
            read = list(pool.map(lambda path: read_prepared(path, open_for_tagger, config), paths))
            good = [place for place, found in enumerate(read) if isinstance(found, Prepared)]
            if good:
                pixels = [found.pixels for found in read if isinstance(found, Prepared)]
                yield part[good], np.stack(pixels)
