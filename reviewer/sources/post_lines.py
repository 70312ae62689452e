"""Where the wanted fields of posts stand in JSON lines: a loop over bytes, in machine code.

It knows as much of JSON as it takes to find the texts and numbers of an object's own fields, and
says of every line whether that was enough: a line with an escape in a wanted text, a value of
another kind, or a cut end is left for a decoder that knows all of JSON. No object is made of a
post, and no text of fields that nobody wants: three times as fast as the quickest typed decoder.
"""

from __future__ import annotations

from enum import IntEnum
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
    OTHER = 4
    """An object, a list, true or false, or a text with escapes."""
    HIGH = 5
    """A text beyond ASCII, which is to be looked at before it is taken for UTF-8."""


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


_UNWANTED, _NAME = -1, -2
"""What the next text of an object is, where it is not the value of a wanted field."""

_QUOTE, _BACKSLASH, _COMMA, _COLON, _LINE = 34, 92, 44, 58, 10


def take_apart(raw: NDArray[np.uint8], count: int) -> Lines:
    """Finds the fields of posts.

    Args:
        raw: (B,) uint8, lines, each with its end.
        count: Lines.
    """
    names = np.zeros((len(NAMES), 20), np.uint8)
    lengths = np.array([len(name) for name in NAMES], np.int64)
    for place, name in enumerate(NAMES):
        names[place, : len(name)] = np.frombuffer(name, np.uint8)
    ends = np.zeros(count + 1, np.int64)
    spans = np.zeros((count, len(NAMES), 2), np.int32)
    kinds = np.zeros((count, len(NAMES)), np.uint8)
    whole = np.zeros(count, np.bool_)
    fill = compiled(_take_apart, _text_end, _field_of, _value, _to_the_end, _one_post)
    fill(raw, (names, lengths), ends, spans, kinds, whole)
    return Lines(ends, spans, kinds, whole)


def whole_numbers(
    raw: NDArray[np.uint8], spans: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The whole numbers in some places, and where there is none of at most 18 digits.

    Args:
        raw: (B,) uint8.
        spans: (N, 2) int32.
    """
    numbers, wrong = np.zeros(len(spans), np.int64), np.zeros(len(spans), np.bool_)
    compiled(_whole_numbers)(raw, spans, numbers, wrong)
    return numbers, wrong


def hashes(
    raw: NDArray[np.uint8], spans: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """The first 16 of 32 hexadecimal digits in some places, and where there are none.

    Args:
        raw: (B,) uint8.
        spans: (N, 2) int32.
    """
    keys, wrong = np.zeros(len(spans), np.uint64), np.zeros(len(spans), np.bool_)
    compiled(_hashes)(raw, spans, keys, wrong)
    return keys, wrong


def _take_apart(
    raw: NDArray[np.uint8],
    names: tuple[NDArray[np.uint8], NDArray[np.int64]],
    ends: NDArray[np.int64],
    spans: NDArray[np.int32],
    kinds: NDArray[np.uint8],
    whole: NDArray[np.bool_],
) -> None:
    at = 0
    for line in range(len(whole)):
        at, whole[line] = _one_post(raw, at, names, spans[line], kinds[line])
        while raw[at] != _LINE:
            at += 1
        at += 1
        ends[line + 1] = at


def _one_post(
    raw: NDArray[np.uint8],
    at: int,
    names: tuple[NDArray[np.uint8], NDArray[np.int64]],
    spans: NDArray[np.int32],
    kinds: NDArray[np.uint8],
) -> tuple[int, bool]:
    """Fills in one line; returns a place in it or its end, and whether it is one object."""
    depth, field = 0, _UNWANTED
    while raw[at] != _LINE:
        byte = raw[at]
        if byte == _QUOTE:
            stop, kind = _text_end(raw, at + 1)
            if depth == 1 and field == _NAME:
                field = _field_of(raw, at + 1, stop, names)
            elif depth == 1 and field >= 0:
                spans[field, 0], spans[field, 1] = at + 1, stop
                kinds[field] = kind
            if raw[stop] == _LINE:
                return stop, False
            at = stop
        else:
            depth += int(byte in (123, 91)) - int(byte in (125, 93))
            if depth == 0:
                return _to_the_end(raw, at, byte)
            field = _value(byte, at, depth, field, (spans, kinds))
        at += 1
    return at, False


def _text_end(raw: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """The place of the quote (or of the line's end) that ends a text, and its kind."""
    kind, every = 1, 0
    while True:
        byte = raw[at]
        # Small letters and the underscore come after the backslash: one comparison for most bytes.
        if byte <= _BACKSLASH:
            if byte in (_QUOTE, _LINE):
                break
            if byte == _BACKSLASH:
                kind = 4
                at += int(raw[at + 1] != _LINE)
        every |= byte
        at += 1
    return at, 5 if kind == 1 and every > 127 else kind


def _field_of(
    raw: NDArray[np.uint8],
    start: int,
    stop: int,
    names: tuple[NDArray[np.uint8], NDArray[np.int64]],
) -> int:
    """The field of a name; -1 for one that nobody wants."""
    letters, lengths = names
    for field in range(len(lengths)):
        if lengths[field] == stop - start:
            place = 0
            while place < stop - start and letters[field, place] == raw[start + place]:
                place += 1
            if place == stop - start:
                return field
    return _UNWANTED


def _value(
    byte: int,
    at: int,
    depth: int,
    field: int,
    out: tuple[NDArray[np.int32], NDArray[np.uint8]],
) -> int:
    """Takes a byte outside of texts; returns what is awaited after it."""
    if depth == 1 and byte in (_COMMA, 123):
        return _NAME
    if field < 0 or byte <= 32 or byte == _COLON:
        return field
    spans, kinds = out
    if kinds[field] == 0:
        spans[field, 0] = at
        digit = 48 <= byte <= 57 or byte == 45
        kinds[field] = 3 if digit else 2 if byte == 110 else 4
    spans[field, 1] = at + 1
    return field


def _to_the_end(raw: NDArray[np.uint8], at: int, byte: int) -> tuple[int, bool]:
    """The line's end after an object's, and whether nothing else stands between."""
    fine = byte == 125
    at += int(fine)
    while raw[at] != _LINE:
        fine = fine and raw[at] <= 32
        at += 1
    return at, fine


def _whole_numbers(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int32],
    numbers: NDArray[np.int64],
    wrong: NDArray[np.bool_],
) -> None:
    for row in range(len(spans)):
        start, stop = spans[row]
        negative = start < stop and raw[start] == 45
        start += int(negative)
        wrong[row] = not 0 < stop - start <= 18
        number = 0
        for place in range(start, min(stop, start + 18)):
            digit = np.int64(raw[place]) - 48
            wrong[row] |= not 0 <= digit <= 9
            number = number * 10 + digit
        numbers[row] = -number if negative else number


def _hashes(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int32],
    keys: NDArray[np.uint64],
    wrong: NDArray[np.bool_],
) -> None:
    for row in range(len(spans)):
        start, stop = spans[row]
        wrong[row] = stop - start != 32
        key = np.uint64(0)
        for place in range(start, min(stop, start + 16)):
            byte = raw[place]
            value = 16
            if 48 <= byte <= 57:
                value = byte - 48
            elif 97 <= byte <= 102 or 65 <= byte <= 70:
                value = (byte & 31) + 9
            wrong[row] |= value > 15
            key = key * np.uint64(16) + np.uint64(value & 15)
        keys[row] = key
