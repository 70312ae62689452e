"""The sample folder: its files, its truth, and going on after an interruption."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sample.vocabulary import closed
from reviewer.sample.write import image_path, read_truth, write_sample

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 40


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, COUNT, seed=7, workers=1)
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "drawn.csv"
    }


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(
    sample: Path, tmp_path: Path
):
    calls: list[tuple[int, int]] = []
    summary = write_sample(
        tmp_path, COUNT, seed=7, workers=2, report=lambda done, total: calls.append((done, total))
    )
    assert _digests(tmp_path) == _digests(sample)
    assert calls[-1] == (COUNT, COUNT)
    assert [done for done, _ in calls] == list(range(1, COUNT + 1))
    assert summary.images == summary.drawn == COUNT


def test_the_files_are_what_a_booru_collection_has(sample: Path):
    rows = _rows(sample / "tags.csv")
    assert [row["relative_path"] for row in rows] == [image_path(n) for n in range(COUNT)]
    for row in rows:
        with Image.open(sample / row["relative_path"]) as image:
            assert image.format == "JPEG"
            assert 250 <= max(image.size) <= 512
    with (sample / "tag_list.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    counts = {name: int(count) for name, _, count, _ in lines}
    assert {int(category) for _, category, _, _ in lines} <= {int(c) for c in Category}
    for name, count in counts.items():
        assert count == sum(name in row["tags"].split() for row in rows)
    for row in _rows(sample / "implications.csv"):
        assert set(row) == {"antecedent_name", "consequent_name"}
        assert {row["antecedent_name"], row["consequent_name"]} <= set(counts)


def test_truth_round_trip(sample: Path):
    truth = read_truth(sample)
    assert len(truth) == COUNT
    noisy = {row["relative_path"]: set(row["tags"].split()) for row in _rows(sample / "tags.csv")}
    errors = _rows(sample / "truth" / "errors.csv")
    assert {error["kind"] for error in errors} == {"missing", "wrong"}
    for path, tags in truth.items():
        assert tags == closed(tags)
        mine = [error for error in errors if error["relative_path"] == path]
        missing = {error["tag"] for error in mine if error["kind"] == "missing"}
        wrong = {error["tag"] for error in mine if error["kind"] == "wrong"}
        assert noisy[path] == (tags - missing) | wrong


def test_an_interrupted_drawing_goes_on_where_it_was(sample: Path, tmp_path: Path):
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 9:
            raise StopError

    with pytest.raises(StopError):
        write_sample(tmp_path, COUNT, seed=7, workers=1, report=stop)
    assert not (tmp_path / "tags.csv").exists()
    journal = tmp_path / "truth" / "drawn.csv"
    # A power cut leaves half a line and an empty file.
    journal.write_text(journal.read_text("utf-8") + "12,1girl so", "utf-8")
    (tmp_path / image_path(3)).write_bytes(b"")
    kept = (tmp_path / image_path(0)).stat().st_mtime_ns
    summary = write_sample(tmp_path, COUNT, seed=7, workers=1)
    assert summary.drawn == COUNT - 8
    assert (tmp_path / image_path(0)).stat().st_mtime_ns == kept
    assert _digests(tmp_path) == _digests(sample)
    assert write_sample(tmp_path, COUNT, seed=7, workers=1).drawn == 0


def test_a_complete_sample_is_not_drawn_again_and_can_grow(tmp_path: Path):
    write_sample(tmp_path, 4, seed=3, workers=1)
    assert write_sample(tmp_path, 4, seed=3, workers=1).drawn == 0
    assert write_sample(tmp_path, 6, seed=3, workers=1).drawn == 2
    assert len(read_truth(tmp_path)) == 6
    with pytest.raises(SourceError, match="6 illustrations already"):
        write_sample(tmp_path, 5, seed=3, workers=1)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path):
    write_sample(tmp_path / "mine", 2, seed=3, workers=1)
    with pytest.raises(SourceError, match="another seed"):
        write_sample(tmp_path / "mine", 2, seed=4, workers=1)
    other = tmp_path / "other"
    (other / "images").mkdir(parents=True)
    (other / "images" / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(SourceError, match="Choose an empty folder"):
        write_sample(other, 2, seed=3, workers=1)
    assert [path.name for path in (other / "images").iterdir()] == ["holiday.jpg"]


def test_what_cannot_be_written_or_read_is_said_in_a_sentence(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(SourceError, match="cannot be written"):
        write_sample(file, 2, workers=1)
    with pytest.raises(SourceError, match="not a sample"):
        read_truth(tmp_path)
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "truth.csv").write_text("path,words\na,b\n")
    with pytest.raises(SourceError, match="not a sample"):
        read_truth(tmp_path)
