from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.store.rowfile import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ROWS, WIDTH = 37, 5


@given(rows=st.lists(st.integers(0, ROWS - 1), max_size=80), at_once=st.integers(1, 50))
def test_any_rows_in_any_order_are_those_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int], at_once: int
) -> None:
    whole = np.arange(ROWS * WIDTH, dtype=np.float16).reshape(ROWS, WIDTH)
    path = tmp_path_factory.mktemp("rows") / "rows.f16"
    whole.tofile(path)
    wanted = np.array(rows, np.int64)
    assert np.array_equal(read_rows(path, np.float16, WIDTH, wanted, at_once), whole[wanted])


def test_rows_without_numbers_need_no_file(tmp_path: Path) -> None:
    found = read_rows(tmp_path / "none.f16", np.float16, 0, np.array([3, 1]))
    assert found.shape == (2, 0)
