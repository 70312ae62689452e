"""One table of images and tags under the names that other programs give them.

A CSV or TSV with a column for the file and one for the tags (tagger programs), `metadata.csv` or
`metadata.jsonl` beside the images (Hugging Face's image folders: `file_name`, `text`), JSON of
images by path with a text, a list, or scores of tags (kohya's `meta_*.json`, tagger programs).
`tags.csv` with the columns that this program writes itself is read by `tags_csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.alike import Names, alike
from reviewer.core.errors import SourceError
from reviewer.sources.base import Passed, Reading, SourceRecord, unheard
from reviewer.sources.beside import files_ending
from reviewer.sources.caption_text import Caption, UsualStyle, style_among
from reviewer.sources.captions import Sentences
from reviewer.sources.post import rating_of
from reviewer.sources.table_entries import SURE, Entry, entries_of
from reviewer.sources.tag_list import is_tag_list
from reviewer.sources.tags_csv import settle_scheme
from reviewer.sources.text import tag_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_ENDINGS = (".csv", ".tsv", ".json", ".jsonl")
_BESIDE = ("metadata.csv", "metadata.jsonl")
"""Names of tables that stand in the folders of the images."""

_LOOKED_AT = 50
"""Entries of a file that are looked at to tell whether it is a table of these images."""

_FEWEST_FOUND = 0.5
"""Share of the entries looked at that must name images which are here."""

_MOST_FOLDERS = 2000


class Tables:
    """Tables of images and tags, whatever their columns are called."""

    name = "table"
    title = "a table of the images (.csv, .tsv, .json, .jsonl)"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether there is a table that names images of the folder."""
        finder = _Finder(folder, images)
        return any(_is_table(path, finder) for path in _candidates(folder, images))

    def read(self, folder: Path, images: Mapping[str, Path], passed: Passed = unheard) -> Reading:
        """Reads every table that names images of the folder.

        Raises:
            SourceError: A table cannot be read; the text names it.
        """
        finder = _Finder(folder, images)
        reading = Reading()
        texts = _Texts(reading)
        unsure = 0
        for path in _candidates(folder, images):
            inside, missing = finder.inside(path), []
            for entry in entries_of(path):
                name = finder.find(entry.file, inside)
                if name is None:
                    missing.append(entry.file)
                    continue
                unsure += entry.unsure
                texts.take(name, entry)
            if texts.taken:
                reading.missing.extend(missing)
        texts.settle()
        settle_scheme(reading)
        if unsure:
            reading.notes.append(
                f"{unsure:,} tags whose scores are below {SURE} were not taken for tags."
            )
        reading.notes.extend(texts.prose.note(len(reading.records)))
        return reading


class _Texts:
    """Puts entries into a reading; texts that do not tell their style wait for all others."""

    def __init__(self, reading: Reading) -> None:
        self.taken = 0
        self.prose = Sentences()
        self._reading = reading
        self._usual = UsualStyle()
        self._waiting: dict[str, Entry] = {}

    def take(self, name: str, entry: Entry) -> None:
        """Takes what is told of an image."""
        self.taken += 1
        if not isinstance(entry.tags, str):
            kinds = {tag_key(tag): kind for tag, kind in entry.tags}
            told = {tag: kind for tag, kind in kinds.items() if kind is not None}
            self._reading.categories.update(told)
            self._put(name, entry, kinds)
            return
        self.prose.take(name, entry.tags)
        style = self._usual.tell(entry.tags)
        if style is None:
            self._waiting[name] = entry
        else:
            self._put(name, entry, Caption(entry.tags, style).tags())

    def settle(self) -> None:
        """Reads the texts that wait as most others are written."""
        usual = self._usual.style()
        for name, entry in self._waiting.items():
            text = str(entry.tags)
            self._put(name, entry, Caption(text, style_among(text, usual)).tags())

    def _put(self, name: str, entry: Entry, tags: Iterable[str]) -> None:
        rating, scheme = rating_of(entry.rating)
        self._reading.records[name] = SourceRecord(frozenset(tags), rating, scheme)


def _is_table(path: Path, finder: _Finder) -> bool:
    """Whether the first entries of a file name images that are here."""
    try:
        first = list(islice(entries_of(path), _LOOKED_AT))
    except SourceError:
        return False
    inside = finder.inside(path)
    found = sum(finder.find(entry.file, inside) is not None for entry in first)
    return bool(first) and found >= len(first) * _FEWEST_FOUND


# -- inside --------------------------------------------------------------------------------------


def _candidates(folder: Path, images: Mapping[str, Path]) -> Iterator[Path]:
    for name in sorted(files_ending(folder, _ENDINGS)):
        if not is_tag_list(folder / name):
            yield folder / name
    places = sorted({name.rpartition("/")[0] for name in images} - {""})
    for place in places[:_MOST_FOLDERS]:
        yield from (path for name in _BESIDE if (path := folder / place / name).is_file())


@dataclass(slots=True)
class _Finder:
    """Finds the image that a table names: by its path, else by its name if only one has it."""

    folder: Path
    images: Mapping[str, Path]
    _paths: Names = field(init=False)
    _by_name: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._paths = Names(self.images)

    def inside(self, table: Path) -> str:
        """The folder of a table, relative to the collection's, with a slash behind it."""
        place = table.parent.relative_to(self.folder).as_posix()
        return "" if place == "." else f"{place}/"

    def find(self, written: str, inside: str) -> str | None:
        """The image's path relative to the folder; `None` where it is not here.

        Args:
            written: By the table: relative to its own folder or the collection's, absolute, or a
                name with or without its ending.
            inside: The folder of the table.
        """
        plain = written.strip().replace("\\", "/").removeprefix("./")
        for name in (inside + plain, plain, plain.removeprefix(f"{self.folder.as_posix()}/")):
            if name in self.images:
                return name
        if not self._by_name:
            self._list()
        by_path = self._paths.find(inside + plain) or self._paths.find(plain)
        return by_path or self._by_name.get(alike(plain.rpartition("/")[2]))

    def _list(self) -> None:
        for path in self.images:
            name = path.rpartition("/")[2]
            for key in {alike(name), alike(name.rpartition(".")[0])}:
                self._by_name[key] = None if key in self._by_name else path
