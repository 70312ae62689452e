"""One post of a booru as JSON, whatever the site: its tags, and what else is told of the image.

Every site has the same few things under other names, and a post is read by its fields, not by its
site: `tag_string` with `tag_string_artist` (Danbooru; with hyphens in its XML), `tags` as a text
(Gelbooru, Moebooru), as a list of names (gallery-dl, Philomena), of objects with name and category
(Danbooru20xx) or as lists by category (e621), and gallery-dl's `tags_artist` beside them.

Categories are Danbooru's five. e621's others: `species` is general, as it is seen in the picture;
`contributor` is artist; `lore` and `invalid` are meta, as a picture does not show them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reviewer.core.types import Category
from reviewer.sources.base import Reading, SourceRecord
from reviewer.sources.match import ImagesByPost
from reviewer.sources.text import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

JsonObject = dict[str, Any]

CATEGORY_WORDS = {
    **{category.word: category for category in Category},
    "metadata": Category.META,
    "species": Category.GENERAL,
    "contributor": Category.ARTIST,
    "lore": Category.META,
    "invalid": Category.META,
    "deprecated": Category.META,
    "circle": Category.ARTIST,
    "studio": Category.ARTIST,
    "faults": Category.META,
}
"""Category names of all sites."""

CATEGORY_NUMBERS = {int(category): category for category in Category}
"""Danbooru's category numbers."""

_RATINGS = {
    "g": ("g", "gsqe"),
    "general": ("g", "gsqe"),
    "sensitive": ("s", "gsqe"),
    "questionable": ("q", "gsqe"),
    "explicit": ("e", "gsqe"),
    "safe": ("s", "sqe"),
    "sketchy": ("q", "sqe"),
    "unsafe": ("e", "sqe"),
    "s": ("s", "sqe"),
    "q": ("q", "sqe"),
    "e": ("e", "sqe"),
}
"""Ratings and their schemes: letters, Gelbooru's words (`safe` before its change), szurubooru's."""

_FOUR_LETTERS = frozenset({"danbooru", "aibooru"})
"""Sites whose letter `s` means *safe* before a change and *sensitive* after it."""

_LARGEST_SCORE = 2**62
"""What SQLite can hold; anything near it is no score."""

_MOST_DIGITS = 40
"""Python reads no number of thousands of digits, and no score has more than a few."""

_HOSTS = {
    "donmai.us": "danbooru",
    "e621.net": "e621",
    "e926.net": "e621",
    "gelbooru.com": "gelbooru",
    "safebooru.org": "safebooru",
    "yande.re": "yandere",
    "konachan.com": "konachan",
    "konachan.net": "konachan",
}
"""Sites by the last two labels of the host of the file, with gallery-dl's names."""


@dataclass(frozen=True, slots=True)
class TagField:
    """One place in a post where tags stand.

    Attributes:
        holder: The object that holds the field.
        key: The field's name in it.
        category: What all tags of the field are; `None` where the field does not tell.
        part: Whether it holds the tags of one category only, beside other fields.
    """

    holder: JsonObject
    key: str
    category: Category | None = None
    part: bool = False

    @property
    def value(self) -> object:
        """What the post holds there."""
        return self.holder[self.key]


@dataclass(frozen=True, slots=True)
class ParsedPost:
    """A post in the program's words.

    Attributes:
        record: Its metadata; `record.remote_id` is the post's id.
        categories: Of its tags, where the post tells them.
        md5: Of the original file, lower case; empty where unknown.
    """

    record: SourceRecord
    categories: dict[str, Category]
    md5: str = ""


def is_post(value: object) -> bool:
    """Whether a JSON value is a post: an object with an id and tags."""
    return isinstance(value, dict) and "id" in value and bool(tag_fields(value))


def tag_fields(post: JsonObject) -> list[TagField]:
    """Where the tags of a post stand."""
    return list(_tag_fields(post))


def _tag_fields(post: JsonObject) -> Iterator[TagField]:
    for key, value in post.items():
        plain = key.replace("-", "_")
        if plain == "tags" and isinstance(value, dict):
            for word in value:
                yield TagField(value, word, CATEGORY_WORDS.get(word), part=True)
        elif plain in {"tags", "tag_string"} and isinstance(value, list | str):
            yield TagField(post, key)
        elif plain.startswith(("tags_", "tag_string_")):
            word = plain.removeprefix("tag_string_").removeprefix("tags_")
            if word in CATEGORY_WORDS:
                yield TagField(post, key, CATEGORY_WORDS[word], part=True)


def names_in(value: object) -> list[tuple[str, Category | None]]:
    """The tags of a field as written, with the categories that objects tell."""
    if isinstance(value, str):
        return [(name, None) for name in value.split()]
    found: list[tuple[str, Category | None]] = []
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, str) and entry.strip():
            found.append((entry, _of_namespace(entry)))
        elif isinstance(entry, dict) and isinstance(entry.get("name"), str):
            found.append((entry["name"], category_of(entry.get("category"))))
    return found


def _of_namespace(name: str) -> Category | None:
    """Philomena has the category of some tags in their names (`artist:someone`)."""
    namespace, colon, _ = name.partition(":")
    return Category.ARTIST if colon and namespace == "artist" else None


def category_of(value: object) -> Category | None:
    """A category by its number or name; `None` where it is unknown."""
    text = str(value)
    return (
        CATEGORY_NUMBERS.get(int(text))
        if text.isdecimal() and len(text) < 10
        else CATEGORY_WORDS.get(text)
    )


def read_post(post: JsonObject) -> ParsedPost:
    """Reads a post as the site or a downloader wrote it."""
    tags: dict[str, Category | None] = {}
    for field in tag_fields(post):
        for written, told in names_in(field.value):
            category = told if field.category is None else field.category
            name = name_key(written)
            if not name:
                continue
            tags[name] = tags.get(name) if category is None else category
    file = post["file"] if isinstance(post.get("file"), dict) else {}
    rating, scheme = rating_of(_text(post, "rating", "safety"))
    record = SourceRecord(
        tags=frozenset(tags),
        rating=rating,
        rating_scheme=scheme,
        score=whole_number(post.get("score")),
        source=_source(post),
        site=_site(post, file),
        remote_id=_text(post, "id"),
        parent=_parent(post),
    )
    md5 = (_text(post, "md5", "checksumMD5") or _text(file, "md5")).lower()
    return ParsedPost(record, {n: kind for n, kind in tags.items() if kind is not None}, md5)


def rating_of(written: str) -> tuple[str, str]:
    """The letter and the scheme of a rating as it is written; two empty texts if it is none."""
    return _RATINGS.get(written.strip().lower(), ("", ""))


def read_posts(posts: Iterable[JsonObject], images: Iterable[str]) -> Reading:
    """What posts say of the images that are here, told apart by the names of the files.

    Args:
        posts: In any order; the last one of an image counts.
        images: Relative image paths.
    """
    by_post = ImagesByPost(images)
    reading = Reading()
    unmatched = 0
    for post in posts:
        parsed = read_post(post)
        name = by_post.find(parsed.record.remote_id, parsed.md5)
        if name is None:
            unmatched += 1
            continue
        reading.records[name] = parsed.record
        reading.categories.update(parsed.categories)
    if unmatched:
        reading.notes.append(f"{unmatched:,} posts in the metadata have no image here.")
    settle_ratings(reading)
    return reading


def settle_ratings(reading: Reading, four: frozenset[str] = frozenset()) -> None:
    """Marks letters of a site as those of its four-valued scheme, where one of them is `g`.

    Args:
        reading: Its records are replaced.
        four: Sites of which a `g` was seen on a post without an image.
    """
    told = reading.records.told
    four |= {record.site for record in told.values() if record.rating == "g"}
    for name, record in told.items():
        if record.rating and record.site in four & _FOUR_LETTERS:
            told[name] = replace(record, rating_scheme="gsqe")


def _text(post: JsonObject, *keys: str) -> str:
    """The first of some fields that is a text or a number."""
    for key in keys:
        value = post.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return ""


def whole_number(value: object) -> int | None:
    """A score: a number, a text, or e621's object with its `total`; `None` where it is none."""
    if isinstance(value, dict):
        value = value.get("total")
    try:
        number = int(str(value)[:_MOST_DIGITS])
    except ValueError:
        return None
    return number if abs(number) < _LARGEST_SCORE else None


def _source(post: JsonObject) -> str:
    sources = post.get("sources")
    if isinstance(sources, list) and sources and isinstance(sources[0], str):
        return sources[0]
    return _text(post, "source")


def _parent(post: JsonObject) -> str:
    """The id of the parent post; e621 has it among its relationships, Gelbooru writes 0."""
    kin = post.get("relationships")
    found = _text(kin if isinstance(kin, dict) else post, "parent_id")
    return found if found.isdecimal() and found.strip("0") else ""


def _site(post: JsonObject, file: JsonObject) -> str:
    """The site by gallery-dl's word, by the address of the file, or by what only one site has."""
    if category := _text(post, "category"):
        return category
    address = _text(post, "file_url", "file-url", "large_file_url") or _text(file, "url")
    host = _host(address)
    site = _HOSTS.get(".".join(host.split(".")[-2:]), host)
    if site:
        return site
    if isinstance(post.get("tags"), dict):
        return "e621"
    return "danbooru" if "tag_string" in post or "tag-string" in post else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
