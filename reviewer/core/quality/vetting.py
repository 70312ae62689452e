"""How unlike the others the vetted images are: the bias that weighing them more brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20
"""Images with a tag before anything is said of it."""
Z = 3.0
"""Standard errors of a log lift from 0 that are taken for no accident: hundreds of tags are
looked at, and 1.96 would name one in twenty of those that are alike."""


@dataclass(frozen=True, slots=True)
class TagBias:
    """How often a tag is on vetted images, against all others.

    Attributes:
        vetted, others: Images that carry it.
        lift: Share among vetted images over the share among the others; above 1 for too many.
        low, high: Its 95 % interval.
    """

    tag_id: int
    vetted: int
    others: int
    lift: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the lift is no accident."""
        width = (np.log(self.high) - np.log(self.low)) / (2 * 1.96)
        return bool(abs(np.log(self.lift)) > Z * width)


def tag_bias(
    vetted: NDArray[np.int64], others: NDArray[np.int64], n_vetted: int, n_others: int
) -> list[TagBias]:
    """The bias of every tag that enough images carry, the least represented first.

    Args:
        vetted: (T,) vetted images with each tag, by tag id.
        others: (T,) other images with each tag.
        n_vetted: Vetted images.
        n_others: Other images.
    """
    found: list[TagBias] = []
    if not n_vetted or not n_others:
        return found
    for tag_id in np.flatnonzero(vetted + others >= FEWEST).tolist():
        here, there = int(vetted[tag_id]), int(others[tag_id])
        # Half an image more each way keeps a tag that is lost altogether finite.
        lift = ((here + 0.5) / (n_vetted + 1)) / ((there + 0.5) / (n_others + 1))
        spread = (
            1 / (here + 0.5) - 1 / (n_vetted + 1) + 1 / (there + 0.5) - 1 / (n_others + 1)
        ) ** 0.5
        edge = float(np.exp(1.96 * spread))
        found.append(TagBias(tag_id, here, there, lift, lift / edge, lift * edge))
    return sorted(found, key=lambda entry: (entry.lift, entry.tag_id))
