"""Scan throughput of a WD v3 tagger at full size against its bare forward pass, same run.

    python tests/benchmarks/bench_taggers.py [--images 32] [--rounds 7] [--device auto] [--smoke]

A WD v3 ViT folder in its real layout (vit_base_patch16_224 at 448 px, 10,861 tags, 94.6 million
random weights) is brought, then JPEG files of booru size are scanned with `Predictor.scan`: files
opened, prepared, scored, embeddings kept. The bare pass is timm's own network on tensors that are
ready, in the faster of two ways of using the cores: all inside each operation, or one batch a core.

Each round runs the bare pass, the scan, and the bare pass again, and gives one ratio: that of the
scan to the mean of both passes beside it, so that a slower moment of the machine hits both. The
figure is the median of the rounds' ratios, after a round that only warms up. Beside it stands the
same ratio in seconds of the processor, which other programs on the machine move less. The time to
bring the folder is told as well.

The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import torch

    from model.device import Device
    from model.predict import Predictor

sys.path.insert(0, str(Path(__file__).parents[2]))

TAGS, SIDE = 10_861, 448
ARGUMENTS = {
    "act_layer": "gelu_tanh",
    "class_token": False,
    "fc_norm": False,
    "global_pool": "avg",
}
PICTURE = (850, 1200)
"""The size of the samples that boorus serve."""


def main() -> None:
    """Run it and print the figures."""
    import torch

    from model.predict import Predictor
    from model.taggers.bring import bring, inspect

    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-taggers-") as place:
        folder = Path(place)
        side = 112 if options.smoke else SIDE
        network = make_folder(folder / "tagger", side)
        began = time.perf_counter()
        bring(inspect(folder / "tagger", {}), folder / "version", {})
        brought = time.perf_counter() - began
        predictor = Predictor.load(folder / "version", options.device)
        paths = make_pictures(folder / "pictures", options.images)
        result = compare(predictor, network, paths, options, side)
    result |= {
        "bring_seconds": round(brought, 1),
        "device": predictor.device.words,
        "threads": torch.get_num_threads(),
        "images": options.images,
        "batch": options.batch,
        "side": side,
        "tags": len(predictor.tags),
        "weights_millions": round(sum(p.numel() for p in network.parameters()) / 1e6, 2),
    }
    print(json.dumps(result))  # noqa: T201 - a benchmark speaks


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=32)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--smoke", action="store_true", help="A small input, to see that it runs.")
    return parser.parse_args()


def make_folder(folder: Path, side: int) -> torch.nn.Module:
    """Write a WD v3 ViT folder with random weights; gives timm's network."""
    import timm
    import torch
    from safetensors.torch import save_file

    folder.mkdir()
    arguments = {**ARGUMENTS, "img_size": side}
    torch.manual_seed(0)
    network = timm.create_model("vit_base_patch16_224", num_classes=TAGS, **arguments).eval()
    save_file(network.state_dict(), folder / "model.safetensors")
    config = {
        "architecture": "vit_base_patch16_224",
        "num_classes": TAGS,
        "num_features": 768,
        "global_pool": "avg",
        "model_args": arguments,
        "pretrained_cfg": {
            "input_size": [3, side, side], "interpolation": "bicubic", "crop_pct": 1.0,
            "mean": [0.5] * 3, "std": [0.5] * 3, "num_classes": TAGS, "classifier": None,
        },
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    ratings = ("general", "sensitive", "questionable", "explicit")
    with (folder / "selected_tags.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("tag_id", "name", "category", "count"))
        writer.writerows((9_999_999 - n, name, 9, 0) for n, name in enumerate(ratings))
        writer.writerows((n, f"tag_{n}", 0, 100) for n in range(TAGS - 4))
    return network


def make_pictures(folder: Path, count: int) -> list[Path]:
    """JPEG files with smooth and busy parts, of some 200 kB."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    paths = []
    for number in range(count):
        size = PICTURE if number % 3 else PICTURE[::-1]
        coarse = chance.integers(0, 256, (60, 60, 3), dtype=np.uint8)
        picture = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), int)
        noise = chance.integers(-12, 13, picture.shape)
        paths.append(folder / f"{number:04}.jpg")
        Image.fromarray((picture + noise).clip(0, 255).astype(np.uint8)).save(paths[-1], quality=90)
    return paths


def compare(
    predictor: Predictor,
    network: torch.nn.Module,
    paths: list[Path],
    options: argparse.Namespace,
    side: int,
) -> dict[str, Any]:
    """Rates of both, in turns."""
    import torch

    device = predictor.device
    network = network.to(device.place).to(memory_format=torch.channels_last)
    x = torch.randn(options.batch, 3, side, side, device=device.place)
    x = x.to(memory_format=torch.channels_last)
    batches = max(len(paths) // options.batch, 1)
    ways = [1, options.workers] if device.kind == "cpu" else [1]
    # The faster of both ways is the bare pass; it is told once, on a warm machine.
    tried = {
        way: max(bare(network, x, batches, device, way).rate for _ in range(2)) for way in ways
    }
    way = max(tried, key=lambda workers: tried[workers])
    rounds: list[tuple[Spent, Spent]] = []
    for turn in range(options.rounds + 1):
        before = bare(network, x, batches, device, way)
        scanned = scan(predictor, paths, options)
        after = bare(network, x, batches, device, way)
        if turn:
            rounds.append((scanned, before.beside(after, options.batch)))
            told = rounds[-1][0].rate / rounds[-1][1].rate
            print(f"round {turn}: scan {scanned.rate:.3f} images a second, ratio {told:.3f}")  # noqa: T201
    ratios = [scanned.rate / forward.rate for scanned, forward in rounds]
    processor = [forward.cpu / scanned.cpu for scanned, forward in rounds]
    return {
        "scan_images_a_second": round(float(np.median([s.rate for s, _ in rounds])), 3),
        "forward_images_a_second": round(float(np.median([f.rate for _, f in rounds])), 3),
        "scan_vs_forward": round(float(np.median(ratios)), 3),
        "scan_vs_forward_quartiles": [
            round(float(q), 3) for q in np.quantile(ratios, [0.25, 0.75])
        ],
        "scan_vs_forward_cpu": round(float(np.median(processor)), 3),
        "rounds": options.rounds,
        "bare_pass_batches_at_once": way,
    }


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work took.

    Attributes:
        rate: Units (images, or batches of the bare pass) a second.
        cpu: Seconds of the processor a unit.
    """

    rate: float
    cpu: float

    def beside(self, other: Spent, batch: int) -> Spent:
        """The mean with another pass, in images instead of batches of so many."""
        mean = 2 / (1 / self.rate + 1 / other.rate)
        return Spent(mean * batch, (self.cpu + other.cpu) / 2 / batch)


def bare(
    network: torch.nn.Module, x: torch.Tensor, batches: int, device: Device, workers: int
) -> Spent:
    """The network alone, by batches."""
    import torch

    from model.parallel import threads_divided

    def one(_: int) -> None:
        with (
            torch.inference_mode(),
            torch.autocast(device.kind, dtype=device.amp, enabled=device.amp is not None),
        ):
            network(x)

    began, cpu = time.perf_counter(), time.process_time()
    with threads_divided(workers), ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(batches)))
    if device.kind == "cuda":
        torch.cuda.synchronize()
    spent = time.process_time() - cpu
    return Spent(batches / (time.perf_counter() - began), spent / batches)


def scan(predictor: Predictor, paths: list[Path], options: argparse.Namespace) -> Spent:
    """A scan, from files to scores and embeddings, by images."""
    from reviewer.jobs.pictures import open_for_tagger

    began, cpu = time.perf_counter(), time.process_time()
    found = 0
    for batch in predictor.scan(
        paths, open_for_tagger, batch_size=options.batch, workers=options.workers
    ):
        found += len(batch.indices)
    spent = time.process_time() - cpu
    return Spent(found / (time.perf_counter() - began), spent / found)


if __name__ == "__main__":
    main()
