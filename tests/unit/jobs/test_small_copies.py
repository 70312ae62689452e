from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from reviewer.core.errors import UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.images.rescaling import Copying, rescale
from reviewer.jobs.images.small_copies import SmallCopies
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("plain.png", 'a "quoted", name.png', "in/a folder/über.png")


@pytest.fixture
def copied(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of originals of 300 x 200, and the folder of their copies of 120 x 80."""
    originals, target = tmp_path / "originals", tmp_path / "copies"
    chance = np.random.default_rng(0)
    for name in NAMES:
        path = originals / name
        path.parent.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(chance.integers(0, 255, (20, 30, 3), dtype=np.uint8))
        small.resize((300, 200)).save(path)
        path.with_suffix(".txt").write_text("cat", encoding="utf-8")
    with Library.create(tmp_path / "workspace", originals) as library:
        import_folder(library, Silent())
        rescale(library, Silent(), target, Copying(size=120))
    return originals, target


def test_copies_are_found_whatever_the_names(copied: tuple[Path, Path]) -> None:
    originals, target = copied
    copies = SmallCopies(target, originals)
    assert len(copies) == len(NAMES)
    found = [copies.find(originals / name) for name in NAMES]
    assert len({path for path in found if path is not None and path.exists()}) == len(NAMES)
    for name, path in zip(NAMES, found, strict=True):
        assert path is not None
        original = np.asarray(Image.open(originals / name).resize((30, 20)), float)
        copy = np.asarray(Image.open(path).resize((30, 20)), float)
        assert np.corrcoef(original.ravel(), copy.ravel())[0, 1] > 0.9


def test_a_copy_is_read_where_it_is_large_enough(copied: tuple[Path, Path]) -> None:
    originals, target = copied
    copies = SmallCopies(target, originals)
    assert copies.open(originals / NAMES[1], 120).size == (120, 80)
    assert max(copies.open(originals / NAMES[1], 200).size) >= 200


def test_what_changed_since_or_is_gone_is_read_from_the_original(
    copied: tuple[Path, Path],
) -> None:
    originals, target = copied
    copies = SmallCopies(target, originals)
    changed, gone, broken = (copies.find(originals / name) for name in NAMES)
    assert changed is not None
    assert gone is not None
    assert broken is not None
    later = changed.stat().st_mtime + 100
    os.utime(originals / NAMES[0], (later, later))
    gone.unlink()
    broken.write_bytes(b"no picture")
    assert copies.find(originals / NAMES[0]) is None
    assert copies.find(originals / NAMES[1]) is None
    assert copies.find(originals / "never seen.png") is None
    for name in NAMES:
        assert copies.open(originals / name, 100).size != (120, 80)


def test_a_folder_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="reviewer rescale"):
        SmallCopies(tmp_path, tmp_path)
