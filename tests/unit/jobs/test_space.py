"""What a collection takes on disk, and what may go."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.jobs.context import Silent
from reviewer.jobs.space import DAY_S, free_space, space_parts
from reviewer.store.scans import ROW, ScanShape
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from reviewer.store.library import Library


@pytest.fixture
def used(library: Library) -> Library:
    """Three versions with their scans, the second in use; a write of yesterday was cut off."""
    states = (VersionState.RETIRED, VersionState.ACTIVE, VersionState.CANDIDATE)
    for number, state in enumerate(states, 1):
        library.versions.put(VersionInfo(f"v{number}", state, number))
        files = library.begin_scan(ScanShape(f"v{number}", (1, 2), 8))
        rows = np.zeros(50, ROW)
        rows["image"] = np.arange(1, 51)
        files.append(rows, np.zeros((50, 8), np.float16), np.zeros((50, 2), np.float32))
        weights = library.version_folder(f"v{number}")
        weights.mkdir(parents=True)
        (weights / "model.safetensors").write_bytes(bytes(1000 * number))
    for name, age in ((".daily.db.1a2b.tmp", 2 * DAY_S), (".daily.db.3c4d.tmp", 0)):
        library.workspace.backups.mkdir(exist_ok=True)
        path = library.workspace.backups / name
        path.write_bytes(bytes(70))
        os.utime(path, (time.time() - age,) * 2)
    return library


def test_every_byte_is_named(used: Library) -> None:
    parts = {part.words: part for part in space_parts(used)}
    assert parts["version v3: weights"].size == 3000
    scan = used.workspace.scans / "v1"
    assert parts["version v1: scan"].size == sum(f.stat().st_size for f in scan.iterdir())
    assert parts["images, tags and answers"].size > 0
    assert parts["writes that were cut off"].size == 70
    assert [part.words for part in parts.values() if part.places] == [
        "version v1: scan",
        "version v3: scan",
        "writes that were cut off",
    ]


def test_what_is_in_use_stays_and_the_rest_is_made_again(used: Library) -> None:
    spare = sum(part.size for part in space_parts(used) if part.places)
    assert free_space(used, Silent()).summary == {"freed_bytes": spare}
    assert used.scan("v1") is None
    assert used.scan("v3") is None
    active = used.scan("v2")
    assert active is not None
    assert len(active) == 50
    assert (used.version_folder("v1") / "model.safetensors").exists()
    assert [path.name for path in used.workspace.backups.iterdir()] == [".daily.db.3c4d.tmp"]
    assert free_space(used, Silent()).summary == {"freed_bytes": 0}
