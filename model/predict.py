"""A version at work: scores, embeddings and hashes of many files."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from model.backbones import CorrectedTagger
from model.data import to_input
from model.device import Device, choose_device
from model.images import Failure, OpenImage, Prepared, read_prepared
from model.parallel import map_ahead, threads_divided
from model.version import VersionRecord, load_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.backbones import Tagger


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """What the tagger says about a run of files, in the order of the list.

    Attributes:
        indices: (B,) int64 positions in the list of paths; broken images are left out.
        logits: (B, T) float32.
        embeddings: (B, D) float16, before the head.
        hashes: (B,) uint64 difference hashes.
        failures: The broken images among the run, with the reason.
        reading: Seconds of a worker that went into opening and resizing the files.
        computing: Seconds that went into the network.
    """

    indices: NDArray[np.int64]
    logits: NDArray[np.float32]
    embeddings: NDArray[np.float16]
    hashes: NDArray[np.uint64]
    failures: list[Failure]
    reading: float = 0.0
    computing: float = 0.0

    @property
    def scores(self) -> NDArray[np.float32]:
        """(B, T) float32 in 0..1."""
        # Beyond 80 the exponential leaves float32, and the score is 0 or 1 to all its digits.
        return np.asarray(1 / (1 + np.exp(-self.logits.clip(-80, 80))), dtype=np.float32)


class _Read(NamedTuple):
    """A run of files, opened: each one's picture or what is wrong with it."""

    run: range
    found: list[Prepared | str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Predictor:
    """A loaded version.

    Attributes:
        tagger: In evaluation mode, on `device`.
        record: Its configuration, tags, metrics and provenance.
        device: Where it runs, in words too.
    """

    tagger: Tagger
    record: VersionRecord
    device: Device

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Predictor:
        """Load a version.

        Args:
            folder: Of the version.
            device: As `choose_device` takes it.

        Raises:
            TaggerProblem: The version or the device cannot be used.
        """
        chosen = choose_device(device)
        tagger, record = load_version(folder, chosen.place)
        return cls(tagger, record, chosen)

    @property
    def tags(self) -> list[tuple[str, int]]:
        """T pairs of name and category number, in the order of the outputs."""
        return self.record.tags

    @property
    def embedding_width(self) -> int:
        """D."""
        return self.tagger.head.in_features

    @property
    def is_linear(self) -> bool:
        """Whether the scores follow from the embeddings alone."""
        return not isinstance(self.tagger, CorrectedTagger)

    def from_embeddings(self, embeddings: NDArray[np.float16]) -> NDArray[np.float32]:
        """Logits (B, T) float32 of (B, D) embeddings, for a version that is linear."""
        with torch.inference_mode():
            x = torch.from_numpy(np.array(embeddings, np.float32)).to(self.device.place)
            return np.asarray(self.tagger.head(x).cpu().numpy(), np.float32)

    def scan(
        self,
        paths: Sequence[Path],
        open_image: OpenImage,
        *,
        batch_size: int = 32,
        workers: int = 2,
    ) -> Iterator[ScanBatch]:
        """Score files in order; a broken one is reported in its batch and never a stop.

        On a CPU each worker decodes and computes its own batches, with one thread inside: cores
        that hand work to each other wait for each other. On a GPU the workers decode ahead.

        Args:
            paths: The files.
            open_image: Opens one file upright in RGB; called from several threads at once.
            batch_size: Files at once.
            workers: Threads.

        Yields:
            One batch for each run of `batch_size` paths.
        """
        runs = [
            range(start, min(start + batch_size, len(paths)))
            for start in range(0, len(paths), batch_size)
        ]

        def read(run: range) -> _Read:
            began = time.perf_counter()
            found = [read_prepared(paths[i], open_image, self.record.config) for i in run]
            return _Read(run, found, time.perf_counter() - began)

        if self.device.kind == "cpu":
            with threads_divided(workers), ThreadPoolExecutor(workers) as pool:
                work = map_ahead(pool, lambda run: self._batch(read(run)), runs, workers + 1)
                yield from work
            return
        with ThreadPoolExecutor(workers) as pool:
            for found in map_ahead(pool, read, runs, 2 * workers):
                yield self._batch(found)

    def _batch(self, read: _Read) -> ScanBatch:
        run, found = read.run, read.found
        began = time.perf_counter()
        failures = [
            Failure(index, item)
            for index, item in zip(run, found, strict=True)
            if isinstance(item, str)
        ]
        good = [
            (index, item)
            for index, item in zip(run, found, strict=True)
            if isinstance(item, Prepared)
        ]
        pixels = [item.pixels for _, item in good]
        logits, embeddings = self.run(np.stack(pixels)) if pixels else self._nothing()
        return ScanBatch(
            indices=np.array([index for index, _ in good], dtype=np.int64),
            logits=logits,
            embeddings=embeddings,
            hashes=np.array([item.hash for _, item in good], dtype=np.uint64),
            failures=failures,
            reading=read.seconds,
            computing=time.perf_counter() - began,
        )

    def run(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """Score prepared pictures.

        Args:
            pixels: (B, S, S, 3) uint8, B of 1 or more.

        Returns:
            Logits (B, T) float32 and embeddings (B, D) float16.
        """
        amp = self.device.amp
        with (
            torch.inference_mode(),
            torch.autocast(self.device.kind, dtype=amp, enabled=amp is not None),
        ):
            x = to_input(pixels, self.record.config, self.device.place)
            logits, embeddings = self.tagger(x)
        # float16 ends at 65504; what lies beyond would be infinity.
        narrow = embeddings.float().clamp(-65504, 65504).half()
        return logits.float().cpu().numpy(), narrow.cpu().numpy()

    def _nothing(self) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        return (
            np.empty((0, len(self.tags)), np.float32),
            np.empty((0, self.embedding_width), np.float16),
        )
