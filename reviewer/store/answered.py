"""The answered images of one tag, and where the embeddings of images are in a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import places_of
from reviewer.core.types import Answer
from reviewer.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.store.scans import ScanFiles

MOST = 1000
"""Answers of a tag that are looked at: the newest. Examples are chosen among them."""

_ANSWERED = """
SELECT image_id, answer FROM live_answer WHERE tag_id = ? ORDER BY id DESC LIMIT ?
"""


class AnsweredImages(Table):
    """What was answered on one tag."""

    def of(self, tag_id: int, most: int = MOST) -> dict[int, Answer]:
        """The newest direct answers on a tag by image id; the last where there are several."""
        found: dict[int, Answer] = {}
        for image_id, answer in self._database.read().execute(_ANSWERED, (tag_id, most)):
            found.setdefault(image_id, Answer(answer))
        return found


class Embeddings:
    """Finds the embeddings of images in a scan; the scan's order is read once."""

    def __init__(self, files: ScanFiles) -> None:
        """Reads where each image is."""
        rows = files.latest()
        ids = files.rows()["image"][rows].astype(np.int64)
        order = np.argsort(ids)
        self._ids = ids[order]
        self._rows = rows[order]
        self._vectors = files.embeddings()

    def of(self, image_ids: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        """Embeddings of images.

        Args:
            image_ids: In any order.

        Returns:
            The ids of those that were scanned, and their embeddings (n, D) float32.
        """
        wanted = np.unique(np.asarray(image_ids, np.int64))
        places = places_of(wanted, self._ids)
        there = places >= 0
        vectors = np.asarray(self._vectors[self._rows[places[there]]], np.float32)
        return wanted[there].tolist(), vectors
