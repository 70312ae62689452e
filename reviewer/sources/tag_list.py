"""Lists of tags beside a collection: categories, aliases, implications.

Known by their names, each `.csv`, `.json` (an array) or `.jsonl`:

- `tag_list`: `name,category,count,"aliases"` with or without a first line of column names (the
  format of booru tag lists), or the sites' exports with columns `name` and `category`, and
  `is_deprecated` for what the site gave up (Danbooru's);
- `aliases` or `tag_aliases`: columns `antecedent_name`, `consequent_name`, `status`, the first
  being another name of the second (Danbooru's and e621's exports);
- `implications` or `tag_implications`: the same columns, the first implying the second.

A date or number may follow (`tag_aliases-2024-01-31.csv`). Category numbers are Danbooru's, or
e621's where a number comes that only e621 has (2, 6, 7, 8).
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import msgspec

from reviewer.core.errors import SourceError
from reviewer.sources.json_file import read_json
from reviewer.sources.post import CATEGORY_NUMBERS, CATEGORY_WORDS
from reviewer.sources.text import name_key, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reviewer.sources.base import Reading

_NAME = re.compile(
    r"(?:tag_list|(?:tag_)?aliases|(?:tag_)?implications)(?:[-_.][-_.\d]*)?\.(?:csv|jsonl?)"
)
_TAG_COLUMNS = ("name", "category", "count", "aliases")
_FROM, _TO = "antecedent_name", "consequent_name"

_E621_WORDS = (
    "general",
    "artist",
    "contributor",
    "copyright",
    "character",
    "species",
    "invalid",
    "meta",
    "lore",
)
"""e621's categories by their numbers from 0."""
_E621_ALONE = frozenset({"2", "6", "7", "8"})
_DANBOORU = {str(number): category for number, category in CATEGORY_NUMBERS.items()}
_E621 = {str(number): CATEGORY_WORDS[word] for number, word in enumerate(_E621_WORDS)}

_MOST_DIGITS = 18
"""Of a number of posts: the store takes no larger ones, and no site has as many."""

_IN_FORCE = frozenset({"", "active", "approved", "queued", "processing"})
"""States of an alias or implication that holds, or is about to."""


def is_tag_list(path: Path) -> bool:
    """Whether a file's name is that of a list of tags."""
    return _NAME.fullmatch(path.name.lower()) is not None


def read_tag_lists(folder: Path, reading: Reading, given: Sequence[Path] = ()) -> None:
    """Adds what the lists in a folder tell to a reading; absent lists are no fault.

    Args:
        folder: The collection's folder.
        reading: Is added to.
        given: More lists, of any name; what they are is told by their columns, and by the words
            `alias` or `implication` in the name.

    Raises:
        SourceError: A list cannot be read, or nothing tells its kind.
    """
    found = sorted(path for path in folder.iterdir() if is_tag_list(path) and path.is_file())
    for path in [*found, *given]:
        rows = list(_rows(path))
        if not rows:
            continue
        if _FROM not in rows[0]:
            _add_tags(path, rows, reading)
        elif "alias" in path.name.lower():
            reading.aliases.update(_pairs(rows))
        elif "implication" in path.name.lower():
            reading.implications.extend(_pairs(rows))
        else:
            raise SourceError(
                f"{path} holds pairs of tags, but its name does not tell which: put 'aliases' or "
                "'implications' into the name."
            )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a list by column; without a line of names they are those of a tag list."""
    if path.suffix.lower() == ".csv":
        lines = csv.reader(io.StringIO(read_text(path).text))
        try:
            yield from _table(lines)
        except csv.Error as error:
            raise SourceError(f"{path}, line {lines.line_num}: {error}.") from error
        return
    yield from (row for row in _json_rows(path) if isinstance(row, dict))


def _table(lines: Iterator[list[str]]) -> Iterator[dict[str, Any]]:
    first = next(lines, [])
    names = {"name", _FROM} & set(first)
    columns = first if names else _TAG_COLUMNS
    if first and not names:
        yield dict(zip(columns, first, strict=False))
    for line in lines:
        if line:
            yield dict(zip(columns, line, strict=False))


def _json_rows(path: Path) -> list[Any]:
    if path.suffix.lower() == ".json":
        content = read_json(path)
        return content if isinstance(content, list) else []
    try:
        return [
            msgspec.json.decode(line) for line in read_text(path).text.split("\n") if line.strip()
        ]
    except (msgspec.DecodeError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON lines: {error}.") from error


def _add_tags(path: Path, rows: list[dict[str, Any]], reading: Reading) -> None:
    if not any("name" in row and "category" in row for row in rows):
        raise SourceError(
            f"{path} is not a list of tags: it needs lines of name,category,count,aliases or the "
            f"columns {_FROM} and {_TO}."
        )
    numbers = {str(row.get("category", "")).strip() for row in rows}
    scheme = _E621 if numbers & _E621_ALONE else _DANBOORU
    names = {name_key(str(row.get("name", ""))) for row in rows}
    for row in rows:
        name = name_key(str(row.get("name", "")))
        category = scheme.get(str(row.get("category", "")).strip())
        if name and category is not None:
            reading.categories[name] = category
            gone = _is_deprecated(row)
            if gone is not None:
                reading.deprecated[name] = gone
            # What a site gave up is not completed to.
            if not gone:
                reading.listed[name] = _posts(row)
        for alias in str(row.get("aliases") or "").split(","):
            key = name_key(alias)
            # A name of its own right is no alias, and the tag that is listed first (the more
            # frequent one) keeps a name that two tags claim.
            if key and name and key not in names:
                reading.aliases.setdefault(key, name)


def _posts(row: dict[str, Any]) -> int:
    """How often a list says that its tag is used; 0 where it does not tell."""
    told = str(row.get("count") or row.get("post_count") or "").strip()
    return int(told) if told.isdecimal() and len(told) <= _MOST_DIGITS else 0


def _is_deprecated(row: dict[str, Any]) -> bool | None:
    """Whether a list says that the site gave a tag up (Danbooru's export); `None` if it is mute."""
    told = row.get("is_deprecated")
    if told is None:
        return None
    return str(told).strip().lower() in {"true", "t", "1"}


def _pairs(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The pairs that are in force."""
    return [
        (child, parent)
        for row in rows
        if str(row.get("status") or "").lower() in _IN_FORCE
        and (child := name_key(str(row.get(_FROM) or "")))
        and (parent := name_key(str(row.get(_TO) or "")))
        and child != parent
    ]
