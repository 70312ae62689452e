from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.core.errors import StoreError
from reviewer.store.blockreader import read_blocks
from reviewer.store.streamfile import ALIGNED, StreamFile, aligned_room

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, np.ndarray]:
    content = np.random.default_rng(0).integers(0, 256, 5 * 4096 + 700, dtype=np.uint8)
    (tmp_path / "file").write_bytes(content.tobytes())
    return tmp_path / "file", content


def put_out_of_the_cache(path: Path) -> None:
    if hasattr(os, "posix_fadvise"):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.integers(0, 25_000), st.integers(0, 6).map(lambda pages: 4096 * pages)),
    st.one_of(st.integers(1, 25_000), st.integers(1, 6).map(lambda pages: 4096 * pages)),
    st.booleans(),
)
def test_whatever_is_asked_for_is_what_the_file_holds(
    written: tuple[Path, np.ndarray], offset: int, size: int, cold: bool
) -> None:
    path, content = written
    if cold:
        put_out_of_the_cache(path)
    into = aligned_room(size)
    with StreamFile(path) as file:
        count = file.read(offset, into)
    assert count == len(content[offset : offset + size])
    assert np.array_equal(into[:count], content[offset : offset + count])


@pytest.mark.parametrize("size", [0, 1, 4096, 5_000_000])
def test_a_room_begins_where_a_direct_read_can(size: int) -> None:
    room = aligned_room(size)
    assert room.nbytes == size
    assert room.ctypes.data % ALIGNED == 0
    room[:] = 7
    assert room.sum(dtype=int) == 7 * size


@pytest.mark.parametrize("cold", [False, True])
@pytest.mark.parametrize("numbers", [range(9), [1], [0, 3, 8], []])
def test_blocks_come_in_order_and_stay_until_the_next(
    tmp_path: Path, numbers: list[int], cold: bool
) -> None:
    scores = np.random.default_rng(1).integers(0, 256, (9, 3, 4096), dtype=np.uint8)
    path = tmp_path / "scores"
    path.write_bytes(scores.tobytes())
    if cold:
        put_out_of_the_cache(path)
    seen = []
    for block in read_blocks(path, 3, 4096, numbers):
        seen.append(block.first // 4096)
        assert np.array_equal(block.scores, scores[seen[-1]])
        block.scores[:] = 0
    assert seen == list(numbers)


def test_a_file_that_is_too_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    path.write_bytes(bytes(3 * 4096 + 4000))
    with pytest.raises(StoreError, match="shorter than it was"):
        list(read_blocks(path, 1, 4096, range(4)))
