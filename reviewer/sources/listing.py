"""Millions of image files and the posts that they belong to, in arrays instead of objects.

What `match.ImagesByPost` does with dictionaries, for a dump whose files are named by the posts'
ids or MD5s: about 30 bytes a file.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.errors import SourceError
from reviewer.pictures import SUFFIXES
from reviewer.sources.match import ImagesByPost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class _Table:
    """Rows of files by a number that their names hold, sorted by it; the last of equal ones wins.

    Attributes:
        keys: (K,) uint64, ascending.
        rows: (K,) int32.
    """

    keys: NDArray[np.uint64]
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, keys: array[int], rows: array[int], late: NDArray[np.bool_]) -> _Table:
        numbers, places = np.array(keys, np.uint64), np.array(rows, np.int32)
        order = np.lexsort((places, late[places], numbers))
        return cls(numbers[order], places[order])

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Row of each key, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int32)
        at = np.maximum(np.searchsorted(self.keys, keys, side="right") - 1, 0)
        return np.where(self.keys[at] == keys, self.rows[at], np.int32(-1)).astype(np.int32)

    def all_of(self, key: int) -> list[int]:
        """Rows of every file of a key."""
        low, high = bisect_left(self.keys, key), bisect_right(self.keys, key)
        return [int(row) for row in self.rows[low:high]]


class ListedImages:
    """The image files of a folder. Rows count them in the order in which they were found."""

    def __init__(self, folder: Path) -> None:
        """Lists a folder with all folders in it.

        Raises:
            SourceError: The folder is not there or cannot be read.
        """
        if not folder.is_dir():
            raise SourceError(
                f"There is no folder {folder}. Name the folder that holds the images."
            )
        self._folders: list[str] = []
        self._folder = array("i")
        self._names = bytearray()
        self._ends = array("q", [0])
        self._keys = (array("Q"), array("Q"))
        self._rows = (array("i"), array("i"))
        self._odd: dict[str, int] = {}
        for inside, names in _image_names(folder):
            self._folders.append(inside)
            self._take(inside, names)

    def _take(self, inside: str, names: list[str]) -> None:
        first = len(self._folder)
        self._folder.extend([len(self._folders) - 1] * len(names))
        encoded = [name.encode("utf-8", "surrogateescape") for name in names]
        content = b"".join(encoded)
        ends = np.cumsum([len(name) for name in encoded])
        self._ends.frombytes((self._ends[-1] + ends).tobytes())
        self._names += content
        kinds, keys = np.empty(len(names), np.int8), np.empty(len(names), np.uint64)
        compiled(_keys)(np.frombuffer(content, np.uint8), ends, kinds, keys)
        for kind in (0, 1):
            mine = np.flatnonzero(kinds == kind)
            self._keys[kind].frombytes(keys[mine].tobytes())
            self._rows[kind].frombytes((first + mine).astype(np.int32).tobytes())
        self._odd.update((inside + names[n], first + n) for n in np.flatnonzero(kinds < 0).tolist())

    def __len__(self) -> int:
        """Files."""
        return len(self._folder)

    def path(self, row: int) -> str:
        """A file's path, relative to the folder, with forward slashes."""
        name = self._names[self._ends[row] : self._ends[row + 1]]
        return self._folders[self._folder[row]] + name.decode("utf-8", "surrogateescape")

    @cached_property
    def _tables(self) -> tuple[_Table, _Table]:
        """Files by post id, and by the first half of an MD5."""
        original = np.array([inside.startswith("original/") for inside in self._folders], bool)
        late = original[np.array(self._folder, np.int32)] if len(self) else np.zeros(0, bool)
        numbers, md5s = (_Table.of(k, r, late) for k, r in zip(self._keys, self._rows, strict=True))
        return numbers, md5s

    @cached_property
    def _by_post(self) -> ImagesByPost:
        return ImagesByPost(self._odd)

    def find(self, ids: Sequence[int | str], md5s: Sequence[str | None]) -> NDArray[np.int32]:
        """The row of each post's file, -1 where there is none.

        Args:
            ids: Of the posts.
            md5s: Of their files; `None` where unknown.
        """
        numbers, hashes = self._tables
        rows = numbers.find(np.fromiter((_number(i) for i in ids), np.uint64, len(ids)))
        if len(hashes.keys):
            keys = np.fromiter((_md5_key(md5) for md5 in md5s), np.uint64, len(ids))
            rows = np.where(rows < 0, hashes.find(keys), rows)
        if self._odd:
            for place in np.flatnonzero(rows < 0).tolist():
                name = self._by_post.find(str(ids[place]), md5s[place] or "")
                rows[place] = -1 if name is None else self._odd[name]
        return rows

    def holds(self, path: str) -> bool:
        """Whether a path is among the files."""
        if path in self._odd:
            return True
        kind, key = _key(path.rsplit("/", 1)[-1])
        return kind >= 0 and any(self.path(row) == path for row in self._tables[kind].all_of(key))


def _image_names(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Folders (with a slash at the end, "" for the first) with the names of the images in them.

    Hidden folders are left out; links to folders are followed, each place once.
    """
    seen: set[str] = set()

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(f"Cannot read the folder {folder}: {error.strerror}.") from error

    for place, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(place).relative_to(folder).as_posix()
        names = [name for name in files if _is_image(name)]
        if names:
            yield "" if inside == "." else f"{inside}/", sorted(names)


_SUFFIXES = tuple(SUFFIXES)


def _is_image(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and name[0] != "."


def _key(name: str) -> tuple[int, int]:
    """Kind of a file's name (0 a post's id, 1 an MD5, -1 neither) and the number in it."""
    raw = np.frombuffer(name.encode("utf-8", "surrogateescape"), np.uint8)
    kinds, keys = np.empty(1, np.int8), np.empty(1, np.uint64)
    compiled(_keys)(raw, np.array([len(raw)]), kinds, keys)
    return int(kinds[0]), int(keys[0])


def _keys(
    raw: NDArray[np.uint8],
    ends: NDArray[np.int64],
    kinds: NDArray[np.int8],
    keys: NDArray[np.uint64],
) -> None:
    """The kind and the number of each name; names stand one after another."""
    start = 0
    for row in range(len(ends)):
        stop = ends[row] - 1
        while stop > start and raw[stop] != 46:
            stop -= 1
        decimal = 0 < stop - start < 19 and (raw[start] != 48 or stop - start == 1)
        hexadecimal = stop - start == 32
        number, digits = np.uint64(0), np.uint64(0)
        for place in range(start, stop):
            byte = raw[place]
            value = 16
            if 48 <= byte <= 57:
                value = byte - 48
            elif 97 <= byte <= 102 or 65 <= byte <= 70:
                value = (byte & 31) + 9
            decimal = decimal and value < 10
            hexadecimal = hexadecimal and value < 16
            number = number * np.uint64(10) + np.uint64(value)
            if place < start + 16:
                digits = digits * np.uint64(16) + np.uint64(value)
        kinds[row] = 0 if decimal else 1 if hexadecimal else -1
        keys[row] = number if decimal else digits
        start = ends[row]


def _number(post_id: int | str) -> int:
    """A post's id as a key; one that no file can have where it is no number."""
    if isinstance(post_id, int):
        return post_id if post_id >= 0 else 2**64 - 1
    return int(post_id) if post_id.isdecimal() and len(post_id) < 19 else 2**64 - 1


def _md5_key(md5: str | None) -> int:
    try:
        return int((md5 or "")[:16], 16)
    except ValueError:
        return 0
