"""What tags mean, from dumps of a wiki: JSON, JSON lines or CSV, one page a tag.

Known columns are those of the sites' exports (Danbooru and e621: `title`, `body`, `is_deleted`),
and plain ones: `name` or `tag` with `definition`, `description` or `text`. A JSON object may also
hold a text by each name. DText, the markup of those wikis, is taken off; what only points
elsewhere (examples, see also, links) is left out.
"""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING, Any

import msgspec

from reviewer.core.errors import SourceError
from reviewer.sources.json_file import read_json
from reviewer.sources.text import name_key, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST_LETTERS = 1200
"""Of a definition: what is longer is cut after a sentence."""
CELL_LETTERS = 10_000_000
"""Of one cell of a CSV file; some pages are long."""

_NAMES = ("title", "name", "tag")
_TEXTS = ("body", "definition", "description", "text")
_ENDS = re.compile(
    r"^h[1-6](?:#[\w-]+)?\.\s*(?:see also|external links?|examples?|references|related tags)\b.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_REPLACED = (
    (re.compile(r"\[\[[^\]|]*\|([^\]]+)\]\]"), r"\1"),
    (re.compile(r"\[\[([^\]|#]+)(?:#[^\]|]*)?\|?\]\]"), r"\1"),
    (re.compile(r"\{\{([^}|]*)(?:\|([^}]*))?\}\}"), r"\1"),
    (re.compile(r'"([^"\n]+)":\[[^\]\s]+\]'), r"\1"),
    (re.compile(r'"([^"\n]+)":(?:https?://|/)[^\s\])]+'), r"\1"),
    (re.compile(r"^h[1-6](?:#[\w-]+)?\.\s*", re.MULTILINE), ""),
    (re.compile(r"^\s*\*+\s*!(?:post|asset) #\d+.*$", re.MULTILINE), ""),
    (re.compile(r"!(?:post|asset) #\d+(?:: ?[^\n]*)?"), ""),
    (re.compile(r"^\s*\*+\s+", re.MULTILINE), "\N{BULLET} "),
    (re.compile(r"\[(?:br|hr)\]", re.IGNORECASE), "\n"),
    (
        re.compile(
            r"\[/?(?:b|i|u|s|tn|sup|sub|quote|code|nodtext|spoilers?|table|thead|tbody|tr|th|td"
            r"|section|expand|color)(?:[=,][^\]]*)?\]",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(r"[ \t]+\n"), "\n"),
    (re.compile(r"\n{3,}"), "\n\n"),
)


def read_definitions(path: Path) -> dict[str, str]:
    """Reads a dump of wiki pages.

    Args:
        path: A `.json`, `.jsonl` or `.csv` file.

    Returns:
        Plain text by tag name (lower case, underscores); pages without words are left out.

    Raises:
        SourceError: The file cannot be read, or holds no pages.
    """
    found: dict[str, str] = {}
    pages = 0
    for row in _rows(path):
        name = next((str(row[column]) for column in _NAMES if row.get(column)), "")
        text = next((str(row[column]) for column in _TEXTS if row.get(column)), "")
        pages += bool(name)
        if name and text and str(row.get("is_deleted", "")).lower() not in {"true", "t", "1"}:
            words = plain_text(text)
            if words:
                found[name_key(name)] = words
    if not pages:
        raise SourceError(
            f"{path} holds no definitions: it needs the columns title and body (a wiki's export), "
            "or name and definition."
        )
    return found


def plain_text(dtext: str) -> str:
    """A wiki page's DText as plain words, cut to a length that one reads.

    Args:
        dtext: As the site has it.
    """
    text = html.unescape(dtext).replace("\r\n", "\n")
    text = _ENDS.sub("", text)
    for pattern, words in _REPLACED:
        text = pattern.sub(words, text)
    text = text.strip()
    if len(text) <= MOST_LETTERS:
        return text
    cut = text[:MOST_LETTERS]
    end = max(cut.rfind(". "), cut.rfind(".\n"), cut.rfind("\n\n"))
    return (
        cut[: end + 1].rstrip()
        if end > MOST_LETTERS // 2
        else cut.rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    kind = path.suffix.lower()
    if kind == ".csv":
        yield from _table(path)
    elif kind == ".json":
        content = read_json(path)
        if isinstance(content, dict):
            yield from ({"name": name, "text": text} for name, text in content.items())
        else:
            yield from _mappings(content if isinstance(content, list) else [])
    else:
        yield from _mappings(_lines(path))


def _table(path: Path) -> Iterator[dict[str, Any]]:
    before = csv.field_size_limit(CELL_LETTERS)
    try:
        lines = csv.DictReader(io.StringIO(read_text(path).text, newline=""))
        yield from lines
    except csv.Error as error:
        raise SourceError(f"{path}: {error}.") from error
    finally:
        csv.field_size_limit(before)


def _lines(path: Path) -> Iterator[Any]:
    for number, line in enumerate(read_text(path).text.split("\n"), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError) as error:
                raise SourceError(f"{path}, line {number}, is not JSON: {error}.") from error


def _mappings(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (row for row in rows if isinstance(row, dict))
