"""Millions of image files and the posts that they belong to, in arrays instead of objects.

What `match.ImagesByPost` does with dictionaries, for a dump whose files are named by the posts'
ids or MD5s: about 30 bytes a file.
"""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.compiled import compiled
from reviewer.core.errors import SourceError
from reviewer.pictures import SUFFIXES
from reviewer.sources.left_out import LeftOut
from reviewer.sources.match import ImagesByPost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


_END = ord("/")
"""Ends a name: the one character that no name of a file has."""


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


class ListedImages:
    """The image files of a folder. Rows count them in the order in which they were found.

    Attributes:
        left_out: What was found and is no image here.
    """

    def __init__(self, folder: Path) -> None:
        """Lists a folder with all folders in it.

        Raises:
            SourceError: The folder is not there or cannot be read.
        """
        self.left_out = LeftOut()
        self._folders: list[str] = []
        self._folder = array("i")
        self._names = bytearray()
        self._ends = array("q", [0])
        self._keys = (array("Q"), array("Q"))
        self._rows = (array("i"), array("i"))
        self._odd: dict[str, int] = {}
        for inside, names in image_names(folder, self.left_out):
            try:
                inside.encode()
                self._take(inside, names, _encoded(names))
            except UnicodeEncodeError:
                listed = [inside + name for name in names]
                known = without_nameless(listed, self.left_out.nameless)
                some = [path.removeprefix(inside) for path in known]
                self._take(inside, some, _encoded(some))

    def _take(self, inside: str, names: list[str], content: bytes) -> None:
        if not names:
            return
        first = len(self._folder)
        self._folders.append(inside)
        self._folder.extend([len(self._folders) - 1] * len(names))
        ends, kinds, keys = _parts(content, len(names))
        self._ends.frombytes((self._ends[-1] + ends).tobytes())
        self._names += content
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
        name = self._names[self._ends[row] : self._ends[row + 1] - 1]
        return self._folders[self._folder[row]] + name.decode()

    def paths(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The paths of some files, in UTF-8.

        Returns:
            (B,) bytes, and (N, 2) where the path of each begins and ends.
        """
        names, ends = np.frombuffer(self._names, np.uint8), np.frombuffer(self._ends, np.int64)
        inside, folder_ends = self._inside
        folders = np.frombuffer(self._folder, np.int32)[rows]
        lengths = np.diff(folder_ends)[folders] + ends[rows + 1] - ends[rows] - 1
        stops = np.cumsum(lengths)
        raw = np.empty(int(stops[-1]) if len(stops) else 0, np.uint8)
        compiled(_join, _copy)((inside, folder_ends, folders), (names, ends, rows), raw)
        return raw, np.column_stack([stops - lengths, stops])

    @cached_property
    def _inside(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The folders' paths one after another, and where each begins; the last ends."""
        encoded = [inside.encode() for inside in self._folders]
        ends = np.cumsum([0, *map(len, encoded)])
        return np.frombuffer(b"".join(encoded), np.uint8), ends

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

    def find(
        self,
        ids: NDArray[np.uint64],
        md5s: NDArray[np.uint64],
        written: Callable[[int], tuple[str, str]],
    ) -> NDArray[np.int32]:
        """The row of each post's file, -1 where there is none.

        Args:
            ids: (N,) of the posts; one that no file can have where it is no number.
            md5s: (N,) first halves of their files' MD5s; 0 where unknown.
            written: The id and the MD5 of a post as they are written.
        """
        numbers, hashes = self._tables
        rows = numbers.find(ids)
        if len(hashes.keys):
            rows = np.where(rows < 0, hashes.find(md5s), rows)
        if self._odd:
            for place in np.flatnonzero(rows < 0).tolist():
                name = self._by_post.find(*written(place))
                rows[place] = -1 if name is None else self._odd[name]
        return rows

    def rows_of(self, paths: Sequence[str]) -> NDArray[np.int32]:
        """The row of the file at each path, -1 where there is none."""
        rows = np.full(len(paths), -1, np.int32)
        if not paths:
            return rows
        names = [path.rpartition("/")[2] for path in paths]
        _, kinds, keys = _parts(_encoded(names), len(names))
        for kind in (0, 1):
            mine = np.flatnonzero(kinds == kind)
            table = self._tables[kind]
            low = np.searchsorted(table.keys, keys[mine]).tolist()
            high = np.searchsorted(table.keys, keys[mine], side="right").tolist()
            for place, first, last in zip(mine.tolist(), low, high, strict=True):
                for row in table.rows[first:last].tolist():
                    if self.path(row) == paths[place]:
                        rows[place] = row
        for place in np.flatnonzero(kinds < 0).tolist():
            rows[place] = self._odd.get(paths[place], -1)
        return rows


def without_nameless(paths: Sequence[str], left_out: list[str]) -> list[str]:
    """The paths that are text: on Unix a name may be any bytes, which no database takes for one.

    Args:
        paths: As the system lists them.
        left_out: The others are added to it, as they can be shown.
    """
    kept: list[str] = []
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError:
            left_out.append(os.fsencode(path).decode("utf-8", "backslashreplace"))
        else:
            kept.append(path)
    return kept


def image_names(folder: Path, left_out: LeftOut) -> Iterator[tuple[str, list[str]]]:
    """Folders (with a slash at the end, "" for the first) with the names of the images in them.

    Hidden folders are left out; links to folders are followed, each place once.

    Args:
        folder: Where to look.
        left_out: Videos, and folders that cannot be read, are added to it.

    Raises:
        SourceError: The folder is not there or cannot be read.
    """
    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}. Name the folder that holds the images.")
    seen: set[str] = set()
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        place = f"{folder}/{inside}"
        real = os.path.realpath(place)
        if real in seen:
            continue
        seen.add(real)
        try:
            names, folders, moving = _listed(place)
        except OSError as error:
            if inside:
                left_out.unread.append(inside)
                left_out.reason = left_out.reason or error.strerror or str(error)
                continue
            raise SourceError(f"Cannot read the folder {folder}: {error.strerror}.") from error
        left_out.videos += [inside + name for name in moving]
        if names:
            yield inside, names
        waiting += [f"{inside}{name}/" for name in reversed(folders)]


def _listed(place: str) -> tuple[list[str], list[str], list[str]]:
    """Names of the images, folders and videos in a folder, without hidden ones, in order."""
    names, folders, videos = [], [], []
    with os.scandir(place) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            try:
                is_folder, is_file = entry.is_dir(), entry.is_file()
            except OSError:
                # A link that leads to itself: it is one entry, and not the folder's end.
                is_folder = is_file = False
            if is_folder:
                folders.append(name)
            elif name.endswith(_SUFFIXES) or name.lower().endswith(_SUFFIXES):
                if is_file or _leads_nowhere(entry):
                    names.append(name)
            elif name.lower().endswith(_VIDEOS):
                videos.append(name)
    return sorted(names), sorted(folders), sorted(videos)


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link that may be a file again, and is told of when it is read.

    A pipe would be waited for, and a device has no end: these are no images.
    """
    if not entry.is_symlink():
        return False
    try:
        entry.stat()
    except OSError:
        return True
    return False


_SUFFIXES = tuple(SUFFIXES)
_VIDEOS = (".mp4", ".webm", ".mkv", ".mov", ".avi", ".m4v", ".wmv", ".flv", ".swf")
"""Names of what moves: it is not reviewed, and is only counted."""


def _encoded(names: Sequence[str]) -> bytes:
    """Names one after another, each with a slash behind it.

    Raises:
        UnicodeEncodeError: One is no text: on Unix a name may be any bytes.
    """
    return "/".join([*names, ""]).encode()


def _parts(
    names: bytes, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.uint64]]:
    """Of names as `_encoded` has them: where the next ones begin, their kinds, numbers in them.

    A kind is 0 for a post's id, 1 for an MD5, -1 for neither.
    """
    raw = np.frombuffer(names, np.uint8)
    ends = np.flatnonzero(raw == _END) + 1
    kinds, keys = np.empty(count, np.int8), np.empty(count, np.uint64)
    compiled(_keys)(raw, ends, kinds, keys)
    return ends, kinds, keys


def _join(
    folders: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]],
    names: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]],
    out: NDArray[np.uint8],
) -> None:
    """Puts names, without what ends them, behind the folders they are in.

    Both are (texts, where they begin, which ones).
    """
    at = 0
    for row in range(len(folders[2])):
        folder, name = folders[2][row], names[2][row]
        at = _copy(folders[0], folders[1][folder], folders[1][folder + 1], out, at)
        at = _copy(names[0], names[1][name], names[1][name + 1] - 1, out, at)


def _copy(raw: NDArray[np.uint8], low: int, high: int, out: NDArray[np.uint8], at: int) -> int:
    for place in range(high - low):
        out[at + place] = raw[low + place]
    return int(at + high - low)


def _keys(
    raw: NDArray[np.uint8],
    ends: NDArray[np.int64],
    kinds: NDArray[np.int8],
    keys: NDArray[np.uint64],
) -> None:
    """The kind and the number of each name; names stand one after another."""
    start = 0
    for row in range(len(ends)):
        stop = ends[row] - 2
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
