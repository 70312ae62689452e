"""Text files of unknown encoding, and tag names as the program matches them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BESIDE = 16_000_000
"""Bytes of what stands beside one image; a whole editing history has a few hundred thousand."""

_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""Encodings by the bytes that say so. Programs of Windows write UTF-16 (PowerShell's `> a.txt`)."""

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff]")
"""What no name is told apart by: signs that are not seen, and those that turn a line round."""

_WEIGHT = re.compile(r"^\((?P<tag>.+):\d+(?:\.\d+)?\)$")
_LETTER = re.compile(r"[^\W\d_]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text with what is needed to write it back the same.

    Attributes:
        encoding: `utf-8`, `utf-16-le`, `utf-16-be` or `latin-1`.
        bom: Whether it began with a byte order mark (not part of `text`).
    """

    text: str
    encoding: str = "utf-8"
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """Another text in the same encoding; UTF-8 where it does not fit."""
        try:
            written, encoding = text.encode(self.encoding), self.encoding
        except UnicodeEncodeError:
            written, encoding = text.encode("utf-8"), "utf-8"
        return (_MARKS.get(encoding, codecs.BOM_UTF8) if self.bom else b"") + written


def read_text(path: Path) -> DecodedText:
    """Reads a text file as UTF-8 or UTF-16, or as Latin-1 where it is neither.

    Raises:
        SourceError: The file cannot be read.
    """
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error


def read_beside(path: Path) -> bytes:
    """The content of a file that is about one image.

    Raises:
        SourceError: It cannot be read, or is larger than what one image has.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BESIDE + 1)
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(content) > LARGEST_BESIDE:
        raise SourceError(f"{path} is too large to be about one image; move it elsewhere.")
    return content


def decoded(content: bytes) -> DecodedText:
    """A text as UTF-8 or, where it begins so, UTF-16; as Latin-1 where it is neither."""
    for encoding, mark in _MARKS.items():
        if content.startswith(mark):
            try:
                return DecodedText(content.removeprefix(mark).decode(encoding), encoding, bom=True)
            except UnicodeDecodeError:
                break
    bom = content.startswith(codecs.BOM_UTF8)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return DecodedText(content.decode("utf-8"), "utf-8", bom)
    except UnicodeDecodeError:
        return DecodedText(content.decode("latin-1"), "latin-1", bom)


def name_key(written: str) -> str:
    """The name by which a site's own tag is matched: lower case, underscores for spaces.

    Sites neither escape nor weigh their tags, so brackets stay as they are.
    """
    return re.sub(r"\s+", "_", _settled(written.lower()).strip())


def _settled(name: str) -> str:
    """A name in its composed form (`e` with an accent is `é`), without what is not seen."""
    if name.isascii() and name.isprintable():
        return name
    return unicodedata.normalize("NFC", _UNSEEN.sub("", name))


def spaced(name: str) -> str:
    """A matching name with spaces for underscores; kaomoji such as `^_^` stay as they are."""
    written = name.replace("_", " ")
    # Where the spaces do not read back as the same name (`^__^`), the underscores stay.
    return written if len(name) > 3 and tag_key(written) == name else name


def tag_key(written: str) -> str:
    r"""The name by which a tag is matched, from how a file writes it.

    Unescapes `\(` and `\)`, strips a weight (`(tag:1.2)`), lowers the case and turns spaces into
    underscores; kaomoji such as `^_^` and `:d` come out as they are.
    """
    text = written.strip()
    weighted = _WEIGHT.match(text)
    if weighted:
        text = weighted["tag"]
    text = text.replace(r"\(", "(").replace(r"\)", ")")
    text = _settled(text.lower()).strip()
    if not _LETTER.search(text) and "_" in text:
        return text
    return re.sub(r"\s+", "_", text)
