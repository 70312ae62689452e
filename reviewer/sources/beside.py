"""Files beside the images: which image has which, told by one listing of each folder."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

T = TypeVar("T")

READERS = 8
"""Small files that are asked for at once: a disk that has not read them takes as long for eight."""

_AHEAD = 256
"""Files that may have been read and not yet used."""


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
            listed[place] = _files(path.parent, endings)
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
) -> Iterator[tuple[str, Future[T]]]:
    """Reads small files some way ahead of their use, in their order.

    Args:
        files: As of `beside`.
        read: Reads one; called in other threads.

    Yields:
        The relative path of the image, and what was read; asking it for its result raises what
        `read` raised.
    """
    waiting: deque[tuple[str, Future[T]]] = deque()
    with ThreadPoolExecutor(READERS, "sidecars") as pool:
        for name, path in files:
            waiting.append((name, pool.submit(read, path)))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting


def _files(place: Path, endings: tuple[str, ...]) -> frozenset[str]:
    """Names of the files of a folder with one of the endings; none where it cannot be read."""
    try:
        with os.scandir(place) as entries:
            return frozenset(e.name for e in entries if e.name.endswith(endings) and e.is_file())
    except OSError:
        return frozenset()
