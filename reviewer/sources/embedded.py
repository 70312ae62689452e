"""Tags inside the image files: XMP, IPTC keywords, Windows' keywords in EXIF. Read only.

Writing them would change the file, and with it the hash by which sites and other programs know it.
XMP: ISO 16684-1; IPTC-IIM 2:25 (Keywords); EXIF 0x9C9E (XPKeywords, UTF-16, semicolons).
"""

from __future__ import annotations

import os
import struct
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from PIL import Image, IptcImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from reviewer.pictures import FORMATS
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.text import LARGEST_BESIDE, name_key
from reviewer.sources.xmp import xmp_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LOOKED_AT = 60
"""Images that are opened to tell the format; each costs a read of its header."""
_KEYWORDS = (2, 25)
_XP_KEYWORDS = 0x9C9E
_EXIF_PARTS = (
    b"eXIf",
    *(kind + b"Raw profile type exif" for kind in (b"tEXt", b"zTXt", b"iTXt")),
)
"""How the parts of a PNG begin that hold EXIF; the second is ImageMagick's."""
_LONGEST_HEAD = 32
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's readers raise on broken headers."""


class Embedded:
    """Tags in the image files themselves."""

    name = "embedded"
    title = "tags inside the image files (XMP, IPTC, EXIF)"

    def recognises(self, _folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether one of the first images carries tags."""
        return any(embedded_tags(path) for path in islice(images.values(), _LOOKED_AT))

    def read(self, _folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads the header of every image; one that is broken has no tags here."""
        reading = Reading()
        for count, (name, path) in enumerate(images.items()):
            passed(count)
            tags = embedded_tags(path)
            if tags:
                reading.records[name] = SourceRecord(tags=tags)
        return reading


def embedded_tags(path: Path) -> frozenset[str]:
    """The tags in an image file by matching name; empty where there are none or it is broken.

    XMP's lists count where there are any, then IPTC's, then EXIF's: programs write the same tags
    into all three, and the later ones cut long names off or know no other letters than Latin ones.
    """
    try:
        with Image.open(path, formats=FORMATS) as picture:
            return _xmp(picture) or _iptc(picture) or _exif(picture, path)
    except _BROKEN:
        return frozenset()


def _xmp(picture: Image.Image) -> frozenset[str]:
    packet: Any = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    content = packet.encode() if isinstance(packet, str) else bytes(packet)
    if not content or len(content) > LARGEST_BESIDE:
        return frozenset()
    try:
        return xmp_tags(content.strip(b"\x00"))
    except (expat.ExpatError, ValueError, LookupError):
        return frozenset()


def _iptc(picture: Image.Image) -> frozenset[str]:
    if not isinstance(picture, JpegImageFile):
        return frozenset()
    info: Any = IptcImagePlugin.getiptcinfo(picture) or {}
    found = info.get(_KEYWORDS, [])
    entries = found if isinstance(found, list) else [found]
    return _keys(_text(entry) for entry in entries)


def _exif(picture: Image.Image, path: Path) -> frozenset[str]:
    # Pillow decodes all pixels of a PNG to see whether something stands behind them.
    if picture.format == "PNG" and not _has_exif(path):
        return frozenset()
    value: Any = picture.getexif().get(_XP_KEYWORDS)
    content = bytes(value) if isinstance(value, bytes | tuple) else b""
    return _keys(content.decode("utf-16-le", "replace").rstrip("\x00").split(";"))


def _has_exif(path: Path) -> bool:
    """Whether a PNG has EXIF anywhere, by the heads of its parts (PNG, section 5.3)."""
    with path.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8 + _LONGEST_HEAD)) >= 8:
            if head[4:].startswith(_EXIF_PARTS):
                return True
            file.seek(int.from_bytes(head[:4]) + 12 - len(head), os.SEEK_CUR)
    return False


def _text(entry: bytes) -> str:
    try:
        return entry.decode("utf-8")
    except UnicodeDecodeError:
        return entry.decode("latin-1")


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name_key(name) for name in names) - {""}
