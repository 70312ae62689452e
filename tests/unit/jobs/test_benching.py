from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreFullError, UsageError
from reviewer.jobs.bench_data import draw_tags, tags_for, write_scan
from reviewer.jobs.bench_parts import Size
from reviewer.jobs.benching import bench, meaning, table
from reviewer.jobs.context import Silent
from reviewer.store.scans import ScanFiles, ScanShape

if TYPE_CHECKING:
    from pathlib import Path


def test_the_generated_tags_have_danboorus_shape() -> None:
    rows = next(draw_tags(5000, tags_for(5000)))
    assert 25 < rows.instances / len(rows) < 31
    counts = np.sort(rows.counts())[::-1]
    assert 0.3 < counts[0] / len(rows) <= 1.0
    # Half of the tags are on hardly any image.
    assert np.median(counts[counts > 0]) < 0.004 * len(rows)
    assert all(len(set(rows.of_image(n).tolist())) == len(rows.of_image(n)) for n in range(200))


def test_a_written_scan_reads_as_one_that_was_made(tmp_path: Path) -> None:
    rows = next(draw_tags(5000, 300))
    files = ScanFiles.create(tmp_path / "scan", ScanShape("bench", tuple(range(300)), 8))
    write_scan(files, np.arange(1, 5001), rows)
    again = ScanFiles.create(tmp_path / "scan", files.shape)
    assert len(again) == 5000
    there = rows.columns(range(300)).toarray()
    for column in (0, 7, 150):
        assert np.array_equal(again.tag_scores(column) == 0, there[:, column])
    assert np.array_equal(np.diff(again.present().ends, prepend=0), np.diff(rows.starts))


def test_the_import_is_measured_and_said_in_words(tmp_path: Path) -> None:
    figures = bench(tmp_path, Silent(), size=Size(images=1500), parts=["import"])
    assert 0 < figures["import_vs_decode"] < 1
    assert 5 < figures["bytes_per_tag"] < 60
    assert figures["peak_mb"] == figures["import_peak_mb"]
    lines = table(figures)
    assert any("bytes a tag" in line and "<= 10" in line for line in lines)
    said = "\n".join(meaning(figures, 20_000, 500))
    assert "For 20,000 images and a tagger of 500 tags" in said
    assert "import without opening the files" in said


def test_what_cannot_be_measured_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no part 'all'"):
        bench(tmp_path, Silent(), parts=["all"])
    with pytest.raises(StoreFullError, match="--images"):
        bench(tmp_path, Silent(), size=Size(images=10**9), parts=["disk"])
