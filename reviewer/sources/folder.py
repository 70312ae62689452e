"""The image files of a folder, and the source that fits it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError, UsageError
from reviewer.pictures import SUFFIXES
from reviewer.sources.api_posts import ApiPosts
from reviewer.sources.base import Passed, Reading, Source, unheard
from reviewer.sources.beside import files_ending
from reviewer.sources.caption_text import Style
from reviewer.sources.captions import Captions
from reviewer.sources.characters import CharacterSets
from reviewer.sources.danbooru import DanbooruDump, metadata_files
from reviewer.sources.embedded import Embedded
from reviewer.sources.gallery_dl import GalleryDl
from reviewer.sources.hydrus import HydrusSidecars
from reviewer.sources.left_out import LeftOut
from reviewer.sources.listing import image_names, without_nameless
from reviewer.sources.names import settle_names
from reviewer.sources.sqlite_dump import SqliteDump
from reviewer.sources.tables import Tables
from reviewer.sources.tag_list import read_tag_lists
from reviewer.sources.tags_csv import TagsCsv
from reviewer.sources.xmp import Xmp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Untagged:
    """Images without any metadata."""

    name = "untagged"
    title = "nowhere, as the images have none"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Any folder of images."""
        return bool(images)

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Nothing; says what else is there that is not read."""
        reading = Reading()
        if odd := metadata_files(folder):
            reading.notes.append(
                f"{len(odd):,} .json or .jsonl file(s) are not read, for example {odd[0]}: they "
                "hold no posts of a booru."
            )
        return reading


_LOOKED_AT = 100
"""Images that are looked at for other metadata: enough to notice, quick on a slow disk."""

_PACKED = (".zip", ".cbz", ".rar", ".7z", ".tar", ".tgz", ".tar.gz")
"""Names of archives, which are not opened."""

STYLED: tuple[Source, ...] = tuple(map(Captions, Style))
"""Captions in a style that a person names, where what they look like says another: never told by
what is there, as `captions` comes before."""

_SAME_FILES = frozenset({"hydrus", "captions", *(source.name for source in STYLED)})
"""Formats that read the same files: beside one of them the others are not worth a word."""

SOURCES: tuple[Source, ...] = (
    TagsCsv(),
    GalleryDl(),
    HydrusSidecars(),
    DanbooruDump(),
    ApiPosts(),
    SqliteDump(),
    CharacterSets(),
    Captions(),
    *STYLED,
    Tables(),
    Xmp(),
    Embedded(),
    Untagged(),
)
"""In the order in which they are tried: the more a format tells of itself, the earlier."""


def find_images(folder: Path, left_out: LeftOut | None = None) -> dict[str, Path]:
    """Every image file under a folder by its relative path, with forward slashes, in order.

    Hidden folders are left out; links to folders are followed, each place once.

    Args:
        folder: Where to look.
        left_out: What is found and is no image here is added to it.

    Raises:
        SourceError: The folder is not there or cannot be read.
    """
    others = LeftOut() if left_out is None else left_out
    found = {
        inside + name: place / name
        for inside, names in image_names(folder, others)
        for place in [folder / inside]
        for name in names
    }
    return {path: found[path] for path in without_nameless(list(found), others.nameless)}


def source_for(folder: Path, images: dict[str, Path], name: str = "") -> Source:
    """The source that fits a folder, or the one asked for by name.

    Raises:
        UsageError: There is no source of that name.
        SourceError: The folder holds no images, or nothing in the format asked for.
    """
    if not images:
        raise SourceError(
            f"There are no images in {folder} (looked for {', '.join(sorted(SUFFIXES))}, in "
            f"all its folders).{_instead_of_images(folder)}"
        )
    if name:
        for source in SOURCES:
            if source.name == name:
                if not source.recognises(folder, images):
                    raise SourceError(
                        f"{folder} does not hold {source.title}. Choose another format with "
                        "--source."
                    )
                return source
        known = ", ".join(source.name for source in SOURCES)
        raise UsageError(f"There is no source {name!r}. Known ones: {known}.")
    return next(source for source in SOURCES if source.recognises(folder, images))


def _instead_of_images(folder: Path) -> str:
    """What is there in their place, and what to do with it; empty where nothing is known of it."""
    if packed := sorted(files_ending(folder, _PACKED)):
        return f" {packed[0]} is an archive: unpack it first."
    if told := metadata_files(folder):
        return f" {told[0].name} may tell of images: put it into the folder that holds them."
    return ""


def read_folder(
    folder: Path,
    images: Mapping[str, Path],
    source: Source,
    tag_lists: Sequence[Path] = (),
    aliases: Mapping[str, str] | None = None,
    passed: Passed = unheard,
) -> Reading:
    """Reads a folder's metadata and lists of tags; every tag under one name.

    Args:
        folder: The collection's folder.
        images: Its image files by relative path.
        source: The format of the metadata.
        tag_lists: Lists of tags from elsewhere.
        aliases: Other names to tag names, as earlier imports had them.
        passed: Hears of the images come to, where the format reads what stands beside each.

    Raises:
        SourceError: The metadata or a list cannot be read; the text names the file.
    """
    reading = source.read(folder, images, passed)
    read_tag_lists(folder, reading, tag_lists)
    settle_names(reading, aliases)
    return reading


def others_there(folder: Path, images: Mapping[str, Path], source: Source) -> list[Source]:
    """Sources that fit the first images of a folder too, beside the one that is read."""
    some = dict(islice(images.items(), _LOOKED_AT))
    return [
        other
        for other in SOURCES[:-1]
        if other is not source
        and other not in STYLED
        and not {source.name, other.name} <= _SAME_FILES
        and other.recognises(folder, some)
    ]
