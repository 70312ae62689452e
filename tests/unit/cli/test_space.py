from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.store.library import Library
from reviewer.store.versions import VersionInfo, VersionState
from reviewer.store.workspace import workspace_for
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


def test_space_is_told_and_freed_only_when_asked(imported: Path) -> None:
    left = workspace_for(imported) / "scans" / "v1"
    with Library.open(workspace_for(imported)) as library:
        library.versions.put(VersionInfo("v1", VersionState.RETIRED, 1))
        library.versions.put(VersionInfo("v2", VersionState.ACTIVE, 2))
    left.mkdir(parents=True)
    (left / "scores.u8").write_bytes(bytes(3_000_000))
    (workspace_for(imported) / "scans" / "v2").mkdir()
    told = run("space", imported)
    assert told.code == 0
    assert "3.0 MB  version v1: scan (scanned again if it is put into use)" in told.out
    assert "free that with: reviewer space --free" in told.out
    assert run("space", imported, "--free", text="n\n").code == 0
    assert left.exists()
    assert run("space", imported, "--free", "--yes").code == 0
    assert not left.exists()
    assert "all of it stays" in run("space", imported, "--free").out
