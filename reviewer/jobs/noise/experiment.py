"""Runs the noise experiment on a collection and writes its page; what was trained once is kept."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reviewer.jobs.noise.data import noise_data
from reviewer.jobs.noise.network import WORDS, NetworkTrainer
from reviewer.jobs.noise.page import write_noise
from reviewer.jobs.noise.report import NoiseReport, noise_report
from reviewer.jobs.noise.trials import Grid, Trainer
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from reviewer.core.types import ChangeSet
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library


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


FINE_TUNED = Grid(drops=(0.2, 0.5), adds=(), image_shares=(0.25, 0.5, 1.0), seeds=2)
"""What is tried with whole networks, each of which takes minutes."""


@dataclass(frozen=True, slots=True)
class NoiseChoices:
    """What a user may choose.

    Attributes:
        grid: What is tried.
        min_images: Images that a tag needs.
        max_tags, max_images: Learnt at most.
        truth: A table of images whose tags are right, to measure on.
        fine_tune: Train the whole network each time.
        device, epochs, input_size: For that.
    """

    grid: Grid = field(default_factory=Grid)
    min_images: int = 20
    max_tags: int = 300
    max_images: int = 50_000
    truth: Path | None = None
    fine_tune: bool = False
    device: str = "auto"
    epochs: int | None = None
    input_size: int | None = None


def experiment_with_noise(
    library: Library, listener: Listener, target: Path, choices: NoiseChoices
) -> tuple[ChangeSet, NoiseReport]:
    """Trains at every level of noise on a copy of the labels, measures, writes the page.

    With whole networks it may be cut off at any time, and goes on where it was.

    Args:
        library: A collection with a scan; nothing is stored in it.
        listener: Hears of progress.
        target: Folder for the page.
        choices: What to try.

    Raises:
        UsageError: There is too little to experiment on.
        SourceError: The table of true tags cannot be read.
        TaggerError: The device cannot be used.
        StoreError: The page cannot be written.
    """
    data = noise_data(
        library,
        minimum=choices.min_images,
        most_tags=choices.max_tags,
        most_images=choices.max_images,
        truth=choices.truth,
    )
    if not choices.fine_tune:
        report = noise_report(library, data, choices.grid, listener)
        return write_noise(report, library.name, target), report
    trainer = NetworkTrainer(
        library,
        data,
        device=choices.device,
        epochs=choices.epochs,
        input_size=choices.input_size,
    )
    kept = KeptTrainer(trainer, trainer.folder / "results")
    if kept.there():
        listener.note(f"{kept.there():,} taggers that were trained before are taken as they are.")
    report = noise_report(library, data, choices.grid, listener, kept, WORDS)
    written = write_noise(report, library.name, target)
    trainer.close()
    return written, report
