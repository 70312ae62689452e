"""Tensors that the disk refuses: the system's word, and nothing of half a file."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import load_file

from model.checkpoint import save_best
from model.saving import save_tensors

if TYPE_CHECKING:
    from pathlib import Path

TENSORS = {"weights": torch.arange(50_000, dtype=torch.float32)}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    save_tensors(TENSORS, tmp_path / "a.safetensors", {"format": "pt"})
    assert torch.equal(load_file(tmp_path / "a.safetensors")["weights"], TENSORS["weights"])


def test_a_checkpoint_is_on_disk_when_it_is_kept(tmp_path: Path, synced: list[int]) -> None:
    save_best(tmp_path, torch.nn.Linear(3, 2))
    (kept,) = tmp_path.iterdir()
    assert synced == [kept.stat().st_ino]


def test_a_disk_that_refuses_is_named_with_its_file_and_keeps_no_half_of_it(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "a.safetensors"
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OSError, match="large") as refused:
            save_tensors(TENSORS, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (refused.value.errno, refused.value.filename) == (errno.EFBIG, str(path))
    assert list(tmp_path.iterdir()) == []
