"""A scan against the bare forward pass of the same network, batch and threads."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.jobs.context import Silent
from reviewer.jobs.importing import import_folder
from reviewer.jobs.scan_choices import ScanChoices
from reviewer.jobs.scanning import scan
from reviewer.store.library import Library
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from pathlib import Path

    from model.predict import Predictor

TAGS = 1000
WORKERS = 2
ROUNDS = 3
"""The scan and the forward pass are measured in turns, as other programs use the machine too."""


def scan_against_forward(place: Path, pictures: Path, device: str = "auto") -> dict[str, float]:
    """Scans a folder with a fresh resnet18 at 224, and runs its forward pass on as many images.

    Args:
        place: A workspace, made anew.
        pictures: The images.
        device: As for `scan`.

    Returns:
        The scan's images a second over those of the forward pass before and after it, the median
        of the rounds; the same by processor time, over all rounds; the share of writing.
    """
    shutil.rmtree(place, ignore_errors=True)
    with Library.create(place, pictures) as library:
        import_folder(library, Silent())
        _write_version(library)
        predictor = _predictor(library, device)
        on_gpu = predictor.device.kind != "cpu"
        batch, workers = (128, 16) if on_gpu else (predictor.usual_batch, WORKERS)
        count = len(library.images.digests()[0])
        _forward(predictor, batch, workers, 2 * workers * batch)
        choices = ScanChoices(device=device, batch_size=batch, workers=workers)
        alone = [_forward(predictor, batch, workers, count)]
        scans = []
        for _ in range(ROUNDS):
            scans.append(_scan(library, choices))
            alone.append(_forward(predictor, batch, workers, count))
        key = "scan_vs_forward_cuda" if on_gpu else "scan_vs_forward"
        limits = [(before.seconds + after.seconds) / 2 for before, after in pairwise(alone)]
        shares = [limit / one.seconds for limit, one in zip(limits, scans, strict=True)]
        seconds = sum(one.seconds for one in scans)
        cpu = sum(before.cpu + after.cpu for before, after in pairwise(alone)) / 2
        return {
            key: float(np.median(shares)),
            f"{key}_cpu": cpu / sum(one.cpu for one in scans),
            "scan_images_per_s": count * ROUNDS / seconds,
            "score_write_share": sum(one.writing for one in scans) / seconds,
        }


class _Taken(NamedTuple):
    """Seconds for all pictures: of time, of processor time, and those of the first in writing."""

    seconds: float
    cpu: float
    writing: float = 0.0


def _scan(library: Library, choices: ScanChoices) -> _Taken:
    """One scan from its first image; what it wrote is thrown away."""
    began = time.perf_counter()
    summary = scan(library, Silent(), choices).summary
    seconds = time.perf_counter() - began - float(summary["seconds_loading"])
    kept = library.scan("bench")
    if kept is not None:
        shutil.rmtree(kept.folder)
    return _Taken(seconds, float(summary["cpu_scanning"]), float(summary["seconds_writing"]))


def _write_version(library: Library) -> None:
    import torch

    from model.backbones import create_tagger
    from model.config import TaggerConfig
    from model.version import save_version

    torch.manual_seed(0)
    config = TaggerConfig()
    tags = [(f"tag_{number}", 0) for number in range(TAGS)]
    folder = library.version_folder("bench")
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_version(folder, create_tagger(config, TAGS), config, tags, {}, {})
    library.versions.put(
        VersionInfo("bench", VersionState.ACTIVE, int(time.time() * 1000), "", "resnet18", TAGS)
    )


def _predictor(library: Library, device: str) -> Predictor:
    from model.predict import Predictor

    return Predictor.load(library.version_folder("bench"), device)


def _forward(predictor: Predictor, batch: int, workers: int, count: int) -> _Taken:
    """The forward pass alone of `count` images, cut among threads as the scan cuts it."""
    from model.parallel import threads_divided

    side = predictor.record.config.input_size
    pixels = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), dtype=np.uint8)
    runs = max(count // batch, 1)
    threads = workers if predictor.device.kind == "cpu" else 1
    with threads_divided(threads), ThreadPoolExecutor(threads) as pool:
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(lambda _: predictor.run(pixels), range(runs)))
        share = count / (runs * batch)
        return _Taken((time.perf_counter() - began) * share, (time.process_time() - cpu) * share)
