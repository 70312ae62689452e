"""What is written aside, put on disk and renamed into place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reviewer.store.disk import replacing

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
