"""Small copies that `reviewer rescale` made, read by a scan in place of large originals."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.lookup import place_of
from reviewer.jobs.pictures import open_for_tagger
from reviewer.pictures import open_picture

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

LIST = "copies.csv"


class SmallCopies:
    """Finds the copy of an original: sixteen bytes an image in memory, the rest in the list."""

    def __init__(self, folder: Path, originals: Path) -> None:
        """Reads the list of copies.

        Args:
            folder: Where `reviewer rescale` wrote, with the whole image in each copy (`--fit
                inside`).
            originals: The collection's folder.

        Raises:
            UsageError: There is no list.
        """
        self._folder, self._originals = folder, originals
        keys, places = [], []
        try:
            with (folder / LIST).open("rb") as lines:
                place = len(lines.readline())
                for line in lines:
                    keys.append(_key(_fields(line)[-1]))
                    places.append(place)
                    place += len(line)
        except OSError as error:
            raise UsageError(
                f"{folder} holds no {LIST} ({error.strerror or error}). Make the copies first: "
                "reviewer rescale --fit inside"
            ) from error
        order = np.argsort(np.array(keys, np.uint64), kind="stable")
        self._keys = np.array(keys, np.uint64)[order]
        self._places = np.array(places, np.int64)[order]

    def __len__(self) -> int:
        """Copies that the list names."""
        return len(self._keys)

    def find(self, original: Path) -> Path | None:
        """The copy of an original; `None` if there is none, or one older than the original."""
        name = original.relative_to(self._originals).as_posix()
        at = place_of(_key(name), self._keys)
        if at is None:
            return None
        with (self._folder / LIST).open("rb") as lines:
            lines.seek(int(self._places[at]))
            copy, *rest = _fields(lines.readline())
        found = self._folder / copy
        try:
            newer = found.stat().st_mtime_ns >= original.stat().st_mtime_ns
        except OSError:
            return None
        return found if newer and rest == [name] else None

    def open(self, original: Path, want_px: int) -> Image.Image:
        """Opens the copy where it is large enough, and the original elsewhere.

        Args:
            original: The file of the collection.
            want_px: The long side needed.

        Raises:
            ValueError: Neither can be used; the text is for people.
        """
        copy = self.find(original)
        if copy is not None:
            try:
                picture = open_picture(copy, want_px)
            except SourceError:
                return open_for_tagger(original, want_px)
            if max(picture.size) >= want_px:
                return picture
        return open_for_tagger(original, want_px)


def _fields(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8", "surrogateescape").rstrip("\n")]), [""])


def _key(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
