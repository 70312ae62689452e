"""Tag names in running text, replaced by numbers: a hundred million of them in seconds.

Names are known by a hash of 64 bits (FNV-1a with a final mix): among Danbooru's 365,000 tags the
chance that any two share one is 1 in 280 million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.tags.tagrows import TagRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FULL = 0.5
"""Share of the table's places that may be taken: beyond it, search takes long."""


class Hashes(NamedTuple):
    """The words of some texts, before anyone knows their numbers.

    Attributes:
        keys: (W,) uint64, a hash of each.
        places: (W, 2) int32, where they begin and end.
        starts: (N + 1,) int64; text n has the words `starts[n]:starts[n + 1]`.
    """

    keys: NDArray[np.uint64]
    places: NDArray[np.int32]
    starts: NDArray[np.int64]


class Numbered(NamedTuple):
    """Texts as numbers.

    Attributes:
        rows: Numbers of each text's words, in the order of the words; 0 for unknown ones.
        unknown: Where these stand in `rows.tags`.
        places: (U, 2) int32, where the unknown words begin and end in the text.
        words: The unknown words themselves.
    """

    rows: TagRows
    unknown: NDArray[np.int64]
    places: NDArray[np.int32]
    words: list[str]


def hash_words(raw: NDArray[np.uint8], spans: NDArray[np.int32]) -> Hashes:
    """Finds the words of some texts: most of the work of `TagWords.number`, which needs no table.

    Args:
        raw: (B,) uint8, holds the texts: UTF-8, words between single spaces or several.
        spans: (N, 2) int32, where each text begins and ends in it.
    """
    # A word takes two bytes at least, with what is between it and the next.
    most = int((spans[:, 1] - spans[:, 0] + 1).sum() // 2) + len(spans) + 1
    starts = np.zeros(len(spans) + 1, np.int64)
    keys, places = np.empty(most, np.uint64), np.empty((most, 2), np.int32)
    count = compiled(_hash)(raw, np.ascontiguousarray(spans), starts, keys, places)
    return Hashes(keys[:count], places[:count], starts)


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
        words = "\n".join(numbers).encode()
        values = np.fromiter(numbers.values(), np.uint32, len(numbers))
        compiled(_learn)(np.frombuffer(words, np.uint8), values, self._keys, self._numbers)

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        size = 1 << int(self._count / _FULL * 2).bit_length()
        self._keys, self._numbers = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        compiled(_move)(keys, numbers, self._keys, self._numbers)

    def number(self, raw: NDArray[np.uint8], found: Hashes) -> Numbered:
        """Replaces the words of some texts by their numbers.

        Args:
            raw: (B,) uint8, holds the texts.
            found: What `hash_words` found in them.

        Raises:
            UnicodeDecodeError: An unknown word is not UTF-8.
        """
        numbers = np.empty(len(found.keys), np.uint32)
        compiled(_look_up)(found.keys, self._keys, self._numbers, numbers)
        unknown = np.flatnonzero(numbers == 0)
        places = found.places[unknown]
        view = raw.data
        spans = zip(places[:, 0].tolist(), places[:, 1].tolist(), strict=True)
        words = [str(view[low:high], "utf-8") for low, high in spans]
        return Numbered(TagRows(found.starts, numbers), unknown, places, words)


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


def _hash(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int32],
    starts: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    places: NDArray[np.int32],
) -> int:
    """Hashes of all words, where they stand, and where the words of each text begin."""
    found = 0
    for text in range(len(spans)):
        low, stop = spans[text]
        key = np.uint64(14695981039346656037)
        for place in range(low, stop):
            byte = raw[place]
            if byte != 32:
                key = (key ^ np.uint64(byte)) * np.uint64(1099511628211)
                continue
            # Written whether there is a word or not: the next one takes the same place.
            hashes[found], places[found, 0], places[found, 1] = key, low, place
            found += int(place > low)
            low = place + 1
            key = np.uint64(14695981039346656037)
        hashes[found], places[found, 0], places[found, 1] = key, low, stop
        found += int(stop > low)
        starts[text + 1] = found
    return found


def _look_up(
    hashes: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    numbers: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """The number of each hash, 0 where it is unknown."""
    # A loop of its own: the memory is asked for many words at once, as none waits for another's.
    mask = np.uint64(len(keys) - 1)
    for word in range(len(out)):
        key = hashes[word]
        key ^= key >> np.uint64(32)
        key |= np.uint64(1)  # 0 marks a free place
        at = (key >> np.uint64(1)) & mask
        while keys[at] != 0 and keys[at] != key:
            at = (at + np.uint64(1)) & mask
        out[word] = numbers[at]
