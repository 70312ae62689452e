"""The noise experiment with the whole network trained each time, in place of heads alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.tagger_problems import tagger_errors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.config import TaggerConfig, TrainConfig
    from model.labels import LabelMatrix
    from reviewer.jobs.noise.data import NoiseData
    from reviewer.store.library import Library

WORDS = "the whole network trained anew each time"


class NetworkTrainer:
    """Trains a network from its usual beginning; nothing of a version that saw the labels."""

    def __init__(
        self,
        library: Library,
        data: NoiseData,
        *,
        device: str = "auto",
        epochs: int | None = None,
        input_size: int | None = None,
    ) -> None:
        """Takes what every run shares.

        Args:
            library: For the files.
            data: The copy of the labels.
            device: As `choose_device` takes it.
            epochs: Of every run; the recipe's if not given.
            input_size: Side of the input in pixels; the recipe's if not given.
        """
        paths = {image_id: library.folder / path for image_id, path, _ in library.images.askable()}
        self._learnt = [paths[image_id] for image_id in data.images.tolist()]
        self._measured = [paths[image_id] for image_id in data.measured_images.tolist()]
        self._data = data
        self._work = library.workspace.cache / "noise"
        self._device, self._epochs, self._side = device, epochs, input_size

    def measure(
        self, rows: NDArray[np.int64], labels: LabelMatrix, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Trains once; see `trials.Trainer`.

        Raises:
            TaggerError: The device cannot be used, or the pictures cannot be read.
        """
        from model.request import TrainRequest
        from model.train import train

        paths = [*(self._learnt[row] for row in rows.tolist()), *self._measured]
        version = self._work / "version"
        shutil.rmtree(version, ignore_errors=True)
        with tagger_errors():
            tagger, training = self._recipe(len(rows), seed)
            result = train(
                TrainRequest(
                    paths=paths,
                    labels=self._with_measured(labels),
                    tags=[(tag.name, int(tag.category)) for tag in self._data.tags],
                    tagger=tagger,
                    training=training,
                    open_image=open_for_tagger,
                    work_folder=self._work,
                    version_folder=version,
                    device=self._device,
                    held_out=np.arange(len(paths)) >= len(rows),
                ),
                lambda _: None,
            )
        shutil.rmtree(version, ignore_errors=True)
        found = result.metrics
        right = found.recall * found.positives
        said = np.divide(
            right, found.precision, out=np.zeros_like(right), where=found.precision > 0
        )
        return found.average_precision, np.stack([right, said, found.positives], axis=1)

    def stamp(self, images: int, seed: int) -> str:
        """What a result hangs on beside the labels; see `kept.LongTrainer`.

        Raises:
            TaggerError: The device cannot be used.
        """
        with tagger_errors():
            tagger, training = self._recipe(images, seed)
        clean = hashlib.sha256(self._data.targets.tobytes())
        clean.update(self._data.weights.tobytes())
        settings = {
            "tagger": tagger.to_json(),
            "training": training.to_json(),
            "tags": [tag.name for tag in self._data.tags],
            "learnt": [str(path) for path in self._learnt],
            "measured": [str(path) for path in self._measured],
            "clean": clean.hexdigest(),
        }
        return json.dumps(settings, sort_keys=True)

    def close(self) -> None:
        """Takes away what the runs left: results, shrunk pictures and checkpoints."""
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """Where the runs leave their files."""
        return self._work

    def _recipe(self, images: int, seed: int) -> tuple[TaggerConfig, TrainConfig]:
        from model.config import quick_recipe
        from model.device import choose_device
        from model.weights import find_weights

        kind = choose_device(self._device).kind
        tagger, training = quick_recipe(kind, images, from_scratch=False)
        if find_weights(tagger, None).path is None:
            tagger, training = quick_recipe(kind, images, from_scratch=True)
        if self._side is not None:
            tagger = replace(tagger, input_size=self._side)
        # The labels bring the weight of each tag's absences with them.
        return tagger, replace(
            training, seed=seed, epochs=self._epochs or training.epochs, absent_weight=1.0
        )

    def _with_measured(self, labels: LabelMatrix) -> LabelMatrix:
        """The labels to learn from, and below them the clean ones to measure on."""
        from model.labels import Code

        data = self._data
        clean = np.where(data.targets > 0, Code.CONFIRMED_PRESENT, Code.CONFIRMED_ABSENT)
        clean = np.where(data.weights > 0, clean, Code.UNSURE).astype(np.uint8)
        codes = sparse.vstack([labels.codes, sparse.csr_matrix(clean)], format="csr")
        return replace(labels, codes=codes)
