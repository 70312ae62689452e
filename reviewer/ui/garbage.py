"""Python's cyclic garbage is collected in the window's thread, and in no other.

Python collects in whichever thread happens to allocate. What it collects may hold widgets or items
of a plot, and Qt ends the program when those are deleted outside the thread that they belong to.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_MS = 200


class Collector(QObject):
    """Collects from a timer as often as Python would by itself, from its beginning to `close`."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Takes collecting over from Python."""
        super().__init__(parent)
        self._limits = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def close(self) -> None:
        """Gives collecting back."""
        self._timer.stop()
        gc.enable()

    def _look(self) -> None:
        """Collects the oldest generation that is due, which takes the younger ones with it."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation] > 0:
                gc.collect(generation)
                return


@contextmanager
def spared() -> Iterator[None]:
    """What is there when it begins is not looked through for garbage until it ends.

    To go through the tags of a large collection, hundreds of thousands, takes longer than a turn of
    the window may, and there is no garbage among them.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
