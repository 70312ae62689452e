"""Faces of images: boxes, the character that a source says, and where they come from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from reviewer.core.choices.faces import Box, Face
from reviewer.core.types import ImageState
from reviewer.store.database import BULK_ROWS
from reviewer.store.table import Table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

# A face without a box is its whole image: all four are NULL.
FACES = """
CREATE TABLE face (
    id INTEGER PRIMARY KEY,
    image_id INTEGER NOT NULL REFERENCES image (id),
    box_left INTEGER,
    box_top INTEGER,
    box_right INTEGER,
    box_bottom INTEGER,
    tag_id INTEGER REFERENCES tag (id),
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    split TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX face_by_image ON face (image_id);

CREATE INDEX face_by_source ON face (source)
"""

_OF = """
SELECT image_id, box_left, box_top, box_right, box_bottom, tag_id, confidence, source, split, id
FROM face WHERE image_id = ? ORDER BY id
"""

_ASKABLE = """
SELECT image_id, box_left, box_top, box_right, box_bottom, tag_id, confidence, face.source, split,
    face.id
FROM face JOIN image ON image.id = face.image_id
WHERE image.state = ? ORDER BY face.image_id, face.id
"""

_PUT = """
INSERT INTO face (
    image_id, box_left, box_top, box_right, box_bottom, tag_id, confidence, source, split
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_FORGET = "DELETE FROM face WHERE id IN (SELECT id FROM face WHERE source = ? LIMIT ?)"


class FaceTable(Table):
    """The faces of a collection."""

    def of(self, image_id: int) -> list[Face]:
        """The faces of an image, in the order in which they were stored."""
        return [_face(row) for row in self._database.read().execute(_OF, (image_id,))]

    def askable(self) -> Iterator[Face]:
        """The faces of all images that can be opened, by image."""
        for row in self._database.read().execute(_ASKABLE, (ImageState.OK.value,)):
            yield _face(row)

    def sources(self) -> dict[str, int]:
        """How many faces each source gave."""
        rows = self._database.read().execute(
            "SELECT source, count(*) FROM face GROUP BY source ORDER BY source"
        )
        return dict(rows.fetchall())

    def put(self, faces: Iterable[Face]) -> None:
        """Adds faces.

        Raises:
            StoreError: They could not be stored; some may be.
        """
        rows = (
            (f.image_id, *(f.box or (None,) * 4), f.tag_id, f.confidence, f.source, f.split)
            for f in faces
        )
        self._database.write_rows(_PUT, rows)

    def forget(self, source: str) -> None:
        """Takes the faces of a source away, before it is read again.

        Raises:
            StoreError: It could not be stored; some may be gone.
        """
        while self._database.write(partial(_forget, source=source)):
            pass


def _forget(connection: sqlite3.Connection, source: str) -> int:
    return connection.execute(_FORGET, (source, BULK_ROWS)).rowcount


def _face(row: tuple[Any, ...]) -> Face:
    box = None if row[1] is None else Box(*row[1:5])
    return Face(row[0], box, *row[5:])
