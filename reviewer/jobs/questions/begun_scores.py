"""What a run that scores every tag of a large scan has done, so that one that was cut off goes on.

It takes long: heads are kept lot by lot, scores image by image, in a folder of their own beside
the scan. When all is done the scores are moved to where a ranking looks for them.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.patience import patiently
from reviewer.store.columns import read_columns, read_record, write_columns, write_record
from reviewer.store.disk import remove, replacing, tidy, writing
from reviewer.store.scans import ScanFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.crossfit import Heads
    from reviewer.store.scans import ScanShape

BEGUN = "every_tag_begun"
"""The folder, in that of the scan."""

_RECORD, _SCORES = "rests_on.json", "scores"


class LotHeads(NamedTuple):
    """Heads of K tags that were fitted together, without each of F folds.

    Attributes:
        weight: (F, K, D) float32.
        bias: (F, K) float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(cls, folds: Sequence[Heads]) -> LotHeads:
        """From the heads of each fold."""
        return cls(
            np.stack([heads.weight for heads in folds]), np.stack([heads.bias for heads in folds])
        )


@dataclass(frozen=True)
class BegunScores:
    """What is done so far.

    Attributes:
        folder: Where it is.
        shape: Of the scores.
    """

    folder: Path
    shape: ScanShape

    @classmethod
    def of(cls, files: ScanFiles, shape: ScanShape, folds: NDArray[np.int8]) -> BegunScores:
        """Takes up what was begun for the same images, tags and folds; else begins anew.

        Args:
            files: The scan whose images are scored.
            shape: Of the scores.
            folds: (N,) of the images.

        Raises:
            StoreFullError: The disk is full.
            StoreError: What was begun cannot be read or removed, or nothing can be written.
        """
        rests_on = hashlib.blake2b(digest_size=16)
        for part in (files.rows(), np.array(shape.tags, np.int64), folds):
            rests_on.update(part.tobytes())
        folder, told = files.folder / BEGUN, {"rests_on": rests_on.hexdigest()}
        if read_record(folder / _RECORD) != told:
            if folder.exists():
                remove(folder)
            with replacing(folder) as aside:
                aside.mkdir()
                write_record(aside / _RECORD, told)
        tidy(folder)
        return cls(folder, shape)

    def scores(self) -> ScanFiles:
        """The scores so far, in the form of a scan, to be added to."""
        return ScanFiles.create(self.folder / _SCORES, self.shape)

    def taken(self) -> int:
        """Bytes that the scores take already."""
        place = self.folder / _SCORES
        return sum(path.stat().st_size for path in place.iterdir()) if place.is_dir() else 0

    def heads(self, lot: int) -> LotHeads | None:
        """The heads of a lot; `None` where they are not fitted yet."""
        place = self._place(lot)
        return LotHeads(**read_columns(place, LotHeads._fields)) if place.is_dir() else None

    def keep(self, lot: int, heads: LotHeads) -> None:
        """Keeps the heads of a lot.

        Raises:
            StoreError: They cannot be written.
        """
        with replacing(self._place(lot)) as aside:
            write_columns(aside, heads, LotHeads._fields)

    def finish(self, place: Path) -> None:
        """Moves the scores, which are whole, to a place; what is there gives way.

        Raises:
            StoreError: What is there is in use; the scores stay where they are for the next run.
        """
        if place.exists():
            remove(place)
        with writing(place):
            patiently(lambda: (self.folder / _SCORES).rename(place))
        shutil.rmtree(self.folder, ignore_errors=True)

    def _place(self, lot: int) -> Path:
        return self.folder / f"heads-{lot}"
