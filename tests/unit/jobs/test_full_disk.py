"""A full disk in the middle of a job: a sentence, nothing broken, and with space it goes on."""

from __future__ import annotations

import json
import os
import random
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreFullError
from reviewer.core.queues import Ranking
from reviewer.core.tags.tagrows import TagRows
from reviewer.jobs.bench.data import write_scan
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.post_import import import_posts
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans import scanning
from reviewer.jobs.scans.scanning import refuse_without_room
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.library import Library
from reviewer.store.rankings import RankingFiles
from reviewer.store.scans import ROW, ScanFiles, ScanShape
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1 << 20
POSTS = 6000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB; more room is made with `enlarge`."""
    place = tmp_path / "disk"
    place.mkdir()
    said = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MIB}", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if said.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def enlarge(disk: Path, mib: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={mib * MIB}", str(disk)], check=True)


def fill(disk: Path, *, leave: int) -> None:
    status = os.statvfs(disk)
    (disk / "filling").write_bytes(b"x" * (status.f_bavail * status.f_frsize - leave))


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of six thousand posts with their files, which is only read."""
    folder = tmp_path_factory.mktemp("dump") / "images"
    (folder / "metadata").mkdir(parents=True)
    draw = random.Random(1)
    with (folder / "metadata" / "posts.jsonl").open("w") as file:
        for number in range(1, POSTS + 1):
            tags = sorted({f"tag_{int(draw.paretovariate(0.5)) % 5000}" for _ in range(25)})
            file.write(json.dumps({"id": number, "tag_string": " ".join(tags)}) + "\n")
            (folder / f"{number}.jpg").touch()
    return folder


def test_an_import_of_posts_goes_on_where_it_was(dump: Path, small_disk: Path) -> None:
    place = small_disk / "workspace"
    with Library.create(place, dump) as library:
        fill(small_disk, leave=MIB // 4)
        with pytest.raises(StoreFullError, match="free some space and go on"):
            import_posts(library, Silent())
    enlarge(small_disk, 64)
    with Library.open(place) as library:
        assert sum(library.images.counts().values()) < POSTS
        import_posts(library, Silent())
        tags = {image.path: rows for image, rows in library.images.rows()}
        names = library.vocabulary().tags
        with (dump / "metadata" / "posts.jsonl").open() as file:
            for post in map(json.loads, file):
                found = {names[tag].name for tag in tags[f"{post['id']}.jpg"]}
                assert found == set(post["tag_string"].split())


def test_a_refresh_leaves_the_scores_before(dump: Path, small_disk: Path) -> None:
    place = small_disk / "workspace"
    enlarge(small_disk, 64)
    with Library.create(place, dump) as library:
        import_posts(library, Silent())
        images, rows = library.images.tag_rows()
        few = images[:400]
        counts = rows.take(np.arange(400)).counts()
        tags = tuple(int(tag) for tag in np.argsort(-counts)[:30])
        library.versions.put(VersionInfo("v1", VersionState.ACTIVE, 1, "", "resnet18", 30))
        files = library.begin_scan(ScanShape("v1", tags, 16))
        write_scan(files, few, rows.take(np.arange(400)))
        chance = np.random.default_rng(0)
        chance.normal(size=(400, 16)).astype(np.float16).tofile(files.folder / "embeddings.f16")
        refresh(library, Silent(), minimum=5)
        before = np.array(library.crossfit("v1").load().logits)
        filling = place / "filling"
        fill(place, leave=8192)
        with pytest.raises(StoreFullError, match="is full"):
            refresh(library, Silent(), minimum=10)
        assert np.array_equal(library.crossfit("v1").load().logits, before)
        filling.unlink()
        refresh(library, Silent(), minimum=10)
        assert len(library.crossfit("v1").load().tags) <= len(before)


def test_a_scan_goes_on_after_a_full_disk(small_disk: Path) -> None:
    shape = ScanShape("v1", tuple(range(1, 401)), 8)
    files = ScanFiles.create(small_disk / "scan", shape)
    chance = np.random.default_rng(0)

    def batch(start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, TagRows]:
        rows = np.zeros(500, ROW)
        rows["image"] = np.arange(start, start + 500)
        logits = chance.normal(-5, 2, (500, 400)).astype(np.float32)
        embeddings = np.repeat(rows["image"][:, None], 8, axis=1).astype(np.float16)
        present = TagRows.of([[image % 400, (image + 7) % 400] for image in rows["image"].tolist()])
        return rows, embeddings, logits, present

    def fill_up() -> None:
        for start in range(0, 20_000, 500):
            files.append(*batch(start))

    with pytest.raises(StoreFullError, match="is full"):
        fill_up()
    start = len(files)
    assert start % 500 == 0
    assert 0 < start < 20_000
    enlarge(small_disk, 32)
    again = ScanFiles.create(small_disk / "scan", shape)
    assert len(again) == start
    for more in range(start, start + 5000, 500):
        again.append(*batch(more))
    assert np.array_equal(again.rows()["image"], np.arange(start + 5000))
    kept = again.present()
    assert np.array_equal(kept.ends, 2 * np.arange(1, start + 5001))
    assert again.tag_logits(3).shape == (start + 5000,)


def test_a_scan_that_would_not_fit_is_refused_before_it_begins(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "ROOM_LEFT", 0)
    files = ScanFiles.create(small_disk / "scan", ScanShape("v1", tuple(range(1000)), 512))
    refuse_without_room(files, 100)
    with pytest.raises(StoreFullError, match=r"needs about .* [GM]B in .* are free.*--workspace"):
        refuse_without_room(files, 10_000)


def test_a_version_that_does_not_fit_is_told_in_a_sentence(small_disk: Path) -> None:
    import torch

    from model.saving import save_tensors

    path = small_disk / "model.safetensors"
    fill(small_disk, leave=MIB // 4)
    with pytest.raises(StoreFullError, match="free some space and go on"), tagger_errors():
        save_tensors({"weights": torch.zeros(MIB)}, path)
    assert not path.exists()
    enlarge(small_disk, 8)
    with tagger_errors():
        save_tensors({"weights": torch.zeros(MIB)}, path)
    assert path.stat().st_size > 4 * MIB


@pytest.mark.parametrize("system", ["Linux", "macOS"])
def test_an_array_file_that_does_not_fit_is_refused_before_it_is_written(
    small_disk: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model.mapped import map_file

    if system == "macOS":
        # Python takes no room for a file there.
        monkeypatch.delattr(os, "posix_fallocate")
    array, was_there = map_file(small_disk / "fits", np.uint8, (1024, 16))
    assert not was_there
    array[:] = 7
    del array
    again, was_there = map_file(small_disk / "fits", np.uint8, (1024, 16))
    assert was_there
    assert (again == 7).all()
    # Its pages are touched later, when it is too late for a sentence.
    with pytest.raises(StoreFullError, match=r"large is full"), tagger_errors():
        map_file(small_disk / "large", np.uint8, (4, MIB))
    assert not (small_disk / "large").exists()


def test_a_ranking_that_does_not_fit_says_that_the_disk_is_full(small_disk: Path) -> None:
    rankings = RankingFiles(small_disk)
    rankings.save(Ranking.empty())
    many = np.zeros(MIB, np.int64)
    large = replace(Ranking.empty(), offsets=np.array([0, MIB]), tags=many[:1], images=many)
    with pytest.raises(StoreFullError, match="is full"):
        rankings.save(large)
    assert rankings.stamp() == 1
    assert not any(path.name.startswith(".") for path in small_disk.iterdir())


def test_a_collection_on_a_disk_without_any_room_says_so(tmp_path: Path, small_disk: Path) -> None:
    enlarge(small_disk, 8)
    place = small_disk / "workspace"
    Library.create(place, tmp_path).close()
    fill(small_disk, leave=0)
    with pytest.raises(StoreFullError, match="is full"):
        Library.open(place)
    (small_disk / "filling").unlink()
    Library.open(place).close()
