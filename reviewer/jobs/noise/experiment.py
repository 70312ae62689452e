"""Runs the noise experiment on a collection and writes its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.jobs.noise.data import noise_data
from reviewer.jobs.noise.kept import KeptTrainer
from reviewer.jobs.noise.network import WORDS, NetworkTrainer
from reviewer.jobs.noise.page import write_noise
from reviewer.jobs.noise.report import NoiseReport, noise_report
from reviewer.jobs.noise.trials import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.types import ChangeSet
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

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
