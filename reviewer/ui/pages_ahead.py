"""The modules of the side pages are loaded in a rest of the review, not at the first look.

With the library that plots they take a third of a second, or more than one from a cold disk: too
long for a key, and too long for the start of the window.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from reviewer.ui.side_pages import load_factories

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

REST_MS = 2000
"""After so long without another question the reviewer is taken to rest."""


class PagesAhead(QObject):
    """Loads modules once, in a thread, in the first rest after an answer.

    Python runs the thread and the window in turns of a few milliseconds: a key that comes all the
    same is not kept waiting for the whole of it.
    """

    def __init__(
        self, answered: SignalInstance, settled: SignalInstance, parent: QObject | None = None
    ) -> None:
        """Waits for an answer, then for a rest.

        Args:
            answered: Is emitted when an answer was stored.
            settled: Is emitted when another question is on screen with all that is beside it.
            parent: Its owner.
        """
        super().__init__(parent)
        self._thread = Thread(target=self._load, name="pages-ahead")
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)
        self._answered = False
        answered.connect(self._note)
        settled.connect(self._wait)

    def close(self) -> None:
        """Loads nothing any more; what is being loaded is waited for."""
        self._answered = False
        self._rest.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _note(self) -> None:
        self._answered = True

    def _wait(self) -> None:
        if self._answered and self._thread.ident is None:
            self._rest.start()

    def _begin(self) -> None:
        self._thread.start()

    @staticmethod
    def _load() -> None:
        # What cannot be loaded is told by the page, when it is wanted.
        with suppress(ImportError):
            load_factories()
