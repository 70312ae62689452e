"""Nearest images of a scan: exactly, by the index, and when images are scanned again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreError
from reviewer.store.nearest import NearestImages
from reviewer.store.nearest_index import can_build
from reviewer.store.scans import ROW, ScanFiles, ScanShape

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 12
needs_index = pytest.mark.skipif(not can_build(), reason="usearch is not installed")


def scan_of(folder: Path, count: int = 400, seed: int = 1) -> tuple[ScanFiles, np.ndarray]:
    """Images 10, 20, 30 ... with random embeddings and hashes."""
    rng = np.random.default_rng(seed)
    files = ScanFiles.create(folder, ScanShape("v1", (1, 2), WIDTH))
    vectors = rng.normal(2, 1, (count, WIDTH)).astype(np.float16)
    append(files, np.arange(1, count + 1) * 10, vectors, rng)
    return files, vectors


def append(
    files: ScanFiles, images: np.ndarray, vectors: np.ndarray, rng: np.random.Generator
) -> None:
    rows = np.zeros(len(images), ROW)
    rows["image"] = images
    rows["hash"] = rng.integers(0, 2**63, len(images), dtype=np.uint64)
    files.append(rows, vectors, np.zeros((len(images), 2), np.float32))


def plain(vectors: np.ndarray, row: int) -> list[int]:
    centred = vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    order = np.argsort(-(centred @ centred[row]), kind="stable")
    return [10 * (int(other) + 1) for other in order if other != row]


def test_every_image_is_compared(tmp_path: Path) -> None:
    files, vectors = scan_of(tmp_path / "scan")
    nearest = NearestImages(files)
    assert nearest.exact
    assert len(nearest) == 400
    for row in (0, 250):
        image = 10 * (row + 1)
        found = nearest.by_look(vectors[row], nearest.hash_of(image), 7, without=image)
        assert [entry.image_id for entry in found] == plain(vectors, row)[:7]
        assert found[0].cosine >= found[-1].cosine
    assert not nearest.known(5)
    with pytest.raises(KeyError):
        nearest.embedding(5)


def test_hashes_are_compared(tmp_path: Path) -> None:
    files, _ = scan_of(tmp_path / "scan")
    nearest = NearestImages(files)
    one = nearest.hash_of(30)
    found = nearest.by_hash(one ^ 0b101, 3, embedding=nearest.embedding(30))
    assert (found[0].image_id, found[0].bits) == (30, 2)
    assert found[0].cosine == pytest.approx(1, abs=1e-3)
    assert [entry.bits for entry in found] == sorted(entry.bits for entry in found)
    assert nearest.by_hash(one, 3, without=30)[0].image_id != 30


@needs_index
def test_the_index_finds_what_comparing_finds(tmp_path: Path) -> None:
    files, vectors = scan_of(tmp_path / "scan", count=3000)
    exact = NearestImages(files, exact=True)
    exact.index.build(vectors, exact.centre.mean, threads=1, told=lambda _: None)
    index = NearestImages(files, exact=False)
    assert not index.exact
    same = 0
    for image in range(10, 1010, 10):
        asked = exact.embedding(image), exact.hash_of(image)
        mine, theirs = (
            {entry.image_id for entry in search.by_look(*asked, 10, without=image)}
            for search in (index, exact)
        )
        same += len(mine & theirs)
    assert same >= 0.97 * 1000


@needs_index
def test_what_came_after_the_index_and_what_was_scanned_again_is_found(tmp_path: Path) -> None:
    files, vectors = scan_of(tmp_path / "scan")
    exact = NearestImages(files, exact=True)
    exact.index.build(vectors, exact.centre.mean, threads=1, told=lambda _: None)
    rng = np.random.default_rng(9)
    # The image 20 is another picture now, just like image 10; 5000 is new and like it too.
    append(files, np.array([20, 5000]), vectors[[0, 0]], rng)
    index = NearestImages(files, exact=False)
    found = index.by_look(vectors[0], 0, 2, without=10)
    assert {entry.image_id for entry in found} == {20, 5000}
    far = index.by_look(vectors[1], 0, 5)
    assert all(entry.cosine < 0.999 for entry in far)


@needs_index
def test_a_torn_index_is_a_sentence(tmp_path: Path) -> None:
    files, vectors = scan_of(tmp_path / "scan")
    exact = NearestImages(files, exact=True)
    exact.index.build(vectors, exact.centre.mean, threads=1, told=lambda _: None)
    (tmp_path / "scan" / "nearest" / "index.usearch").write_bytes(b"torn")
    with pytest.raises(StoreError, match="reviewer similar --build"):
        NearestImages(files, exact=False).by_look(vectors[0], 0, 2)


def test_a_small_collection_needs_no_index(tmp_path: Path) -> None:
    files, _ = scan_of(tmp_path / "scan", count=3)
    found = NearestImages(files).by_look(np.zeros(WIDTH, np.float16), 0, 50)
    assert sorted(entry.image_id for entry in found) == [10, 20, 30]
