"""A folder of images with a caption file beside each (`image.txt`, `image.caption`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sources.base import Reading, SourceRecord
from reviewer.sources.beside import beside, read_ahead
from reviewer.sources.caption_text import Caption, style_of, usual_style
from reviewer.sources.text import DecodedText, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIXES = (".txt", ".caption")


def caption_file(image: Path) -> Path | None:
    """The caption file of an image; `None` if it has none.

    Both `image.txt` (kohya) and `image.png.txt` (gallery-dl, Hydrus) are looked for.
    """
    for suffix in SUFFIXES:
        for candidate in (image.with_suffix(suffix), image.with_name(image.name + suffix)):
            if candidate.is_file():
                return candidate
    return None


class Captions:
    """Captions beside the images, each in its own style."""

    name = "captions"
    title = "caption files beside the images (.txt)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether any image has a caption file."""
        return next(beside(images, SUFFIXES), None) is not None

    def read(self, folder: Path, images: Mapping[str, Path]) -> Reading:
        """Reads every caption file.

        Raises:
            SourceError: A caption file cannot be read.
        """
        files = dict(beside(images, SUFFIXES))
        texts = {name: text.result() for name, text in read_ahead(files.items(), read_text)}
        usual = usual_style(decoded.text for decoded in texts.values())
        reading = Reading()
        for name, decoded in texts.items():
            caption = Caption(decoded.text, style_of(decoded.text) or usual)
            reading.records[name] = SourceRecord(tags=frozenset(caption.tags()))
        reading.notes.extend(_encoding_note(files, texts))
        return reading


def _encoding_note(files: Mapping[str, Path], texts: Mapping[str, DecodedText]) -> list[str]:
    odd = [name for name, decoded in texts.items() if decoded.encoding != "utf-8"]
    if not odd:
        return []
    return [
        (
            f"{len(odd)} caption file(s) are not UTF-8 and were read as Latin-1, for example "
            f"{files[odd[0]]}. If their accents look wrong, save them as UTF-8 and import again."
        )
    ]
