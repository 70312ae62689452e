"""A version at work: scores, embeddings and hashes of many files."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from model.backbones import CorrectedTagger
from model.data import to_input
from model.device import Device, choose_device, suited
from model.images import Failure, OpenImage, Prepared, read_prepared
from model.launching import Launched, Launcher, gathered
from model.parallel import map_ahead, threads_divided
from model.record import VersionRecord, read_record
from model.resizing import resize_for
from model.version import load_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from model.backbones import Tagger
    from model.resizing import Resize

IN_FLIGHT = 2
"""Batches that a GPU has before it while the scan waits for the first of them."""


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """What the tagger says about a run of files, in the order of the list.

    Attributes:
        indices: (B,) int64 positions in the list of paths; broken images are left out.
        logits: (B, T) float32.
        embeddings: (B, D) float16, before the head.
        hashes: (B,) uint64 difference hashes.
        failures: The broken images among the run, with the reason.
        reading: Seconds of the scan that went into opening and resizing the files; beside a GPU
            those that it had to wait for them.
        computing: Seconds of the scan that went into the network.
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
    """A run of files, opened.

    Attributes:
        good: Positions, in the list of paths, of those that could be read.
        hashes: Theirs.
        pixels: (B, S, S, 3) uint8, theirs; `None` where there is none.
        failures: The others.
        seconds: That it took a worker.
    """

    good: list[int]
    hashes: list[int]
    pixels: Tensor | None
    failures: list[Failure]
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
        chosen = choose_device(suited(device, read_record(folder).config.network))
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
    def usual_batch(self) -> int:
        """Pictures at once in a scan."""
        return self.device.usual_batch(self.record.config.input_size)

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
        batch_size: int = 0,
        workers: int = 2,
        told: Callable[[str], None] = lambda _: None,
    ) -> Iterator[ScanBatch]:
        """Score files in order; a broken one is reported in its batch and never a stop.

        On a CPU each worker decodes and computes its own batches, with one thread inside: cores
        that hand work to each other wait for each other. On a GPU the workers decode ahead, and
        batches are on their way to it while it computes.

        Args:
            paths: The files.
            open_image: Opens one file upright in RGB; called from several threads at once.
            batch_size: Files at once; 0 for `usual_batch`.
            workers: Threads.
            told: Hears, in a sentence, what the device has too little memory for.

        Yields:
            One batch for each run of so many paths.

        Raises:
            TaggerProblem: The device has no memory for a single picture.
        """
        many = batch_size or self.usual_batch
        runs = [range(start, min(start + many, len(paths))) for start in range(0, len(paths), many)]

        resize = resize_for(len(paths))

        def read(run: range) -> _Read:
            return self._read(run, paths, open_image, resize)

        on_cpu = self.device.kind == "cpu"
        with threads_divided(workers if on_cpu else 1), ThreadPoolExecutor(workers) as pool:
            if not on_cpu:
                ahead = map_ahead(pool, read, runs, workers + 2)
                yield from self._launched(ahead, self.launcher(told))
                return
            for batch in map_ahead(pool, lambda run: self._batch(read(run)), runs, workers + 1):
                # Workers run side by side: each second of one is a part of the scan's second.
                yield replace(
                    batch, reading=batch.reading / workers, computing=batch.computing / workers
                )

    def launcher(self, told: Callable[[str], None] = lambda _: None) -> Launcher:
        """What sends batches to the device and does not wait for them.

        Args:
            told: Hears, in a sentence, what the device has too little memory for.
        """
        return Launcher(self._forward, self.device.place, told)

    def _read(
        self, run: range, paths: Sequence[Path], open_image: OpenImage, resize: Resize
    ) -> _Read:
        """Opens the files of a run."""
        began = time.perf_counter()
        good, prepared, failures = [], [], []
        for index in run:
            found = read_prepared(paths[index], open_image, self.record.config, resize)
            if isinstance(found, Prepared):
                good.append(index)
                prepared.append(found)
            else:
                failures.append(Failure(index, found))
        pinned = self.device.kind == "cuda"
        pixels = gathered([item.pixels for item in prepared], pinned=pinned) if prepared else None
        hashes = [item.hash for item in prepared]
        return _Read(good, hashes, pixels, failures, time.perf_counter() - began)

    def _launched(self, reads: Iterator[_Read], launcher: Launcher) -> Iterator[ScanBatch]:
        """Batches through a device that works by itself, a few of them on their way at a time."""
        flying: deque[tuple[_Read, Launched | None, float]] = deque()
        began = time.perf_counter()
        for read in reads:
            waited = time.perf_counter() - began
            launched = launcher.launch(read.pixels) if read.pixels is not None else None
            flying.append((read, launched, waited))
            if len(flying) >= IN_FLIGHT:
                yield self._landed(*flying.popleft())
            began = time.perf_counter()
        while flying:
            yield self._landed(*flying.popleft())

    def _landed(self, read: _Read, launched: Launched | None, waited: float) -> ScanBatch:
        began = time.perf_counter()
        found = self._sound(read, launched.fetch()) if launched is not None else self._nothing()
        computing = time.perf_counter() - began
        return _scan_batch(read, found, reading=waited, computing=computing)

    def _sound(
        self, read: _Read, found: tuple[NDArray[np.float32], NDArray[np.float16]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """What was found, computed again in full precision where mixed precision overflowed.

        float16 ends at 65504: networks that were trained otherwise go beyond it on some pictures,
        and what is no number would be stored as some score or other.
        """
        if self.device.amp is None or read.pixels is None or np.isfinite(found[0]).all():
            return found
        fully = replace(self, device=replace(self.device, amp=None))
        return fully.launcher().launch(read.pixels).fetch()

    def _batch(self, read: _Read) -> ScanBatch:
        began = time.perf_counter()
        found = self._nothing() if read.pixels is None else self.run(read.pixels.numpy())
        computing = time.perf_counter() - began
        return _scan_batch(read, found, reading=read.seconds, computing=computing)

    def run(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """Score prepared pictures.

        Args:
            pixels: (B, S, S, 3) uint8, B of 1 or more.

        Returns:
            Logits (B, T) float32 and embeddings (B, D) float16.
        """
        logits, embeddings = self._forward(torch.from_numpy(pixels))
        return logits.cpu().numpy(), embeddings.cpu().numpy()

    def _forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, T) float32 and embeddings (B, D) float16, on the device."""
        amp = self.device.amp
        with (
            torch.inference_mode(),
            torch.autocast(self.device.kind, dtype=amp, enabled=amp is not None),
        ):
            x = to_input(pixels, self.record.config, self.device.place)
            logits, embeddings = self.tagger(x)
            # float16 ends at 65504; what lies beyond would be infinity.
            return logits.float(), embeddings.float().clamp(-65504, 65504).half()

    def _nothing(self) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        return (
            np.empty((0, len(self.tags)), np.float32),
            np.empty((0, self.embedding_width), np.float16),
        )


def _scan_batch(
    read: _Read,
    found: tuple[NDArray[np.float32], NDArray[np.float16]],
    *,
    reading: float,
    computing: float,
) -> ScanBatch:
    logits, embeddings = found
    return ScanBatch(
        indices=np.array(read.good, dtype=np.int64),
        logits=logits,
        embeddings=embeddings,
        hashes=np.array(read.hashes, dtype=np.uint64),
        failures=read.failures,
        reading=reading,
        computing=computing,
    )
