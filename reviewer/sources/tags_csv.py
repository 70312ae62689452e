"""One `tags.csv` for the whole folder: `relative_path,tags`, tags set apart by spaces."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.sources.base import Reading, SourceRecord
from reviewer.sources.text import read_text, tag_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "tags.csv"
COLUMNS = ("relative_path", "tags")


class TagsCsv:
    """A table of image paths and tags."""

    name = "tags.csv"
    title = "one tags.csv for all images"

    def recognises(self, folder: Path, images: Mapping[str, Path]) -> bool:
        """Whether the table is there."""
        return (folder / FILE).is_file()

    def read(self, folder: Path, images: Mapping[str, Path]) -> Reading:
        """Reads the table.

        Raises:
            SourceError: The table lacks its columns or cannot be parsed.
        """
        path = folder / FILE
        decoded = read_text(path)
        reading = Reading()
        if decoded.encoding != "utf-8":
            reading.notes.append(f"{path} is not UTF-8 and was read as Latin-1.")
        rows = csv.DictReader(io.StringIO(decoded.text))
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise SourceError(
                f"{path} needs a first line 'relative_path,tags'; it has "
                f"{','.join(rows.fieldnames or ()) or 'nothing'}."
            )
        try:
            for row in rows:
                _add(reading, images, row["relative_path"] or "", row["tags"] or "")
        except csv.Error as error:
            raise SourceError(f"{path}, line {rows.line_num}: {error}.") from error
        return reading


def _add(reading: Reading, images: Mapping[str, Path], written: str, tags: str) -> None:
    name = written.replace("\\", "/").removeprefix("./")
    if name in images:
        reading.records[name] = SourceRecord(tags=frozenset(map(tag_key, tags.split())))
    elif name:
        reading.missing.append(name)
