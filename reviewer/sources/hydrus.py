"""Hydrus sidecars: `image.png.txt` with a tag a line, `image.png.json` with a list called `tags`.

Tags have spaces and may carry a namespace (`character:hatsune miku`). The namespaces of the
categories become categories, and the tags plain names; all others stay part of the name. In JSON
the list may stand at any depth (`{"metadata": {"tags": [...]}}`), as the user chose.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.beside import beside, read_ahead, readable
from reviewer.sources.gallery_dl import metadata_of
from reviewer.sources.json_file import read_json_beside
from reviewer.sources.text import decoded, name_key, read_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAMESPACES = {
    "character": Category.CHARACTER,
    "creator": Category.ARTIST,
    "series": Category.COPYRIGHT,
    "studio": Category.ARTIST,
    "species": Category.GENERAL,
    "meta": Category.META,
    "medium": Category.META,
    "title": Category.META,
    "page": Category.META,
    "rating": Category.META,
}
"""Categories by namespace."""

_PLAIN = frozenset({"character", "creator", "series", "studio", "species", "meta", "medium"})
"""Namespaces that say the category and nothing else: the name is the same without them."""

_TELLING = ("character:", "creator:", "series:")
_LOOKED_AT = 200
"""Sidecars that are opened to tell the format."""
_DEEPEST = 8


class HydrusSidecars:
    """Sidecars as Hydrus exports them."""

    name = "hydrus"
    title = "Hydrus sidecars beside the images (.txt, .json)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether one of the first sidecars has Hydrus's namespaces, or a nested list of tags."""
        texts = islice(beside(images, (".txt",)), _LOOKED_AT)
        if any(_is_sidecar(path) for _, path in texts):
            return True
        return any(
            _tags_in_json(path) for _, path in islice(beside(images, (".json",)), _LOOKED_AT)
        )

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every sidecar; an image with both kinds has the tags of both.

        Raises:
            SourceError: A text sidecar cannot be read.
        """
        reading = Reading()
        written: dict[str, list[str]] = {}
        half = len(images) // 2
        for name, lines in read_ahead(beside(images, (".txt",), lambda n: passed(n // 2)), _lines):
            written.setdefault(name, []).extend(lines.result())
        for name, held in readable(
            images, (".json",), read_json_beside, reading.notes, lambda n: passed(half + n // 2)
        ):
            if (tags := tags_within(held)) is not None:
                written.setdefault(name, []).extend(tags)
        for name, found in written.items():
            parsed = [plain_name(line) for line in found]
            reading.records[name] = SourceRecord(tags=frozenset(tag for tag, _ in parsed if tag))
            reading.categories.update({tag: kind for tag, kind in parsed if kind is not None})
        return reading


def plain_name(written: str) -> tuple[str, Category | None]:
    """The matching name of a tag, and its category where the namespace tells it."""
    name = name_key(written)
    namespace, colon, rest = name.partition(":")
    category = NAMESPACES.get(namespace) if colon and rest else None
    if category is not None and namespace in _PLAIN:
        return rest.strip("_") or name, category
    return name, category


def namespaced(name: str, category: Category | None) -> str:
    """A tag as Hydrus writes it: under the namespace of its category."""
    for namespace, kind in NAMESPACES.items():
        if kind is category and kind is not Category.GENERAL and ":" not in name:
            return f"{namespace}:{name}"
    return name


def tags_within(value: object, depth: int = 0) -> list[str] | None:
    """The first list of texts that is called `tags`, at any depth; `None` without one."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    tags = value.get("tags")
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        return tags
    for held in value.values():
        found = tags_within(held, depth + 1)
        if found is not None:
            return found
    return None


def _lines(path: Path) -> Iterator[str]:
    text = decoded(read_beside(path)).text
    return (line for line in re.split(r"[\r\n]+", text) if line.strip())


def _is_sidecar(path: Path) -> bool:
    try:
        return any(
            line.strip().lower().startswith(_TELLING) and "," not in line for line in _lines(path)
        )
    except SourceError:
        return False


def _tags_in_json(path: Path) -> bool:
    try:
        return metadata_of(path) is None and bool(tags_within(read_json_beside(path)))
    except SourceError:
        return False
