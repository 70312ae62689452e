"""The queue of broken implications, as the window asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.core.types import Question
    from reviewer.store.library import Library


def open_implied(library: Library) -> list[Question]:
    """What was found broken, less what was answered since, in the order to ask it."""
    broken = library.implied.load()
    return broken.questions(library.decisions.answered_since(broken.decided))
