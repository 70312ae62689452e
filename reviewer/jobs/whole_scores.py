"""What networks that never saw an image say of it, for the scores that rank (`cross_fitting`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.store.library import Library
    from reviewer.store.whole_fits import WholeFit


@dataclass(frozen=True)
class WholeScores:
    """The logits of whole networks on some images, each by one that never saw it.

    Attributes:
        fit: As it is stored.
        images: (N,) image ids that are asked about.
    """

    fit: WholeFit
    images: NDArray[np.int64]

    seen = False
    """No network learnt from the labels that it is asked about."""

    @cached_property
    def columns(self) -> dict[int, int]:
        """Rows of the logits by tag id."""
        return {tag_id: row for row, tag_id in enumerate(np.asarray(self.fit.tags).tolist())}

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """(N,) places among the images that were scored; -1 for those that were not."""
        known = np.asarray(self.fit.images)
        at = np.minimum(np.searchsorted(known, self.images), len(known) - 1)
        return np.where(known[at] == self.images, at, -1)

    def logits(self, tag_id: int) -> NDArray[np.float32] | None:
        """(N,) float32 logits of a tag; `None` where no network learnt it.

        An image that was not scored gets the tag's mean, which says nothing.
        """
        row = self.columns.get(tag_id)
        if row is None:
            return None
        logits = np.asarray(self.fit.logits[row], np.float32)
        found = logits[self.places]
        found[self.places < 0] = float(logits.mean())
        return found

    def notes(self, _alone: int) -> list[str]:
        """What the user should know of them."""
        missing = int((self.places < 0).sum())
        if not missing:
            return []
        words = (
            f"{missing:,} images came after the networks were fitted without a part of them; heads "
            "alone score these. Take them in with: reviewer cross-fit"
        )
        return [words]


def whole_scores(library: Library, version: str, images: NDArray[np.int64]) -> WholeScores | None:
    """The scores that `cross_fitting` kept for a version.

    Args:
        library: The collection.
        version: Name of the version in use.
        images: (N,) image ids.

    Returns:
        `None` where it kept none, or none of these images.
    """
    fit = library.whole_fit(version).load()
    if fit is None or not len(fit.images):
        return None
    found = WholeScores(fit, images)
    return found if (found.places >= 0).any() else None
