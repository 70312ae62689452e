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
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError
from reviewer.pictures import SUFFIXES
from reviewer.sources.match import ImagesByPost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_HEX = frozenset("0123456789abcdef")
_MD5_DIGITS = 32


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
        self._ends.extend(accumulate(map(len, encoded), initial=self._ends.pop()))
        self._names += b"".join(encoded)
        for row, name in enumerate(names, start=first):
            kind, key = _key(name)
            if kind < 0:
                self._odd[inside + name] = row
            else:
                self._keys[kind].append(key)
                self._rows[kind].append(row)

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
    stem = name.rpartition(".")[0]
    if stem.isdecimal() and len(stem) < 19 and stem.isascii() and (stem[0] != "0" or stem == "0"):
        return 0, int(stem)
    stem = stem.lower()
    if len(stem) == _MD5_DIGITS and _HEX.issuperset(stem):
        return 1, int(stem[:16], 16)
    return -1, 0


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
