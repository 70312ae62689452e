"""What every group of commands of the review acts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from reviewer.core.review.session import ReviewSession
    from reviewer.store.library import Library
    from reviewer.ui.review_page import ReviewPage
    from reviewer.ui.showing import Showing
    from reviewer.ui.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class ReviewParts:
    """The parts of one review.

    Attributes:
        library: The collection.
        session: Which question is asked, and what answers do.
        page: All that is on screen.
        showing: Brings the session's question to the page.
        around: Brings what stands beside it up to date, and tells of every stored step.
    """

    library: Library
    session: ReviewSession
    page: ReviewPage
    showing: Showing
    around: Surroundings


class CommandGroup(QObject):
    """Commands that belong together; a subclass gives them by id in `handlers`."""

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on; the group lives as long as the page."""
        super().__init__(parts.page)
        self._library = parts.library
        self._session = parts.session
        self._page = parts.page
        self._showing = parts.showing
        self._around = parts.around
