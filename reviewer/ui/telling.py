"""Tells those who hear the window what is on screen: question, line below it, image.

A screen reader says the name of what has the focus, and says it again when that name changes. The
page has the focus while one reviews, so its name is what there is to know. In the grid the reader
is led on to the cell that the keys act on, and must be led back, or it never hears of the page
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from reviewer.ui.grid.view import GridView
    from reviewer.ui.question_bar import QuestionBar

SOON_MS = 20
"""What changes together, the question and its image, is told once, after it was painted."""
THEN_MS = 800
"""A reader that is led on at once says nothing of the first place; on a busy machine it takes half
a second to come there."""


class Teller(QObject):
    """Keeps a page's name up to date with what it shows."""

    def __init__(self, page: QWidget, bar: QuestionBar, grid: GridView) -> None:
        """Tells nothing yet.

        Args:
            page: Has the focus, and gets the name.
            bar: The question.
            grid: The cells, where a page of questions is shown.
        """
        super().__init__(page)
        self._page, self._bar, self._grid = page, bar, grid
        self._about = ""
        self._led_away = False
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._tell)
        self._then = QTimer(self, singleShot=True, interval=THEN_MS)
        self._then.timeout.connect(grid.tell_focus)
        bar.told.connect(self._soon.start)
        bar.siblings.told.connect(self._soon.start)
        grid.begun.connect(self.lead_back)

    def about(self, words: str) -> None:
        """Takes what the question is about: the path of its image, or why there is none."""
        self._about = words
        self._soon.start()

    def lead_back(self) -> None:
        """Leads the reader to the page again, and to its first cell from there."""
        self._led_away = True
        self._soon.start()

    @property
    def words(self) -> str:
        """All that there is to tell now."""
        siblings = self._bar.siblings
        if siblings.is_open:
            return siblings.words
        about = "" if self._grid.is_shown else self._about
        parts = (self._bar.accessibleName(), self._bar.line, about)
        return " ".join(part for part in parts if part)

    def _tell(self) -> None:
        self._page.setAccessibleName(self.words)
        if not self._led_away:
            return
        self._led_away = False
        if self._page.hasFocus():
            lead_to(self._page)
            self._then.start()


def lead_to(widget: QWidget) -> None:
    """Has a screen reader go to a widget that the keys act on, whichever has the keyboard."""
    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Focus))


def announce(widget: QWidget, words: str, *, at_once: bool = False) -> None:
    """Has a screen reader say something, wherever it is.

    Args:
        widget: Where it stands.
        words: A sentence.
        at_once: Whether it may cut in; else it waits its turn.
    """
    event = QAccessibleAnnouncementEvent(widget, words)
    manners = QAccessible.AnnouncementPoliteness
    event.setPoliteness(manners.Assertive if at_once else manners.Polite)
    QAccessible.updateAccessibility(event)
