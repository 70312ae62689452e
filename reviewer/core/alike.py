"""Names that some systems take for one: in upper or lower case, with accents of one sign or two.

Windows and macOS find `A.PNG` where `a.png` is asked for, and macOS has names from which `é` comes
as a letter and an accent. A folder that was written there and is read elsewhere, or whose table was
written elsewhere, names its files in two ways.
"""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def alike(name: str) -> str:
    """What two names have in common that differ in case or composition alone.

    Unicode's canonical caseless matching (The Unicode Standard, section 3.13, D145).
    """
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", folded)


def forms(name: str) -> tuple[str, ...]:
    """A name as it is, then composed, then decomposed; each once."""
    if name.isascii():
        return (name,)
    others = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys((name, *others)))


class Names:
    """Finds names among those that are there, however they are written."""

    def __init__(self, there: Collection[str]) -> None:
        """Takes the names; more is made of them when one is not among them."""
        self._there = there

    def find(self, written: str) -> str | None:
        """The name that is meant: the same, else the only one that is alike; `None` without one."""
        if written in self._there:
            return written
        return self._alike.get(alike(written))

    @cached_property
    def _alike(self) -> dict[str, str | None]:
        return only_ones(self._there)


def only_ones(names: Iterable[str]) -> dict[str, str | None]:
    """Names by what `alike` makes of them; `None` where several are alike."""
    found: dict[str, str | None] = {}
    for name in names:
        key = alike(name)
        found[key] = None if key in found else name
    return found
