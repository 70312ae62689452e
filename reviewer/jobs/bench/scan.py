"""A scan against the bare forward pass of the same network, batch and threads."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.store.library import Library
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.predict import Predictor

TAGS = 1000
WORKERS = 2
WD_TAGS = 8266
WD_VIT = {
    "act_layer": "gelu_tanh",
    "class_token": False,
    "fc_norm": False,
    "global_pool": "avg",
    "img_size": 448,
}
"""How the WD v3 tagger is built from timm's vision transformer, as its `config.json` has it."""
GPU_BATCH, GPU_WORKERS = 64, 16
ROUNDS = 3
"""The scan and the forward pass are measured in turns, as other programs use the machine too."""
ALONE = 256
"""Images of each forward pass on a CPU."""
ALONE_ON_GPU = 2048
"""Likewise on a GPU."""


def scan_against_forward(place: Path, pictures: Path) -> dict[str, float]:
    """Scans a folder with a fresh network, and runs its forward pass on as many images.

    The network is what people have there: on a CPU a resnet18 at 224, on a GPU WD's vision
    transformer at 448.

    Args:
        place: A workspace, made anew.
        pictures: The images.

    Returns:
        The scan's images a second over those of the forward pass before and after it, the median
        of the rounds; the same by processor time, over all rounds; the shares of the scan that
        went into writing and into reading images (on a GPU: into waiting for them).
    """
    shutil.rmtree(place, ignore_errors=True)
    with Library.create(place, pictures) as library:
        import_folder(library, Silent())
        on_gpu = _is_gpu()
        _write_version(library, on_gpu=on_gpu)
        predictor = _predictor(library)
        batch, workers = (GPU_BATCH, GPU_WORKERS) if on_gpu else (predictor.usual_batch, WORKERS)
        many = ALONE_ON_GPU if on_gpu else ALONE
        _forward(predictor, batch, workers, 2 * workers * batch)
        choices = ScanChoices(batch_size=batch, workers=workers)
        alone = [_forward(predictor, batch, workers, many)]
        scans = []
        for _ in range(ROUNDS):
            scans.append(_scan(library, choices))
            alone.append(_forward(predictor, batch, workers, many))
        key = "scan_vs_forward_cuda" if on_gpu else "scan_vs_forward"
        limits = [(before.seconds + after.seconds) / 2 for before, after in pairwise(alone)]
        shares = [limit / one.seconds for limit, one in zip(limits, scans, strict=True)]
        seconds = sum(one.seconds for one in scans)
        cpu = sum(before.cpu + after.cpu for before, after in pairwise(alone)) / 2
        return {
            key: float(np.median(shares)),
            f"{key}_cpu": cpu / sum(one.cpu for one in scans),
            "scan_images_per_s": ROUNDS / seconds,
            "score_write_share": sum(one.writing for one in scans) / seconds,
            "scan_read_share": sum(one.reading for one in scans) / seconds,
        }


class _Taken(NamedTuple):
    """Seconds for a picture: of time, of processor time; of the first in writing and reading."""

    seconds: float
    cpu: float
    writing: float = 0.0
    reading: float = 0.0


def _scan(library: Library, choices: ScanChoices) -> _Taken:
    """One scan from its first image; what it wrote is thrown away."""
    began = time.perf_counter()
    summary = scan(library, Silent(), choices).summary
    seconds = time.perf_counter() - began - float(summary["seconds_loading"])
    kept = library.scan("bench")
    if kept is not None:
        shutil.rmtree(kept.folder)
    count = int(summary["scanned"])
    return _Taken(
        seconds / count,
        float(summary["cpu_scanning"]) / count,
        float(summary["seconds_writing"]) / count,
        float(summary["seconds_reading"]) / count,
    )


def _is_gpu() -> bool:
    from model.device import choose_device

    return choose_device().kind != "cpu"


def _write_version(library: Library, *, on_gpu: bool) -> None:
    import torch

    from model.backbones import create_tagger
    from model.config import TaggerConfig
    from model.version import save_version

    torch.manual_seed(0)
    config, count = TaggerConfig(), TAGS
    if on_gpu:
        count = WD_TAGS
        config = TaggerConfig(
            network="timm",
            backbone="vit_base_patch16_224",
            arguments={"model_args": WD_VIT},
            input_size=448,
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
            channels="bgr",
            fit="square",
            reducing_gap=0.0,
        )
    tags = [(f"tag_{number}", 0) for number in range(count)]
    folder = library.version_folder("bench")
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_version(folder, create_tagger(config, count), config, tags, {}, {})
    library.versions.put(
        VersionInfo(
            "bench", VersionState.ACTIVE, int(time.time() * 1000), "", config.backbone, count
        )
    )


def _predictor(library: Library) -> Predictor:
    from model.predict import Predictor

    return Predictor.load(library.version_folder("bench"))


def _forward(predictor: Predictor, batch: int, workers: int, count: int) -> _Taken:
    """The forward pass alone of `count` images, cut among threads as the scan cuts it."""
    from model.parallel import threads_divided

    side = predictor.record.config.input_size
    pixels = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), dtype=np.uint8)
    runs = max(count // batch, 1)
    if predictor.device.kind != "cpu":
        return _forward_ahead(predictor, pixels, runs)
    with threads_divided(workers), ThreadPoolExecutor(workers) as pool:
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(lambda _: predictor.run(pixels), range(runs)))
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
        return _Taken(seconds / (runs * batch), spent / (runs * batch))


def _forward_ahead(predictor: Predictor, pixels: NDArray[np.uint8], runs: int) -> _Taken:
    """The forward pass on a device that works by itself: it never waits for what is next."""
    from model.launching import gathered

    batch = gathered(list(pixels), pinned=predictor.device.kind == "cuda")
    launcher = predictor.launcher()
    began, cpu = time.perf_counter(), time.process_time()
    for launched in [launcher.launch(batch) for _ in range(runs)]:
        launched.fetch()
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    return _Taken(seconds / (runs * len(batch)), spent / (runs * len(batch)))
