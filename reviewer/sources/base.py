"""What every source gives: records of images, and notes on what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reviewer.core.types import Category


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


@dataclass
class Reading:
    """What was read of a folder's metadata.

    Attributes:
        records: By image path, relative to the folder, with forward slashes.
        categories: Of the tags whose category is told.
        implications: (child, parent) names.
        aliases: Other names, to tag names.
        listed: Use (posts) of the tags that lists of tags name, whether an image has them or not.
        deprecated: Whether a tag's site gave it up, by name, where a list tells.
        missing: Image paths that the metadata names and the folder lacks.
        notes: What a person should know, in sentences.
    """

    records: dict[str, SourceRecord] = field(default_factory=dict)
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

    def read(self, folder: Path, images: Mapping[str, Path]) -> Reading:
        """Reads all metadata of a folder.

        Args:
            folder: The collection's folder.
            images: Its image files by relative path.

        Raises:
            SourceError: The metadata cannot be read at all; the text names the file.
        """
