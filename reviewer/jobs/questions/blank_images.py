"""Finds images with next to nothing in them: few files are opened, and each of them once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from reviewer.core.errors import SourceError
from reviewer.core.ranking.blank import SHRUNK, is_blank
from reviewer.pictures import open_picture
from reviewer.store.columns import read_record, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.store.library import Library

DENSITY = 0.05
"""Bytes for each pixel of a file that may be blank: what is plain is packed to next to nothing,
drawings of this collection's sample take .1 and more."""
MOST = 2000
"""Files that are opened at most, those that hold least for their size."""


def blank_images(library: Library, images: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which images are blank; what was found before is known by the files' digests.

    Args:
        library: The collection.
        images: (N,) image ids.

    Returns:
        (N,) bool.

    Raises:
        StoreError: What was found cannot be kept.
    """
    place = library.workspace.cache / "blank.json"
    known: dict[str, bool] = read_record(place)
    sparse = [
        (image_id, path, digest.hex())
        for image_id, path, digest in library.facts.sparse(DENSITY, MOST)
    ]
    new = {
        digest: _looks_blank(library.folder / path)
        for _, path, digest in sparse
        if digest not in known
    }
    if new:
        known |= new
        with replacing(place) as aside:
            write_record(aside, known)
    blank = np.array([image_id for image_id, _, digest in sparse if known[digest]], np.int64)
    return np.isin(images, blank)


def _looks_blank(path: Path) -> bool:
    try:
        picture = open_picture(path, SHRUNK)
    except SourceError:
        return False
    picture.thumbnail((SHRUNK, SHRUNK), Image.Resampling.BOX)
    return is_blank(np.asarray(picture))
