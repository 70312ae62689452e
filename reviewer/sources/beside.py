"""Files beside the images: which image has which, told by one listing of each folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


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


def _files(place: Path, endings: tuple[str, ...]) -> frozenset[str]:
    """Names of the files of a folder with one of the endings; none where it cannot be read."""
    try:
        with os.scandir(place) as entries:
            return frozenset(e.name for e in entries if e.name.endswith(endings) and e.is_file())
    except OSError:
        return frozenset()
