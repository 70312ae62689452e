"""Text files of unknown encoding, and tag names as the program matches them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_WEIGHT = re.compile(r"^\((?P<tag>.+):\d+(?:\.\d+)?\)$")
_LETTER = re.compile(r"[^\W\d_]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text with what is needed to write it back the same.

    Attributes:
        encoding: `utf-8` or `latin-1`.
        bom: Whether it began with a byte order mark (not part of `text`).
    """

    text: str
    encoding: str = "utf-8"
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """Another text in the same encoding; UTF-8 where it does not fit."""
        mark = codecs.BOM_UTF8 if self.bom else b""
        try:
            return mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return mark + text.encode("utf-8")


def read_text(path: Path) -> DecodedText:
    """Reads a text file as UTF-8, or as Latin-1 where it is not UTF-8.

    Raises:
        SourceError: The file cannot be read.
    """
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error


def decoded(content: bytes) -> DecodedText:
    """A text as UTF-8, or as Latin-1 where it is not UTF-8."""
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
    return re.sub(r"\s+", "_", written.strip().lower())


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
    text = text.lower()
    if not _LETTER.search(text) and "_" in text:
        return text
    return re.sub(r"\s+", "_", text)
