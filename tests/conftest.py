"""What all tests share: a home of their own, and small real collections."""

from __future__ import annotations

import csv
import os
import shutil

# What is computed here is small: threads that wait for each other cost four times what one takes.
# Said before numpy and torch are loaded, which read it once; child processes inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The program is started some hundred times: each would compile all its modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image, ImageDraw

from reviewer.core.queues import Ranking
from reviewer.jobs.context import Silent
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


# How long an example takes tells how busy the machine is, not whether the code is right. Every run
# tries the same examples; others are tried with `--hypothesis-profile=explore`, which whoever
# changes code under such a test does.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("explore"), derandomize=True)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def own_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Keeps settings and workspaces out of the home of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    yield home
    # Thousands of tests have one each, and some keep a collection in it.
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers (inodes) of the files and folders that were asked to be on disk, as that happens."""
    numbers: list[int] = []
    really = os.fsync

    def noted(handle: int) -> None:
        numbers.append(os.fstat(handle).st_ino)
        really(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return numbers


def draw(path: Path, number: int, size: tuple[int, int] = (48, 40)) -> None:
    """Draws one small picture; each number gives another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", size, (37 * number % 256, 91 * number % 256, 150))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((number % 20, 5, 20 + number % 25, 30), fill=(250, 220 - number % 200, 40))
    pen.line((0, number % size[1], size[0], size[1] - number % size[1]), fill=(20, 20, 20))
    picture.save(path)


class Heard(Silent):
    """Keeps the notes of a job."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def even_ranking(
    tags: Sequence[int],
    images: Sequence[int],
    suspicions: NDArray[np.float32],
    sides: Sequence[int] | None = None,
    decided: int = 0,
) -> Ranking:
    """A queue for each tag, all of them about the same images; scores are what is suspected."""
    count = len(tags) * len(images)
    return Ranking(
        tags=np.array(tags, np.int64),
        offsets=np.arange(len(tags) + 1, dtype=np.int64) * len(images),
        images=np.array([*images] * len(tags), np.int64),
        sides=np.zeros(count, np.uint8) if sides is None else np.array(sides, np.uint8),
        scores=suspicions,
        suspicions=suspicions,
        version="v1",
        decided=decided,
    )


def every_pair(library: Library, tags: Sequence[int], decided: int = 0) -> Ranking:
    """Every image asked about some tags, on the side that it is on; the first promise most."""
    images = [image_id for image_id, _, _ in library.images.askable()]
    sides = [int(tag in library.images.original_tags(image)) for tag in tags for image in images]
    promise = np.linspace(0.9, 0.1, len(sides), dtype=np.float32)
    return even_ranking(tags, images, promise, sides, decided)


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Draws images and writes a tags.csv: file name to tags, set apart by spaces."""

    def make(tags: Mapping[str, str]) -> Path:
        folder = tmp_path / "images"
        folder.mkdir(exist_ok=True)
        for number, name in enumerate(tags):
            draw(folder / name, number)
        with (folder / "tags.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["relative_path", "tags"])
            writer.writerows(tags.items())
        return folder

    return make


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty collection."""
    folder = tmp_path / "images"
    folder.mkdir(exist_ok=True)
    with Library.create(tmp_path / "workspace", folder) as opened:
        yield opened
