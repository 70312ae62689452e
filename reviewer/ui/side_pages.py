"""The pages beside the review, by name: made when they are first wanted, gone with the collection.

A new page is a subclass of `SidePage`, its place in `FACTORIES`, a command of the same name in
`core/commands.py`, and a handler in the controller that emits `page_wanted` with the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QStackedWidget, QWidget

    from reviewer.settings import Settings
    from reviewer.ui.jobs.runner import JobRunner
    from reviewer.ui.review import Review
    from reviewer.ui.side_page import SidePage


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


FACTORIES: Mapping[str, str] = MappingProxyType(
    {
        "audit": "audit.page:AuditPage",
        "characters": "choice.kinds:characters_page",
        "figures": "figures.page:FiguresPage",
        "history": "history.page:HistoryPage",
        "ratings": "choice.kinds:rating_page",
        "similar": "similar.page:SimilarPage",
        "summary": "summary.page:SummaryPage",
        "vocabulary": "vocabulary.page:VocabularyPage",
        "writeback": "write_back.page:WriteBackPage",
    }
)
"""Where the page of a command's name is made: the module below `reviewer.ui`, and what it calls.

Not imported here, so that the window stands sooner: the modules are loaded when a page is wanted,
or in a rest before that (`ui/pages_ahead.py`).
"""
WITHOUT_COLLECTION: Mapping[str, str] = MappingProxyType({"settings": "settings.page:SettingsPage"})
"""The same for the pages that need no open collection."""


def load_factories() -> None:
    """Loads the modules of all pages.

    Raises:
        ImportError: A library that a page draws with cannot be loaded.
    """
    for place in (*FACTORIES.values(), *WITHOUT_COLLECTION.values()):
        _factory(place)


def _factory(place: str) -> Callable[..., SidePage]:
    module, name = place.split(":")
    return cast("Callable[..., SidePage]", getattr(import_module(f"reviewer.ui.{module}"), name))


class SidePages(QObject):
    """Shows side pages in the window's stack.

    Attributes:
        closed: A page was left; the review is wanted again.
    """

    closed = Signal()

    def __init__(self, stack: QStackedWidget, beside: Beside) -> None:
        """Begins without pages."""
        super().__init__(stack)
        self._stack = stack
        self._beside = beside
        self._pages: dict[str, SidePage] = {}
        self._shown: SidePage | None = None
        stack.currentChanged.connect(self._turned)

    def open(self, name: str, review: Review | None = None) -> None:
        """Shows a page.

        Args:
            name: A key of `FACTORIES` or of `WITHOUT_COLLECTION`.
            review: The open collection; `None` for a page that needs none.
        """
        page = self._pages.get(name)
        if page is None:
            if name in WITHOUT_COLLECTION:
                page = _factory(WITHOUT_COLLECTION[name])(self._beside)
            elif review is not None:
                page = _factory(FACTORIES[name])(review, self._beside)
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
