from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreFullError
from reviewer.store.columns import let_go, read_columns
from reviewer.store.crossfits import Crossfit, CrossfitFiles
from reviewer.store.piecefile import PieceFile

if TYPE_CHECKING:
    from pathlib import Path


def test_a_matrix_of_pieces_is_the_matrix(tmp_path: Path) -> None:
    whole = np.random.default_rng(1).random((5, 1000)).astype(np.float16)
    with PieceFile(tmp_path / "whole.npy", np.float16, whole.shape) as file:
        for start in range(0, 1000, 300):
            file.put([3, 0, 4], start, whole[[3, 0, 4], start : start + 300])
        file.put([2], 0, whole[[2]])
    found = np.load(tmp_path / "whole.npy")
    assert found.dtype == np.float16
    assert np.array_equal(found[[0, 2, 3, 4]], whole[[0, 2, 3, 4]])
    assert not found[1].any()


def test_a_file_that_does_not_fit_is_refused_before_a_piece_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "posix_fallocate"):
        pytest.skip("the room is not taken beforehand here")

    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    files = CrossfitFiles(tmp_path / "crossfit")
    files.save(_crossfit(np.ones((2, 3), np.float16)))
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(StoreFullError), files.saving(_crossfit(np.zeros((2, 0), np.float16))):
        pytest.fail("nothing is to be written")
    before = files.load()
    assert before is not None
    assert before.logits.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert [path.name for path in tmp_path.iterdir()] == ["crossfit"]


def test_scores_saved_in_pieces_come_back_as_they_were(tmp_path: Path) -> None:
    files = CrossfitFiles(tmp_path / "crossfit")
    logits = np.arange(6, dtype=np.float16).reshape(2, 3)
    with files.saving(_crossfit(np.zeros((2, 0), np.float16))) as pieces:
        pieces.put([0, 1], 0, logits)
    found = files.load()
    assert found is not None
    assert np.array_equal(found.logits, logits)
    assert found.learnt is not None
    assert found.learnt.tolist() == [2**64 - 1, 5]
    assert found.scores(1).tolist() == [3, 4, 5]


def test_what_was_let_go_is_read_again(tmp_path: Path) -> None:
    column = np.arange(1 << 19, dtype=np.int32)
    np.save(tmp_path / "some.npy", column)
    mapped = read_columns(tmp_path, ["some"], mapped=True)["some"]
    assert int(mapped.sum(dtype=np.int64)) == int(column.sum(dtype=np.int64))
    let_go(mapped)
    assert np.array_equal(mapped, column)
    let_go(column)
    assert column[-1] == len(column) - 1


def _crossfit(logits: np.ndarray) -> Crossfit:
    return Crossfit(
        images=np.arange(3),
        tags=np.array([4, 9]),
        logits=logits,
        groups=np.arange(3),
        neighbours=np.zeros((3, 0), np.int32),
        similarities=np.zeros((3, 0), np.float16),
        decided=1,
        learnt=np.array([2**64 - 1, 5], np.uint64),
        fitted=np.array([7, 8]),
    )
