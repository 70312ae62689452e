"""Places of ids among others, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.lookup import place_of, places_of

IDS = st.lists(st.integers(0, 40), max_size=20)
COLUMN = st.lists(st.integers(0, 40), max_size=20, unique=True)


@given(ids=IDS, column=COLUMN)
def test_places_are_those_of_a_dictionary(ids: list[int], column: list[int]):
    among = np.array(column, np.int64)
    expected = {one: at for at, one in enumerate(column)}
    found = places_of(np.array(ids, np.int64), among, np.argsort(among))
    assert found.tolist() == [expected.get(one, -1) for one in ids]


@given(ids=IDS, column=COLUMN.map(sorted))
def test_a_column_that_ascends_needs_no_order(ids: list[int], column: list[int]):
    among = np.array(column, np.uint32)
    found = places_of(np.array(ids, np.int64), among)
    assert found.tolist() == [column.index(one) if one in column else -1 for one in ids]
    assert [place_of(one, among) for one in ids] == [
        at if at >= 0 else None for at in found.tolist()
    ]
