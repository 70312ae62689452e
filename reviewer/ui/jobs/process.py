"""One child process: begun, heard line by line, asked to end, and killed where it does not listen.

What it writes on standard output is one JSON object a line; anything else, and all of standard
error, is a line of its log.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

CRASHED = -1
"""In the place of an exit code: it was killed, or crashed."""

NOT_STARTED = -2
"""In the place of an exit code: there is no such program."""


class JobProcess(QObject):
    """Runs a program once.

    Attributes:
        told: Emitted with the owner and an event, a dictionary with the key `event`.
        wrote: Emitted with the owner and any other line.
        ended: Emitted once with the owner and the exit code, `CRASHED` or `NOT_STARTED`.
    """

    told = Signal(object, dict)
    wrote = Signal(object, str)
    ended = Signal(object, int)

    def __init__(self, owner: object, grace_ms: int, parent: QObject | None = None) -> None:
        """Begins nothing yet.

        Args:
            owner: What it runs for.
            grace_ms: From the request to end to the kill, milliseconds.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._owner = owner
        self._rest = b""
        self._rest_of_errors = b""
        self._kill = QTimer(self, singleShot=True, interval=grace_ms)
        self._process = QProcess(self)
        self._kill.timeout.connect(self._process.kill)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)

    def start(self, command: Sequence[str]) -> None:
        """Starts the program with its words."""
        program, *words = command
        self._process.start(program, words)

    def end(self) -> None:
        """Asks it to end, and kills it after the grace."""
        self._ask()
        self._kill.start()

    def end_now(self, grace_ms: int) -> None:
        """Asks it to end, and waits until it has ended."""
        self._ask()
        if not self._process.waitForFinished(grace_ms):
            self._process.kill()
            self._process.waitForFinished(grace_ms)

    def _ask(self) -> None:
        if sys.platform == "win32":
            # Only what has a window hears Windows' request; a job watches its input.
            self._process.closeWriteChannel()
        else:
            self._process.terminate()

    def _read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._hear(line.decode("utf-8", "replace").strip())

    def _hear(self, line: str) -> None:
        if not line:
            return
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, dict) and "event" in event:
            self.told.emit(self._owner, event)
        else:
            self.wrote.emit(self._owner, line)

    def _read_errors(self) -> None:
        # Python writes a traceback word by word: a line is one when its end has come.
        self._rest_of_errors += bytes(self._process.readAllStandardError().data())
        *lines, self._rest_of_errors = self._rest_of_errors.split(b"\n")
        self._log(lines)

    def _log(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self.wrote.emit(self._owner, text)

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._kill.stop()
        self._read()
        self._read_errors()
        self._log([self._rest_of_errors])
        self.ended.emit(self._owner, CRASHED if status is QProcess.ExitStatus.CrashExit else code)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.ended.emit(self._owner, NOT_STARTED)
