"""More than yes and no, put together: siblings, quick tags, the editor, definition and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from reviewer.ui.aids.about_commands import AboutCommands
from reviewer.ui.aids.edit_commands import EditCommands
from reviewer.ui.aids.sibling_commands import SiblingCommands
from reviewer.ui.command_group import CommandGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.ui.command_group import ReviewParts


class AidCommands(CommandGroup):
    """What a reviewer has beside the answers.

    Attributes:
        answered: Emitted with the id of a stored answer.
        completing: Finds tags by what is typed.
    """

    answered = Signal(int)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on."""
        super().__init__(parts)
        self._siblings = SiblingCommands(parts)
        self._edits = EditCommands(parts)
        self._about = AboutCommands(parts)
        self.completing = self._edits.completing
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
