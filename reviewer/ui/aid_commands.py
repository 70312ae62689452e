"""More than yes and no, put together: siblings, quick tags, the editor, definition and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.ui.about_commands import AboutCommands
from reviewer.ui.edit_commands import EditCommands
from reviewer.ui.sibling_commands import SiblingCommands

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.session import ReviewSession
    from reviewer.store.library import Library
    from reviewer.ui.review_page import ReviewPage
    from reviewer.ui.showing import Showing
    from reviewer.ui.surroundings import Surroundings


class AidCommands(QObject):
    """What a reviewer has beside the answers.

    Attributes:
        answered: Emitted with the id of a stored answer.
    """

    answered = Signal(int)

    def __init__(
        self,
        library: Library,
        session: ReviewSession,
        page: ReviewPage,
        showing: Showing,
        around: Surroundings,
    ) -> None:
        """Takes what the commands act on."""
        super().__init__(page)
        self._siblings = SiblingCommands(library, session, page, showing, around)
        self._edits = EditCommands(library, session, page, showing, around)
        self._about = AboutCommands(library, session, page, showing, around)
        self._siblings.answered.connect(self.answered)
        self._siblings.add_wanted.connect(self._edits.add_sibling)
        self._edits.answered.connect(self.answered)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """The commands by id."""
        return {
            **self._siblings.handlers(),
            **self._edits.handlers(),
            **self._about.handlers(),
        }

    def takes(self, command_id: str, place: int) -> bool:
        """Whether a command means something else just now; then it is done.

        Args:
            command_id: The command.
            place: Of its key among those of the command, from 0.
        """
        if self._siblings.takes(command_id, place):
            return True
        # One who presses Esc to close what lies beside the question does not want to leave.
        return command_id == "leave" and self._about.put_away()

    def close(self) -> None:
        """Stops what runs in the background."""
        self._about.close()
        self._edits.close()
