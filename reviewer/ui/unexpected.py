"""What is raised inside one of Qt's calls and caught by nobody: the window says it and goes on.

Qt has no use for Python's exceptions: PySide hands them to `sys.excepthook` and the loop runs on.
Without a word the person would think that the key or the button did its work.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.core.errors import ReviewerError
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from reviewer.ui.widgets.notice_bar import NoticeBar

FAULT = "fault.txt"
"""Keeps the last fault of the program itself, for whoever mends it."""


class Unexpected(QObject):
    """Says in a notice what the world refused, and that the program has a fault where it has one.

    Attributes:
        said: Emitted with the sentence; whichever thread it was raised in, it is shown in Qt's.
    """

    said = Signal(str)

    def __init__(self, notice: NoticeBar, folder: Path) -> None:
        """Begins at once, until `close`.

        Args:
            notice: Where it is said.
            folder: Where the last fault is kept.
        """
        super().__init__(notice)
        self._folder = folder
        self._before = sys.excepthook
        self.said.connect(lambda sentence: notice.say(sentence, Kind.ERROR))
        sys.excepthook = self.take

    def close(self) -> None:
        """Leaves exceptions to whoever had them before."""
        sys.excepthook = self._before

    def take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Takes an exception that nobody caught."""
        if isinstance(error, ReviewerError):
            self.said.emit(str(error))
            return
        self._before(kind, error, trace)
        if isinstance(error, Exception):
            self.said.emit(
                f"The program has a fault ({kind.__name__}): what you just did may not have been "
                f"done. Answers that were given are stored. {self._kept(kind, error, trace)}"
            )

    def _kept(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> str:
        """Where the details are."""
        path = self._folder / FAULT
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            text = "".join(traceback.format_exception(kind, error, trace))
            path.write_text(text, encoding="utf-8")
        except OSError:
            return "The details were written to the terminal."
        return f"The details are in {path}: send them to whoever looks after the program."
