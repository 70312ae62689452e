"""A sitting that ends by itself: so many minutes, and then a summary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timebox:
    """A span of time that was chosen for a sitting.

    Attributes:
        began: When it began, in seconds of any clock that never goes back.
        minutes: How long it is to last.
    """

    began: float
    minutes: int

    def left(self, now: float) -> float:
        """Seconds left; never below 0.

        Args:
            now: By the same clock.
        """
        return max(self.began + 60 * self.minutes - now, 0.0)

    def over(self, now: float) -> bool:
        """Whether the time is up."""
        return self.left(now) <= 0
