"""What is written aside, put on disk and renamed into place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Numbers of the files and folders that were asked to be on disk, as that happens."""
    numbers: set[int] = set()
    really = os.fsync

    def noted(handle: int) -> None:
        numbers.add(os.fstat(handle).st_ino)
        really(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return numbers


def test_all_that_was_written_is_on_disk_and_nothing_beside_it_is_waited_for(
    tmp_path: Path, synced: set[int]
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
    assert synced == {path.stat().st_ino for path in wanted}
