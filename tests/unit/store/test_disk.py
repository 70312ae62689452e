"""What is written aside, put on disk and renamed into place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reviewer.store.disk import replacing
from reviewer.store.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_all_that_was_written_is_on_disk_and_nothing_beside_it_is_waited_for(
    tmp_path: Path, synced: list[int]
):
    (tmp_path / "beside" / "deep").mkdir(parents=True)
    (tmp_path / "beside" / "deep" / "large").write_bytes(b"1")
    with replacing(tmp_path / "made") as aside:
        (aside / "in").mkdir(parents=True)
        (aside / "in" / "file").write_bytes(b"2")
    made = tmp_path / "made"
    wanted = [made, made / "in", made / "in" / "file", tmp_path]
    if os.name == "nt":
        wanted = [made / "in" / "file"]
    assert set(synced) == {path.stat().st_ino for path in wanted}


def test_what_a_killed_job_had_begun_to_write_is_gone_when_the_next_begins(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    begun = place.scans / ".v1.0a1b2c3d.tmp"
    within = place.scans / "v2" / ".crossfit.0a1b2c3d.tmp"
    replaced = place.engines / ".v2.0a1b2c3d.old"
    for folder in (begun, within, replaced, place.engines / "v2"):
        folder.mkdir(parents=True)
        (folder / "scan.json").write_text("{}")
    half = place.versions / ".v3.csv.0a1b2c3d.tmp"
    half.parent.mkdir()
    half.write_text("half")
    hidden = place.versions / ".mine.tmp"
    hidden.write_text("the user's own")
    with place.held("jobs"):
        for path in (begun, within, replaced, half):
            assert not path.exists()
    assert (place.engines / "v2" / "scan.json").exists()
    assert hidden.exists()


def test_what_was_moved_away_comes_back_where_nothing_took_its_place(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    replaced = place.scans / ".v1.0a1b2c3d.old"
    replaced.mkdir(parents=True)
    (replaced / "scan.json").write_text("{}")
    with place.held("review"):
        assert replaced.exists()
    with place.held("jobs"):
        assert (place.scans / "v1" / "scan.json").exists()
        assert not replaced.exists()
