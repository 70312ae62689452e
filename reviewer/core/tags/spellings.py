"""Two ways into a long list of names: by how a word of one begins, and by letters they share.

Both are made with whole-array steps, which let other threads run meanwhile, and hold a hundred
thousand names in some tens of megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

WIDTH = 48
"""Bytes of a name that are looked at; a longer one is found by its beginning."""
KEY = 24
"""Bytes by which beginnings of words are sorted; what is typed beyond them is compared after."""
PIECE = 16_384
"""Names that are taken apart at a time."""
BREAKS = " -:;.,/()[]'\"!?&+~"
"""A word begins at the start of a name and after one of these."""


def plain(name: str) -> str:
    """A name as it is compared: lower case, spaces for underscores."""
    return name.lower().replace("_", " ").strip()


def letters_of(names: Iterable[str], count: int) -> NDArray[np.uint8]:
    """(N, WIDTH) uint8: the UTF-8 bytes of names as they are compared, cut or filled with zeros."""
    plains = (plain(name).encode()[:WIDTH] for name in names)
    packed = np.fromiter(plains, dtype=f"S{WIDTH}", count=count)
    return packed.view(np.uint8).reshape(count, WIDTH)


@dataclass(frozen=True)
class WordStarts:
    """The places in names where words begin, in alphabetical order of what follows.

    Attributes:
        keys: (W,) bytes, the first `KEY` of what follows, ascending.
        names: (W,) int32 numbers of the names.
        first: (W,) bool, whether it is the beginning of the whole name.
        places: (W,) uint8, bytes before the word in its name.
    """

    keys: NDArray[np.bytes_]
    names: NDArray[np.int32]
    first: NDArray[np.bool_]
    places: NDArray[np.uint8]

    @classmethod
    def of(cls, letters: NDArray[np.uint8]) -> WordStarts:
        """Finds the words of names (N, WIDTH)."""
        breaks = np.isin(letters, np.frombuffer(BREAKS.encode(), np.uint8))
        begins = ~breaks & (letters != 0)
        begins[:, 1:] &= breaks[:, :-1]
        # A name may begin with a sign (`:d`); it is found by it all the same.
        begins[:, 0] = letters[:, 0] != 0
        names, places = np.nonzero(begins)
        padded = np.pad(letters, ((0, 0), (0, KEY)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, KEY, axis=1)
        keys = np.ascontiguousarray(windows[names, places]).view(f"S{KEY}").ravel()
        order = np.argsort(keys, kind="stable")
        return cls(
            keys[order],
            names[order].astype(np.int32),
            (places == 0)[order],
            places[order].astype(np.uint8),
        )

    def range_of(self, typed: bytes, *, whole: bool = False) -> slice:
        """Where the words stand that begin with some bytes.

        Args:
            typed: The bytes.
            whole: Only those after which nothing more follows; of what is longer than a key, all
                that may be so.
        """
        low = np.searchsorted(self.keys, np.bytes_(typed[:KEY]), "left")
        last = typed[:KEY] if whole else typed[:KEY].ljust(KEY, b"\xff")
        high = np.searchsorted(self.keys, np.bytes_(last), "right")
        return slice(int(low), int(high))


@dataclass(frozen=True)
class SharedPairs:
    """Which names hold which pair of neighbouring letters.

    Attributes:
        names: (P,) int32 numbers of names, grouped by pair.
        offsets: (65537,) int64; pair p is in names[offsets[p]..offsets[p + 1]].
        count: Number of names.
    """

    names: NDArray[np.int32]
    offsets: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, letters: NDArray[np.uint8]) -> SharedPairs:
        """Finds the pairs of names (N, WIDTH), with the first letter of each as a pair too."""
        # Piece by piece: what is in between takes several times the room of the result.
        pieces = [letters[start : start + PIECE] for start in range(0, len(letters), PIECE)]
        codes = [pair_codes(piece)[piece != 0] for piece in pieces]
        found = np.concatenate(codes) if codes else np.zeros(0, np.uint16)
        lengths = np.count_nonzero(letters, axis=1)
        names = np.repeat(np.arange(len(letters), dtype=np.int32), lengths)
        order = np.argsort(found, kind="stable")
        counts = np.bincount(found, minlength=1 << 16)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return cls(names[order], offsets.astype(np.int64), len(letters))

    def shared(self, typed: bytes) -> tuple[NDArray[np.int64], int]:
        """What names have in common with some bytes.

        Returns:
            (N,) pairs that each name shares, and how many different ones the bytes have.
        """
        letters = np.frombuffer(typed[:WIDTH].ljust(WIDTH, b"\0"), np.uint8)[None]
        codes = np.unique(pair_codes(letters)[0, : len(typed)])
        parts = [self.names[self.offsets[code] : self.offsets[code + 1]] for code in codes]
        found = np.concatenate(parts) if parts else np.zeros(0, np.int32)
        return np.bincount(found, minlength=self.count), len(codes)


def pair_codes(letters: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(N, WIDTH) uint16: each letter with the one before it; a space is before the first."""
    before = np.full_like(letters, ord(" "))
    before[:, 1:] = letters[:, :-1]
    return before.astype(np.uint16) << np.uint16(8) | letters
