"""What an import would read: the formats that fit a folder, and some of its images with their tags.

Nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.types import Category
from reviewer.sources.captions import FAMILY
from reviewer.sources.folder import (
    SOURCES,
    STYLED,
    find_images,
    others_there,
    read_folder,
    source_for,
)

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 20
"""Images that are shown."""
AMONG = 400
"""Images that are read to find some with tags."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One image as it would be imported.

    Attributes:
        path: Relative to the folder.
        tags: Names with their categories, by category and name.
        rating: As the source has it; empty without one.
    """

    path: str
    tags: tuple[tuple[str, Category], ...]
    rating: str = ""


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would read.

    Attributes:
        images: Image files in the folder.
        source: Name of the format that the rows were read in.
        fitting: (name, title) of the formats that fit, the chosen one first.
        read: Images among the first that were read.
        tagged: Of those, how many have tags.
        rows: Some of them, those with tags first.
        notes: What a person should know, in sentences.
    """

    images: int
    source: str
    fitting: tuple[tuple[str, str], ...]
    read: int
    tagged: int
    rows: tuple[PreviewRow, ...]
    notes: tuple[str, ...]


def preview_import(folder: Path, source_name: str = "") -> ImportPreview:
    """Reads the tags of a folder's first images as an import would.

    Args:
        folder: The images.
        source_name: The format; empty for the one that fits best.

    Raises:
        SourceError: The folder or its metadata cannot be read; the text names the file.
        UsageError: There is no format of that name.
    """
    images = find_images(folder)
    best = source_for(folder, images)
    chosen = source_for(folder, images, source_name) if source_name else best
    styled = STYLED if best.name == FAMILY else ()
    others = [best, *styled, *others_there(folder, images, best), SOURCES[-1]]
    fitting = {source.name: source.title for source in (chosen, *others)}
    # A format of one file for all images would tell of those left out that they are missing.
    some = dict(list(images.items())[:AMONG])
    reading = read_folder(folder, some, chosen)
    whole = len(some) == len(images)
    rows = []
    for path in some:
        record = reading.records.get(path)
        tags = record.tags if record else frozenset()
        known = ((tag, reading.categories.get(tag, Category.GENERAL)) for tag in tags)
        ordered = tuple(sorted(known, key=lambda pair: (-int(pair[1]), pair[0])))
        rows.append(PreviewRow(path, ordered, record.rating if record else ""))
    rows.sort(key=lambda row: not row.tags)
    return ImportPreview(
        images=len(images),
        source=chosen.name,
        fitting=tuple(fitting.items()),
        read=len(some),
        tagged=sum(bool(row.tags) for row in rows),
        rows=tuple(rows[:ROWS]),
        notes=tuple(reading.notes) if whole else (),
    )
