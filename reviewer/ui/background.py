"""Reads that take longer than a key press, beside the window: the last one asked for counts."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from reviewer.core.errors import ReviewerError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Background(QObject):
    """One thread that reads, and hands its results on in the thread of the window.

    Attributes:
        failed: Emitted with a sentence where a read did not work.
    """

    failed = Signal(str)
    _done = Signal(int, object)
    _refused = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins with nothing to read; `close` it before what it reads from is closed."""
        super().__init__(parent)
        # A daemon: where nobody waits for a long read, it must not keep the program from ending.
        self._thread = Thread(target=self._work, name="page-reader", daemon=True)
        self._tasks: SimpleQueue[tuple[int, Callable[[], object]] | None] = SimpleQueue()
        self._serial = 0
        self._then: Callable[[object], None] | None = None
        self._done.connect(self._hand_on)
        self._refused.connect(self._refuse)

    @property
    def busy(self) -> bool:
        """Whether a result is still to come."""
        return self._then is not None

    def ask(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Reads something; what was asked for before and is not there yet is dropped.

        Args:
            work: Reads, in the thread.
            then: Takes the result, in the thread of the window.
        """
        self._serial += 1
        self._then = then  # type: ignore[assignment] # it is given what `work` returned
        if not self._thread.is_alive():
            self._thread.start()
        self._tasks.put((self._serial, work))

    def forget(self) -> None:
        """Drops what is still to come."""
        self._serial += 1
        self._then = None

    def close(self, patience_s: float | None = None) -> None:
        """Ends the thread, after the read in progress.

        Args:
            patience_s: Seconds to wait for that; `None` until it is done.
        """
        self.forget()
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            serial, work = task
            if serial != self._serial:
                continue
            problem, result = "", None
            try:
                result = work()
            except ReviewerError as error:
                problem = str(error)
            # After a close without patience there may be nobody left to tell.
            if serial != self._serial:
                continue
            if problem:
                self._refused.emit(serial, problem)
            else:
                self._done.emit(serial, result)

    def _hand_on(self, serial: int, result: object) -> None:
        if serial == self._serial and self._then is not None:
            then, self._then = self._then, None
            then(result)

    def _refuse(self, serial: int, sentence: str) -> None:
        if serial == self._serial:
            self._then = None
            self.failed.emit(sentence)
