"""The pages beside the review, by name: made when they are first wanted, gone with the collection.

A new page is a subclass of `SidePage`, a factory in `FACTORIES`, a command of the same name in
`core/commands.py`, and a handler in the controller that emits `page_wanted` with the name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.ui.choice.characters_page import characters_page
from reviewer.ui.choice.rating_page import rating_page
from reviewer.ui.history.page import HistoryPage
from reviewer.ui.settings.page import SettingsPage
from reviewer.ui.side_page import SidePage
from reviewer.ui.similar.page import SimilarPage
from reviewer.ui.vocabulary.page import VocabularyPage
from reviewer.ui.write_back.page import WriteBackPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QStackedWidget, QWidget

    from reviewer.settings import Settings
    from reviewer.ui.jobs.runner import JobRunner
    from reviewer.ui.review import Review


@dataclass(frozen=True)
class Beside:
    """What a side page may use of the window.

    Attributes:
        settings: Gives the settings as they are now.
        keep: Stores changed settings, for the rest of the window too.
        start_job: Starts a long job on the collection: a title, and the command with its options.
        runner: Where jobs are heard of; `None` where none run.
    """

    settings: Callable[[], Settings]
    keep: Callable[[Settings], None]
    start_job: Callable[[str, Sequence[str]], None]
    runner: JobRunner | None = None


Factory = Callable[["Review", Beside], SidePage]
"""Makes a page for an open collection."""


def _summary(review: Review, beside: Beside) -> SidePage:
    # Plots take the better part of a second to load, and not every sitting looks at them.
    from reviewer.ui.summary.page import SummaryPage  # noqa: PLC0415 - see above

    return SummaryPage(review, beside)


def _audit(review: Review, beside: Beside) -> SidePage:
    from reviewer.ui.audit.page import AuditPage  # noqa: PLC0415 - plots again

    return AuditPage(review, beside)


def _figures(review: Review, beside: Beside) -> SidePage:
    from reviewer.ui.figures.page import FiguresPage  # noqa: PLC0415 - plots again

    return FiguresPage(review, beside)


FACTORIES: Mapping[str, Factory] = MappingProxyType(
    {
        "audit": _audit,
        "characters": characters_page,
        "figures": _figures,
        "history": HistoryPage,
        "ratings": rating_page,
        "similar": SimilarPage,
        "writeback": WriteBackPage,
        "summary": _summary,
        "vocabulary": VocabularyPage,
    }
)
"""The pages there are, by the name of their command."""


WITHOUT_COLLECTION: Mapping[str, Callable[[Beside], SidePage]] = MappingProxyType(
    {"settings": SettingsPage}
)
"""The pages that need no open collection."""


class SidePages(QObject):
    """Shows side pages in the window's stack.

    Attributes:
        closed: A page was left; the review is wanted again.
    """

    closed = Signal()

    def __init__(
        self, stack: QStackedWidget, beside: Beside, factories: Mapping[str, Factory] = FACTORIES
    ) -> None:
        """Begins without pages."""
        super().__init__(stack)
        self._stack = stack
        self._beside = beside
        self._factories = factories
        self._pages: dict[str, SidePage] = {}
        self._shown: SidePage | None = None
        stack.currentChanged.connect(self._turned)

    def open(self, name: str, review: Review | None = None) -> None:
        """Shows a page.

        Args:
            name: One of the factories'.
            review: The open collection; `None` for a page that needs none.
        """
        page = self._pages.get(name)
        if page is None:
            if name in WITHOUT_COLLECTION:
                page = WITHOUT_COLLECTION[name](self._beside)
            elif review is not None:
                page = self._factories[name](review, self._beside)
            else:
                return
            self._pages[name] = page
            page.closed.connect(self.closed)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._shown = page
        page.bind(self._beside.settings().bindings.commands())
        page.opened()

    def get(self, name: str) -> QWidget | None:
        """The page of that name, if it was made."""
        return self._pages.get(name)

    def drop(self) -> None:
        """Forgets the pages, because their collection is closed."""
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.left()
            page.dispose()
            page.deleteLater()
        self._pages.clear()
        self._shown = None

    def _turned(self) -> None:
        shown = self._shown
        if shown is not None and self._stack.currentWidget() is not shown:
            self._shown = None
            shown.left()
