"""What every source gives: records of images, and notes on what could not be read."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.types import Category


Passed = Callable[[int], None]
"""Hears how many of a folder's images a reader has come to."""


def unheard(count: int) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """The metadata of one image, as its source has it.

    Attributes:
        tags: Names as the program matches them (lower case, underscores).
        rating_scheme: `sqe` or `gsqe`; empty without a rating.
        parent: The site's id of the post that this one is a variant of.
    """

    tags: frozenset[str] = frozenset()
    rating: str = ""
    rating_scheme: str = ""
    score: int | None = None
    source: str = ""
    site: str = ""
    remote_id: str = ""
    parent: str = ""


NOTHING = SourceRecord()
"""Of an image that no metadata are about."""


class Records(Mapping[str, SourceRecord]):
    """Records by image path, relative to the folder, with forward slashes.

    Of half a million images they take little memory: each tag of an image is a number of four
    bytes, and what is told beside tags is kept only where something is.

    Attributes:
        told: What records say beside tags (none are in these), by image path; values may be
            replaced.
    """

    def __init__(self, records: Mapping[str, SourceRecord] | None = None) -> None:
        """Begins with some records, by image path."""
        self.told: dict[str, SourceRecord] = {}
        self._tags: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        for path, record in (records or {}).items():
            self[path] = record

    def __setitem__(self, path: str, record: SourceRecord) -> None:
        """Puts a record in the place of the one before, if there is one."""
        self._tags[path] = array("I", map(self._number, record.tags)).tobytes()
        told = replace(record, tags=frozenset())
        if told != NOTHING:
            self.told[path] = told
        else:
            self.told.pop(path, None)

    def __getitem__(self, path: str) -> SourceRecord:
        """The record of an image.

        Raises:
            KeyError: It has none.
        """
        tags = frozenset(self._names[number] for number in array("I", self._tags[path]))
        return replace(self.told.get(path, NOTHING), tags=tags)

    def __iter__(self) -> Iterator[str]:
        """Image paths, in the order in which they first came."""
        return iter(self._tags)

    def __len__(self) -> int:
        """Images with a record."""
        return len(self._tags)

    @property
    def names(self) -> list[str]:
        """All tags that were ever in a record, by their numbers."""
        return self._names

    def numbers(self, path: str) -> array[int]:
        """Numbers of an image's tags among `names`; none where it has no record."""
        return array("I", self._tags.get(path, b""))

    def tagged(self) -> int:
        """Images that have tags."""
        return sum(map(bool, self._tags.values()))

    def counts(self) -> dict[str, int]:
        """Images by the tags that they have."""
        everything = np.frombuffer(b"".join(self._tags.values()), np.uint32)
        found = np.bincount(everything, minlength=len(self._names)).tolist()
        return {name: many for name, many in zip(self._names, found, strict=True) if many}

    def rename(self, names: Mapping[str, str]) -> None:
        """Puts other tags in the place of some, wherever these are.

        Args:
            names: Tags by what they replace.
        """
        known = self._numbers.keys() & names.keys()
        moved = {self._numbers[name]: self._number(names[name]) for name in sorted(known)}
        if not moved:
            return
        for path, packed in self._tags.items():
            numbers = array("I", packed)
            if not moved.keys().isdisjoint(numbers):
                settled = dict.fromkeys(moved.get(number, number) for number in numbers)
                self._tags[path] = array("I", settled).tobytes()

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
        return number


@dataclass
class Reading:
    """What was read of a folder's metadata.

    Attributes:
        records: By image path.
        categories: Of the tags whose category is told.
        implications: (child, parent) names.
        aliases: Other names, to tag names.
        listed: Use (posts) of the tags that lists of tags name, whether an image has them or not.
        deprecated: Whether a tag's site gave it up, by name, where a list tells.
        missing: Image paths that the metadata names and the folder lacks.
        notes: What a person should know, in sentences.
    """

    records: Records = field(default_factory=Records)
    categories: dict[str, Category] = field(default_factory=dict)
    implications: list[tuple[str, str]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    listed: dict[str, int] = field(default_factory=dict)
    deprecated: dict[str, bool] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Source(Protocol):
    """A format in which a collection's metadata exists."""

    name: str
    """What the user calls it ("captions")."""
    title: str
    """For people."""

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether the folder's metadata are in this format."""

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads all metadata of a folder.

        Args:
            folder: The collection's folder.
            images: Its image files by relative path.
            passed: Called by formats that read what stands beside each image.

        Raises:
            SourceError: The metadata cannot be read at all; the text names the file.
        """
