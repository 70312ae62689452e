"""How fast the review window is: a real window on a virtual screen, real keys, real JPEG files.

Run by hand from the top of the tree (needs Xvfb and xdotool):

    python -m tests.benchmarks.bench_review            # all, half an hour on two cores
    python -m tests.benchmarks.bench_review --smoke    # a minute, small numbers

Every figure is printed beside its goal; paint times are less the machine's own null repaint,
measured in the same process. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.jobs.context import Silent
from reviewer.jobs.images.previews import make_previews
from reviewer.store.library import Library
from tests.benchmarks.bench_complete import complete_ms
from tests.benchmarks.review_sets import Shape, make_collection
from tests.gui.virtual_screen import VirtualScreen, missing_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

GOALS = {
    "paint_p50_over_null_ms": 5.0,
    "paint_p99_over_null_ms": 12.0,
    "misses_2ps": 0.0,
    "misses_5ps": 0.0,
    "misses_2ps_12mp": 0.0,
    "commit_p99_ms": 5.0,
    "million_ratio": 1.25,
    "million_open_s": 2.0,
    "rss_mb": 600.0,
    "rss_growth": 1.05,
    "start_s": 1.0,
    "grid_page_ms": 150.0,
    "complete_ms": 30.0,
}
"""At most."""

LARGE = (4000, 3000)

TURNS = 5
"""How often both sizes of collection take their turn."""


def say(text: str) -> None:
    """Writes a line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Bench:
    """Runs probes on a screen and keeps their figures."""

    def __init__(
        self, screen: VirtualScreen, place: Path, *, smoke: bool, share: float = 1.0
    ) -> None:
        """Probes open on `screen`; collections are made under `place`."""
        self._screen = screen
        self._place = place
        self._smoke = smoke
        self._share = share
        self.figures: dict[str, float] = {}
        self.beside: dict[str, float] = {}

    def count(self, full: int, small: int) -> int:
        """How many answers: fewer in a smoke."""
        return small if self._smoke else max(round(full * self._share), small)

    def collection(self, name: str, shape: Shape) -> Path:
        """Makes a collection; returns its workspace."""
        began = time.perf_counter()
        workspace = make_collection(self._place / name, shape)
        say(f"made {name}: {shape.images:,} images in {time.perf_counter() - began:.0f} s")
        return workspace

    def environment(self) -> dict[str, str]:
        """Of a probe: the screen, and settings of its own."""
        home = str(self._place / "home")
        variables = self._screen.environment()
        # What is installed has its bytecode; a start that compiles 300 modules is nobody's.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        return {**variables, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}

    def probe(self, workspace: Path, task: str, count: int, **options: float) -> dict[str, float]:
        """Runs a task in a window of its own; its figures."""
        words = [sys.executable, "-m", "tests.benchmarks.review_probe", str(workspace)]
        words += ["--task", task, "--count", str(count)]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        done = subprocess.run(
            words, check=False, env=self.environment(), capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
        result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        say(f"  {task}: " + "  ".join(f"{key} {value:.2f}" for key, value in result.items()))
        return result

    def bare_commits(self, workspace: Path, count: int) -> dict[str, float]:
        """What the disk takes for one small row in a bare SQLite file beside the collection."""
        words = [sys.executable, "-m", "tests.benchmarks.bare_commits", str(workspace)]
        done = subprocess.run(
            [*words, "--count", str(count)], check=True, capture_output=True, text=True
        )
        result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        say("  bare: " + "  ".join(f"{key} {value:.2f}" for key, value in result.items()))
        return result

    @contextmanager
    def scanning(self, workspace: Path) -> Iterator[None]:
        """Keeps the other core busy with scans of the collection, as a person would have."""
        code = _SCAN_LOOP.format(workspace=str(workspace), python=sys.executable)
        loop = subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        try:
            yield
        finally:
            loop.terminate()
            loop.wait(60)

    # -- parts -----------------------------------------------------------------------------------

    def small(self) -> Path:
        """Ten thousand images of 512 pixels: painting, pages, start; returns the workspace."""
        workspace = self.collection("small", Shape(10_000, self.count(1200, 120)))
        bare = self.bare_commits(workspace, self.count(500, 20))
        self.beside["bare_commit_p99_ms"] = bare["bare_commit_p99_ms"]
        painted = self.probe(workspace, "paint", self.count(400, 60))
        self.figures["paint_p50_over_null_ms"] = painted["paint_p50_ms"] - painted["null_p50_ms"]
        self.figures["paint_p99_over_null_ms"] = painted["paint_p99_ms"] - painted["null_p50_ms"]
        self.beside["null_p50_ms"] = painted["null_p50_ms"]
        self.beside["commit_p99_without_scan_ms"] = painted["commit_p99_ms"]
        self.figures["start_s"] = self.start(workspace)
        grid = self.probe(workspace, "grid", self.count(30, 4))
        self.figures["grid_page_ms"] = grid["grid_page_ms"]
        self.beside["grid_page_size"] = grid["grid_page_size"]
        speed = self.probe(workspace, "speed", self.count(90, 24))
        self.beside["grid_times_single"] = speed["grid_a_minute"] / speed["single_a_minute"]
        return workspace

    def rates(self) -> None:
        """Answers at two and five a second, while a scan runs."""
        files = self.count(1200, 60)
        workspace = self.collection("rates", Shape(files, files))
        self._train(workspace)
        with self.scanning(workspace):
            bare = self.bare_commits(workspace, self.count(500, 20))
            self.beside["bare_commit_p99_with_scan_ms"] = bare["bare_commit_p99_ms"]
            for per_second in (2, 5):
                result = self.probe(
                    workspace, "rate", self.count(1000, 20), per_second=float(per_second)
                )
                self.figures[f"misses_{per_second}ps"] = result["misses"]
            self.figures["commit_p99_ms"] = result["commit_p99_ms"]

    def large_files(self) -> None:
        """Twelve megapixels at two a second, with previews and without."""
        files = self.count(300, 8)
        workspace = self.collection("large", Shape(files, files, LARGE, questions=files))
        count = self.count(280, 6)
        without = self.probe(workspace, "rate", count // 2, per_second=2.0)
        self.beside["misses_2ps_12mp_without_previews"] = without["misses"]
        with Library.open(workspace) as library:
            make_previews(library, Silent())
        result = self.probe(workspace, "rate", count // 2, per_second=2.0)
        self.figures["misses_2ps_12mp"] = result["misses"]

    def million(self, small: Path) -> None:
        """The same window on a million images and 28 million tag instances.

        A p99 is moved by a single burst of whatever else the machine does. So both sizes take
        their turn several times, and what counts is the middle one of the ratios of neighbours.
        """
        files = self.count(1200, 120)
        images = 20_000 if self._smoke else 1_000_000
        workspace = self.collection("million", Shape(images, files))
        count = self.count(150, 20)
        ratios, opened = [], []
        for _ in range(1 if self._smoke else TURNS):
            few, many = (self.probe(place, "paint", count) for place in (small, workspace))
            ratios.append(many["paint_p99_ms"] / few["paint_p99_ms"])
            opened.append(many["open_s"])
        self.figures["million_ratio"] = statistics.median(ratios)
        self.beside["million_ratio_least"], self.beside["million_ratio_most"] = (
            min(ratios),
            max(ratios),
        )
        # The worst: the file may have been read by none of the openings before it.
        self.figures["million_open_s"] = max(opened)
        answered = self.probe(workspace, "long", self.count(5000, 80))
        self.figures["rss_mb"] = answered["rss_mb"]
        self.figures["rss_growth"] = answered["rss_growth"]

    def start(self, workspace: Path) -> float:
        """Seconds from the command to the window on screen, the best of three (warm disk)."""
        took = []
        for _ in range(3):
            began = time.perf_counter()
            words = [sys.executable, "-m", "reviewer", "review", "--workspace", str(workspace)]
            window = subprocess.Popen(words, env=self.environment())
            try:
                self._screen.wait_for_window("Tag Reviewer")
                took.append(time.perf_counter() - began)
            finally:
                window.terminate()
                window.wait(30)
        return min(took)

    def _train(self, workspace: Path) -> None:
        words = [sys.executable, "-m", "reviewer", "train", "--workspace", str(workspace)]
        words += ["--epochs", "1", "--min-images", "5"]
        subprocess.run(words, check=True, capture_output=True, env=self.environment())


_SCAN_LOOP = """
import shutil, signal, subprocess, sys
from pathlib import Path
# Ended as a person ends it: the scan must not go on under the parts that follow.
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
workspace = Path({workspace!r})
words = [{python!r}, "-m", "reviewer", "--nice", "scan", "--workspace", str(workspace),
         "--workers", "1"]
scan = None
try:
    while True:
        scan = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        scan.wait()
        shutil.rmtree(workspace / "scans", ignore_errors=True)
finally:
    if scan is not None:
        scan.kill()
        scan.wait()
"""


def main() -> None:
    """Runs all parts and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="Small numbers, a minute.")
    parser.add_argument(
        "--share", type=float, default=1.0, help="Of the answers, 0..1, for a shorter run."
    )
    parser.add_argument("--keep", type=Path, help="Make the collections here and leave them.")
    args = parser.parse_args()
    if missing := missing_programs():
        raise SystemExit(f"This needs {' and '.join(missing)}.")
    with tempfile.TemporaryDirectory() as scratch:
        place = args.keep or Path(scratch)
        pixels = Path(scratch) / "screen"
        pixels.mkdir()
        with VirtualScreen(pixels) as screen:
            bench = Bench(screen, place, smoke=args.smoke, share=args.share)
            bench.figures["complete_ms"] = complete_ms()["complete_ms"]
            small = bench.small()
            bench.rates()
            bench.large_files()
            bench.million(small)
    say("")
    for key, goal in GOALS.items():
        value = bench.figures[key]
        say(
            f"{key:<26}{value:>10.2f}   goal at most {goal:g}{'' if value <= goal else '   MISSED'}"
        )
    say(
        json.dumps(
            {key: round(value, 3) for key, value in {**bench.figures, **bench.beside}.items()}
        )
    )


if __name__ == "__main__":
    main()
