"""What is left of one queue while a person answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.track_record import nearest_points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass
class OpenQueue:
    """One tag's questions, best first, with the places that are done with.

    Attributes:
        tag_id: The tag.
        suspicions: (M,) float32, 0..1.
        priorities: (M,) float32, 0 or more, what the order sorted by.
        images: (M,) int64 image ids.
        sides: (M,) uint8, values of `Side`.
        closed: (M,) places that are not asked about any more.
        head: The first place that is open; M if none is.
        points: (M,) the point of a track record's curve that each suspicion is nearest to; made
            when it is first needed.
    """

    tag_id: int
    suspicions: NDArray[np.float32]
    priorities: NDArray[np.float32]
    images: NDArray[np.int64]
    sides: NDArray[np.uint8]
    closed: NDArray[np.bool_]
    head: int = 0
    points: NDArray[np.uint8] | None = None

    def advance(self) -> None:
        """Goes to the first place that is open."""
        if len(self.closed):
            first = int(self.closed.argmin())
            self.head = len(self.closed) if self.closed[first] else first

    def open_places(self) -> Iterator[int]:
        """The places that are open, best first."""
        for place in range(self.head, len(self.closed)):
            if not self.closed[place]:
                yield place

    def promised(self, ratios: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """What each question promises, open or not, corrected by what the answers gave.

        Args:
            ratios: (2, P) by side and point of the track record's curve; `None` for none.
        """
        if ratios is None:
            return np.asarray(self.suspicions, np.float64)
        if self.points is None:
            self.points = nearest_points(self.suspicions)
        return np.minimum(self.suspicions * ratios[self.sides, self.points], 1.0)
