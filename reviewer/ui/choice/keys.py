"""Keys of a question with several tags to choose from: digits and letters come first.

While such a question is open its letters mean its tags; whatever else the person has on them is
left with its other keys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.commands import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

CHOOSE = "choose."
"""Begins the id of the command that chooses; its place from 0 follows."""
NONE = "choose.none"
UNSURE = "answer.unsure"
KEPT = (
    UNSURE,
    "undo",
    "redo",
    "next",
    "previous",
    "zoom.toggle",
    "zoom.in",
    "zoom.out",
    "look.full",
    "leave",
)
"""Commands of the review that mean the same here."""


def choice_commands(
    titles: Sequence[tuple[str, str]],
    none: str,
    table: Sequence[Command],
    page: str,
) -> tuple[Command, ...]:
    """The commands of a page of choices.

    Args:
        titles: Title and letter (or nothing) of each choice, in the order of their digits.
        none: Title of "none of these"; empty where it is not offered.
        table: The command table with the person's keys.
        page: The command that opens the page, and closes it too.

    Returns:
        Commands of which no two have a key in common.
    """
    found: list[Command] = []
    taken: set[str] = set()
    for place, (title, letter) in enumerate(titles[:9]):
        keys = (str(place + 1), f"Num+{place + 1}", *([letter.upper()] if letter else []))
        found.append(Command(f"{CHOOSE}{place}", title, keys, "Answer", title))
        taken.update(keys)
    if none:
        found.append(Command(NONE, none, ("0", "Num+0"), "Answer", none))
        taken.update(("0", "Num+0"))
    for entry in table:
        if entry.id in KEPT or entry.id == page:
            keys = tuple(key for key in entry.keys if key and key not in taken)
            found.append(replace(entry, keys=keys))
            taken.update(keys)
    return tuple(found)
