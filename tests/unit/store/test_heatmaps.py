"""Heat maps on disk: found again, cut off by a crash, of another file, too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.store import heatmaps
from reviewer.store.heatmaps import COMPANIONS, RECORD, SIDE, HeatmapFiles

if TYPE_CHECKING:
    from pathlib import Path


def record(image: int, tag: int, digest: int = 7) -> np.ndarray:
    made = np.zeros(1, RECORD)
    made["image"], made["tag"], made["digest"], made["usual"] = image, tag, digest, 0.25
    made["companions"] = [[9, -1, -1]]
    made["shares"] = [[0.5, 0, 0]]
    return made


def heat(value: int) -> np.ndarray:
    return np.full((1, SIDE, SIDE), value, np.uint8)


def test_nothing_is_found_where_nothing_was_made(tmp_path: Path) -> None:
    files = HeatmapFiles(tmp_path / "none")
    assert len(files) == 0
    assert files.find(1, 1, 7) is None
    assert not (tmp_path / "none").exists()


def test_what_was_made_is_found_and_the_last_one_counts(tmp_path: Path) -> None:
    files = HeatmapFiles(tmp_path / "maps")
    files.append(record(1, 2), heat(10))
    files.append(record(1, 3), heat(20))
    files.append(record(1, 2), heat(30))
    found = HeatmapFiles(tmp_path / "maps").find(1, 2, 7)
    assert found is not None
    assert found.heat.shape == (SIDE, SIDE)
    assert int(found.heat[0, 0]) == 30
    assert found.usual == pytest.approx(0.25)
    assert found.companions == ((9, 0.5),)
    assert files.find(2, 1, 7) is None
    assert len(record(1, 2)["companions"][0]) == COMPANIONS


def test_a_map_is_on_disk_before_the_line_that_tells_of_it(
    tmp_path: Path, synced: list[int]
) -> None:
    HeatmapFiles(tmp_path).append(record(1, 2), heat(10))
    names = {path.stat().st_ino: path.name for path in tmp_path.iterdir()}
    assert [names[number] for number in synced] == ["maps.u8", "index.bin"]


def test_a_map_of_another_file_is_none(tmp_path: Path) -> None:
    files = HeatmapFiles(tmp_path)
    files.append(record(1, 2, digest=7), heat(10))
    assert files.find(1, 2, 8) is None


def test_what_a_crash_tore_off_is_written_over(tmp_path: Path) -> None:
    files = HeatmapFiles(tmp_path)
    files.append(record(1, 2), heat(10))
    with (tmp_path / "maps.u8").open("ab") as file:
        file.write(b"torn" * 11)
    with (tmp_path / "index.bin").open("ab") as file:
        file.write(b"torn")
    again = HeatmapFiles(tmp_path)
    assert len(again) == 1
    again.append(record(5, 6), heat(50))
    found = HeatmapFiles(tmp_path).find(5, 6, 7)
    assert found is not None
    assert set(found.heat.ravel().tolist()) == {50}
    assert (tmp_path / "index.bin").stat().st_size == 2 * RECORD.itemsize


def test_the_newest_half_stays_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heatmaps, "MOST", 10)
    files = HeatmapFiles(tmp_path / "maps")
    for number in range(11):
        files.append(record(number, 1), heat(number))
    assert files.records()["image"].tolist() == [6, 7, 8, 9, 10]
    found = files.find(8, 1, 7)
    assert found is not None
    assert int(found.heat[0, 0]) == 8
    files.append(record(99, 1), heat(99))
    assert len(files) == 6
