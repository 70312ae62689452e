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
    listed: dict[Path, frozenset[str]] = {}
    for name, path in images.items():
        place = path.parent
        if place not in listed:
            listed[place] = _files(place)
        there = listed[place]
        file = path.name
        stem = file.rpartition(".")[0] or file
        for candidate in (start + suffix for suffix in suffixes for start in (stem, file)):
            if candidate in there:
                yield name, place / candidate
                break


def _files(place: Path) -> frozenset[str]:
    """Names of the files of a folder; none where it cannot be read."""
    try:
        with os.scandir(place) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file())
    except OSError:
        return frozenset()
