"""Time from a key press to the next picture painted."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 200


class Latency:
    """Milliseconds of the last questions, from the key to the end of the paint."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Starts without a figure; `clock` gives seconds."""
        self._clock = clock
        self._begun: float | None = None
        self._taken: deque[float] = deque(maxlen=WINDOW)

    def now(self) -> float:
        """The time to hand to `begin`, seconds."""
        return self._clock()

    def begin(self, pressed: float) -> None:
        """A key that was pressed at a time leads to another picture."""
        self._begun = pressed

    def end(self) -> None:
        """The picture is on screen; without a key before it nothing is counted."""
        if self._begun is not None:
            self._taken.append((self._clock() - self._begun) * 1000)
            self._begun = None

    def __len__(self) -> int:
        return len(self._taken)

    def percentile(self, share: float) -> float:
        """Milliseconds that a share (0..1) of the questions stayed within; 0 before the first."""
        if not self._taken:
            return 0.0
        ordered = sorted(self._taken)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
