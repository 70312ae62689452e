"""Corrected tags in the formats that collections come in. Texts only: nothing is written here."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from reviewer.sources.caption_text import Caption, Style, style_of
from reviewer.sources.tags_csv import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.core.types import Category


def caption(text: str, usual: Style, added: Iterable[str], removed: Iterable[str]) -> str:
    """A caption with tags added and removed; the rest stays byte for byte."""
    return Caption(text, style_of(text) or usual).edited(added, removed)


def new_caption(tags: Iterable[str], style: Style, *, spaces: bool) -> str:
    """A caption for an image that has none.

    Args:
        tags: Names, written in this order.
        style: How they are set apart.
        spaces: Write spaces for underscores, where the style allows it.
    """
    names = list(tags)
    if style is Style.COMMAS and spaces:
        names = [name.replace("_", " ") if len(name) > 3 else name for name in names]
    separator = {Style.COMMAS: ", ", Style.SPACES: " ", Style.LINES: "\n"}[style]
    return separator.join(names) + "\n"


def tags_csv(rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """A `tags.csv` of (relative path, tags)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((path, " ".join(tags)) for path, tags in rows)
    return text.getvalue()


def post_line(line: bytes, effective: frozenset[str], categories: dict[str, Category]) -> str:
    """A line of a Danbooru dump with its tags corrected and all else as it was.

    Args:
        line: The line as it came in, in either shape.
        effective: The corrected tags.
        categories: Of tags that the line did not have.
    """
    post: dict[str, Any] = json.loads(line)
    if isinstance(post.get("tags"), list):
        kept = [tag for tag in post["tags"] if tag["name"] in effective]
        fresh = sorted(effective - {tag["name"] for tag in kept})
        post["tags"] = kept + [
            {"name": name, "category": str(int(categories.get(name, 0)))} for name in fresh
        ]
    if "tag_string" in post:
        _correct_strings(post, effective, categories)
    return json.dumps(post, ensure_ascii=False, separators=(",", ":"))


def _correct_strings(
    post: dict[str, Any], effective: frozenset[str], categories: dict[str, Category]
) -> None:
    before = set(post["tag_string"].split())
    fresh = sorted(effective - before)
    post["tag_string"] = _kept(post["tag_string"], effective, fresh)
    for key in [key for key in post if key.startswith("tag_string_")]:
        kind = key.removeprefix("tag_string_")
        added = [n for n in fresh if (categories[n].word if n in categories else "general") == kind]
        post[key] = _kept(post[key], effective, added)


def _kept(text: str, effective: frozenset[str], added: list[str]) -> str:
    return " ".join([*(name for name in text.split() if name in effective), *added])
