"""Which images were compared, and how far they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.likeness import SAME
from reviewer.core.types import Origin
from reviewer.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SCHEMA = """
CREATE TABLE copy (
    first INTEGER NOT NULL REFERENCES image (id),
    second INTEGER NOT NULL REFERENCES image (id),
    files BLOB NOT NULL,
    difference REAL NOT NULL,
    PRIMARY KEY (first, second),
    CHECK (first < second)
) STRICT, WITHOUT ROWID;

CREATE INDEX copy_by_second ON copy (second);
"""
"""`files` is the first 8 bytes of the SHA-256 of each file: another file is compared anew."""

_OF = """
SELECT second FROM copy WHERE first = ? AND difference <= ?
UNION ALL
SELECT first FROM copy WHERE second = ? AND difference <= ?
ORDER BY 1
"""

# CROSS JOIN keeps SQLite to this order: from the answers on one tag to their images' copies.
_DISPUTED = """
SELECT EXISTS (
    SELECT 1 FROM live_answer AS here
    CROSS JOIN copy ON copy.first = here.image_id AND copy.difference <= :same
    CROSS JOIN live_answer AS there
        ON there.image_id = copy.second AND there.tag_id = here.tag_id
    WHERE here.tag_id = :tag AND here.answer + there.answer = 1
    AND NOT EXISTS (
        SELECT 1 FROM live_answer AS later WHERE later.image_id = here.image_id
        AND later.tag_id = here.tag_id AND later.id > here.id
    )
    AND NOT EXISTS (
        SELECT 1 FROM live_answer AS later WHERE later.image_id = there.image_id
        AND later.tag_id = there.tag_id AND later.id > there.id
    )
)
"""

_ORIGIN = """
SELECT origin FROM live_answer WHERE image_id = ? AND tag_id = ? ORDER BY id DESC LIMIT 1
"""

_WRITE = "INSERT OR REPLACE INTO copy (first, second, files, difference) VALUES (?, ?, ?, ?)"

_FORGET = "DELETE FROM copy WHERE first = ? AND second = ?"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two images that were laid over each other.

    Attributes:
        first, second: Image ids, the smaller one first.
        files: 16 bytes that change with either file.
        difference: 0..255 as `core.likeness` gives it; 255 where one could not be opened.
    """

    first: int
    second: int
    files: bytes
    difference: float


class CopyTable(Table):
    """Images that were compared with each other; those that hardly differ are copies."""

    def of(self, image_id: int) -> Sequence[int]:
        """Images that are the same picture, by id."""
        rows = self._database.read().execute(_OF, (image_id, SAME, image_id, SAME))
        return [row[0] for row in rows]

    def is_disputed(self, tag_id: int) -> bool:
        """Whether a tag was answered Yes on one copy of a picture and No on another."""
        row = self._database.read().execute(_DISPUTED, {"same": SAME, "tag": tag_id}).fetchone()
        return bool(row[0])

    def carried_to(self, image_id: int, tag_id: int) -> bool:
        """Whether the present answer of a pair was carried over from a copy."""
        row = self._database.read().execute(_ORIGIN, (image_id, tag_id)).fetchone()
        return row is not None and row[0] == Origin.COPY

    def compared(self) -> dict[tuple[int, int], bytes]:
        """The pairs that were compared, with what tells whether a file changed since."""
        rows = self._database.read().execute("SELECT first, second, files FROM copy")
        return {(first, second): files for first, second, files in rows}

    def count(self) -> int:
        """Pairs of images that are the same picture."""
        row = (
            self._database.read()
            .execute("SELECT count(*) FROM copy WHERE difference <= ?", (SAME,))
            .fetchone()
        )
        return int(row[0])

    def write(self, comparisons: Sequence[Comparison]) -> None:
        """Stores comparisons; one of the same pair is replaced.

        Raises:
            StoreError: It could not be stored.
        """
        rows = ((c.first, c.second, c.files, c.difference) for c in comparisons)
        self._database.write_rows(_WRITE, rows)

    def forget(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Takes pairs away that are no candidates any more.

        Raises:
            StoreError: It could not be stored.
        """
        self._database.write_rows(_FORGET, pairs)
