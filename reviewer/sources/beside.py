"""Files beside the images: which image has which, told by one listing of each folder."""

from __future__ import annotations

import os
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from reviewer.core.alike import alike, only_ones
from reviewer.core.errors import SourceError
from reviewer.pictures import SUFFIXES as IMAGES
from reviewer.sources.base import Passed, unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

T = TypeVar("T")

READERS = 8
"""Small files that are asked for at once: a disk that has not read them takes as long for eight."""

_AT_ONCE = 16
"""Files that a reader is given at once: one is read in less time than it takes to hand it over."""

_AHEAD = 16
"""Such lots that may have been read and not yet used."""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What reading a file gave."""

    value: T | None
    error: SourceError | None = None

    def result(self) -> T:
        """What was read.

        Raises:
            SourceError: The file could not be read.
        """
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


def beside(
    images: Mapping[str, Path], suffixes: Sequence[str], passed: Passed = unheard
) -> Iterator[tuple[str, Path]]:
    """The file beside each image that has one, as (relative path of the image, its file).

    For each suffix in turn, `image` + suffix and `image.png` + suffix are looked for; the first
    that is there counts. Each folder is listed once, when its first image comes.

    Args:
        images: Image files by relative path.
        suffixes: With the dot, in order of preference.
        passed: Hears of the images come to.
    """
    listed: dict[str, Neighbours] = {}
    for count, (name, path) in enumerate(images.items()):
        passed(count)
        place, _, file = name.rpartition("/")
        if place not in listed:
            listed[place] = Neighbours(path.parent, suffixes)
        found = listed[place].of(file)
        if found is not None:
            yield name, path.with_name(found)


class Neighbours:
    """Files of one folder that stand beside its images."""

    def __init__(self, place: Path, suffixes: Sequence[str]) -> None:
        """Lists the folder.

        Args:
            place: The folder.
            suffixes: With the dot, in lower case, in order of preference.
        """
        self._place = place
        self._suffixes = tuple(suffixes)
        self._there = files_ending(place, self._suffixes)

    def of(self, image: str) -> str | None:
        """The file beside an image, by the name of that; `None` where there is none.

        Where none has the image's very name, one does that Windows or macOS would find: in other
        case, or with accents composed otherwise, as long as it is no other image's.
        """
        if not self._there:
            return None
        starts = _starts(image)
        wanted = [start + suffix for suffix in self._suffixes for start in starts]
        exact = next((name for name in wanted if name in self._there), None)
        if exact is not None:
            return exact
        return next((held for name in wanted if (held := self._alike.get(alike(name)))), None)

    @cached_property
    def _alike(self) -> dict[str, str | None]:
        """Files that no image has by their exact names, by what `alike` makes of them."""
        images = files_ending(self._place, tuple(IMAGES))
        taken = {
            start + suffix for i in images for start in _starts(i) for suffix in self._suffixes
        }
        free = only_ones(sorted(self._there - taken))
        # Two images whose names are alike (`a.png`, `A.png`) may each be meant.
        claimed = Counter(alike(name) for name in taken)
        return {key: name for key, name in free.items() if claimed[key] == 1}


def _starts(image: str) -> tuple[str, str]:
    """What the name of a file beside an image begins with: its name without ending, or with."""
    return image.rpartition(".")[0] or image, image


def read_ahead(
    files: Iterable[tuple[str, Path]], read: Callable[[Path], T]
) -> Iterator[tuple[str, Read[T]]]:
    """Reads small files some way ahead of their use, in their order.

    Args:
        files: As of `beside`.
        read: Reads one; called in other threads.

    Yields:
        The relative path of the image, and what was read; asking it for its result raises the
        `SourceError` that `read` raised.
    """

    def read_some(lot: list[tuple[str, Path]]) -> list[tuple[str, Read[T]]]:
        return [(name, _outcome(read, path)) for name, path in lot]

    coming = iter(files)
    waiting: deque[Future[list[tuple[str, Read[T]]]]] = deque()
    with ThreadPoolExecutor(READERS, "sidecars") as pool:
        while lot := list(islice(coming, _AT_ONCE)):
            waiting.append(pool.submit(read_some, lot))
            if len(waiting) > _AHEAD:
                yield from waiting.popleft().result()
        for done in waiting:
            yield from done.result()


def readable(
    images: Mapping[str, Path],
    suffixes: Sequence[str],
    read: Callable[[Path], T],
    notes: list[str],
    passed: Passed = unheard,
) -> Iterator[tuple[str, T]]:
    """What the file beside each image holds; those that cannot be read become one note.

    Args:
        images: Image files by relative path.
        suffixes: As for `beside`.
        read: Reads one; called in other threads. Where it raises `SourceError`, the next is read.
        notes: The note is added to it.
        passed: Hears of the images come to.

    Yields:
        The relative path of the image, and what was read.
    """
    problems = []
    for name, found in read_ahead(beside(images, suffixes, passed), read):
        if found.error is not None:
            problems.append(found.error)
        else:
            yield name, found.result()
    if problems:
        notes.append(
            f"{len(problems):,} metadata file(s) could not be read, and their images have no tags "
            f"until those are mended: {problems[0]}"
        )


def _outcome(read: Callable[[Path], T], path: Path) -> Read[T]:
    try:
        return Read(read(path))
    except SourceError as error:
        return Read(None, error)


def files_ending(place: Path, endings: tuple[str, ...]) -> frozenset[str]:
    """Names of the files of a folder with one of the endings, in any case.

    None where it cannot be read.

    Args:
        place: The folder.
        endings: In lower case.
    """
    try:
        with os.scandir(place) as entries:
            return frozenset(
                entry.name
                for entry in entries
                if entry.name.lower().endswith(endings) and _is_file(entry)
            )
    except OSError:
        return frozenset()


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        # A link that leads to itself.
        return False
