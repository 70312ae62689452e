"""Corrected tags in the formats that collections come in. Texts only: nothing is written here."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from reviewer.core.choices.ratings import letter_of, word_of
from reviewer.core.types import Category
from reviewer.sources.caption_text import Caption, Style
from reviewer.sources.hydrus import namespaced
from reviewer.sources.post import JsonObject, names_in, tag_fields
from reviewer.sources.tags_csv import COLUMNS, RATING
from reviewer.sources.text import name_key, spaced, tag_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence


_SAFETY = {"safe": "safe", "questionable": "sketchy", "explicit": "unsafe"}
"""Ratings as szurubooru writes them."""


def same_words(written: str, rating: str) -> str:
    """A rating tag as a letter where one was written, else as a word."""
    return letter_of(rating) if len(written.strip()) == 1 else word_of(rating)


def caption(
    text: str,
    style: Style,
    added: Iterable[str],
    removed: Iterable[str],
    key: Callable[[str], str] = tag_key,
) -> str:
    """A caption with tags added and removed; the rest stays byte for byte.

    Args:
        text: As it is.
        style: In which it is written.
        added: Matching names.
        removed: Matching names.
        key: The matching name of what the text writes.
    """
    return Caption(text, style, key).edited(added, removed)


def hydrus_sidecar(
    text: str,
    added: Iterable[str],
    removed: Iterable[str],
    categories: Mapping[str, Category],
    key: Callable[[str], str],
) -> str:
    """A Hydrus sidecar with tags added, under the namespaces of their categories, and removed.

    Args:
        text: As it is; empty for a new one.
        added: Matching names.
        removed: Matching names.
        categories: Of the added tags.
        key: The matching name of what the text writes.
    """
    fresh = {namespaced(name, categories.get(name)) for name in added}
    edited = Caption(text, Style.LINES, key).edited(sorted(fresh), removed)
    return edited if text or not edited else edited + "\n"


def new_caption(tags: Iterable[str], style: Style, *, spaces: bool) -> str:
    """A caption for an image that has none.

    Args:
        tags: Names, written in this order.
        style: How they are set apart.
        spaces: Write spaces for underscores, where the style allows it.
    """
    names = list(tags)
    if style is Style.COMMAS and spaces:
        names = [spaced(name) for name in names]
    separator = {Style.COMMAS: ", ", Style.SPACES: " ", Style.LINES: "\n"}[style]
    return separator.join(names) + "\n"


def tags_csv(rows: Iterable[tuple[str, Iterable[str]]], ratings: Sequence[str] = ()) -> str:
    """A `tags.csv` of (relative path, tags), and of ratings where there are any.

    Args:
        rows: Of the images.
        ratings: As tags, in the order of the rows; empty where an image has none.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not any(ratings):
        writer.writerow(COLUMNS)
        writer.writerows((path, " ".join(tags)) for path, tags in rows)
    else:
        writer.writerow([*COLUMNS, RATING])
        writer.writerows(
            (path, " ".join(tags), word_of(rating))
            for (path, tags), rating in zip(rows, ratings, strict=True)
        )
    return text.getvalue()


def corrected_post(
    post: JsonObject,
    effective: frozenset[str],
    categories: Mapping[str, Category],
    key: Callable[[str], str] = name_key,
    rating: str = "",
) -> JsonObject:
    """A post with its tags corrected and all else as it was, in any shape that is read.

    Args:
        post: As the site or a downloader wrote it; is changed and returned.
        effective: The corrected tags, by matching name.
        categories: Of tags that the post did not have.
        key: The matching name of what the post writes.
        rating: The corrected rating as a tag; empty to leave it as it is.
    """
    rate(post, rating)
    fields = tag_fields(post)
    here = {key(written) for field in fields for written, _ in names_in(field.value)}
    fresh = sorted(effective - here)
    words = {_word(field.key) for field in fields if field.part}
    for field in fields:
        added = fresh
        if field.part:
            added = [n for n in fresh if _home(categories.get(n), words) == _word(field.key)]
        field.holder[field.key] = _corrected(field.value, effective, added, categories, key)
    return post


def post_line(
    line: bytes,
    effective: frozenset[str],
    categories: Mapping[str, Category],
    key: Callable[[str], str] = name_key,
    rating: str = "",
) -> str:
    """A line of a Danbooru dump with its tags corrected and all else as it was.

    Args:
        line: The line as it came in, in either shape.
        effective: The corrected tags.
        categories: Of tags that the line did not have.
        key: The matching name of what the line writes.
        rating: The corrected rating as a tag; empty to leave it as it is.
    """
    return json_text(corrected_post(json.loads(line), effective, categories, key, rating))


def rate(post: JsonObject, rating: str) -> None:
    """Gives a post another rating, in the words that it has its own in: letter, word, safety.

    Args:
        post: Is changed; a post without a rating stays without.
        rating: A tag ("rating:explicit"); empty to leave the post as it is.
    """
    if not rating:
        return
    word, written = word_of(rating), post.get("rating")
    if isinstance(written, str):
        post["rating"] = same_words(written, rating)
    if post.get("safety") in _SAFETY.values():
        post["safety"] = _SAFETY.get(word, post["safety"])


def json_text(value: JsonObject) -> str:
    """A post as one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _word(key: str) -> str:
    """The category that a field's name says (`tag_string_artist`, `tag-string-artist`)."""
    return key.replace("-", "_").removeprefix("tag_string_").removeprefix("tags_")


def _home(category: Category | None, words: Collection[str]) -> str:
    """The field that a new tag goes to: that of its category, else the general one."""
    word = (category or Category.GENERAL).word
    if word == "meta" and "meta" not in words:
        word = "metadata"
    return word if word in words else "general"


def _corrected(
    value: object,
    effective: frozenset[str],
    added: Sequence[str],
    categories: Mapping[str, Category],
    key: Callable[[str], str],
) -> object:
    """A field's value with the tags that stay, and those that are new to it."""
    if isinstance(value, list):
        kept = [entry for entry in value if _stays(entry, effective, key)]
        return kept + [_entry(value, name, categories) for name in added]
    text = value if isinstance(value, str) else ""
    names = text.split()
    kept_names = [name for name in names if key(name) in effective]
    if not added and len(kept_names) == len(names):
        return value
    lead = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :]
    return lead + " ".join([*kept_names, *added]) + tail


def _stays(entry: object, effective: frozenset[str], key: Callable[[str], str]) -> bool:
    names = names_in([entry])
    return not names or key(names[0][0]) in effective


def _entry(value: list[Any], name: str, categories: Mapping[str, Category]) -> object:
    """A new tag as the others of its list are written."""
    if any(isinstance(entry, dict) for entry in value):
        return {"name": name, "category": str(int(categories.get(name, 0)))}
    if any(isinstance(entry, str) and " " in entry for entry in value):
        return spaced(name)
    return name
