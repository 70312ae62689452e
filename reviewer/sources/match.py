"""Which image belongs to a post: told by the post's id or MD5 in the name of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MD5 = re.compile(r"(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])")
_NUMBER = re.compile(r"(?<![0-9a-zA-Z])[0-9]+(?![0-9a-zA-Z])")


class ImagesByPost:
    """Image paths by what posts know of them.

    A file's whole name counts first (`1001.jpg`, `<md5>.png`), then an MD5 anywhere in it
    (`danbooru_1001_<md5>.jpg`), then a number that only one file name holds (`e621_1001.png`).
    """

    def __init__(self, images: Iterable[str]) -> None:
        """Takes relative image paths; an original wins over a smaller copy."""
        self._by_stem: dict[str, str] = {}
        self._by_md5: dict[str, str] = {}
        self._by_number: dict[str, str | None] = {}
        for name in sorted(images, key=lambda name: name.startswith("original/")):
            stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
            self._by_stem[stem] = name
            for digest in _MD5.findall(stem):
                self._by_md5[digest] = name
            for number in frozenset(_NUMBER.findall(stem)) - {stem}:
                self._by_number[number] = None if number in self._by_number else name

    def find(self, post_id: str, md5: str) -> str | None:
        """The image of a post; `None` where there is none.

        Args:
            post_id: The post's id, digits.
            md5: Of its file; empty where unknown.
        """
        digest = md5.lower()
        return (
            self._by_stem.get(post_id)
            or self._by_stem.get(digest)
            or self._by_md5.get(digest)
            or self._by_number.get(post_id)
        )
