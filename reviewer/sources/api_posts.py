"""Posts of Danbooru, e621, Gelbooru and their like, as downloaders save the sites' answers.

One post a line, an array of posts, or an answer as it came (`{"posts": [...]}`, `{"post": ...}`),
in `.json` and `.jsonl` files in the folder or in `metadata/`. An image belongs to a post if its
name holds the post's id or MD5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reviewer.core.errors import SourceError
from reviewer.sources.base import unheard
from reviewer.sources.danbooru import is_dump, metadata_files
from reviewer.sources.json_file import read_json, read_json_lines
from reviewer.sources.post import JsonObject, is_post, read_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reviewer.sources.base import Passed, Reading


_LONGEST_LINE = 16_000_000
"""Bytes of a post on one line; a longer first line is that of a file without lines."""


class ApiPosts:
    """Files of posts, with the images beside them."""

    name = "posts"
    title = "posts as the sites' APIs give them (.json, .jsonl)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether there is a file of posts that is not a Danbooru20xx dump."""
        return any(_holds_posts(path) for path in metadata_files(folder))

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every file of posts.

        Raises:
            SourceError: A file of posts is broken; the text names it and the line.
        """
        return read_posts(saved_posts(folder), images)


def saved_posts(folder: Path) -> Iterator[JsonObject]:
    """Every post in the files of a folder, in order.

    Raises:
        SourceError: A file of posts is broken; the text names it and the line.
    """
    for path in metadata_files(folder):
        if _holds_posts(path):
            yield from _posts(path)


def _holds_posts(path: Path) -> bool:
    try:
        return not is_dump(path) and next(_posts(path), None) is not None
    except SourceError:
        return False


def _posts(path: Path) -> Iterator[JsonObject]:
    """The posts of a file: by lines if its first line is JSON, else of the whole file."""
    if not _has_lines(path):
        yield from _posts_in(read_json(path))
        return
    for value in read_json_lines(path):
        yield from _posts_in(value)


def _has_lines(path: Path) -> bool:
    try:
        with path.open("rb") as lines:
            first = lines.readline(_LONGEST_LINE)
            msgspec.json.decode(first.removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _posts_in(value: object) -> Iterator[JsonObject]:
    """The posts of an answer: itself, its items, or what it holds as `posts` or `post`."""
    if isinstance(value, list):
        yield from (item for item in value if is_post(item))
    elif isinstance(value, dict):
        if is_post(value):
            yield value
        else:
            for key in ("posts", "post"):
                held = value.get(key)
                yield from _posts_in([held] if isinstance(held, dict) else held)
