from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.errors import StoreError
from reviewer.core.tags.tagrows import TagRows
from reviewer.store import scans
from reviewer.store.keptblocks import LOWEST, KeptBlocks
from reviewer.store.recordfiles import RecordFiles
from reviewer.store.scans import ROW, ScanFiles, ScanShape, quantise
from tests.unit.store.torn import killed_while_writing

if TYPE_CHECKING:
    from pathlib import Path

FLOOR = 82


def scores_of(seed: int, count: int, n_tags: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    scores = quantise(chance.normal(-7, 3, (count, n_tags)).astype(np.float32))
    scores[chance.random(scores.shape) < 0.02] = 0
    return scores


def kept(scores: np.ndarray) -> np.ndarray:
    return np.where((scores >= FLOOR) | (scores == 0), scores, LOWEST)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(0, 6))
def test_candidates_come_back_and_the_others_as_the_lowest_score(
    tmp_path_factory: pytest.TempPathFactory, seed: int, n_tags: int, blocks: int
) -> None:
    files = KeptBlocks(tmp_path_factory.mktemp("kept"), n_tags, 16, FLOOR)
    whole = scores_of(seed, 16 * blocks, n_tags)
    for number in range(blocks):
        files.append(np.ascontiguousarray(whole[16 * number : 16 * number + 16].T))
    order = list(range(blocks))[::-1]
    for number, block in zip(order, files.blocks(order), strict=True):
        assert block.first == 16 * number
        assert np.array_equal(block.scores.T, kept(whole[16 * number : 16 * number + 16]))
    for column in range(n_tags):
        lines = [*files.lines(column, blocks), np.zeros(0, np.uint8)]
        assert np.array_equal(np.concatenate(lines), kept(whole)[:, column])


def test_a_torn_block_is_cut_and_a_short_file_is_said(tmp_path: Path) -> None:
    files = KeptBlocks(tmp_path, 3, 16, FLOOR)
    for seed in (0, 1, 2):
        files.append(np.ascontiguousarray(scores_of(seed, 16, 3).T))
    with (tmp_path / "kept.bin").open("ab") as file:
        file.write(b"half of a block")
    files.cut(2)
    files.append(np.ascontiguousarray(scores_of(7, 16, 3).T))
    (last,) = files.blocks([2])
    assert np.array_equal(last.scores.T, kept(scores_of(7, 16, 3)))
    with (tmp_path / "kept.bin").open("r+b") as file:
        file.truncate(20)
    with pytest.raises(StoreError, match="scan again"):
        list(files.blocks([2]))


def test_a_scan_that_keeps_candidates_reads_as_one_that_keeps_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "BLOCK_IMAGES", 16)
    tags = tuple(range(1, 41))
    whole = ScanFiles.create(tmp_path / "whole", ScanShape("v1", tags, 4))
    few = ScanFiles.create(tmp_path / "few", ScanShape("v1", tags, 4, FLOOR))
    chance = np.random.default_rng(0)
    for start in range(0, 70, 10):
        rows = np.zeros(10, ROW)
        rows["image"] = np.arange(start, start + 10)
        embeddings = np.zeros((10, 4), np.float16)
        logits = chance.normal(-9, 3, (10, 40)).astype(np.float32)
        present = TagRows.of([chance.choice(40, 2, replace=False).tolist() for _ in range(10)])
        for files in (whole, few):
            files.append(rows, embeddings, logits, present)
    few = ScanFiles.create(tmp_path / "few", ScanShape("v1", tags, 4, FLOOR))
    assert len(few) == 70
    for column in range(40):
        all_scores, some = whole.tag_scores(column), few.tag_scores(column)
        # The images after the last full block are kept whole until theirs is full.
        assert np.array_equal(some[:64], kept(all_scores[:64]))
        assert np.array_equal(some[64:], all_scores[64:])
        there = all_scores == 0
        assert np.array_equal(few.tag_logits(column)[there], whole.tag_logits(column)[there])
    joined = np.concatenate([block.scores for block in few.blocks()], axis=1)
    assert np.array_equal(joined, np.stack([few.tag_scores(c) for c in range(40)]))
    assert (tmp_path / "few" / "kept.bin").stat().st_size < 0.75 * 64 * 40
    assert not (tmp_path / "few" / "scores.u8").exists()


def test_less_disk_is_needed_where_few_scores_are_kept() -> None:
    tags = tuple(range(8_266))
    whole, few = ScanShape("v1", tags, 512), ScanShape("v1", tags, 512, FLOOR)
    assert few.bytes_an_image() < 0.5 * whole.bytes_an_image()


def batch(start: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, TagRows]:
    rows = np.zeros(count, ROW)
    rows["image"] = np.arange(start, start + count)
    logits = ((np.arange(start, start + count)[:, None] * 7 + np.arange(3) * 5) % 21 - 14.0) * 0.9
    present = TagRows.of([[n % 3] if n % 4 == 0 else [] for n in range(start, start + count)])
    return rows, np.zeros((count, 4), np.float16), logits.astype(np.float32), present


@pytest.mark.parametrize("seed", range(25))
def test_a_kill_at_any_write_leaves_a_scan_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(scans, "BLOCK_IMAGES", 16)
    draw = random.Random(seed)
    shape = ScanShape("v1", (3, 5, 8), 4, FLOOR)
    files = ScanFiles.create(tmp_path / "scan", shape)
    whole = draw.randrange(70)
    files.append(*batch(0, whole))
    with killed_while_writing(RecordFiles, draw.randrange(4, 9), draw):
        files.append(*batch(whole, draw.randrange(30, 60)))
    mended = ScanFiles.create(tmp_path / "scan", shape)
    assert len(mended) >= whole
    mended.append(*batch(len(mended), 20))
    count = len(mended)
    undisturbed = ScanFiles.create(tmp_path / "other", shape)
    undisturbed.append(*batch(0, count))
    for column in range(3):
        full = count // 16 * 16
        assert np.array_equal(mended.tag_scores(column), undisturbed.tag_scores(column))
        assert np.array_equal(
            mended.tag_scores(column)[:full], kept(mended.tag_scores(column)[:full])
        )
    kept_bin = [tmp_path / name / "kept.bin" for name in ("scan", "other")]
    assert kept_bin[0].read_bytes() == kept_bin[1].read_bytes()
