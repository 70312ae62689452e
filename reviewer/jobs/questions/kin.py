"""Which images belong together without being copies: works of one artist, pictures of one set."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carriers
from reviewer.core.types import Category

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library

LARGEST_SET = 100
"""A folder with more images than this is a shelf and not a set."""

MOST_PATHS = 300_000
"""In larger collections only artists are looked at: paths alone would take seconds."""


def kin_of(library: Library, labels: Labels, vocabulary: Vocabulary) -> NDArray[np.int64] | None:
    """The artist of each image, else its set; -1 for an image without either.

    Args:
        library: The collection.
        labels: The original tags of N images.
        vocabulary: Of the collection.

    Returns:
        Shape (N,); `None` where no image has kin.
    """
    kin = np.full(len(labels.images), -1, np.int64)
    artists = [tag.id for tag in vocabulary.tags.values() if tag.category is Category.ARTIST]
    if artists:
        drawn_by = labels.original.columns(artists)
        for column in range(len(artists)):
            kin[carriers(drawn_by, column)] = column
    if len(kin) <= MOST_PATHS:
        _add_sets(library, labels, kin, len(artists))
    return kin if (kin >= 0).any() else None


def _add_sets(library: Library, labels: Labels, kin: NDArray[np.int64], first: int) -> None:
    """Number the small folders from `first` on, for images that have no artist."""
    folders = {image: path.rpartition("/")[0] for image, path, _ in library.images.askable()}
    size = Counter(folders.values())
    numbers = {
        name: first + at
        for at, name in enumerate(sorted(name for name in size if 1 < size[name] <= LARGEST_SET))
    }
    for row, image in enumerate(labels.images.tolist()):
        if kin[row] < 0:
            kin[row] = numbers.get(folders.get(image, ""), -1)
