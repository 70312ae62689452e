"""Where the wanted fields of posts stand in JSON lines: a loop over bytes, in machine code.

It knows as much of JSON as it takes to find the texts and numbers of an object's own fields, and
says of every line whether that was enough: what is cut off, nested where a text should be, or
written in another way is left for a decoder that knows all of JSON. No object is made of a
post and no interpreter lock is held, so that another thread can use what was found before.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Field(IntEnum):
    """The fields of a post that matter, by their place in the arrays here."""

    ID = 0
    MD5 = 1
    RATING = 2
    SCORE = 3
    SOURCE = 4
    TAGS = 5
    ARTIST = 6
    COPYRIGHT = 7
    CHARACTER = 8
    META = 9
    GENERAL = 10
    LISTED = 11


NAMES = (
    b"id",
    b"md5",
    b"rating",
    b"score",
    b"source",
    b"tag_string",
    b"tag_string_artist",
    b"tag_string_copyright",
    b"tag_string_character",
    b"tag_string_meta",
    b"tag_string_general",
    b"tags",
)
"""What dumps call them."""


class Kind(IntEnum):
    """What stands in a field."""

    ABSENT = 0
    TEXT = 1
    NULL = 2
    NUMBER = 3
    ESCAPED = 4
    """A text with escapes."""
    HIGH = 5
    """A text beyond ASCII, which is to be looked at before it is taken for UTF-8."""
    OTHER = 6
    """An object, a list, true or false."""


class Lines(NamedTuple):
    """Some lines, taken apart.

    Attributes:
        ends: (L + 1,) int64; line n begins at `ends[n]` and ends before `ends[n + 1]`.
        spans: (L, F, 2) int32, where the value of each field begins and ends, without quotes.
        kinds: (L, F) uint8 of `Kind`.
        whole: (L,) bool, whether the line is one object from its first to its last byte.
    """

    ends: NDArray[np.int64]
    spans: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    whole: NDArray[np.bool_]


_UNWANTED, _NAME, _CLOSED = -1, -2, -3
"""What comes next in an object, where it is not the value of a wanted field."""

_QUOTE, _BACKSLASH, _COLON, _LINE = 34, 92, 58, 10

_OPEN, _CLOSE, _NEXT = 1, 2, 3
"""What a byte outside of texts does: begin or end an object or list, or part two values."""

_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
_GATHER = np.uint64(0x0102040810204080)
_QUOTES, _BACKSLASHES, _LINES = (
    np.uint64(byte * 0x0101010101010101) for byte in (_QUOTE, _BACKSLASH, _LINE)
)
_PLACE = np.array([(bits & -bits).bit_length() - 1 for bits in range(256)], np.int64)
"""Of the lowest bit that is set."""


def take_apart(content: bytes) -> Lines:
    """Finds the fields of posts.

    Args:
        content: Lines, each with its end.
    """
    raw = np.frombuffer(content, np.uint8)
    eight = np.frombuffer(content, np.uint64, len(content) // 8)
    # As many as there can be: memory is taken by what is written only.
    quotes, flags = np.empty(len(content) + 2, np.int32), np.zeros(len(content) + 2, np.uint8)
    ends, firsts = np.empty(len(content) + 1, np.int64), np.empty(len(content) + 1, np.int64)
    count = int(compiled(_find_quotes, _by_byte)((raw, eight), (quotes, flags), ends, firsts))
    ends, firsts = ends[: count + 1], firsts[: count + 1]
    spans = np.zeros((count, len(NAMES), 2), np.int32)
    kinds = np.zeros((count, len(NAMES)), np.uint8)
    whole = np.zeros(count, np.bool_)
    fill = compiled(_take_apart, _field_of, _between, _one_post)
    fill(raw, (quotes, flags, ends, firsts), _names(), (spans, kinds), whole)
    return Lines(ends, spans, kinds, whole)


@cache
def _names() -> _Names:
    names = np.zeros((len(NAMES), 20), np.uint8)
    for place, name in enumerate(NAMES):
        names[place, : len(name)] = np.frombuffer(name, np.uint8)
    marks = np.zeros(256, np.int8)
    marks[list(b"{[}],")] = [_OPEN, _OPEN, _CLOSE, _CLOSE, _NEXT]
    return names, np.array([len(name) for name in NAMES], np.int64), marks


_Names = tuple["NDArray[np.uint8]", "NDArray[np.int64]", "NDArray[np.int8]"]
"""Names of the fields, their lengths, and what each byte begins or ends."""

_Quotes = tuple["NDArray[np.int32]", "NDArray[np.uint8]"]
"""Places of quotes, and what was seen since the one before: 1 an escape, 2 more than ASCII."""


def _find_quotes(
    raw: tuple[NDArray[np.uint8], NDArray[np.uint64]],
    found: _Quotes,
    ends: NDArray[np.int64],
    firsts: NDArray[np.int64],
) -> int:
    """Places of all quotes, ends of the lines and how many quotes come before each line.

    Returns:
        Lines.
    """
    ends[0], firsts[0] = 0, 0
    single, eight = raw
    quotes, _ = found
    count, line, escaped = 0, 0, False
    for word in range(len(eight)):
        eights = eight[word]
        a, b, c = eights ^ _QUOTES, eights ^ _BACKSLASHES, eights ^ _LINES
        # Subtraction sets the high bit of a byte that is 0 (and perhaps of one after it).
        rare = (((b - _ONES) & ~b) | ((c - _ONES) & ~c) | eights) & _HIGHS
        if rare != 0 or escaped:
            count, line, escaped = _by_byte(
                single, (word * 8, word * 8 + 8), found, (ends, firsts), (count, line, escaped)
            )
            continue
        # The high bit of each byte that is 0 and of no other; then these eight bits side by side.
        exact = ~(((a & ~_HIGHS) + ~_HIGHS) | a | ~_HIGHS)
        bits = ((exact >> np.uint64(7)) * _GATHER) >> np.uint64(56)
        while bits != 0:
            quotes[count] = word * 8 + _PLACE[bits]
            count += 1
            bits &= bits - np.uint64(1)
    rest = len(eight) * 8, len(single)
    return _by_byte(single, rest, found, (ends, firsts), (count, line, escaped))[1]


def _by_byte(
    raw: NDArray[np.uint8],
    part: tuple[int, int],
    found: _Quotes,
    lines: tuple[NDArray[np.int64], NDArray[np.int64]],
    state: tuple[int, int, bool],
) -> tuple[int, int, bool]:
    """The same for a few bytes, of which some are rare ones."""
    quotes, flags = found
    count, line, escaped = state
    for place in range(part[0], part[1]):
        byte = raw[place]
        if byte == _LINE:
            line += 1
            lines[0][line], lines[1][line] = place + 1, count
            escaped = False
        elif escaped:
            escaped = False
        elif byte == _QUOTE:
            quotes[count] = place
            count += 1
        elif byte == _BACKSLASH:
            flags[count] |= 1
            escaped = True
        elif byte > 127:
            flags[count] |= 2
    return count, line, escaped


def _take_apart(
    raw: NDArray[np.uint8],
    found: tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]],
    names: _Names,
    out: tuple[NDArray[np.int32], NDArray[np.uint8]],
    whole: NDArray[np.bool_],
) -> None:
    quotes, flags, ends, firsts = found
    spans, kinds = out
    for line in range(len(whole)):
        texts = firsts[line], firsts[line + 1]
        if (texts[1] - texts[0]) % 2 == 0:
            span = ends[line], ends[line + 1] - 1
            whole[line] = _one_post(
                raw, (quotes, flags), texts, span, names, (spans[line], kinds[line])
            )


def _one_post(
    raw: NDArray[np.uint8],
    found: _Quotes,
    texts: tuple[int, int],
    line: tuple[int, int],
    names: _Names,
    out: tuple[NDArray[np.int32], NDArray[np.uint8]],
) -> bool:
    """Fills in one line; returns whether it is one object."""
    quotes, flags = found
    spans, kinds = out
    depth, field, at = 0, _UNWANTED, line[0]
    for text in range(texts[0], texts[1], 2):
        start, stop = quotes[text], quotes[text + 1]
        depth, field = _between(raw, (at, start), names[2], out, (depth, field))
        if depth == 1 and field == _NAME:
            field = _field_of(raw, start + 1, stop, names)
        elif depth == 1 and field >= 0:
            spans[field, 0], spans[field, 1] = start + 1, stop
            flag = flags[text + 1]
            kinds[field] = 4 if flag & 1 else 5 if flag else 1
        elif depth < 1:
            return False
        at = stop + 1
    depth, field = _between(raw, (at, line[1]), names[2], out, (depth, field))
    return depth == 0 and field == _CLOSED


def _between(
    raw: NDArray[np.uint8],
    part: tuple[int, int],
    marks: NDArray[np.int8],
    out: tuple[NDArray[np.int32], NDArray[np.uint8]],
    state: tuple[int, int],
) -> tuple[int, int]:
    """Takes what stands between two texts; returns how deep it is, and what is awaited then."""
    spans, kinds = out
    depth, field = state
    for at in range(part[0], part[1]):
        byte = raw[at]
        mark = marks[byte]
        depth += int(mark == _OPEN) - int(mark == _CLOSE)
        if depth == 1 and mark in (_OPEN, _NEXT):
            field = _NAME
        elif depth < 1 and byte > 32:
            # The object's end, unless something came after it.
            field, depth = (_CLOSED, 0) if byte == 125 and field != _CLOSED else (_UNWANTED, -9999)
        elif field >= 0 and byte > 32 and byte != _COLON:
            if kinds[field] == 0:
                spans[field, 0] = at
                digit = 48 <= byte <= 57 or byte == 45
                kinds[field] = 3 if digit else 2 if byte == 110 else 6
            spans[field, 1] = at + 1
    return depth, field


def _field_of(raw: NDArray[np.uint8], start: int, stop: int, names: _Names) -> int:
    """The field of a name; -1 for one that nobody wants."""
    letters, lengths, _ = names
    for field in range(len(lengths)):
        if lengths[field] == stop - start:
            place = 0
            while place < stop - start and letters[field, place] == raw[start + place]:
                place += 1
            if place == stop - start:
                return field
    return _UNWANTED
