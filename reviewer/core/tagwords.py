"""Tag names in running text, replaced by numbers: a hundred million of them in seconds.

Names are known by a hash of 64 bits (FNV-1a with a final mix): among Danbooru's 365,000 tags the
chance that any two share one is 1 in 280 million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.tagrows import TagRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_FULL = 0.5
"""Share of the table's places that may be taken: beyond it, search takes long."""


class Numbered(NamedTuple):
    """Texts as numbers.

    Attributes:
        rows: Numbers of each text's words, in the order of the words; 0 for unknown ones.
        unknown: Where these stand in `rows.tags`.
        words: The unknown words themselves.
    """

    rows: TagRows
    unknown: NDArray[np.int64]
    words: list[str]


class TagWords:
    """Numbers (1 to 2^32 - 1) of words."""

    def __init__(self) -> None:
        """Knows no word yet."""
        self._count = 0
        self._keys = np.zeros(1 << 12, np.uint64)
        self._numbers = np.zeros(1 << 12, np.uint32)

    def add(self, numbers: Mapping[str, int]) -> None:
        """Learns the numbers of some words; a word that is known gets its new number."""
        if not numbers:
            return
        self._count += len(numbers)
        if self._count > _FULL * len(self._keys):
            self._grow()
        words = "\n".join(numbers).encode("utf-8", "surrogatepass")
        values = np.fromiter(numbers.values(), np.uint32, len(numbers))
        compiled(_learn)(np.frombuffer(words, np.uint8), values, self._keys, self._numbers)

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        size = 1 << int(self._count / _FULL * 2).bit_length()
        self._keys, self._numbers = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        compiled(_move)(keys, numbers, self._keys, self._numbers)

    def number(self, texts: Sequence[str]) -> Numbered:
        """Replaces the words of some texts; words stand between single spaces or several.

        Args:
            texts: Any number of them.
        """
        content = "\n".join(texts).encode("utf-8", "surrogatepass")
        if content.count(b"\n") >= max(len(texts), 1):
            return self.number([" ".join(text.split()) for text in texts])
        raw = np.frombuffer(content, np.uint8)
        most = content.count(b" ") + len(texts)
        numbers = np.empty(most, np.uint32)
        starts = np.zeros(len(texts) + 1, np.int64)
        unknown = np.empty((most, 3), np.int64)
        found, missing = compiled(_number)(
            raw, (self._keys, self._numbers), numbers, starts, unknown
        )
        where = unknown[:missing]
        words = [content[a:b].decode("utf-8", "surrogatepass") for _, a, b in where.tolist()]
        return Numbered(TagRows(starts, numbers[:found]), where[:, 0], words)


def _learn(
    raw: NDArray[np.uint8],
    values: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    numbers: NDArray[np.uint32],
) -> None:
    mask = np.uint64(len(keys) - 1)
    low = 0
    for value in values:
        key = np.uint64(14695981039346656037)
        while low < len(raw) and raw[low] != 10:
            key = (key ^ np.uint64(raw[low])) * np.uint64(1099511628211)
            low += 1
        low += 1
        key ^= key >> np.uint64(32)
        key |= np.uint64(1)  # 0 marks a free place
        at = (key >> np.uint64(1)) & mask
        while keys[at] != 0 and keys[at] != key:
            at = (at + np.uint64(1)) & mask
        keys[at] = key
        numbers[at] = value


def _move(
    keys: NDArray[np.uint64],
    numbers: NDArray[np.uint32],
    new_keys: NDArray[np.uint64],
    new_numbers: NDArray[np.uint32],
) -> None:
    mask = np.uint64(len(new_keys) - 1)
    for place in range(len(keys)):
        if keys[place] != 0:
            at = (keys[place] >> np.uint64(1)) & mask
            while new_keys[at] != 0:
                at = (at + np.uint64(1)) & mask
            new_keys[at] = keys[place]
            new_numbers[at] = numbers[place]


def _number(
    raw: NDArray[np.uint8],
    table: tuple[NDArray[np.uint64], NDArray[np.uint32]],
    out: NDArray[np.uint32],
    starts: NDArray[np.int64],
    unknown: NDArray[np.int64],
) -> tuple[int, int]:
    keys, numbers = table
    mask = np.uint64(len(keys) - 1)
    found, missing, text, low = 0, 0, 0, 0
    key = np.uint64(14695981039346656037)
    for place in range(len(raw) + 1):
        byte = raw[place] if place < len(raw) else np.uint8(10)
        if byte not in (32, 10):
            key = (key ^ np.uint64(byte)) * np.uint64(1099511628211)
            continue
        if place > low:
            key ^= key >> np.uint64(32)
            key |= np.uint64(1)
            at = (key >> np.uint64(1)) & mask
            while keys[at] != 0 and keys[at] != key:
                at = (at + np.uint64(1)) & mask
            if keys[at] == 0:
                unknown[missing] = (found, low, place)
                missing += 1
                out[found] = 0
            else:
                out[found] = numbers[at]
            found += 1
        low = place + 1
        key = np.uint64(14695981039346656037)
        if byte == 10 and text + 1 < len(starts):
            text += 1
            starts[text] = found
    return found, missing
