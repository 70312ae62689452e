"""The choices below a picture, a button each; characters with a typical head of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from reviewer.ui.choice.keys import CHOOSE, NONE, UNSURE
from reviewer.ui.keys.caption_bar import PAD, CaptionButton
from reviewer.ui.theme import look, points
from reviewer.ui.widgets.parts import in_row, two_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent

    from reviewer.core.commands import Command

POINTS = 14.0
ALSO = (UNSURE, "undo")
"""Commands beside the choices that have a button."""


class ChoiceRow(QWidget):
    """Buttons in the middle of a row; none takes the focus.

    Attributes:
        triggered: Emitted with a command's id when its button is clicked.
    """

    triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins without buttons."""
        super().__init__(parent)
        self._buttons: list[CaptionButton] = []
        self._row = in_row(1, 1, of=self, gap=10, edge=(8, 2, 8, 2))

    @property
    def titles(self) -> list[str]:
        """What the buttons say, from left to right."""
        return [button.text() for button in self._buttons]

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Shows the commands that answer; the same ones are left as they are."""
        wanted = [c for c in commands if c.id.startswith(CHOOSE) or c.id in ALSO]
        if [(b.command_id, b.text()) for b in self._buttons] == [(c.id, c.caption) for c in wanted]:
            return
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = [self._button(command) for command in wanted]
        for place, button in enumerate(self._buttons):
            self._row.insertWidget(place + 1, button)

    def _button(self, command: Command) -> CaptionButton:
        button = CaptionButton(command, self)
        font = button.font()
        font.setPointSizeF(points(POINTS))
        button.setFont(font)
        # Its words are not cut; where there is little room, heads stand nearer to each other.
        button.setMinimumWidth(button.sizeHint().width())
        button.clicked.connect(self._clicked)
        return button

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, CaptionButton):
            self.triggered.emit(button.command_id)


HEAD = 96
"""Side of a head, device-independent pixels."""
WIDE = 1.9
"""Width of a choice, in heads: room for a name on two lines."""


class FaceRow(ChoiceRow):
    """Buttons with heads on them."""

    def __init__(self, heads: Callable[[str], QPixmap | None], parent: QWidget) -> None:
        """Begins without buttons.

        Args:
            heads: A typical head by the name as it is shown; `None` where there is none.
            parent: Its owner.
        """
        super().__init__(parent)
        self._heads = heads

    def _button(self, command: Command) -> CaptionButton:
        button = super()._button(command)
        if not command.id.startswith(CHOOSE) or command.id == NONE:
            return button
        made = FaceButton(command, self._heads(command.caption), self)
        made.setFont(button.font())
        made.clicked.connect(self._clicked)
        button.deleteLater()
        return made


class FaceButton(CaptionButton):
    """A key cap, a head, and a name below on at most two lines."""

    def __init__(self, command: Command, head: QPixmap | None, parent: QWidget) -> None:
        """Shows a command's first key, its caption, and a head."""
        super().__init__(command, parent)
        self.head = head
        self.setToolTip(f"{command.caption}  ({self.toolTip()})")

    def sizeHint(self) -> QSize:
        """Room for a head and two lines."""
        lines = 2 * QFontMetrics(self.font()).lineSpacing()
        return QSize(round(HEAD * WIDE), HEAD + lines + 2 * PAD)

    def minimumSizeHint(self) -> QSize:
        """Narrower where the window is; the name is then shortened."""
        return QSize(HEAD + 2 * PAD, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints cap, head and name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect((self.width() - HEAD) // 2, PAD // 2, HEAD, HEAD)
        if self.head is not None:
            painter.drawPixmap(place, self.head)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(look().accent if self.underMouse() else look().line))
        painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 3, 3)
        metrics = QFontMetrics(self.font())
        cap = QRect(place.left() - self._cap_width() // 2, place.top(), self._cap_width(),
                    metrics.height() + PAD)  # fmt: skip
        painter.setBrush(QColor(look().hover if self.underMouse() else look().raised))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(QColor(look().text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._cap)
        painter.setPen(QColor(look().text if self.underMouse() else look().muted))
        for line, words in enumerate(two_lines(self.text(), metrics, self.width())):
            top = place.bottom() + PAD + line * metrics.lineSpacing()
            box = QRect(0, top, self.width(), metrics.lineSpacing())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
