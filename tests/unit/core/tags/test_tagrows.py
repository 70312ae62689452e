from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core import compiled
from reviewer.core.tags.tagrows import TagRows

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = st.lists(st.sets(st.integers(0, 12), max_size=6), max_size=10)


@pytest.fixture(
    params=[0, compiled.WORTHWHILE], ids=["loops", "numpy"], autouse=True, scope="module"
)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Small collections are done by numpy, large ones by loops: both are tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "WORTHWHILE", request.param)
        yield


@given(ROWS, st.permutations(range(13)), st.integers(0, 13))
def test_columns_hold_what_the_rows_hold(
    rows: list[set[int]], order: list[int], wanted: int
) -> None:
    tags = order[:wanted]
    found = TagRows.of(rows).columns(tags)
    found.check_format()
    dense = np.array([[tag in row for tag in tags] for row in rows], bool)
    assert np.array_equal(found.toarray(), dense.reshape(len(rows), len(tags)))


@given(ROWS, st.data())
def test_rows_taken_and_counts_agree_with_sets(rows: list[set[int]], data: st.DataObject) -> None:
    tag_rows = TagRows.of(rows)
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=5) if rows else st.just([]))
    taken = tag_rows.take(np.array(chosen, np.int64))
    assert [set(taken.of_image(n).tolist()) for n in range(len(chosen))] == [
        rows[n] for n in chosen
    ]
    counts = tag_rows.counts()
    assert counts.tolist() == [
        sum(tag in row for row in rows)
        for tag in range(max((max(r) for r in rows if r), default=-1) + 1)
    ]
