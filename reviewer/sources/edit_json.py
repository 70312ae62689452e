"""JSON files with tags corrected and every other byte as it was.

A file is edited only where writing its own content again gives the very same bytes: then what
comes out differs in the tags alone. Downloaders write with a few layouts, and these are tried.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "\ufeff"
_INDENTS: tuple[int | str | None, ...] = (4, 2, None, "\t", 1)
_ENDS = ("\n", "", "\r\n")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a JSON file is written.

    Attributes:
        indent: As `json.dumps` takes it.
        escaped: Letters beyond ASCII are escaped.
        tight: No space after commas and colons.
        end: What follows the value.
        mark: Whether it begins with a byte order mark.
    """

    indent: int | str | None
    escaped: bool
    tight: bool
    end: str
    mark: bool

    def text(self, value: object) -> str:
        """A value in this layout."""
        separators = (",", ":") if self.tight else None
        written = json.dumps(
            value, ensure_ascii=self.escaped, indent=self.indent, separators=separators
        )
        if self.end == "\r\n" and self.indent is not None:
            written = written.replace("\n", "\r\n")
        return f"{MARK if self.mark else ''}{written}{self.end}"


def edited_json(content: bytes, change: Callable[[Any], None]) -> bytes | None:
    """A JSON file with its value changed, all else byte for byte.

    Args:
        content: Of the file.
        change: Changes the value in place.

    Returns:
        The new content; `None` where the layout cannot be kept or it is no JSON.
    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text.removeprefix(MARK))
        layout = _layout_of(text, value)
    except (ValueError, RecursionError):
        return None
    if layout is None:
        return None
    change(value)
    return layout.text(value).encode("utf-8")


def _layout_of(text: str, value: object) -> Layout | None:
    """The layout that gives the text again; `None` if none does."""
    mark = text.startswith(MARK)
    for indent, escaped, tight, end in product(_INDENTS, (False, True), (False, True), _ENDS):
        layout = Layout(indent, escaped, tight, end, mark)
        if layout.text(value) == text:
            return layout
    return None
