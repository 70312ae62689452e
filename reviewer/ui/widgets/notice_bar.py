"""One calm line over the lower edge of the picture: what went wrong, what was set aside."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from reviewer.ui.telling import announce
from reviewer.ui.widgets.parts import in_row, text_label

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

STAYS_MS = {"info": 3000, "warning": 8000}
"""How long a notice stays over the picture at least."""
READ_MS = 60
"""For each letter: a long sentence stays until it can be read beside the work."""

MOST_WIDE = 720
AROUND = 90
"""Room for the margins and the button beside the words."""


class Kind(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    """Stays until it is closed or what failed succeeds."""


class NoticeBar(QFrame):
    """Floats over its host's lower edge, so that nothing else moves."""

    def __init__(self, host: QWidget) -> None:
        """Begins hidden.

        Args:
            host: The widget it lies over.
        """
        super().__init__(host)
        self.setObjectName("notice")
        self._host = host
        self._kind = Kind.INFO
        self._label = text_label(of=self, wrap=True)
        close = QPushButton("\N{MULTIPLICATION SIGN}", self)
        close.setProperty("tone", "segment")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setAccessibleName("Close the notice")
        close.clicked.connect(self.clear)
        row = in_row((self._label, 1), of=self, edge=(14, 8, 8, 8))
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.clear)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown; empty while hidden."""
        return self._label.text() if self.isVisibleTo(self._host) else ""

    @property
    def kind(self) -> Kind:
        """How much the notice matters."""
        return self._kind

    def say(self, text: str, kind: Kind = Kind.INFO) -> None:
        """Shows a sentence; an error stays, anything else goes by itself."""
        self._kind = kind
        self._label.setText(text)
        self.setProperty("kind", str(kind))
        for widget in (self, self._label):
            self.style().unpolish(widget)
            self.style().polish(widget)
        self._place()
        self.show()
        self.raise_()
        if kind is Kind.ERROR:
            self._timer.stop()
        else:
            self._timer.start(max(STAYS_MS[kind], READ_MS * len(text)))
        self.setAccessibleName(text)
        announce(self, text, at_once=kind is Kind.ERROR)

    def clear(self) -> None:
        """Takes the notice away."""
        self._timer.stop()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of its host."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the notice is not a click on the picture."""
        event.accept()

    def _place(self) -> None:
        words = self._label.fontMetrics().horizontalAdvance(self._label.text())
        width = min(self._host.width() - 32, MOST_WIDE, words + AROUND)
        height = self.heightForWidth(width)
        self.setGeometry(
            (self._host.width() - width) // 2, self._host.height() - height - 14, width, height
        )
