"""Pace and yield of a review, from the answers as they come."""

from __future__ import annotations

import itertools
import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.core.types import Decision

PAUSE_MS = 15_000
"""A longer gap between two answers is a pause and does not count as work."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % interval, all 0..1."""

    share: float
    low: float
    high: float


def wilson(hits: int, trials: int) -> Interval:
    """A share and its interval (Wilson 1927), sensible from the first answers on.

    Args:
        hits: Successes.
        trials: All; with none the interval is the whole range.
    """
    if trials == 0:
        return Interval(0.0, 0.0, 1.0)
    share = hits / trials
    z = 1.96  # of the normal distribution, for 95 %
    spread = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / spread
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / spread
    # Rounding alone can put an end of the interval past the share itself.
    return Interval(share, max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0))


@dataclass
class Pace:
    """Answers a minute over the last answers, pauses left out; and the yield of the last hundred.

    Feed it decisions in the order of the log; tell it of those that were taken back.
    """

    window: int = 100
    _recent: deque[tuple[int, int, bool]] = field(default_factory=deque)

    def add(self, decision: Decision) -> None:
        """Counts one answer."""
        self._recent.append((decision.id, decision.answered_at, decision.changes_metadata))
        while len(self._recent) > self.window:
            self._recent.popleft()

    def remove(self, decision: Decision) -> None:
        """Forgets an answer that was taken back."""
        self._recent = deque(entry for entry in self._recent if entry[0] != decision.id)

    @property
    def per_minute(self) -> float:
        """Answers a minute; 0 before the second answer."""
        times = [at for _, at, _ in self._recent][-30:]
        gaps = [b - a for a, b in itertools.pairwise(times) if 0 <= b - a <= PAUSE_MS]
        total = sum(gaps)
        return 60_000 * len(gaps) / total if total > 0 else 0.0

    @property
    def recent_yield(self) -> Interval:
        """Share of the last answers that changed the metadata, with its interval."""
        return wilson(sum(changed for _, _, changed in self._recent), len(self._recent))

    @property
    def counted(self) -> int:
        """How many answers the figures rest on."""
        return len(self._recent)
