"""How many images a tag needs to be learnt and asked about: as given, else by the size."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.store.library import Library

MINIMUM = 20
"""Images that a tag needs, unless the user says otherwise."""
SHARE = 10
"""In a small collection a tag needs one image in so many: a training set of sixty pictures has
tags worth asking about too."""
FEWEST = 3
"""Fewer images show no tag to anybody."""
_KEY = "min_images"


def images_needed(library: Library, given: int | None = None) -> int:
    """Images that a tag needs: as given, else as given for this collection before, else by size.

    What is given is kept, so that the steps after training, the window's among them, ask about
    the tags that were learnt.

    Args:
        library: The collection.
        given: What the user says now; `None` for nothing.

    Raises:
        StoreError: The collection cannot be read or written.
    """
    if given is not None:
        library.state.set(_KEY, str(given))
        return given
    kept = library.state.get(_KEY)
    return int(kept) if kept else fewest_for(library.images.counts()["ok"])


def fewest_for(images: int) -> int:
    """Images that a tag needs in a collection of so many; `MINIMUM` where there are none yet."""
    return min(max(images // SHARE, FEWEST), MINIMUM) if images else MINIMUM
