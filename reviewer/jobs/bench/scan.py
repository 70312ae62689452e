"""A scan against the bare forward pass of the same network, batch and threads."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

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
BATCH = 16
WORKERS = 2


def scan_against_forward(place: Path, pictures: Path, device: str = "auto") -> dict[str, float]:
    """Scans a folder with a fresh resnet18 at 224, and runs its forward pass on as many images.

    Args:
        place: A workspace, made anew.
        pictures: The images.
        device: As for `scan`.
    """
    shutil.rmtree(place, ignore_errors=True)
    with Library.create(place, pictures) as library:
        import_folder(library, Silent())
        _write_version(library)
        predictor = _predictor(library, device)
        on_gpu = predictor.device.kind != "cpu"
        batch, workers = (128, 16) if on_gpu else (BATCH, WORKERS)
        count = len(library.images.digests()[0])
        _forward(predictor, batch, workers, 2 * workers * batch)
        cpu = time.process_time()
        rates = [_forward(predictor, batch, workers, count)]
        cpu_alone = time.process_time() - cpu
        choices = ScanChoices(device=device, batch_size=batch, workers=workers)
        began = time.perf_counter()
        summary = scan(library, Silent(), choices).summary
        seconds = time.perf_counter() - began - float(summary["seconds_loading"])
        cpu_scan = float(summary["cpu_scanning"])
        rates.append(_forward(predictor, batch, workers, count))
        key = "scan_vs_forward_cuda" if on_gpu else "scan_vs_forward"
        return {
            key: count / seconds / float(np.mean(rates)),
            f"{key}_cpu": cpu_alone / cpu_scan,
            "scan_images_per_s": count / seconds,
            "score_write_share": float(summary["seconds_writing"]) / seconds,
        }


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


def _forward(predictor: Predictor, batch: int, workers: int, count: int) -> float:
    """Images a second of the forward pass alone, cut among threads as the scan cuts it."""
    from model.parallel import threads_divided

    side = predictor.record.config.input_size
    pixels = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), dtype=np.uint8)
    runs = max(count // batch, 1)
    if predictor.device.kind != "cpu":
        began = time.perf_counter()
        for _ in range(runs):
            predictor.run(pixels)
        return runs * batch / (time.perf_counter() - began)
    with threads_divided(workers), ThreadPoolExecutor(workers) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: predictor.run(pixels), range(runs)))
        return runs * batch / (time.perf_counter() - began)
