from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreFullError, UsageError
from reviewer.jobs.bench.data import DANBOORU_IMAGES, DANBOORU_TAGS, draw_tags, write_scan
from reviewer.jobs.bench.parts import Size
from reviewer.jobs.bench.run import bench, meaning, table
from reviewer.jobs.context import Silent
from reviewer.store.scans import ScanFiles, ScanShape

if TYPE_CHECKING:
    from pathlib import Path


def test_the_generated_tags_have_danboorus_shape() -> None:
    rows = next(draw_tags(10_000, DANBOORU_TAGS))
    assert 26 < rows.instances / len(rows) < 30
    counts = np.sort(rows.counts())[::-1]
    # 1girl is on two thirds of Danbooru's images, solo on more than half.
    assert 0.60 < counts[0] / len(rows) < 0.72
    assert 0.50 < counts[1] / len(rows) < 0.62
    # The tag of place 8,266 is on about 900 of 3.33 million.
    assert 500 < counts[7500:9000].mean() / len(rows) * DANBOORU_IMAGES < 1500
    # Half of the tags are on hardly any image.
    assert np.median(counts[counts > 0]) <= 3
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
    # What heads are to find is in the embeddings: along a tag's own mean its images lie apart.
    embeddings, has = again.embeddings().astype(np.float64), there[:, 7]
    along = embeddings @ (embeddings[has].mean(axis=0) - embeddings[~has].mean(axis=0))
    assert along[has].mean() > along[~has].mean() + along[~has].std() / 4


def test_the_import_is_measured_and_said_in_words(tmp_path: Path) -> None:
    figures = bench(tmp_path, Silent(), size=Size(images=1500), parts=["import"])
    assert figures["import_vs_decode"] > 0
    assert 5 < figures["bytes_per_tag"] < 60
    assert figures["peak_mb"] == figures["import_peak_mb"]
    lines = table(figures)
    assert any("bytes a tag" in line and "<= 10" in line for line in lines)
    said = "\n".join(meaning(figures, 20_000, 500))
    assert "For 20,000 images and a tagger of 500 tags" in said
    assert "import without opening the files" in said


def test_what_figures_mean_is_told_in_units_that_fit() -> None:
    measured = {
        "import_posts_per_s": 100_000.0,
        "bytes_per_tag": 8.0,
        "disk_gb_s": 1.25,
        "rank_disk_vs_stream": 0.8,
        "rank_open_s": 1.0,
        "rank_order_s": 2.0,
        "instances": 2_800_000.0,
    }
    large = meaning(measured, 1_000_000, 8000)
    assert "  the collection: 224 MB on disk" in large
    assert "  the scan's scores and embeddings: 9.2 GB" in large
    # Eight seconds of reading, ten to open ten times the images measured, two to put in order.
    assert "  ranking the whole scan from disk: 20 s" in large
    assert "  import without opening the files: under a second" in meaning(measured, 3000, 286)


def test_what_cannot_be_measured_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no part 'all'"):
        bench(tmp_path, Silent(), parts=["all"])
    with pytest.raises(StoreFullError, match="--images"):
        bench(tmp_path, Silent(), size=Size(images=10**9), parts=["disk"])
