"""What a collection takes on disk, and what may go."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import TaggerError, UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.questions.begun_scores import BEGUN
from reviewer.jobs.space import (
    DAY_S,
    free_space,
    has_weights,
    kept_versions,
    refuse_without_weights,
    space_parts,
)
from reviewer.store.scans import ROW, ScanShape
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from reviewer.store.library import Library


PARENTS = {1: "", 2: "v1", 3: "v2", 4: "v2", 5: "v2"}


@pytest.fixture
def used(library: Library) -> Library:
    """Three versions with their scans, the second in use; a write of yesterday was cut off."""
    states = (VersionState.RETIRED, VersionState.ACTIVE, VersionState.CANDIDATE)
    for number, state in enumerate(states, 1):
        library.versions.put(VersionInfo(f"v{number}", state, number, parent=PARENTS[number]))
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
    assert parts["version v3: weights and records"].size == 3000
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


@pytest.fixture
def old(used: Library) -> Library:
    """Two more versions that were not taken into use, and a training that was cut off."""
    for number in (4, 5):
        put_candidate(used, number)
    (used.workspace.cache / "train-v6").mkdir(parents=True)
    (used.workspace.cache / "train-v6" / "checkpoint.safetensors").write_bytes(bytes(500))
    for scan in ("v1", "v2"):
        begun = used.workspace.scans / scan / BEGUN
        begun.mkdir()
        (begun / "rests_on.json").write_bytes(bytes(90))
    part = used.workspace.versions / ".v6.part"
    part.mkdir()
    (part / "model.safetensors").write_bytes(bytes(60))
    os.utime(part, (time.time() - 2 * DAY_S,) * 2)
    return used


def put_candidate(library: Library, number: int) -> None:
    name = f"v{number}"
    library.versions.put(VersionInfo(name, VersionState.CANDIDATE, number, parent=PARENTS[number]))
    folder = library.version_folder(name)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(bytes(1000 * number))
    (folder / "train.json").write_text('{"parent": "v2"}')


def weights(library: Library) -> dict[str, int]:
    """Bytes of each version's weights."""
    return {
        version.name: (library.version_folder(version.name) / "model.safetensors").stat().st_size
        for version in library.versions.all()
    }


def test_what_cannot_be_made_again_goes_only_when_that_is_asked_for(old: Library) -> None:
    reasons = {"v1": "the way back", "v2": "in use", "v5": "the newest"}
    assert kept_versions(old) == reasons
    before = weights(old)
    free_space(old, Silent())
    assert weights(old) == before
    assert (old.workspace.cache / "train-v6").exists()
    assert not (old.workspace.versions / ".v6.part").exists()
    lost = {part.words: part.size for part in space_parts(old) if part.lost}
    assert lost == {
        "version v3: weights": 3000,
        "version v4: weights": 4000,
        "a training that was cut off": 500,
        "version v2: scores of every tag that were cut off": 90,
    }
    assert free_space(old, Silent(), old=True).summary == {"freed_bytes": 7590}
    assert weights(old) == before | {"v3": 0, "v4": 0}
    assert [v.name for v in old.versions.all() if has_weights(old, v.name)] == ["v1", "v2", "v5"]
    assert not (old.workspace.cache / "train-v6").exists()
    # What a version says of itself is there still, for those that go back to it.
    assert (old.version_folder("v4") / "train.json").read_text() == '{"parent": "v2"}'
    assert not [part for part in space_parts(old) if part.places]


def test_what_was_brought_stays_and_so_does_all_while_none_is_in_use(old: Library) -> None:
    (old.version_folder("v1") / "train.json").write_text('{"brought": {"family": "wd"}}')
    old.versions.activate("v4")
    assert kept_versions(old) == {
        "v1": "brought from elsewhere",
        "v2": "the way back",
        "v4": "in use",
        "v5": "the newest",
    }
    for version in old.versions.all():
        old.versions.put(replace(version, state=VersionState.CANDIDATE))
    assert set(kept_versions(old).values()) == {"none is in use"}


def test_a_version_without_weights_is_not_put_into_use(
    shapes: tuple[Library, dict[str, frozenset[str]]],
) -> None:
    library, _ = shapes
    refuse_without_weights(library, "v1")
    (library.version_folder("v1") / "model.safetensors").write_bytes(b"")
    with pytest.raises(TaggerError, match="weights of version v1 were removed to free space"):
        refuse_without_weights(library, "v1")
    with pytest.raises(UsageError, match="no version 'v7'"):
        refuse_without_weights(library, "v7")
