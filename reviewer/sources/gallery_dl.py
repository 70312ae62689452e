"""gallery-dl's `--write-metadata`: `image.png.json` beside each image.

gallery-dl adds to what the site told: `category` (the site), `tags`, and `tags_<category>`. What
`--write-tags` writes (`image.png.txt`, one tag a line) is read as captions. Other downloaders save
the site's own answer beside the image; it is read as well.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.sources.base import Passed, Reading, unheard
from reviewer.sources.beside import beside, readable
from reviewer.sources.json_file import read_json_beside
from reviewer.sources.post import JsonObject, is_post, read_post, settle_ratings, tag_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUFFIXES = (".json",)
_LOOKED_AT = 50
"""Files that are opened to tell the format: a few may be broken or somebody else's."""


class GalleryDl:
    """A post in a file beside each image."""

    name = "gallery-dl"
    title = "metadata files beside the images (.json), as of gallery-dl"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether one of the first JSON files beside images is a post."""
        return any(
            metadata_of(path) is not None
            for _, path in islice(beside(images, SUFFIXES), _LOOKED_AT)
        )

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every metadata file; one that is broken becomes a note."""
        reading = Reading()
        for name, post in readable(images, SUFFIXES, read_json_beside, reading.notes, passed):
            if _is_metadata(post):
                parsed = read_post(post)
                reading.records[name] = parsed.record
                reading.categories.update(parsed.categories)
        settle_ratings(reading)
        return reading


def metadata_files(images: Mapping[str, Path]) -> Iterator[tuple[str, Path, JsonObject]]:
    """The files as (relative path of the image, file, its content)."""
    for name, path in beside(images, SUFFIXES):
        post = metadata_of(path)
        if post is not None:
            yield name, path, post


def metadata_of(path: Path) -> JsonObject | None:
    """The content of a metadata file; `None` where it is something else or broken."""
    try:
        post = read_json_beside(path)
    except SourceError:
        return None
    return post if _is_metadata(post) else None


def _is_metadata(post: object) -> bool:
    return is_post(post) or (
        isinstance(post, dict) and isinstance(post.get("category"), str) and bool(tag_fields(post))
    )
