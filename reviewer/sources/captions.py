"""A folder of images with a caption file beside each (`image.txt`, `image.caption`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.beside import Neighbours, beside, read_ahead
from reviewer.sources.caption_text import Caption, Style, UsualStyle, sentences_in, style_among
from reviewer.sources.text import DecodedText, decoded, read_beside, tag_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SUFFIXES = (".txt", ".caption")
FAMILY = "captions"
"""Name of the format; with a hyphen and a style behind it, of the format in that style."""
TITLE = "caption files beside the images (.txt)"


def named_style(source: str) -> Style | None:
    """The style that a person named for all captions; `None` where each tells its own.

    Args:
        source: Name of the collection's format.
    """
    family, _, style = source.partition("-")
    return Style(style) if family == FAMILY and style in set(Style) else None


class CaptionFiles:
    """The caption files of images, as `beside` finds them; each folder is listed once."""

    def __init__(self) -> None:
        """Listed no folder yet."""
        self._listed: dict[Path, Neighbours] = {}

    def of(self, image: Path) -> Path | None:
        """The caption file of an image; `None` if it has none.

        Both `image.txt` (kohya) and `image.png.txt` (gallery-dl, Hydrus) are looked for.
        """
        place = image.parent
        if place not in self._listed:
            self._listed[place] = Neighbours(place, SUFFIXES)
        found = self._listed[place].of(image.name)
        return None if found is None else place / found


class Captions:
    """Captions beside the images, each in its own style, or all in one that a person names.

    Attributes:
        name: With the style, where one is named.
        title: For people.
    """

    def __init__(self, style: Style | None = None) -> None:
        """Takes the style of all captions; `None` to tell it by each."""
        self._style = style
        self.name = FAMILY if style is None else f"{FAMILY}-{style}"
        self.title = TITLE if style is None else f"{TITLE}, tags set apart by {style}"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether any image has a caption file."""
        return next(beside(images, SUFFIXES), None) is not None

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every caption file.

        Raises:
            SourceError: A caption file cannot be read.
        """
        reading = Reading()
        usual = UsualStyle()
        unsure: dict[str, str] = {}
        odd: list[Path] = []
        prose = Sentences()
        keys = _Keys()
        for name, read in read_ahead(beside(images, SUFFIXES, passed), _read):
            path, held = read.result()
            if held.encoding == "latin-1":
                odd.append(path)
            prose.take(name, held.text)
            style = self._style or usual.tell(held.text)
            if style is None:
                unsure[name] = held.text
            else:
                reading.records[name] = _record(held.text, style, keys)
        for name, text in unsure.items():
            reading.records[name] = _record(text, style_among(text, usual.style()), keys)
        reading.notes.extend(_encoding_note(odd))
        told = prose.note(len(reading.records))
        reading.notes.extend(told or _guess_note(unsure, usual.style(), len(reading.records)))
        return reading


class _Keys(dict[str, str]):
    """Matching names of what captions write: the same few tags come again and again."""

    def __missing__(self, written: str) -> str:
        name = self[written] = tag_key(written)
        return name


def _read(path: Path) -> tuple[Path, DecodedText]:
    return path, decoded(read_beside(path))


def _record(text: str, style: Style, keys: _Keys) -> SourceRecord:
    return SourceRecord(tags=frozenset(Caption(text, style, keys.__getitem__).tags()) - {""})


def _encoding_note(odd: Sequence[Path]) -> list[str]:
    if not odd:
        return []
    return [
        (
            f"{len(odd)} caption file(s) are not UTF-8 and were read as Latin-1, for example "
            f"{odd[0]}. If their accents look wrong, save them as UTF-8 and import again."
        )
    ]


def _guess_note(unsure: Mapping[str, str], style: Style, texts: int) -> list[str]:
    """Says how captions were read, and how that is changed, where most do not tell themselves.

    Args:
        unsure: Texts that do not tell, by image.
        style: In which they were read.
        texts: All captions.
    """
    several = [name for name, text in unsure.items() if " " in text.strip()]
    if len(several) * 2 <= texts:
        return []
    others = " or ".join(f"--source {FAMILY}-{other}" for other in Style if other is not style)
    return [
        (
            f"{len(several):,} captions do not tell how their tags are set apart, for example that "
            f"of {several[0]}: they were read as set apart by {style}. If that is wrong, import "
            f"with {others}, or choose that where the format is chosen in the window."
        )
    ]


class Sentences:
    """Counts the captions that hold sentences, each of which stands at one image alone."""

    def __init__(self) -> None:
        """Was told no caption yet."""
        self._images: dict[str, str] = {}

    def take(self, image: str, text: str) -> None:
        """Takes the caption of an image into account."""
        for piece in sentences_in(text):
            # At a second image it is a title, or what all captions of a training set begin with.
            self._images[piece] = image if piece not in self._images else ""

    def note(self, texts: int) -> list[str]:
        """Says that sentences hold no tags, where they are more than a few among many.

        Args:
            texts: All captions.
        """
        images = dict.fromkeys(filter(None, self._images.values()))
        if len(images) * 2 <= texts:
            return []
        return [
            (
                f"{len(images):,} of {texts:,} captions hold sentences, for example that of "
                f"{next(iter(images))}. Tags are asked about, sentences are not: where there are "
                "only sentences, let a tagger write tags first."
            )
        ]
