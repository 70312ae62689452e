"""Tells a press of a key from the bouncing of its contacts."""

from __future__ import annotations

BOUNCE_MS = 30
"""Nobody presses a key twice, or sees a picture, in less; worn switches close again sooner."""
_ANSWERS = "answer."
_HARMLESS = ("undo", "redo", "next", "previous", "queue.", "zoom.", "pan", "grid.move")
"""Commands that may follow each other as fast as one can press: what they do is seen and undone."""


class Bounce:
    """Remembers the last press of each command."""

    def __init__(self) -> None:
        """Begins without a press."""
        self._last: dict[str, int] = {}

    def is_echo(self, command_id: str, at_ms: int) -> bool:
        """Whether a press comes too soon after another for the same command to be meant.

        Any two answers count as the same: a second one cannot be about another picture yet.

        Args:
            command_id: The command.
            at_ms: When it was pressed, milliseconds on the clock of the window system; 0 where
                that does not tell the time.
        """
        if command_id.startswith(_HARMLESS):
            return False
        kind = _ANSWERS if command_id.startswith(_ANSWERS) else command_id
        before = self._last.get(kind)
        if at_ms:
            self._last[kind] = at_ms
        return bool(at_ms) and before is not None and 0 <= at_ms - before < BOUNCE_MS
