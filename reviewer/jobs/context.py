"""How a job tells of its progress; the terminal, a program and the window hear the same events."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from reviewer.core.types import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT_EVERY_S = 0.1
SETTLED_S = 1.0
"""A rate is told after so long; one of the first few items says more of what had to be loaded."""
SLOW_S = 10.0
"""Of a stage that counts so seldom, its beginning tells the rate as well as anything does."""


class Listener(Protocol):
    """Hears the events of a job."""

    def progress(self, progress: Progress) -> None:
        """A stage is so far."""

    def note(self, text: str) -> None:
        """Something a person should know."""


class Stage:
    """One step of a job that counts something."""

    def __init__(self, listener: Listener, name: str, total: int, unit: str) -> None:
        """Begins at 0 of `total`; a total of 0 means that it is not known."""
        self._listener = listener
        self._name = name
        self._total = total
        self._unit = unit
        self._done = 0
        self._began = time.monotonic()
        self._first: tuple[int, float] | None = None
        self._told = 0.0

    def advance(self, count: int = 1, note: str = "") -> None:
        """Counts some more."""
        self.at(self._done + count, note=note)

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        """Sets the count; told at most ten times a second, and always at the end."""
        self._done = done
        if total is not None:
            self._total = total
        now = time.monotonic()
        if self._first is None and done:
            self._first = (done, now)
        if now - self._told >= REPORT_EVERY_S or (self._total and done >= self._total):
            self._told = now
            self._tell(now, note)

    def finish(self) -> None:
        """Tells that all is done."""
        self.at(max(self._total, self._done))

    def _tell(self, now: float, note: str) -> None:
        self._listener.progress(
            Progress(self._name, self._done, self._total, self._unit, self._rate(now), note)
        )

    def _rate(self, now: float) -> float:
        """Units a second since the first were done; what came before them was preparation."""
        done, since = self._first or (0, now)
        if now - since >= SETTLED_S and self._done > done:
            return (self._done - done) / (now - since)
        spent = now - self._began
        return self._done / spent if spent >= SLOW_S else 0.0


@contextmanager
def stage(listener: Listener, name: str, total: int = 0, unit: str = "") -> Iterator[Stage]:
    """Begins a stage, and tells its end when the block ends well."""
    begun = Stage(listener, name, total, unit)
    begun.at(0)
    yield begun
    begun.finish()


class Silent:
    """Hears nothing."""

    def progress(self, progress: Progress) -> None:
        """Ignores it."""

    def note(self, text: str) -> None:
        """Ignores it."""
