"""Where Qt finds nothing to show a window on: a sentence and an exit code.

Qt ends the program in the middle of the call that makes the application (`abort`), with a message
for programmers. Its message handler hears that message first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from PySide6.QtCore import QLibraryInfo, QMessageLogContext, QtMsgType, qInstallMessageHandler

from reviewer.core.errors import UsageError
from reviewer.ui.system_libraries import WITHOUT, lacking_for, lacking_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

_UNREACHED = ("could not connect to display", "Failed to create wl_display")
"""What Qt's plugins say where nobody draws for them."""
_USUAL = "xcb"
"""The platform that Qt takes on Linux where none is named."""


class NoDisplay:
    """Listens to Qt while the application is made, and ends the program calmly where that fails.

    Other messages are written at the end, as Qt would have written them.
    """

    def __init__(self) -> None:
        """Listens as long as its `with` block lasts."""
        self._heard: list[str] = []
        self._before: Callable[..., object] | None = None

    def __enter__(self) -> Self:
        """Begins to listen."""
        self._before = qInstallMessageHandler(self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Gives the messages back to whoever had them before."""
        qInstallMessageHandler(self._before)
        for text in self._heard:
            sys.stderr.write(f"{text}\n")

    def _hear(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        self._heard.append(text)
        if kind is QtMsgType.QtFatalMsg:
            sys.stderr.write(f"{why(self._heard)}\n")
            sys.stderr.flush()
            # Qt aborts as soon as this returns. Nothing is open yet that would have to be closed.
            os._exit(UsageError.exit_code)


def why(heard: Sequence[str]) -> str:
    """Why there is no window, and what to do.

    Args:
        heard: What Qt said, in order.
    """
    wanted = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] or _USUAL
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    lacking = lacking_for(plugins / "platforms" / f"libq{wanted}.so")
    if lacking:
        return f"{lacking_sentence(lacking)} {WITHOUT}"
    if any(sign in text for sign in _UNREACHED for text in heard):
        return (
            f"{_display()} cannot be reached: what draws it does not run, or it refuses this user. "
            "Start the program from a terminal of the desktop itself, or set DISPLAY to a display "
            f"that runs. {WITHOUT}"
        )
    said = f"There is no window. Qt says: {' '.join(' '.join(heard).split())}"
    unset = " Unset QT_QPA_PLATFORM, or correct it." if "QT_QPA_PLATFORM" in os.environ else ""
    return f"{said}{unset} {WITHOUT}"


def _display() -> str:
    """The display that was asked for, as the person knows it."""
    named = [(name, os.environ.get(name)) for name in ("WAYLAND_DISPLAY", "DISPLAY")]
    words = [f"{value} ({name})" for name, value in named if value]
    return f"The display {' or '.join(words)}" if words else "A display"
