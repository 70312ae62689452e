"""Numbers, hashes and words in bytes, many at once: what stands in the fields of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


def fields_with(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int32],
    owners: NDArray[np.int64],
    words: NDArray[np.int32],
) -> NDArray[np.int64]:
    """The last of the fields of a line that hold a word; -1 where none does.

    Args:
        raw: (B,) uint8.
        spans: (N, F, 2) int32, fields with words between spaces.
        owners: (U,) int64, the line of each word.
        words: (U, 2) int32, where each begins and ends in `raw`.
    """
    found = np.full(len(owners), -1, np.int64)
    compiled(_fields_with, _holds)(raw, spans, owners, words, found)
    return found


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
        number = np.int64(0)
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


def _fields_with(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int32],
    owners: NDArray[np.int64],
    words: NDArray[np.int32],
    found: NDArray[np.int64],
) -> None:
    for row in range(len(owners)):
        for field in range(spans.shape[1]):
            low, high = spans[owners[row], field]
            if _holds(raw, low, high, words[row]):
                found[row] = field


def _holds(raw: NDArray[np.uint8], at: int, stop: int, word: NDArray[np.int32]) -> bool:
    """Whether some words between spaces have one among them."""
    low, high = word
    while at + high - low <= stop:
        place = 0
        while place < high - low and raw[at + place] == raw[low + place]:
            place += 1
        at += place
        if place == high - low and (at == stop or raw[at] == 32):
            return True
        while at < stop and raw[at] != 32:
            at += 1
        at += 1
    return False
