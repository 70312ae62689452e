"""What goes into a training run, what is told on the way, and what comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.config import TaggerConfig, TrainConfig
    from model.images import Failure, OpenImage
    from model.labels import LabelMatrix
    from model.metrics import Metrics
    from model.rating_head import RatingLabels


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """Everything that a training run needs.

    Attributes:
        paths: N files.
        labels: N images, T tags.
        tags: T pairs of name and category number.
        tagger, training: Settings.
        open_image: Opens one file upright in RGB; called from several threads at once.
        work_folder: Decoded pictures and checkpoints; a run that was cut off goes on from here.
        version_folder: Where the version appears; must not be there yet.
        weights_file: Pretrained weights that the user chose.
        parent: The version to start from; backbone and known tags are copied.
        device: As `choose_device` takes it.
        held_out: (N,) bool, images to validate on instead of a random share, so that versions
            compare; their near-duplicates go with them. `None` to choose a share.
        tested: (N,) bool, images that are neither learnt from nor validated on: what the best
            epoch says of them, at a score of 0.5, is recorded. `None` for none.
        fixed: (T,) bool, rows of the head that stay as the parent has them, bit for bit; `None`
            for none.
        note: JSON values of the caller, stored in `train.json`.
        ratings: Of the N images, learnt by an output of their own; `None` for none.
    """

    paths: Sequence[Path]
    labels: LabelMatrix
    tags: Sequence[tuple[str, int]]
    tagger: TaggerConfig
    training: TrainConfig
    open_image: OpenImage
    work_folder: Path
    version_folder: Path
    weights_file: Path | None = None
    parent: Path | None = None
    device: str = "auto"
    held_out: NDArray[np.bool_] | None = None
    tested: NDArray[np.bool_] | None = None
    fixed: NDArray[np.bool_] | None = None
    note: Mapping[str, Any] = field(default_factory=dict)
    ratings: RatingLabels | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How far a stage is.

    Attributes:
        stage: "start", "read", "train", "check" or "save".
        done, total: Pictures; 0 where nothing is counted.
        rate: Pictures a second; 0 where unknown.
        note: For people.
    """

    stage: str
    done: int = 0
    total: int = 0
    rate: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One epoch is over, and its checkpoint is on the disk.

    Attributes:
        epoch, epochs: From 1; how many in all.
        loss: Mean training loss.
        val_map: mAP on the validation images, 0..1, against the collection's own labels; nan if
            no tag is present among them.
        rate: Training pictures a second.
    """

    epoch: int
    epochs: int
    loss: float
    val_map: float
    rate: float


Report = Callable[[Step | EpochDone], None]


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What came of a run.

    Attributes:
        version_folder: The new version.
        metrics: On the validation images at the best epoch.
        best_epoch: From 1.
        resumed_at: Epochs that an earlier, cut off run had finished; 0 for a new run.
        failures: Images that could not be read.
    """

    version_folder: Path
    metrics: Metrics
    best_epoch: int
    resumed_at: int
    failures: list[Failure]


def data_hash(request: TrainRequest) -> str:
    """SHA-256 over the names of the files and every label and weight."""
    found = hashlib.sha256("\n".join(str(path) for path in request.paths).encode())
    codes = request.labels.codes.sorted_indices()
    for part in (codes.indptr, codes.indices, codes.data):
        found.update(np.ascontiguousarray(part).tobytes())
    found.update(request.labels.absent_weight.tobytes())
    if request.labels.image_weight is not None:
        found.update(request.labels.image_weight.tobytes())
    if request.ratings is not None:
        found.update("\n".join(request.ratings.names).encode())
        found.update(request.ratings.labels.tobytes())
    return found.hexdigest()
