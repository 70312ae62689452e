"""Every command of the review window, in one table.

The key handling, the menus, the tooltips, the in-app list and the README's table are all made from
it. Keys are written as Qt writes them in portable text.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a reviewer can do.

    Attributes:
        id: Stable name ("answer.yes").
        title: For people.
        keys: The first is the one shown; all work.
        group: Heading in the key list.
        caption: Short text for the caption line under the picture; empty if it is not shown there.
        mouse: What the mouse does for it, in words.
        held: Acts while its key is held down.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    group: str
    caption: str = ""
    mouse: str = ""
    held: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("answer.yes", "Yes, the image shows it", ("A", "Y", "Num+1"), "Answer", "Yes"),
    Command("answer.no", "No, it does not", ("X", "N", "Num+2"), "Answer", "No"),
    Command("answer.unsure", "Can't tell", ("Space", "S", "Num+3"), "Answer", "Can't tell"),
    Command("undo", "Take the last answer back", ("Backspace", "Ctrl+Z"), "Answer", "Undo"),
    Command("redo", "Answer again as before", ("Ctrl+Y", "Ctrl+Shift+Z"), "Answer"),
    Command("flag", "Flag for later", ("F",), "Answer", "Flag"),
    Command("next", "Next question without answering", ("Right", "Down"), "Move", "", "wheel"),
    Command("previous", "Previous question", ("Left", "Up"), "Move", "", "wheel"),
    Command("queue.next", "Next queue", ("]",), "Move"),
    Command("queue.previous", "Previous queue", ("[",), "Move"),
    Command("queue.pick", "Pick a queue or tag", ("/", "Q"), "Move", "Pick a tag", "click it"),
    Command("zoom.toggle", "Zoom to 100 % or fit", ("Z",), "Look", "Zoom", "double click"),
    Command("zoom.in", "Zoom in", ("+", "="), "Look", "", "Ctrl+wheel"),
    Command("zoom.out", "Zoom out", ("-",), "Look", "", "Ctrl+wheel"),
    Command("look.full", "Hold: full resolution", ("W",), "Look", held=True),
    Command("look.bare", "Hold: hide the panels", ("Shift",), "Look", held=True),
    Command("look.why", "Show side, score and suspicion", ("V",), "Look", "Why"),
    Command("panels", "Show or hide the side panels", ("Tab",), "Window"),
    Command("jobs", "Jobs: train, scan, rank", ("J",), "Window"),
    Command("keys", "This list of keys", ("?", "H"), "Window", "Keys"),
    Command("fullscreen", "Full screen", ("F11",), "Window"),
    Command("leave", "Leave the review", ("Esc",), "Window"),
)


def command(command_id: str) -> Command:
    """The command of that id.

    Raises:
        KeyError: There is none.
    """
    for entry in COMMANDS:
        if entry.id == command_id:
            return entry
    raise KeyError(command_id)


def key_table_markdown(commands: tuple[Command, ...] = COMMANDS) -> str:
    """The table of keys as it stands in the README."""
    rows = ["| action | key | also |", "|---|---|---|"]
    for entry in commands:
        first, *others = (key.replace("|", "\\|") for key in entry.keys)
        also = ", ".join([*(f"`{key}`" for key in others), *([entry.mouse] if entry.mouse else [])])
        rows.append(f"| {entry.title} | `{first}` | {also} |")
    return "\n".join(rows) + "\n"
