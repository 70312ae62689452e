"""Danbooru20xx: JSON lines of posts, images in buckets by id.

Two shapes exist: 2017 to 2020 has `tags` as a list of objects whose numbers are strings; 2021 has
`tag_string` like the site's API, with or without its categories. An image belongs to a post if its
name is the post's id (`0001/1001.jpg`, bucket = id modulo 1000) or its MD5. Ratings before 2022
have three values (s, q, e), later ones four (g, s, q, e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reviewer.core.types import Category
from reviewer.pictures import SUFFIXES
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.beside import files_ending
from reviewer.sources.match import ImagesByPost
from reviewer.sources.post import category_of, settle_ratings, whole_number
from reviewer.sources.tag_list import is_tag_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class _Tag(msgspec.Struct, gc=False):
    name: str
    category: int | str = 0


class Post(msgspec.Struct, gc=False):
    """The fields of a post that matter here, in either shape.

    No cycle can go through one, so the collector of cycles, which would look at millions, does not.
    """

    id: int | str
    rating: str = ""
    score: int | str | None = None
    source: str | None = None
    md5: str | None = None
    tags: list[_Tag] | None = None
    tag_string: str | None = None
    tag_string_general: str | None = None
    tag_string_artist: str | None = None
    tag_string_copyright: str | None = None
    tag_string_character: str | None = None
    tag_string_meta: str | None = None


class DanbooruDump:
    """A dump's metadata files, with the images beside them."""

    name = "danbooru"
    title = "Danbooru20xx metadata (JSON lines)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether there is a file whose first line is a post."""
        return any(is_dump(path) for path in metadata_files(folder))

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every metadata file; what is broken in it is left out and told."""
        by_post = ImagesByPost(images)
        reading = Reading()
        unmatched, four = 0, False
        broken: list[str] = []
        for path in metadata_files(folder):
            if not is_dump(path):
                continue
            for line in lines_of(path):
                post = line.post
                if post is None:
                    broken.append(line.problem)
                    continue
                four = four or post.rating == "g"
                name = by_post.find(str(post.id), post.md5 or "")
                if name is None:
                    unmatched += 1
                    continue
                reading.records[name] = _record(post, reading.categories)
        if broken:
            reading.notes.append(
                f"{len(broken)} lines are not posts and were left out, for example {broken[0]}."
            )
        if unmatched:
            reading.notes.append(f"{unmatched} posts in the metadata have no image here.")
        settle_ratings(reading, frozenset({"danbooru"}) if four else frozenset())
        return reading


def metadata_files(folder: Path) -> list[Path]:
    """Files that may hold posts, in the folder itself and in `metadata/`.

    Lists of tags and files of one image (`image.png.json`) are others' to read.
    """
    places = [folder, folder / "metadata"]
    return sorted(
        path
        for place in places
        for name in files_ending(place, (".json", ".jsonl"))
        if not _is_of_another(path := place / name)
    )


def _is_of_another(path: Path) -> bool:
    return is_tag_list(path) or path.with_suffix("").suffix.lower() in SUFFIXES


class Line(NamedTuple):
    """One line of a dump.

    Attributes:
        raw: As it stands, without its end.
        post: What it says; `None` if it is no post.
        problem: Why it is none, with the file and the line's number.
    """

    raw: bytes
    post: Post | None
    problem: str = ""


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of one file that hold anything; a broken one does not end it."""
    decoder = msgspec.json.Decoder(Post)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            raw = line.strip()
            if not raw:
                continue
            try:
                yield Line(raw, decoder.decode(raw))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Line(raw, None, f"{path}, line {number} ({error})")


def post_tags(post: Post) -> dict[str, Category | None]:
    """The tags of a post with their categories, where it tells them."""
    if post.tags is not None:
        return {tag.name: category_of(tag.category) for tag in post.tags}
    tags: dict[str, Category | None] = dict.fromkeys((post.tag_string or "").split())
    for category, text in _by_category(post):
        tags.update(dict.fromkeys(text.split(), category))
    return tags


def _by_category(post: Post) -> tuple[tuple[Category, str], ...]:
    return (
        (Category.GENERAL, post.tag_string_general or ""),
        (Category.ARTIST, post.tag_string_artist or ""),
        (Category.COPYRIGHT, post.tag_string_copyright or ""),
        (Category.CHARACTER, post.tag_string_character or ""),
        (Category.META, post.tag_string_meta or ""),
    )


def _record(post: Post, categories: dict[str, Category]) -> SourceRecord:
    tags = post_tags(post)
    categories.update({name: kind for name, kind in tags.items() if kind is not None})
    return SourceRecord(
        tags=frozenset(tags),
        rating=post.rating,
        rating_scheme="sqe" if post.rating else "",
        score=whole_number(post.score),
        source=post.source or "",
        site="danbooru",
        remote_id=str(post.id),
    )


def is_dump(path: Path) -> bool:
    """Whether the first line is a post of a dump, and not another site's post or something else."""
    try:
        first = next(lines_of(path), None)
    except OSError:
        return False
    post = first.post if first is not None else None
    return post is not None and (post.tags is not None or post.tag_string is not None)
