"""A folder of images with a caption file beside each (`image.txt`, `image.caption`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sources.base import Reading, SourceRecord
from reviewer.sources.beside import beside, read_ahead
from reviewer.sources.caption_text import Caption, Style, UsualStyle, is_prose
from reviewer.sources.text import DecodedText, read_text, tag_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
        reading = Reading()
        usual = UsualStyle()
        unsure: dict[str, str] = {}
        odd: list[Path] = []
        prose: list[str] = []
        keys = _Keys()
        for name, read in read_ahead(beside(images, SUFFIXES), _read):
            path, decoded = read.result()
            if decoded.encoding != "utf-8":
                odd.append(path)
            if is_prose(decoded.text):
                prose.append(name)
            style = usual.tell(decoded.text)
            if style is None:
                unsure[name] = decoded.text
            else:
                reading.records[name] = _record(decoded.text, style, keys)
        for name, text in unsure.items():
            reading.records[name] = _record(text, usual.style(), keys)
        reading.notes.extend(_encoding_note(odd))
        reading.notes.extend(prose_note(prose, len(reading.records)))
        return reading


class _Keys(dict[str, str]):
    """Matching names of what captions write: the same few tags come again and again."""

    def __missing__(self, written: str) -> str:
        name = self[written] = tag_key(written)
        return name


def _read(path: Path) -> tuple[Path, DecodedText]:
    return path, read_text(path)


def _record(text: str, style: Style, keys: _Keys) -> SourceRecord:
    return SourceRecord(tags=frozenset(Caption(text, style, keys.__getitem__).tags()))


def _encoding_note(odd: Sequence[Path]) -> list[str]:
    if not odd:
        return []
    return [
        (
            f"{len(odd)} caption file(s) are not UTF-8 and were read as Latin-1, for example "
            f"{odd[0]}. If their accents look wrong, save them as UTF-8 and import again."
        )
    ]


def prose_note(prose: Sequence[str], texts: int) -> list[str]:
    """Says that sentences hold no tags, where they are more than a few captions among many.

    Args:
        prose: Images whose texts hold sentences.
        texts: All texts.
    """
    if len(prose) * 2 <= texts:
        return []
    return [
        (
            f"{len(prose):,} of {texts:,} captions hold sentences, for example that of {prose[0]}. "
            "Tags are asked about, sentences are not: where there are only sentences, let a tagger "
            "write tags first."
        )
    ]
