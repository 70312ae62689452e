"""What the queue in front of the reviewer gave lately, what it promises, and when to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.core.review.advice import NEXT
from reviewer.core.types import Category
from reviewer.ui.theme import category_colour, look
from reviewer.ui.widgets.parts import plain_tip
from reviewer.ui.words import duration, percent_range, promise

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from reviewer.core.review.advice import Outlook

LINES = 5
"""Lines of the card, used or not: nothing round it moves."""
MARGIN = 12


@dataclass(frozen=True, slots=True)
class Better:
    """The best other queue: its name, and the fixes that its next hundred questions promise."""

    name: str
    next_fixes: float


def outlook_lines(outlook: Outlook, *, proven: bool) -> tuple[str, ...]:
    """What a queue gave, what it promises of how many questions, and how long those take."""
    if outlook.counted:
        gave = f"yield {percent_range(outlook.gain)}, last {outlook.counted}"
    else:
        gave = "no answers here yet"
    if not outlook.left:
        return gave, "nothing left to ask"
    if not outlook.worth:
        ahead = min(outlook.left, NEXT)
        return gave, promise(outlook.next_fixes, f"fixes in the next {ahead}", proven=proven)
    of_all = outlook.worth == outlook.left
    place = f"all {outlook.worth:,}" if of_all else f"the next {outlook.worth:,}"
    more = f"{promise(outlook.worth_fixes, 'fixes', proven=proven)} in {place}"
    if outlook.seconds is None:
        return gave, more
    return gave, more, f"{duration(outlook.seconds)} at your pace"


def advice_lines(
    outlook: Outlook | None,
    better: Better | None,
    few: int,
    *,
    everywhere: bool,
    naming: Callable[[str], str],
) -> tuple[str, str]:
    """What to do now, in two lines; empty while it is best to go on.

    Args:
        outlook: Of the queue; `None` without one.
        better: The best other queue; `None` if there is none.
        few: Fixes in a hundred questions that are too few.
        everywhere: Whether questions come from all queues, the best first.
        naming: Writes the person's keys for the ids of commands in braces.
    """
    if outlook is None or (outlook.left and not outlook.move_on):
        return "", ""
    if better is not None and better.next_fixes >= few and not everywhere:
        return (
            f"{naming('{queue.best}')} goes to {better.name}:",
            f"{better.next_fixes:,.0f} fixes in its next 100",
        )
    if better is not None and better.next_fixes >= few:
        return "", ""
    stop = naming("a good time to stop, or {jobs} to train")
    return f"No queue promises {few} in its next 100:", stop


class OutlookCard(QWidget):
    """Five lines under the queues."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._name = ""
        self._category = Category.GENERAL
        self._lines: tuple[str, ...] = ()
        self._advice: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """All that is shown, a line each."""
        return "\n".join(line for line in (self._name, *self._lines, *self._advice) if line)

    def show_outlook(
        self, name: str, category: Category, lines: tuple[str, ...], advice: tuple[str, ...]
    ) -> None:
        """Shows a queue by the name of its tag, its figures, and advice."""
        shown = (name, category, lines, advice)
        if shown == (self._name, self._category, self._lines, self._advice):
            return
        self._name, self._category, self._lines, self._advice = shown
        self.setToolTip(plain_tip(self.text))
        self.setAccessibleName(self.text.replace("\n", ", "))
        self.update()

    def show_nothing(self) -> None:
        """Leaves the lines blank."""
        self.show_outlook("", Category.GENERAL, (), ())

    def sizeHint(self) -> QSize:
        """Five lines, in the size of text that is set."""
        return QSize(120, LINES * self._step() + 12)

    def _step(self) -> int:
        return QFontMetrics(self.font()).height() + 1

    def changeEvent(self, event: QEvent) -> None:
        """Takes the room of another size of text."""
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints what there is to say; a line that is too long is cut at its end."""
        painter = QPainter(self)
        painter.fillRect(QRect(0, 0, self.width(), 1), QColor(look().line))
        rows = [(self._name, category_colour(self._category))]
        rows += [(line, QColor(look().muted)) for line in self._lines]
        rows += [(line, QColor(look().text)) for line in self._advice]
        font = QFont(self.font())
        for number, (text, colour) in enumerate(rows):
            font.setPointSizeF(self.font().pointSizeF() * (1.0 if number == 0 else 0.92))
            painter.setFont(font)
            painter.setPen(colour)
            box = QRect(MARGIN, 6 + number * self._step(), self.width() - 2 * MARGIN, self._step())
            cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, cut)
        painter.end()
