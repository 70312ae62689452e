from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from reviewer.core.tags.tagrows import TagRows
from reviewer.store import scans
from reviewer.store.scans import ROW, ScanFiles, ScanShape, logits_of, quantise
from tests.unit.store.torn import Killed, killed_while_writing

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = ScanShape("v1", (3, 5, 8), 4)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "BLOCK_IMAGES", 16)


Batch = tuple[np.ndarray, np.ndarray, np.ndarray, TagRows]


def batch(start: int, count: int) -> Batch:
    rows = np.zeros(count, ROW)
    rows["image"] = np.arange(start, start + count)
    rows["digest"] = rows["image"] * 7
    embeddings = np.repeat(rows["image"][:, None], SHAPE.width, axis=1).astype(np.float16)
    logits = (rows["image"][:, None] % 50 / 10 + np.arange(3)).astype(np.float32)
    present = TagRows.of([image % 3] * (image % 5 > 1) for image in range(start, start + count))
    return rows, embeddings, logits, present


def check(files: ScanFiles, count: int) -> None:
    assert len(files) == count
    rows, embeddings, logits, present = batch(0, count)
    assert np.array_equal(files.rows(), rows)
    assert np.array_equal(files.embeddings(), embeddings)
    for column in range(3):
        assert np.allclose(files.tag_logits(column), logits[:, column], atol=0.051)
        absent = files.tag_scores(column) > 0
        assert np.array_equal(absent, ~present.columns(range(3)).toarray()[:, column])
    kept = files.present()
    assert np.array_equal(kept.ends, present.starts[1:])
    assert np.array_equal(kept.records["column"], present.tags)
    rows_of = np.repeat(np.arange(count), np.diff(present.starts))
    exact = logits[rows_of, present.tags.astype(int)]
    assert np.abs(kept.records["score"] / 256 - exact).max(initial=0) <= 1 / 512
    joined = [block.scores.copy() for block in files.blocks()]
    if count:
        assert np.array_equal(
            np.concatenate(joined, axis=1), np.stack([files.tag_scores(c) for c in range(3)])
        )


def test_what_is_appended_is_read_over_blocks_and_tail(tmp_path: Path) -> None:
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    for start in range(0, 50, 10):
        files.append(*batch(start, 10))
        check(files, start + 10)
    check(ScanFiles.create(tmp_path / "scan", SHAPE), 50)


def test_a_batch_is_on_disk_when_it_is_added_and_its_rows_come_last(
    tmp_path: Path, synced: list[int]
) -> None:
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    synced.clear()
    files.append(*batch(0, 10))
    names = {path.stat().st_ino: path.name for path in files.folder.iterdir()}
    order = [names[number] for number in synced]
    assert set(order) == set(names.values()) - {"scan.json"}
    # Their number is that of the images scanned: before it all else must be there.
    assert order[-1] == "rows.bin"


def test_a_scan_of_another_shape_begins_anew(tmp_path: Path) -> None:
    ScanFiles.create(tmp_path / "scan", SHAPE).append(*batch(0, 10))
    assert len(ScanFiles.create(tmp_path / "scan", ScanShape("v1", (3, 5), 4))) == 0


def test_the_last_record_of_an_image_counts(tmp_path: Path) -> None:
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    files.append(*batch(0, 5))
    files.append(*batch(2, 1))
    assert files.latest().tolist() == [0, 1, 3, 4, 5]


def test_a_scan_begun_before_present_scores_were_kept_goes_on(tmp_path: Path) -> None:
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    rows, embeddings, logits, _ = batch(0, 20)
    files.append(rows, embeddings, logits)
    (tmp_path / "scan" / "present.i64").unlink()
    (tmp_path / "scan" / "present.bin").unlink()
    again = ScanFiles.create(tmp_path / "scan", SHAPE)
    assert len(again) == 20
    assert np.allclose(again.tag_logits(1), logits[:, 1], atol=0.051)
    again.append(*batch(20, 5))
    assert len(ScanFiles.create(tmp_path / "scan", SHAPE)) == 25
    assert again.present().ends.tolist()[:20] == [0] * 20


@pytest.mark.parametrize("seed", range(40))
def test_a_kill_at_any_write_leaves_a_scan_that_goes_on(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = draw.randrange(70)
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    files.append(*batch(0, whole))
    with killed_while_writing(ScanFiles, draw.randrange(1, 5), draw):
        files.append(*batch(whole, draw.randrange(1, 40)))
    mended = ScanFiles.create(tmp_path / "scan", SHAPE)
    assert len(mended) >= whole
    check(mended, len(mended))
    mended.append(*batch(len(mended), 20))
    check(mended, len(mended))


def test_a_kill_between_block_and_tail_leaves_no_image_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ScanFiles.create(tmp_path / "scan", SHAPE)
    files.append(*batch(0, 10))

    def killed(path: Path, content: bytes) -> None:
        raise Killed

    more = batch(10, 10)
    with monkeypatch.context() as patch:
        patch.setattr(scans, "write_whole", killed)
        with pytest.raises(Killed):
            files.append(*more)
    check(ScanFiles.create(tmp_path / "scan", SHAPE), 20)


@given(arrays.arrays(np.float32, (20,), elements=st.floats(-30, 30, width=32)))
def test_quantised_logits_keep_their_order(logits: np.ndarray) -> None:
    order = np.argsort(logits, kind="stable")
    stored = quantise(logits)
    assert np.all(np.diff(stored[order].astype(int)) >= 0)
    inside = np.abs(logits) < 12
    assert np.all(np.abs(logits_of(stored) - logits)[inside] <= 0.0501)
