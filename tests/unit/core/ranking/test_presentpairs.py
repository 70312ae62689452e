"""The present pairs of each tag, found from those of each image."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.ranking.presentpairs import PresentPairs, postings

TAGS = 7


@given(st.lists(st.sets(st.integers(0, TAGS - 1)), max_size=12))
def test_each_tag_has_the_pairs_that_name_it(images: list[set[int]]) -> None:
    column = np.array([tag for tags in images for tag in sorted(tags)], np.uint16)
    ends = np.cumsum([len(tags) for tags in images], dtype=np.int64)
    found = postings(PresentPairs(ends, column, np.zeros(len(column), np.int16)), TAGS)

    assert found.starts.shape == (TAGS + 1,)
    assert len(found.places) == len(column)
    for tag in range(TAGS):
        places = found.places[found.starts[tag] : found.starts[tag + 1]]
        assert places.tolist() == np.flatnonzero(column == tag).tolist()
