"""Nearest images by embedding: exactly, and by the index; recall against exact search.

    python -m tests.benchmarks.bench_nearest [--images 200000] [--width 512] [--threads 1]

Embeddings are generated: each image shows a few of many things, seen by a random linear map with
noise, all in the narrow cone that networks have. The scan is written as the program writes it. The
last line printed is one JSON object; times are medians of single searches, and `build_cpu_s`
leaves out what other programs took of the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from reviewer.jobs.images.similar import measure_recall
from reviewer.store.nearest import NearestImages
from reviewer.store.scans import ROW, ScanFiles, ScanShape

THINGS, SHOWN = 2000, 25
AT_ONCE = 8192


def scan_of(folder: Path, images: int, width: int, seed: int = 1) -> ScanFiles:
    """Writes a scan of generated images with the ids 1, 2, 3 ..."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(0, 1, (THINGS, width)).astype(np.float32)
    often = 1 / np.arange(1, THINGS + 1) ** 0.8
    often /= often.sum()
    files = ScanFiles.create(folder, ScanShape("v1", (1,), width))
    for start in range(0, images, AT_ONCE):
        count = min(AT_ONCE, images - start)
        things = rng.choice(THINGS, (count, SHOWN), p=often)
        seen = directions[things].sum(axis=1) + rng.normal(0, 2, (count, width)) + 3
        rows = np.zeros(count, ROW)
        rows["image"] = np.arange(start + 1, start + count + 1)
        rows["hash"] = rng.integers(0, 2**63, count, dtype=np.uint64)
        files.append(rows, (seen / 8).astype(np.float16), np.zeros((count, 1), np.float32))
    return files


def main() -> int:
    """Builds, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = scan_of(Path(folder) / "scan", chosen.images, chosen.width)
        exact = NearestImages(files, exact=True)
        began = time.perf_counter()
        mean = exact.centre.mean
        first = time.perf_counter() - began
        began, used = time.perf_counter(), time.process_time()
        exact.index.build(files.embeddings(), mean, threads=chosen.threads, told=lambda _: None)
        built = time.perf_counter() - began
        cpu = time.process_time() - used
        began = time.perf_counter()
        index = NearestImages(files, exact=False)
        index.by_look(exact.embedding(1), 0, 20)
        opened = time.perf_counter() - began
        found = measure_recall(exact, index)
        size = (Path(folder) / "scan" / "nearest" / "index.usearch").stat().st_size
    sys.stdout.write(f"{found.words}\n")
    figures = {
        "images": chosen.images,
        "width": chosen.width,
        "recall_at_20": round(found.share, 4),
        "exact_ms": round(1000 * found.seconds_exact, 1),
        "exact_first_ms": round(1000 * first, 1),
        "index_ms": round(1000 * found.seconds_index, 2),
        "index_open_ms": round(1000 * opened, 1),
        "build_s": round(built, 1),
        "build_cpu_s": round(cpu, 1),
        "index_mb": round(size / 1e6, 1),
    }
    sys.stdout.write(f"{json.dumps(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
