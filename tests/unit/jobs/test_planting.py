"""A copy of a collection with planted errors."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from reviewer.core.errors import SourceError, UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.planting import Planting, plant_errors
from reviewer.sample.write import read_truth
from reviewer.sources.folder import find_images, read_folder, source_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    """40 images with captions beside them; one without tags."""
    folder = tmp_path / "mine"
    (folder / "deep").mkdir(parents=True)
    for n in range(40):
        Image.new("RGB", (4, 4), (n, 0, 0)).save(folder / "deep" / f"{n}.png")
        (folder / "deep" / f"{n}.txt").write_text(
            "red, cat" if n % 2 else "blue, big hat", encoding="utf-8"
        )
    (folder / "deep" / "7.txt").unlink()
    return folder


def read(folder: Path) -> dict[str, frozenset[str]]:
    """Tags of a folder as an import reads them."""
    images = find_images(folder)
    reading = read_folder(folder, images, source_for(folder, images))
    return {path: record.tags for path, record in reading.records.items() if record.tags}


def test_the_copy_has_the_errors_and_keeps_the_truth(captioned: Path, tmp_path: Path):
    before, target = read(captioned), tmp_path / "copy"
    summary = plant_errors(captioned, target, Silent(), Planting("booru", 0.3, 4)).summary
    truth, noisy = read_truth(target), read(target)
    assert truth == before
    assert read(captioned) == before
    with (target / "truth" / "errors.csv").open(encoding="utf-8", newline="") as file:
        errors = {(row["relative_path"], row["tag"]): row["kind"] for row in csv.DictReader(file)}
    apart = {
        (path, tag): "wrong" if tag in noisy.get(path, ()) else "missing"
        for path in truth
        for tag in truth[path] ^ noisy.get(path, frozenset())
    }
    assert apart == errors
    assert len(errors) == summary["missing"] + summary["wrong"] > 0
    one = next(iter(truth))
    assert (target / one).read_bytes() == (captioned / one).read_bytes()


def test_a_folder_in_use_is_not_written_to(captioned: Path, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        plant_errors(captioned, tmp_path / "full", Silent(), Planting())
    with pytest.raises(UsageError, match="inside"):
        plant_errors(captioned, captioned / "copy", Silent(), Planting())
    assert not (captioned / "copy").exists()


def test_images_without_tags_have_no_truth(tmp_path: Path):
    (tmp_path / "bare").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "bare" / "a.png")
    with pytest.raises(SourceError, match="nothing to plant"):
        plant_errors(tmp_path / "bare", tmp_path / "copy", Silent(), Planting())


@pytest.mark.parametrize("wrong", [{"kind": "none"}, {"share": 0.0}, {"share": 1.0}])
def test_what_cannot_be_planted_is_refused(wrong: dict[str, Any]):
    with pytest.raises(UsageError):
        Planting(**wrong)
