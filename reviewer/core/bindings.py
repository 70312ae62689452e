"""Which keys and mouse buttons stand for which command: a preset, and what a person changed of it.

The command table (`core/commands.py`) gives every command and its usual keys. A preset gives some
commands other keys; a key that it takes from another command leaves that one with what it has left,
or with Ctrl and the key. What the person set stands above the preset. Mouse buttons and the wheel
are keys like others ("LeftClick", "WheelDown"): they count on the picture.

No key ever stands for two commands of one view: what was asked for first in the order own, preset,
table keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.core.commands import (
    ARROWS,
    COMMANDS,
    LEFT_CLICK,
    MIDDLE_CLICK,
    RIGHT_CLICK,
    WHEEL_DOWN,
    WHEEL_UP,
    Command,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of keys to begin with.

    Attributes:
        id: Stable name, as it stands in the settings.
        title, sentence: For people.
        keys: By command id; commands that are not named keep their keys.
    """

    id: str
    title: str
    sentence: str
    keys: Mapping[str, Keys]


PRESETS: tuple[Preset, ...] = (
    Preset(
        "prodigy",
        "Prodigy",
        "Letters decide, arrows move: A, X, Space.",
        MappingProxyType({}),
    ),
    Preset(
        "hydrus",
        "Hydrus mouse",
        "Left click is Yes, right click No, middle click takes back, the wheel moves.",
        MappingProxyType(
            {
                "answer.yes": (LEFT_CLICK, "F7", "A", "Y", "Num+1"),
                "answer.no": (RIGHT_CLICK, "Delete", "X", "N", "Num+2"),
                "undo": (MIDDLE_CLICK, "Backspace", "Ctrl+Z"),
                "grid.yes": ("F7", "A", "Y"),
                "grid.no": ("Delete", "X", "N"),
                "next": ("Up", "Right", "PgDown", WHEEL_DOWN),
                "previous": ("Down", "Left", "PgUp", WHEEL_UP),
                "leave": ("Esc", "F12"),
            }
        ),
    ),
    Preset(
        "two-hands",
        "Two hands",
        "A forefinger for each answer: F is Yes, J is No, the thumb on Space can't tell.",
        MappingProxyType(
            {
                "answer.yes": ("F", "Y", "Num+1"),
                "answer.no": ("J", "N", "Num+2"),
                "answer.unsure": ("Space", "Num+3"),
                "grid.yes": ("F", "Y"),
                "grid.no": ("J", "N"),
            }
        ),
    ),
    Preset(
        "numpad",
        "Number pad",
        "One hand on the number pad: 1, 2 and 3 answer, 0 takes back, 4 and 6 move, * is the grid.",
        MappingProxyType(
            {
                "answer.yes": ("Num+1", "A", "Y"),
                "answer.no": ("Num+2", "X", "N"),
                "answer.unsure": ("Num+3", "Space", "S"),
                "undo": ("Num+0", "Backspace", "Ctrl+Z"),
                "next": ("Num+6", "Right", "Down", WHEEL_DOWN),
                "previous": ("Num+4", "Left", "Up", WHEEL_UP),
                "zoom.toggle": ("Num+5", "Z"),
                "zoom.in": ("Num++", "+", "="),
                "zoom.out": ("Num+-", "-"),
                "queue.next": ("Num+9", "]"),
                "queue.previous": ("Num+7", "["),
                "look.why": ("Num+8", "V"),
                "flag": ("Num+.", "F"),
                "grid": ("Num+*", "G"),
                "grid.close": ("Num+*", "G", "Esc"),
                "grid.yes": ("Num+1", "A", "Y"),
                "grid.no": ("Num+2", "X", "N"),
                "grid.unsure": ("Num+3", "S"),
                "grid.flip": ("Num+5", "Space"),
                "grid.move": (*ARROWS, "Num+4", "Num+6", "Num+-", "Num++"),
                "grid.why": ("Num+8", "V"),
                "grid.flag": ("Num+.", "F"),
            }
        ),
    ),
    Preset(
        "danbooru",
        "Danbooru",
        "A and D move as on the site, J and K answer.",
        MappingProxyType(
            {
                "answer.yes": ("J", "Y", "Num+1"),
                "answer.no": ("K", "N", "Num+2"),
                "grid.yes": ("J", "Y"),
                "grid.no": ("K", "N"),
                "grid.move": (*ARROWS, "A", "D"),
                "answer.unsure": ("Space", "Num+3"),
                "next": ("D", "Right", "Down", WHEEL_DOWN),
                "previous": ("A", "Left", "Up", WHEEL_UP),
                "queue.pick": ("Q", "/"),
            }
        ),
    ),
)


def preset(preset_id: str) -> Preset:
    """The preset of that id; the first one for an id that is not known."""
    return next((entry for entry in PRESETS if entry.id == preset_id), PRESETS[0])


def meet(one: Command, other: Command) -> bool:
    """Whether two commands are at hand in one view, so that they cannot share a key."""
    return one.view is other.view or View.BOTH in {one.view, other.view}


@dataclass(frozen=True, slots=True)
class Bindings:
    """The keys of one person.

    Attributes:
        preset: Id of the preset.
        own: Keys that the person gave, by command id.
    """

    preset: str = PRESETS[0].id
    own: Mapping[str, Keys] = field(default_factory=dict)

    def commands(self, table: tuple[Command, ...] = COMMANDS) -> tuple[Command, ...]:
        """The command table with the keys that are in force, in its order.

        Args:
            table: The commands with their usual keys.
        """
        chosen = preset(self.preset).keys
        wishes = (self.own, chosen, {entry.id: entry.keys for entry in table})
        keys: dict[str, list[str]] = {entry.id: [] for entry in table}
        taken: dict[str, list[Command]] = {}
        settled: set[str] = set()
        for wish in wishes:
            for entry in table:
                if entry.id in settled or entry.id not in wish:
                    continue
                settled.add(entry.id)
                for key in wish[entry.id]:
                    _give(entry, key, keys[entry.id], taken)
        for entry in table:
            if not keys[entry.id] and entry.id not in self.own and entry.keys:
                _give(entry, f"Ctrl+{entry.keys[0]}", keys[entry.id], taken)
        return tuple(_with_keys(entry, tuple(keys[entry.id])) for entry in table)

    def holder(self, key: str, command_id: str) -> Command | None:
        """Another command that has a key now, in a view where the command is at hand as well."""
        table = self.commands()
        wanted = next(entry for entry in table if entry.id == command_id)
        for entry in table:
            if entry.id != command_id and key in entry.keys and meet(entry, wanted):
                return entry
        return None

    def given(self, command_id: str, keys: Keys) -> Bindings:
        """With other keys for a command; those that had one of them lose it."""
        table = {entry.id: entry for entry in self.commands()}
        # What clashed with something else was not in force, and is not brought back by this.
        own = {name: table[name].keys for name in self.own if name in table}
        own[command_id] = keys
        for entry in table.values():
            left = _without(entry, keys)
            if entry.id != command_id and left != entry.keys and meet(entry, table[command_id]):
                own[entry.id] = left
        return replace(self, own=own)

    def reset(self, command_id: str) -> Bindings:
        """Without what the person set for a command."""
        return replace(self, own={key: val for key, val in self.own.items() if key != command_id})


def _give(entry: Command, key: str, keys: list[str], taken: dict[str, list[Command]]) -> None:
    """Gives a command a key, unless another one that it meets has it."""
    free = key not in keys and not any(meet(entry, other) for other in taken.get(key, ()))
    if key and free:
        keys.append(key)
        taken.setdefault(key, []).append(entry)
    elif entry.numbered:
        keys.append("")


def _without(entry: Command, keys: Keys) -> Keys:
    """The keys of a command that are not among others; of a numbered one each keeps its place."""
    if entry.numbered:
        return tuple("" if key in keys else key for key in entry.keys)
    return tuple(key for key in entry.keys if key not in keys)


def _with_keys(entry: Command, keys: Keys) -> Command:
    if keys == entry.keys:
        return entry
    return replace(entry, keys=keys, brief="")
