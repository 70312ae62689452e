"""The posts of a dump in columns, a few thousand at a time: what an import of millions reads."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from reviewer.core.errors import SourceError
from reviewer.core.tags.tagwords import hash_words
from reviewer.core.types import Category
from reviewer.sources.danbooru import Post, is_dump, metadata_files, post_tags
from reviewer.sources.post import whole_number
from reviewer.sources.post_lines import Field, Kind, Lines, take_apart
from reviewer.sources.post_values import fields_with, hashes, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.tags.tagwords import Hashes, Numbered, TagWords

AHEAD = 3
"""Parts that are read before they are asked for."""

READ_BYTES = 4 << 20
"""Of a dump at once: about two thousand posts, which the processor's cache may hold."""

NO_NUMBER = 2**64 - 1
"""Stands for a post's id that is no number."""

_KINDS = {
    Field.GENERAL: Category.GENERAL,
    Field.ARTIST: Category.ARTIST,
    Field.COPYRIGHT: Category.COPYRIGHT,
    Field.CHARACTER: Category.CHARACTER,
    Field.META: Category.META,
}
"""Fields of the tags of one category; of two that hold a tag the later one counts."""

_ALLOWED = {
    Field.ID: (Kind.NUMBER, Kind.TEXT),
    Field.MD5: (Kind.TEXT, Kind.NULL, Kind.ABSENT),
    Field.RATING: (Kind.TEXT, Kind.ABSENT),
    Field.SCORE: (Kind.NUMBER, Kind.NULL, Kind.ABSENT),
    Field.SOURCE: (Kind.TEXT, Kind.NULL, Kind.ABSENT),
    Field.TAGS: (Kind.TEXT,),
    **dict.fromkeys(_KINDS, (Kind.TEXT, Kind.NULL, Kind.ABSENT)),
    Field.LISTED: (Kind.ABSENT,),
}
"""What may stand in the fields of a post that is not looked at more closely."""

_FINE = np.zeros((len(Field), len(Kind)), np.bool_)
for _of, _kinds in _ALLOWED.items():
    _FINE[_of, list(_kinds)] = True


@dataclass(frozen=True)
class PostBlock:
    """Some posts of a dump.

    Attributes:
        whole: Holds their texts in UTF-8.
        spans: (N, F, 2) int32, where each text begins and ends; F are `Field`.
        ids: (N,) uint64, `NO_NUMBER` for an id that is none.
        md5s: (N,) uint64, the first half of the file's MD5.
        hashed: (N,) bool, whether the MD5 is told.
        scores: (N,) int64.
        scored: (N,) bool, whether the score is told.
        words: The posts' tags.
        broken: What is wrong with other lines, with the file and the line's number.
    """

    whole: bytes
    spans: NDArray[np.int32]
    ids: NDArray[np.uint64]
    md5s: NDArray[np.uint64]
    hashed: NDArray[np.bool_]
    scores: NDArray[np.int64]
    scored: NDArray[np.bool_]
    words: Hashes
    broken: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Posts."""
        return len(self.spans)

    def take(self, places: NDArray[np.int64]) -> PostBlock:
        """Some of the posts."""
        spans = self.spans[places]
        return PostBlock(
            self.whole,
            spans,
            self.ids[places],
            self.md5s[places],
            self.hashed[places],
            self.scores[places],
            self.scored[places],
            hash_words(self.raw, spans[:, Field.TAGS]),
        )

    @property
    def raw(self) -> NDArray[np.uint8]:
        """(B,) uint8, what the spans point into."""
        return np.frombuffer(self.whole, np.uint8)

    def text(self, place: int, of: Field) -> str:
        """What one post has in a field; empty where it has nothing."""
        low, high = self.spans[place, of].tolist()
        return self.whole[low:high].decode()

    def written(self, place: int) -> tuple[str, str]:
        """The id and the MD5 of one post as they are written."""
        return self.text(place, Field.ID), self.text(place, Field.MD5)

    def tags(self, words: TagWords) -> Numbered:
        """The numbers of each post's tags."""
        return words.number(self.raw, self.words)

    def digests(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The first 8 bytes of each file's MD5; none where it is not told.

        Returns:
            (B,) bytes, and (N, 2) where those of each begin and end.
        """
        starts = 8 * np.arange(len(self))
        spans = np.column_stack([starts, starts + 8 * self.hashed])
        return self.md5s.astype(">u8").view(np.uint8), spans

    def has_rating(self, letter: str) -> bool:
        """Whether any post's rating is one letter."""
        low, high = self.spans[:, Field.RATING].T
        return bool((self.raw[low[high - low == 1]] == ord(letter)).any())

    def categories(
        self, owners: NDArray[np.int64], places: NDArray[np.int32]
    ) -> list[Category | None]:
        """The categories of some of the tags; `None` where a post does not tell.

        Args:
            owners: (U,) places of the posts.
            places: (U, 2) where the tags begin and end.
        """
        columns = np.ascontiguousarray(self.spans[:, list(_KINDS)])
        found = fields_with(self.raw, columns, owners, places)
        kinds = [*_KINDS.values(), None]
        return [kinds[place] for place in found.tolist()]


def post_blocks(folder: Path) -> Iterator[PostBlock]:
    """All posts of a folder's dump files, in parts of a few megabytes.

    The next parts are read while the one before is used: most of it needs no interpreter.

    Raises:
        SourceError: A file cannot be read.
    """
    parts = _parts([path for path in metadata_files(folder) if is_dump(path)])
    with ThreadPoolExecutor(1, "posts") as ahead:
        waiting = deque(ahead.submit(next, parts, None) for _ in range(AHEAD))
        while blocks := waiting.popleft().result():
            waiting.append(ahead.submit(next, parts, None))
            yield from blocks


def _parts(dumps: Sequence[Path]) -> Iterator[list[PostBlock]]:
    for path in dumps:
        before = 0
        try:
            with path.open("rb") as file:
                while lines := file.read(READ_BYTES):
                    lines += file.readline()
                    if not lines.endswith(b"\n"):
                        lines += b"\n"
                    found = take_apart(lines)
                    yield list(_blocks(lines, found, path, before))
                    before += len(found.whole)
        except OSError as error:
            raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error


def _blocks(lines: bytes, found: Lines, path: Path, before: int) -> Iterator[PostBlock]:
    """The posts of some lines: those that are written as nearly all are, then the others."""
    block, fine = _usual(*_plainly(lines, found))
    yield block
    odd = np.flatnonzero(~fine).tolist()
    if odd:
        ends = found.ends.tolist()
        numbered = [(before + n + 1, lines[ends[n] : ends[n + 1]]) for n in odd]
        yield _closely(numbered, path)


def _usual(whole: bytes, found: Lines) -> tuple[PostBlock, NDArray[np.bool_]]:
    """The posts that need no closer look, and which of the lines they are."""
    raw = np.frombuffer(whole, np.uint8)
    ids, wrong_ids = whole_numbers(raw, found.spans[:, Field.ID])
    scores, wrong_scores = whole_numbers(raw, found.spans[:, Field.SCORE])
    md5s, no_md5 = hashes(raw, found.spans[:, Field.MD5])
    length = found.spans[:, :, 1] - found.spans[:, :, 0]
    scored = found.kinds[:, Field.SCORE] == Kind.NUMBER
    # An id may be written as a text of digits, but no other text is one.
    leading = raw[found.spans[:, Field.ID, 0]] == ord("0")
    fine = found.whole & ~wrong_ids & (ids >= 0) & ~(leading & (length[:, Field.ID] > 1))
    fine &= ~(scored & wrong_scores) & (length[:, Field.TAGS] > 0)
    fine &= ~(no_md5 & (found.kinds[:, Field.MD5] == Kind.TEXT) & (length[:, Field.MD5] > 0))
    fine &= _FINE[np.arange(len(Field)), found.kinds].all(axis=1)
    spans = found.spans.copy()
    spans[found.kinds == Kind.NULL] = 0
    numbers = ids[fine].astype(np.uint64)
    spans = spans[fine]
    told = ~no_md5[fine], scores[fine], scored[fine]
    words = hash_words(raw, spans[:, Field.TAGS])
    return PostBlock(whole, spans, numbers, md5s[fine], *told, words), fine


def _plainly(whole: bytes, found: Lines) -> tuple[bytes, Lines]:
    """The same lines with texts that have escapes, or are beyond ASCII, as plain UTF-8.

    What a text with escapes says is put after the lines, where its field then points. One that is
    no text is of another kind.
    """
    special = (found.kinds == Kind.ESCAPED) | (found.kinds == Kind.HIGH)
    if not special.any():
        return whole, found
    spans, kinds = found.spans.copy(), found.kinds.copy()
    more, end = [whole], len(whole)
    for line, of in np.argwhere(special).tolist():
        low, high = spans[line, of].tolist()
        try:
            text = msgspec.json.decode(whole[low - 1 : high + 1], type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            kinds[line, of] = Kind.OTHER
            continue
        kinds[line, of] = Kind.TEXT
        if found.kinds[line, of] == Kind.ESCAPED:
            raw = (" ".join(text.split()) if of >= Field.TAGS else text).encode()
            more.append(raw)
            spans[line, of] = end, end + len(raw)
            end += len(raw)
    return b"".join(more), found._replace(spans=spans, kinds=kinds)


def _closely(lines: Sequence[tuple[int, bytes]], path: Path) -> PostBlock:
    """The posts of some (number, line), read by a decoder that knows all of JSON."""
    decoder = msgspec.json.Decoder(Post)
    posts, broken = [], []
    for number, line in lines:
        if line.strip():
            try:
                posts.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                broken.append(f"{path}, line {number} ({error})")
    return _written_again(posts, broken)


def _written_again(posts: Sequence[Post], broken: list[str]) -> PostBlock:
    """A block of posts that were decoded."""
    raw = bytearray()
    spans = np.zeros((len(posts), len(Field), 2), np.int32)
    for place, post in enumerate(posts):
        for of, text in _texts(post).items():
            spans[place, of, 0] = len(raw)
            raw += text.encode()
            spans[place, of, 1] = len(raw)
    whole = bytes(raw) or b" "
    md5s, no_md5 = hashes(np.frombuffer(whole, np.uint8), spans[:, Field.MD5])
    scores = [whole_number(post.score) for post in posts]
    return PostBlock(
        whole,
        spans,
        np.fromiter((_number(post.id) for post in posts), np.uint64, len(posts)),
        md5s,
        ~no_md5,
        np.array([score or 0 for score in scores], np.int64),
        np.array([score is not None for score in scores], np.bool_),
        hash_words(np.frombuffer(whole, np.uint8), spans[:, Field.TAGS]),
        broken,
    )


def _texts(post: Post) -> dict[Field, str]:
    tags = post_tags(post)
    texts = {
        Field.ID: str(post.id),
        Field.MD5: post.md5 or "",
        Field.RATING: post.rating,
        Field.SOURCE: post.source or "",
        Field.TAGS: " ".join((post.tag_string or "").split() or tags),
    }
    for of, kind in _KINDS.items():
        texts[of] = " ".join(name for name, told in tags.items() if told is kind)
    return texts


def _number(post_id: int | str) -> int:
    if isinstance(post_id, int):
        return post_id if post_id >= 0 else NO_NUMBER
    return int(post_id) if post_id.isdecimal() and len(post_id) < 19 else NO_NUMBER
