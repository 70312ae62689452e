"""A small collection that a tagger can learn, trained, scanned and ranked once."""

from __future__ import annotations

import csv
import random
import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = 120
CHOICES = TrainChoices(epochs=6, minimum=10, input_size=32, batch_size=16, device="cpu")


def make_shapes(folder: Path) -> dict[str, frozenset[str]]:
    """Draws circles and squares in two colours, drops a fifth of the tags; returns the truth."""
    draw = random.Random(5)
    truth, noisy = {}, {}
    folder.mkdir(parents=True)
    for number in range(COUNT):
        round_, red = number % 2 == 0, number % 3 == 0
        colour = (220, 40, 40) if red else (40, 60, 220)
        x, y = draw.randrange(4, 14), draw.randrange(4, 14)
        picture = Image.new("RGB", (48, 48), (draw.randrange(200, 256),) * 3)
        pen = ImageDraw.Draw(picture)
        (pen.ellipse if round_ else pen.rectangle)((x, y, x + 28, y + 28), fill=colour)
        name = f"{number:03}.png"
        picture.save(folder / name)
        truth[name] = frozenset({"circle" if round_ else "square", "red" if red else "blue"})
        noisy[name] = [tag for tag in sorted(truth[name]) if draw.random() > 0.2]
    with (folder / "tags.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["relative_path", "tags"])
        writer.writerows((name, " ".join(tags)) for name, tags in noisy.items())
    return truth


def answer(library: Library, path: str, tag: str, given: Answer) -> None:
    """Stores what a person says of a tag on an image."""
    image_id = library.images.known_files()[path].id
    tag_id = library.tags.add({tag: None})[tag]
    side = Side(int(tag_id in library.images.original_tags(image_id)))
    row = Decision(image_id, tag_id, given, side, 0.75, 0.5, "v1", "me", 1_700_000_000_000)
    library.decisions.append([row])


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, frozenset[str]]]:
    """The folder that holds images and workspace, and the truth. Copy it before changing it."""
    place = tmp_path_factory.mktemp("shapes")
    truth = make_shapes(place / "images")
    with Library.create(place / "workspace", place / "images") as library:
        prepare(library, Silent(), CHOICES)
    return place, truth


@pytest.fixture
def shapes(
    prepared: tuple[Path, dict[str, frozenset[str]]], tmp_path: Path
) -> Iterator[tuple[Library, dict[str, frozenset[str]]]]:
    """A copy of the prepared collection, open, and the truth."""
    place, truth = prepared
    shutil.copytree(place / "workspace", tmp_path / "workspace")
    shutil.copytree(place / "images", tmp_path / "images")
    with Library.open(tmp_path / "workspace") as library:
        library.state.set("folder", str(tmp_path / "images"))
    with Library.open(tmp_path / "workspace") as library:
        yield library, truth
