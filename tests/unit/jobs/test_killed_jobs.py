"""Jobs killed with SIGKILL ten times at random end as if nothing had happened."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
import signal
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.training import TrainChoices, train_version
from reviewer.store.library import Library
from tests.unit.jobs.child_jobs import (
    import_child,
    refresh_child,
    run_counted,
    run_killed,
    scan_child,
    scan_int8_child,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerContext
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a fork server is needed")

KILLS = 10
DELAYS_S = (0.0, 0.001, 0.005)
"""After the step at which a kill is due: it hits what comes between two steps, too."""
IMAGES = 160


@pytest.fixture(scope="module")
def children() -> ForkServerContext:
    """Processes that begin with everything loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["model.predict", "model.crossfit", "tests.unit.jobs.child_jobs"]
    )
    return context


def run(children: ForkServerContext, job: Callable[[str, str], None], place: Path) -> int:
    """Lets a job run to its end; returns the steps that it took."""
    told = place / "steps.txt"
    child = children.Process(target=run_counted, args=(job, str(place), str(told)))
    child.start()
    child.join()
    assert child.exitcode == 0
    return int(told.read_text(encoding="utf-8"))


def kill_and_finish(
    children: ForkServerContext,
    job: Callable[[str, str], None],
    place: Path,
    steps: int,
    seed: int,
) -> int:
    """Kills a job ten times at random, then lets it end; returns how many kills hit it at work.

    Args:
        children: Where the processes come from.
        job: One of `child_jobs`.
        place: Has the workspace and the images.
        steps: Within which each kill comes.
        seed: Of the moments.
    """
    draw, hits = random.Random(seed), 0
    for _ in range(KILLS):
        when = (draw.randrange(1, steps), draw.choice(DELAYS_S))
        child = children.Process(target=run_killed, args=(job, str(place), *when))
        child.start()
        child.join()
        hits += child.exitcode == -signal.SIGKILL
    run(children, job, place)
    return hits


def rows_of(workspace: Path) -> list[Any]:
    connection = sqlite3.connect(workspace / "collection.db")
    rows = [
        connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
        for table in ("image", "tag", "alias", "implication")
    ]
    connection.close()
    return rows


def files_of(folder: Path) -> dict[str, bytes]:
    """The files that count: what a kill left aside, in a file or a folder of a dot, does not."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path.read_bytes()
        for name, path in found.items()
        if not any(part.startswith(".") for part in name.parts)
    }


def test_an_import_of_posts(tmp_path: Path, children: ForkServerContext) -> None:
    images = tmp_path / "calm" / "images"
    (images / "metadata").mkdir(parents=True)
    draw = random.Random(1)
    with (images / "metadata" / "posts.jsonl").open("w") as file:
        for number in range(1, 4001):
            tags = {f"tag_{int(draw.paretovariate(0.4)) % 3000}" for _ in range(25)}
            file.write(json.dumps({"id": number, "tag_string": " ".join(sorted(tags))}) + "\n")
            (images / f"{number}.jpg").touch()
    shutil.copytree(tmp_path / "calm", tmp_path / "killed")
    steps = run(children, import_child, tmp_path / "calm")
    hits = kill_and_finish(children, import_child, tmp_path / "killed", steps // 4, seed=2)
    assert hits >= KILLS // 2
    calm, killed = (rows_of(tmp_path / name / "workspace") for name in ("calm", "killed"))
    assert calm == killed


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two kinds with tags, and a tagger trained on them."""
    place = tmp_path_factory.mktemp("killed")
    (place / "images").mkdir()
    chance = np.random.default_rng(0)
    lines = ["relative_path,tags"]
    for number in range(IMAGES):
        pixels = chance.integers(0, 120, (40, 40, 3), dtype=np.uint8)
        pixels[..., number % 3] += 100
        Image.fromarray(pixels).save(place / "images" / f"{number:03}.png")
        lines.append(f"{number:03}.png,{('red', 'green', 'blue')[number % 3]} c{number % 2}")
    (place / "images" / "tags.csv").write_text("\n".join(lines) + "\n")
    choices = TrainChoices(epochs=1, minimum=5, input_size=32, batch_size=16, device="cpu")
    with Library.create(place / "workspace", place / "images") as library:
        import_folder(library, Silent())
        train_version(library, Silent(), choices)
    return place


def copied(trained: Path, place: Path) -> Path:
    shutil.copytree(trained, place)
    with Library.open(place / "workspace") as library:
        library.state.set("folder", str((place / "images").resolve()))
    return place


def test_a_scan_in_bytes(trained: Path, tmp_path: Path, children: ForkServerContext) -> None:
    calm, killed = copied(trained, tmp_path / "calm"), copied(trained, tmp_path / "killed")
    steps = run(children, scan_int8_child, calm)
    # Kills hit the writing of the network too, and the measuring before the scan.
    hits = kill_and_finish(children, scan_int8_child, killed, steps // 2, seed=5)
    assert hits >= KILLS // 2
    scans = [files_of(place / "workspace" / "scans") for place in (calm, killed)]
    assert scans[0] == scans[1]
    assert '"engine": "int8-' in scans[0]["v1/scan.json"].decode()


def test_a_scan_and_a_refresh(trained: Path, tmp_path: Path, children: ForkServerContext) -> None:
    calm, killed = copied(trained, tmp_path / "calm"), copied(trained, tmp_path / "killed")
    steps = run(children, scan_child, calm)
    hits = kill_and_finish(children, scan_child, killed, steps // 4, seed=3)
    assert hits >= KILLS // 2
    scans = [files_of(place / "workspace" / "scans") for place in (calm, killed)]
    assert scans[0].keys() == scans[1].keys()
    assert scans[0] == scans[1]

    steps = run(children, refresh_child, calm)
    hits = kill_and_finish(children, refresh_child, killed, steps // 4, seed=4)
    assert hits >= KILLS // 2
    scans = [files_of(place / "workspace" / "scans") for place in (calm, killed)]
    assert scans[0] == scans[1]
