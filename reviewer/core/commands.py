"""Every command of the review window, in one table.

The key handling, the menus, the tooltips, the in-app list and the README's table are all made from
it. Keys are written as Qt writes them in portable text. A key may stand for one command while
questions come one by one and for another in the grid. Which keys a person has instead of these is
known to `core/bindings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


LEFT_CLICK, MIDDLE_CLICK, RIGHT_CLICK = "LeftClick", "MiddleClick", "RightClick"
BACK_CLICK, FORWARD_CLICK = "BackClick", "ForwardClick"
WHEEL_UP, WHEEL_DOWN = "WheelUp", "WheelDown"
MOUSE: Mapping[str, str] = MappingProxyType(
    {
        LEFT_CLICK: "left click",
        MIDDLE_CLICK: "middle click",
        RIGHT_CLICK: "right click",
        BACK_CLICK: "back button",
        FORWARD_CLICK: "forward button",
        WHEEL_UP: "wheel up",
        WHEEL_DOWN: "wheel down",
    }
)
"""What the mouse does on the picture, as keys of the table, with its words."""


ARROWS = ("Left", "Right", "Up", "Down")
"""The keys that move, in the order of the directions that they stand for."""


class View(StrEnum):
    """Where a command is at hand."""

    SINGLE = "single"
    """Questions come one by one."""
    GRID = "grid"
    """A page of questions is shown."""
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a reviewer can do.

    Attributes:
        id: Stable name ("answer.yes").
        title: For people.
        keys: The first is the one shown; all work. An empty one keeps the place of a key that is
            not in use.
        group: Heading in the key list.
        caption: Short text for the caption line under the picture; empty if it is not shown there.
        mouse: What the mouse does for it, in words.
        held: Acts while its key is held down.
        view: Where the command is at hand.
        numbered: Each key does it to something else; the command is told the key's place.
        brief: The keys in words, where a list of them all would be long.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    group: str
    caption: str = ""
    mouse: str = ""
    held: bool = False
    view: View = View.SINGLE
    numbered: bool = False
    brief: str = ""


_GRID = "In the grid"

COMMANDS: tuple[Command, ...] = (
    Command("answer.yes", "Yes, the image shows it", ("A", "Y", "Num+1"), "Answer", "Yes"),
    Command("answer.no", "No, it does not", ("X", "N", "Num+2"), "Answer", "No"),
    Command("answer.unsure", "Can't tell", ("Space", "S", "Num+3"), "Answer", "Can't tell"),
    Command(
        "undo",
        "Take the last answer or page back",
        ("Backspace", "Ctrl+Z"),
        "Answer",
        "Undo",
        view=View.BOTH,
    ),
    Command("redo", "Answer again as before", ("Ctrl+Y", "Ctrl+Shift+Z"), "Answer", view=View.BOTH),
    Command("sibling", "No, it is a sibling tag: then 1 to 9", ("R",), "Answer", "Sibling"),
    Command("flag", "Flag for later", ("F",), "Answer", "Flag"),
    Command("copies.alone", "Ask this image without its copies", ("C",), "Answer"),
    Command("accept.rest", "Accept the rest, when it is offered", ("M",), "Answer"),
    Command(
        "next", "Next question without answering", ("Right", "Down", "PgDown", WHEEL_DOWN), "Move"
    ),
    Command("previous", "Previous question", ("Left", "Up", "PgUp", WHEEL_UP), "Move"),
    Command("queue.next", "Next queue", ("]",), "Move", view=View.BOTH),
    Command("queue.previous", "Previous queue", ("[",), "Move", view=View.BOTH),
    Command("queue.best", "Best other queue", ("U",), "Move", view=View.BOTH),
    Command(
        "queue.leave_out",
        "Leave this tag out, or ask it again",
        ("Shift+U",),
        "Move",
        view=View.BOTH,
    ),
    Command(
        "queue.side",
        "Ask about both, only missing or only wrong tags",
        ("P",),
        "Move",
        "",
        "click it",
        view=View.BOTH,
    ),
    Command(
        "queue.pick",
        "Pick a queue or tag",
        ("/", "Q"),
        "Move",
        "Pick a tag",
        "click it",
        view=View.BOTH,
    ),
    Command(
        "quick",
        "Quick tags: add one, or take it off",
        tuple("123456789"),
        "Tags",
        "",
        "click it",
        numbered=True,
        brief="1 to 9",
    ),
    Command("edit", "Edit the tags of this image", ("E", "F3"), "Tags", "Edit"),
    Command("define", "Definition and examples of the tag", ("D", "F1"), "Tags", "Define"),
    Command("note", "Write a note on the tag", ("Shift+D",), "Tags"),
    Command("zoom.toggle", "Zoom to 100% or fit", ("Z",), "Look", "Zoom", "double click"),
    Command("zoom.in", "Zoom in", ("+", "="), "Look", "", "Ctrl+wheel"),
    Command("zoom.out", "Zoom out", ("-",), "Look", "", "Ctrl+wheel"),
    Command(
        "pan",
        "Move the zoomed picture",
        ("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"),
        "Look",
        "",
        "drag",
        numbered=True,
        brief="Shift and an arrow",
    ),
    Command("look.full", "Hold: full resolution", ("W",), "Look", held=True),
    Command("look.bare", "Hold: hide the panels", ("Shift",), "Look", held=True, view=View.BOTH),
    Command("look.why", "Show side, score and suspicion", ("V",), "Look", "Why"),
    Command("similar", "Similar images, and whether they have the tag", ("K",), "Look"),
    Command("grid", "Grid: a page of images at once", ("G",), _GRID, "Grid"),
    Command(
        "grid.move",
        "Move the focus",
        ARROWS,
        _GRID,
        view=View.GRID,
        numbered=True,
    ),
    Command("grid.flip", "Flip the answer", ("Space",), _GRID, "Flip", "click", view=View.GRID),
    Command(
        "grid.flip_on",
        "Flip the answer, and all after it",
        ("Shift+Space",),
        _GRID,
        view=View.GRID,
    ),
    Command(
        "grid.number",
        "Flip one of the first nine",
        tuple("123456789"),
        _GRID,
        view=View.GRID,
        numbered=True,
        brief="1 to 9",
    ),
    Command("grid.yes", "Presume Yes of the page", ("A", "Y"), _GRID, "All Yes", view=View.GRID),
    Command("grid.no", "Presume No of the page", ("X", "N"), _GRID, "All No", view=View.GRID),
    Command(
        "grid.unsure",
        "Can't tell",
        ("S",),
        _GRID,
        "Can't tell",
        "right click",
        view=View.GRID,
    ),
    Command("grid.flag", "Flag for later, or no longer", ("F",), _GRID, "Flag", view=View.GRID),
    Command("grid.why", "Show side, score and suspicion", ("V",), _GRID, "Why", view=View.GRID),
    Command("grid.commit", "Store the page", ("Enter",), _GRID, "Store", view=View.GRID),
    Command(
        "grid.large", "Hold: show large", ("W",), _GRID, "Large", "hover", held=True, view=View.GRID
    ),
    Command("grid.close", "Back to one by one", ("G", "Esc"), _GRID, "Single", view=View.GRID),
    Command("panels", "Show or hide the side panels", ("Tab",), "Window", view=View.BOTH),
    Command("history", "History: every answer, searched", ("L",), "Window", view=View.BOTH),
    Command("summary", "Time limit and summary", ("T",), "Window", view=View.BOTH),
    Command("audit", "Audit: how good the tags are", ("I",), "Window", view=View.BOTH),
    Command("figures", "Figures: statistics, scores, tags", ("O",), "Window", view=View.BOTH),
    Command("ratings", "Ratings that may be wrong", ("Shift+R",), "Window", view=View.BOTH),
    Command("characters", "Which character is it", ("Shift+C",), "Window", view=View.BOTH),
    Command("vocabulary", "The tagger's tags and yours", ("Shift+V",), "Window", view=View.BOTH),
    Command("jobs", "Jobs: train, scan, rank", ("J",), "Window", view=View.BOTH),
    Command("writeback", "Write corrections back", ("B",), "Window", view=View.BOTH),
    Command("keys", "This list of keys", ("?", "H"), "Window", "Keys", view=View.BOTH),
    Command("settings", "Settings", (",",), "Window", view=View.BOTH),
    Command("menu", "Menu of all commands", ("F10",), "Window", view=View.BOTH),
    Command("fullscreen", "Full screen", ("F11",), "Window", view=View.BOTH),
    Command("saved", "Say that everything is saved", ("Ctrl+S",), "Window", view=View.BOTH),
    Command("leave", "Leave the review", ("Esc", "F12"), "Window"),
)


def commands_in(view: View, commands: tuple[Command, ...] = COMMANDS) -> tuple[Command, ...]:
    """The commands that are at hand in a view, in the order of the table."""
    return tuple(entry for entry in commands if entry.view in {view, View.BOTH})


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
    """The tables of keys as they stand in the README: the review, then what is the grid's own."""
    review = tuple(entry for entry in commands if entry.view is not View.GRID)
    grid = tuple(entry for entry in commands if entry.view is View.GRID)
    return f"{_table(review, 'action')}\n{_table(grid, 'in the grid')}"


def _table(commands: tuple[Command, ...], heading: str) -> str:
    rows = [f"| {heading} | key | also |", "|---|---|---|"]
    for entry in commands:
        first, *others = (_written(key) for key in entry.keys)
        if entry.brief:
            first, others = entry.brief, []
        also = ", ".join([*others, *([entry.mouse] if entry.mouse else [])])
        rows.append(f"| {entry.title} | {first} | {also} |")
    return "\n".join(rows) + "\n"


def _written(key: str) -> str:
    """A key in Markdown; what the mouse does in words."""
    return MOUSE.get(key) or f"`{key}`".replace("|", "\\|")
