"""Lists of tags beside a collection: categories, aliases, implications.

`tag_list.csv` has a line `name,category,count,"aliases"` a tag (the format of booru tag lists, with
Danbooru's category numbers); `implications.csv` has the columns `antecedent_name` and
`consequent_name` (Danbooru's and e621's exports).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from reviewer.core.types import Category
from reviewer.sources.text import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.sources.base import Reading

TAG_LIST = "tag_list.csv"
IMPLICATIONS = "implications.csv"


def read_tag_lists(folder: Path, reading: Reading) -> None:
    """Adds what the lists in a folder tell to a reading; absent lists are no fault.

    Raises:
        SourceError: A list is there and cannot be read.
    """
    if (folder / TAG_LIST).is_file():
        _read_tags(folder / TAG_LIST, reading)
    if (folder / IMPLICATIONS).is_file():
        _read_implications(folder / IMPLICATIONS, reading)


def _read_tags(path: Path, reading: Reading) -> None:
    known = {int(category) for category in Category}
    for row in csv.reader(io.StringIO(read_text(path).text)):
        if len(row) < 2 or not row[1].strip().isdigit():
            continue
        number = int(row[1])
        if number in known:
            reading.categories[row[0]] = Category(number)
        if len(row) > 3:
            reading.aliases.update({alias: row[0] for alias in row[3].split(",") if alias})


def _read_implications(path: Path, reading: Reading) -> None:
    for row in csv.DictReader(io.StringIO(read_text(path).text)):
        child, parent = row.get("antecedent_name"), row.get("consequent_name")
        if child and parent and row.get("status", "active") in {"active", ""}:
            reading.implications.append((child, parent))
