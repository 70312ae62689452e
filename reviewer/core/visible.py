"""Names that strangers gave, as they can be shown: what would steer a screen is written out.

A file name or a tag may hold the characters by which a terminal is told to move, recolour or rename
itself, or that turn the order of what stands around them (Unicode's bidirectional controls).
"""

from __future__ import annotations

import re

_STEERS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_STEERING = re.compile(f"[{_STEERS}\ud800-\udfff]")
_STEERING_A_LINE = re.compile(f"[\t\n{_STEERS}\ud800-\udfff]")


def visible(text: str, *, lines: bool = False) -> str:
    r"""A text with what steers a screen written as Python does (`\x1b`, `\u202e`).

    Args:
        text: Of any origin.
        lines: Leave line ends and tabs as they are.
    """
    # Nearly every text there is, and at no cost.
    if text.isprintable():
        return text
    return (_STEERING if lines else _STEERING_A_LINE).sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
