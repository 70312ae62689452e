"""Broken implications, on disk: replaced as a whole, derived from tags, lists and answers.

implied.json      the rules, and the last decision that they know of
images.npy        (M,) int64 and parents.npy (M,) int64: the pairs, in the order to ask them
scores.npy        (M,) float32 and chances.npy (M,) float32
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.tags.implied import Rule
from reviewer.core.types import Question, Side
from reviewer.store.columns import read_columns, read_record, write_columns, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

_COLUMNS = ("images", "parents", "scores", "chances")
_RECORD = "implied.json"


@dataclass(frozen=True)
class Broken:
    """Pairs whose tag another tag of the image implies, and that lack it.

    Attributes:
        rules: By which they are implied; also those that are never broken.
        images, parents: (M,) int64 image ids and ids of the tags that are missing.
        scores: (M,) float32 of the tagger out of sample, 0..1; 0 where it does not know the tag.
        chances: (M,) float32 that the tag is missing, 0..1.
        left_out: Further pairs that are not asked this time.
        version: That gave the scores.
        decided: Id of the last decision that was taken in.
    """

    rules: tuple[Rule, ...]
    images: NDArray[np.int64]
    parents: NDArray[np.int64]
    scores: NDArray[np.float32]
    chances: NDArray[np.float32]
    left_out: int = 0
    version: str = ""
    decided: int = 0

    @classmethod
    def empty(cls) -> Broken:
        """Nothing is broken, or nobody looked."""
        ids, shares = np.zeros(0, np.int64), np.zeros(0, np.float32)
        return cls((), ids, ids, shares, shares)

    def __len__(self) -> int:
        return len(self.images)

    def questions(self, answered: Iterable[tuple[int, int]] = ()) -> list[Question]:
        """The pairs as questions, in the order to ask them.

        Args:
            answered: Pairs (image id, tag id) that were answered since.
        """
        done = frozenset(answered)
        columns = (self.images, self.parents, self.scores, self.chances)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [
            Question(image_id, tag_id, Side.MISSING, score, chance, self.version)
            for image_id, tag_id, score, chance in rows
            if (image_id, tag_id) not in done
        ]


class ImpliedFiles:
    """Where the broken implications of a collection are kept."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def load(self) -> Broken:
        """The present ones; empty if nobody looked yet."""
        record = read_record(self._folder / _RECORD)
        if not record:
            return Broken.empty()
        return Broken(
            rules=tuple(Rule(**entry) for entry in record["rules"]),
            **read_columns(self._folder, _COLUMNS),
            left_out=int(record["left_out"]),
            version=str(record["version"]),
            decided=int(record["decided"]),
        )

    def rules(self) -> tuple[Rule, ...]:
        """The rules alone."""
        record = read_record(self._folder / _RECORD)
        return tuple(Rule(**entry) for entry in record.get("rules", ()))

    def save(self, broken: Broken) -> None:
        """Writes all aside, then renames it into place.

        Raises:
            StoreFullError: The disk is full; what was there before stays.
            StoreError: It cannot be written; what was there before stays.
        """
        with replacing(self._folder) as aside:
            write_columns(aside, broken, _COLUMNS)
            record = {
                "rules": [asdict(rule) for rule in broken.rules],
                "left_out": broken.left_out,
                "version": broken.version,
                "decided": broken.decided,
            }
            write_record(aside / _RECORD, record)
