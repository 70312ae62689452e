"""Posts that were asked of a server and kept: one JSON line a file, by the file's SHA-256.

The file is the program's own, in the workspace. A line without a post says that the server was
asked and has none; a torn last line is one that was never asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from reviewer.core.errors import SourceError
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.hydrus import plain_name
from reviewer.sources.post import CATEGORY_WORDS
from reviewer.sources.text import name_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reviewer.core.types import Category

PREFIX = "pulled:"
"""Before the destination's name, in the name of the source."""


class KeptPost(msgspec.Struct, frozen=True):
    """A file with what a server knows of it.

    Attributes:
        sha256: Of the file, lower-case hexadecimal.
        remote_id: Of its post; empty where the server has none.
        tags: (as the server writes it, word for its category) of each.
        rating: A letter of the scheme `sqe`; empty without one.
        source: Where the picture comes from.
    """

    sha256: str
    remote_id: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    rating: str = ""
    source: str = ""

    def line(self) -> bytes:
        """As it is kept."""
        return msgspec.json.encode(self) + b"\n"


def kept_posts(path: Path) -> Iterator[KeptPost]:
    """The posts of a file, up to a torn end; nothing where there is no file.

    Raises:
        SourceError: It cannot be read, or is damaged before its end.
    """
    if not path.is_file():
        return
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    for number, line in enumerate(lines, start=1):
        try:
            if line:
                yield msgspec.json.decode(line, type=KeptPost)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if number == len(lines):
                return
            raise SourceError(
                f"{path}, line {number} is damaged ({error}). Delete the file and pull again."
            ) from error


@dataclass
class PulledPosts:
    """The kept posts of one server as the source of a collection's tags.

    Attributes:
        name: `pulled:` and the destination's name.
        file: Where they are kept.
        site: What the collection calls the server.
        hydrus: Whether tags carry Hydrus's namespaces.
        digests: SHA-256 of the images by path, as imported.
        title: For people.
    """

    name: str
    file: Path
    site: str
    hydrus: bool
    digests: Mapping[str, bytes]
    title: str = field(init=False)

    def __post_init__(self) -> None:
        self.title = f"the posts that were pulled from {self.name.removeprefix(PREFIX)}"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether posts were pulled."""
        return self.file.is_file()

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """The tags of the images that have a post.

        Raises:
            SourceError: What is kept is damaged.
        """
        reading = Reading()
        posts = {post.sha256: post for post in kept_posts(self.file)}
        unknown = 0
        for name in images:
            post = posts.get(self.digests.get(name, b"").hex())
            if post is None:
                unknown += 1
            elif post.remote_id:
                reading.records[name] = self._record(post, reading.categories)
        if unknown:
            reading.notes.append(
                f"{unknown:,} images are newer than what was pulled; pull again for their tags."
            )
        return reading

    def _record(self, post: KeptPost, categories: dict[str, Category]) -> SourceRecord:
        tags = set()
        for written, word in post.tags:
            name, kind = plain_name(written) if self.hydrus else (name_key(written), None)
            kind = kind if kind is not None else CATEGORY_WORDS.get(word)
            if name:
                tags.add(name)
                if kind is not None:
                    categories[name] = kind
        return SourceRecord(
            tags=frozenset(tags),
            rating=post.rating,
            rating_scheme="sqe" if post.rating else "",
            source=post.source,
            site=self.site,
            remote_id=post.remote_id,
        )
