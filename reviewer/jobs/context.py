"""How a job tells of its progress; the terminal, a program and the window hear the same events."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from reviewer.core.types import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT_EVERY_S = 0.1


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
        if now - self._told >= REPORT_EVERY_S or (self._total and done >= self._total):
            self._told = now
            self._tell(now, note)

    def finish(self) -> None:
        """Tells that all is done."""
        self.at(max(self._total, self._done))

    def _tell(self, now: float, note: str) -> None:
        spent = now - self._began
        rate = self._done / spent if spent > 0.2 else 0.0
        self._listener.progress(
            Progress(self._name, self._done, self._total, self._unit, rate, note)
        )


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
