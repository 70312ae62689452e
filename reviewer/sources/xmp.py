"""XMP sidecars: `image.png.xmp` (digiKam, darktable) or `image.xmp` (Lightroom). Read only.

Tags stand in `dc:subject` (flat), in digiKam's `TagsList` (a path with `/`) and in Lightroom's
`hierarchicalSubject` (a path with `|`); of a path the last part is the tag. A tag is an item of a
list and is never split at commas. Namespaces: ISO 16684-1 (XMP), digiKam's and Lightroom's own.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from xml.parsers import expat

from reviewer.core.errors import SourceError
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.beside import beside, readable
from reviewer.sources.text import name_key, read_beside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ITEM = "http://www.w3.org/1999/02/22-rdf-syntax-ns# li"
_LISTS = {
    "http://purl.org/dc/elements/1.1/ subject": "",
    "http://www.digikam.org/ns/1.0/ TagsList": "/",
    "http://ns.adobe.com/lightroom/1.0/ hierarchicalSubject": "|",
}
"""The properties that hold tags, with what sets the parts of a path apart."""

_LOOKED_AT = 200
"""Sidecars that are opened to tell the format."""


class Xmp:
    """An XMP sidecar beside each image."""

    name = "xmp"
    title = "XMP sidecars beside the images (.xmp)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether one of the first sidecars holds tags: most programs keep other things there."""
        return any(_has_tags(path) for _, path in islice(beside(images, (".xmp",)), _LOOKED_AT))

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every sidecar; one that is broken becomes a note."""
        reading = Reading()
        for name, tags in readable(images, (".xmp",), sidecar_tags, reading.notes, passed):
            reading.records[name] = SourceRecord(tags=tags)
        return reading


def sidecar_tags(path: Path) -> frozenset[str]:
    """The tags of a sidecar by matching name.

    Raises:
        SourceError: It cannot be read, is no XML, is too large, or declares a document type.
    """
    content = read_beside(path)
    try:
        return xmp_tags(content)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError(f"{path} is not an XMP sidecar: {error}.") from error


def _has_tags(path: Path) -> bool:
    try:
        return bool(sidecar_tags(path))
    except SourceError:
        return False


def xmp_tags(content: bytes) -> frozenset[str]:
    """The tags in an XMP packet by matching name.

    Raises:
        ExpatError: It is not well-formed XML.
        ValueError: It declares a document type, which XMP never does and attacks need.
    """
    items = _Items()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = items.start
    parser.EndElementHandler = items.end
    parser.CharacterDataHandler = items.text
    parser.Parse(content, True)
    flat = {name_key(text) for text, separator in items.found if not separator}
    tags = set(flat)
    for text, separator in items.found:
        # A name that is itself a tag is none of a path: fate/stay_night.
        if separator and name_key(text) not in flat:
            tags.add(name_key(text.rstrip(separator).rpartition(separator)[2]))
    return frozenset(tags - {""})


class _Items:
    """Hears the elements of a packet and keeps the items of the lists of tags."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._separator: str | None = None
        self._text: list[str] | None = None

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name in _LISTS:
            self._separator = _LISTS[name]
        elif name == _ITEM and self._separator is not None:
            self._text = []

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, name: str) -> None:
        if name in _LISTS:
            self._separator = None
        elif name == _ITEM and self._text is not None and self._separator is not None:
            self.found.append(("".join(self._text), self._separator))
            self._text = None


def _refuse_doctype(*_declaration: object) -> None:
    raise ValueError("it declares a document type")
