"""Posts in an SQLite file, as downloaders of boorus keep them (`danbooru.sqlite`). Read only.

The table is called `posts` and has the columns of the site's API: `id` or `md5`, `tag_string` with
`tag_string_general` and the like beside it, `rating`, `score`. Layouts seen: KichangKim's
DanbooruDownloader and the folders that DeepDanbooru is trained from, with images by MD5 in buckets.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.core.sqlite_uri import sqlite_uri
from reviewer.sources.base import unheard
from reviewer.sources.post import read_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reviewer.sources.base import Passed, Reading
from reviewer.sources.beside import files_ending

_ENDINGS = (".sqlite", ".sqlite3", ".db")
_HEADER = b"SQLite format 3\x00"
_WANTED = (
    "id", "md5", "rating", "score", "source", "file_url", "tags", "tag_string",
    "tag_string_general", "tag_string_artist", "tag_string_copyright", "tag_string_character",
    "tag_string_meta",
)  # fmt: skip
"""Columns that are read, where the table has them."""


class SqliteDump:
    """Posts in an SQLite file in the folder or in `metadata/`."""

    name = "sqlite"
    title = "posts in an SQLite file (danbooru.sqlite)"

    def recognises(self, folder: Path, _images: Mapping[str, Path]) -> bool:
        """Whether there is an SQLite file with a table of posts."""
        return next(_dumps(folder), None) is not None

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every post that has an image here.

        Raises:
            SourceError: The file is damaged or in use in a way that cannot be read.
        """
        posts = (post for path in _dumps(folder) for post in _posts(path))
        return read_posts(posts, images)


def _dumps(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "metadata"):
        for name in sorted(files_ending(place, _ENDINGS)):
            if _has_posts(place / name):
                yield place / name


def _has_posts(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                return False
        with closing(_open(path)) as connection:
            columns = _columns(connection)
    except (OSError, sqlite3.Error):
        return False
    return bool({"id", "md5"} & columns) and bool({"tags", "tag_string"} & columns)


def _open(path: Path) -> sqlite3.Connection:
    # Neither locked nor journalled: the downloader may be at work, and nothing is written here.
    name = sqlite_uri(path.resolve(), "ro")
    if not path.with_name(f"{path.name}-wal").exists():
        # Else SQLite makes two files beside one that keeps such a log, and leaves them.
        name += "&immutable=1"
    connection = sqlite3.connect(name, uri=True)
    # A stranger's file: what its schema would have computed is not, and no text ends the import.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def _columns(connection: sqlite3.Connection) -> set[str]:
    """Columns of the table of posts; none where that is a view, which may go on for ever."""
    kinds = {row[2] for row in connection.execute("PRAGMA table_list(posts)")}
    if not kinds <= {"table"}:
        return set()
    return {row[1] for row in connection.execute("PRAGMA table_info(posts)")}


def _posts(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a dump under their columns' names; empty ones are left out."""
    try:
        with closing(_open(path)) as connection:
            there = _columns(connection)
            names = [name for name in _WANTED if name in there]
            # Names of columns come from the list above, never from the file.
            for row in connection.execute(f"SELECT {', '.join(names)} FROM posts"):  # noqa: S608 - see above
                yield {n: v for n, v in zip(names, row, strict=True) if v not in {None, ""}}
    except sqlite3.Error as error:
        raise SourceError(
            f"{path} cannot be read as an SQLite file: {error}. If a downloader is writing it, "
            "wait until that is done."
        ) from error
