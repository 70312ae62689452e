"""Trained once, kept: an experiment that was cut off goes on with the tagger that it was at."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reviewer.jobs.noise.trials import Trainer
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.labels import LabelMatrix


class LongTrainer(Trainer, Protocol):
    """A trainer that takes minutes each time, and can say what its results hang on."""

    def stamp(self, images: int, seed: int) -> str:
        """Changes with every setting that a result hangs on beside the labels."""


class KeptTrainer:
    """Asks a trainer for what is not in a folder yet."""

    def __init__(self, trainer: LongTrainer, folder: Path) -> None:
        """Takes a trainer and a folder.

        Args:
            trainer: Trains what was not trained yet.
            folder: Of the results; it is made if it is not there.
        """
        self._trainer = trainer
        self._folder = folder

    def there(self) -> int:
        """How many results are kept."""
        return len(list(self._folder.glob("*.npz")))

    def measure(
        self, rows: NDArray[np.int64], labels: LabelMatrix, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Trains and measures, or tells what it measured before; see `trials.Trainer`."""
        path = self._folder / f"{self._key(rows, labels, seed)}.npz"
        found = _read(path)
        if found is None:
            found = self._trainer.measure(rows, labels, seed)
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as aside, aside.open("wb") as file:
                np.savez(file, precision=found[0], counts=found[1])
        return found

    def _key(self, rows: NDArray[np.int64], labels: LabelMatrix, seed: int) -> str:
        codes = labels.codes.sorted_indices()
        found = hashlib.sha256(self._trainer.stamp(len(rows), seed).encode())
        for part in (rows, codes.indptr, codes.indices, codes.data, labels.absent_weight):
            found.update(np.ascontiguousarray(part).tobytes())
        return found.hexdigest()[:32]


def _read(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """A kept result; `None` where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return held["precision"], held["counts"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
