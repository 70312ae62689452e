"""Images that a version takes for typical of each tag: examples where nobody has confirmed any.

typical.json       what they were chosen from
tags.npy           (T,) tag ids, ascending
images.npy         (T, K) image ids that carry the tag, the surest first; -1 where there are fewer
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import place_of
from reviewer.store.columns import read_columns, read_record, write_columns, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_COLUMNS = ("tags", "images")


@dataclass(frozen=True)
class Typical:
    """Typical images of tags.

    Attributes:
        tags: (T,) int64 tag ids, ascending.
        images: (T, K) int64 image ids, the surest first; -1 where there are fewer.
    """

    tags: NDArray[np.int64]
    images: NDArray[np.int64]

    def of(self, tag_id: int) -> list[int]:
        """Image ids that are typical of a tag, the surest first; none of an unknown tag."""
        row = place_of(tag_id, self.tags)
        if row is None:
            return []
        return [image_id for image_id in self.images[row].tolist() if image_id >= 0]


class TypicalFiles:
    """Where the typical images of one version are kept."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def source(self) -> str:
        """What the present ones were chosen from; empty if there are none."""
        return str(read_record(self._folder / "typical.json").get("source", ""))

    def load(self) -> Typical:
        """The typical images; none where they were not chosen yet."""
        try:
            # Windows keep them, and may not keep a job from replacing them: they are not mapped.
            return Typical(**read_columns(self._folder, _COLUMNS))
        except FileNotFoundError:
            return Typical(np.zeros(0, np.int64), np.zeros((0, 0), np.int64))

    def save(self, typical: Typical, source: str) -> None:
        """Writes all aside, then renames it into place.

        Args:
            typical: The images.
            source: What they were chosen from, to tell whether they are up to date.

        Raises:
            StoreFullError: The disk is full; those before stay.
            StoreError: They cannot be written; those before stay.
        """
        with replacing(self._folder) as aside:
            write_columns(aside, typical, _COLUMNS)
            write_record(aside / "typical.json", {"source": source})
