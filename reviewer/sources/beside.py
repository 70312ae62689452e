"""Files beside the images: which image has which, told by one listing of each folder."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from reviewer.core.errors import SourceError

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


def beside(images: Mapping[str, Path], suffixes: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """The file beside each image that has one, as (relative path of the image, its file).

    For each suffix in turn, `image` + suffix and `image.png` + suffix are looked for; the first
    that is there counts. Each folder is listed once, when its first image comes.

    Args:
        images: Image files by relative path.
        suffixes: With the dot, in order of preference.
    """
    endings = tuple(suffixes)
    listed: dict[str, frozenset[str]] = {}
    for name, path in images.items():
        place, _, file = name.rpartition("/")
        if place not in listed:
            listed[place] = files_ending(path.parent, endings)
        there = listed[place]
        if not there:
            continue
        stem = file.rpartition(".")[0] or file
        for candidate in (start + suffix for suffix in endings for start in (stem, file)):
            if candidate in there:
                yield name, path.with_name(candidate)
                break


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
    images: Mapping[str, Path], suffixes: Sequence[str], read: Callable[[Path], T], notes: list[str]
) -> Iterator[tuple[str, T]]:
    """What the file beside each image holds; those that cannot be read become one note.

    Args:
        images: Image files by relative path.
        suffixes: As for `beside`.
        read: Reads one; called in other threads. Where it raises `SourceError`, the next is read.
        notes: The note is added to it.

    Yields:
        The relative path of the image, and what was read.
    """
    problems = []
    for name, found in read_ahead(beside(images, suffixes), read):
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
    """Names of the files of a folder with one of the endings; none where it cannot be read."""
    try:
        with os.scandir(place) as entries:
            return frozenset(e.name for e in entries if e.name.endswith(endings) and e.is_file())
    except OSError:
        return frozenset()
