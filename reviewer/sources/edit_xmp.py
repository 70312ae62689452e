"""XMP sidecars with tags added and taken away, every other byte as it was.

Only items of the lists of tags are touched: one is cut out with the blank before it, a new one is
written like the last of its list. New tags go to `dc:subject`, and beside it, as plain names, to
digiKam's and Lightroom's lists where the file has them and writes plain names in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape

from reviewer.sources.text import spaced
from reviewer.sources.xmp import xmp_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ITEM = f"{_RDF} li"
_LISTS = {
    "http://purl.org/dc/elements/1.1/ subject": "",
    "http://www.digikam.org/ns/1.0/ TagsList": "/",
    "http://ns.adobe.com/lightroom/1.0/ hierarchicalSubject": "|",
}
"""The properties that hold tags, with what sets the parts of a path apart."""


@dataclass(slots=True)
class _Item:
    """One item: its bytes from `start` to `end`, and its text."""

    start: int
    end: int = 0
    text: str = ""


@dataclass(slots=True)
class _TagList:
    separator: str
    items: list[_Item] = field(default_factory=list)


def edited_xmp(
    content: bytes, added: Iterable[str], removed: Iterable[str], key: Callable[[str], str]
) -> bytes | None:
    """A sidecar with tags added and taken away.

    Args:
        content: Of the file, UTF-8.
        added: Matching names.
        removed: Matching names.
        key: The matching name of what the file writes.

    Returns:
        The new content; `None` where it cannot be edited without touching anything else: it is
        not UTF-8, is no sidecar, or has no list of tags to write into.
    """
    gone = set(removed)
    try:
        content.decode("utf-8")
        lists = _lists_in(content)
        before = {key(tag) for tag in xmp_tags(content)}
        fresh = sorted(set(added) - before)
        cuts, puts = _edits(content, lists, fresh, gone, key)
        after = _applied(content, cuts, puts)
        now = {key(tag) for tag in xmp_tags(after)}
    except (expat.ExpatError, ValueError):
        return None
    return after if now == (before | set(fresh)) - gone else None


def _edits(
    content: bytes,
    lists: list[_TagList],
    fresh: list[str],
    gone: set[str],
    key: Callable[[str], str],
) -> tuple[list[tuple[int, int]], dict[int, bytes]]:
    """Spans to cut out, and texts to put in, by place."""
    cuts: list[tuple[int, int]] = []
    puts: dict[int, bytes] = {}
    for tags in lists:
        cuts += [
            (_blank_before(content, item.start), item.end)
            for item in tags.items
            if _names(item.text, tags.separator, key) & gone
        ]
        plain = not any(tags.separator and tags.separator in i.text for i in tags.items)
        if fresh and tags.items and plain:
            puts[tags.items[-1].end] = _like(content, tags, fresh)
    return cuts, puts


def _names(text: str, separator: str, key: Callable[[str], str]) -> set[str]:
    """What an item may be called: itself, and the last part of a path."""
    found = {key(text)}
    if separator:
        found.add(key(text.rstrip(separator).rpartition(separator)[2]))
    return found


def _like(content: bytes, tags: _TagList, names: list[str]) -> bytes:
    """New items, written like the last one of their list."""
    last = tags.items[-1]
    blank = content[_blank_before(content, last.start) : last.start]
    opening = content[last.start : content.index(b">", last.start) + 1]
    name = opening[1:-1].split()[0]
    underscores = any("_" in item.text for item in tags.items)
    texts = [tag if underscores else spaced(tag) for tag in names]
    items = [b"<%b>%b</%b>" % (name, escape(text).encode(), name) for text in texts]
    return b"".join(blank + item for item in items)


def _blank_before(content: bytes, start: int) -> int:
    while start > 0 and content[start - 1 : start].isspace():
        start -= 1
    return start


def _applied(content: bytes, cuts: list[tuple[int, int]], puts: Mapping[int, bytes]) -> bytes:
    parts, at = [], 0
    for place in sorted({*puts, *(start for start, _ in cuts)}):
        end = next((end for start, end in cuts if start == place), place)
        parts.append(content[at:place])
        if place in puts:
            parts.append(puts[place])
        at = max(at, end)
    return b"".join([*parts, content[at:]])


def _lists_in(content: bytes) -> list[_TagList]:
    """The lists of tags with where their items stand."""
    found: list[_TagList] = []
    inside: list[_TagList] = []
    item: list[_Item] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = False

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        if name in _LISTS:
            inside.append(_TagList(_LISTS[name]))
            found.append(inside[-1])
        elif name == _ITEM and inside:
            item.append(_Item(parser.CurrentByteIndex))

    def text(data: str) -> None:
        if item:
            item[-1].text += data

    def end(name: str) -> None:
        if name in _LISTS:
            inside.pop()
        elif name == _ITEM and item and inside:
            done = item.pop()
            done.end = content.index(b">", parser.CurrentByteIndex) + 1
            inside[-1].items.append(done)

    def refuse(*_declaration: object) -> None:
        raise ValueError("it declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)
    return found
