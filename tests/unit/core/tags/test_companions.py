"""What other tags say of a tag."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from reviewer.core.tags.companions import PRIOR, SHOWN, Companions


@pytest.fixture
def tags() -> sparse.csc_matrix:
    """400 images: tag 1 goes with tag 0, tag 2 never does, tag 3 is independent, tag 4 is rare."""
    dense = np.zeros((400, 5), bool)
    dense[:100, 0] = True
    dense[:80, 1] = True
    dense[80:90, 1] = False
    dense[200:300, 2] = True
    dense[::4, 3] = True
    dense[:3, 4] = True
    return sparse.csc_matrix(dense)


def test_companions_are_named_with_their_share(tags: sparse.csc_matrix) -> None:
    companions = Companions(tags)
    assert companions.usual(0) == pytest.approx(0.25)
    (found,) = companions.of(0, 0)
    assert found.column == 1
    assert found.share == pytest.approx((80 + PRIOR * 0.25) / (80 + PRIOR))
    (against,) = companions.of(201, 0)
    assert against.column == 2
    assert against.share == pytest.approx(PRIOR * 0.25 / (100 + PRIOR))


def test_tags_that_say_nothing_are_left_out(tags: sparse.csc_matrix) -> None:
    # Image 320 carries the independent tag alone; image 301 carries none.
    assert Companions(tags).of(320, 0) == []
    assert Companions(tags).of(301, 0) == []


def test_the_tag_itself_is_no_companion(tags: sparse.csc_matrix) -> None:
    found = Companions(tags).of(0, 1)
    assert [entry.column for entry in found] == [0]
    assert len(found) <= SHOWN
