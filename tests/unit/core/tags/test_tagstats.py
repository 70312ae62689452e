"""Pairs of tags: planted company, exclusion and implications are found, chance is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from reviewer.core.tags.tagstats import (
    broken,
    exclusive,
    meetings,
    strongest,
    suggest_implications,
)

IMAGES = 4000


@pytest.fixture(scope="module")
def together() -> np.ndarray:
    """0 and 1 keep company, 2 and 3 exclude each other, 4 implies 5, the others are chance."""
    rng = np.random.default_rng(6)
    present = rng.random((IMAGES, 9)) < np.array([0.2, 0.2, 0.3, 0.3, 0.1, 0.3, 0.2, 0.4, 0.01])
    present[:, 1] |= present[:, 0] & (rng.random(IMAGES) < 0.8)
    present[:, 3] &= ~present[:, 2]
    present[:, 5] |= present[:, 4]
    present[np.flatnonzero(present[:, 4])[:3], 5] = False
    return meetings(sparse.csc_matrix(present))


def test_meetings_count_images(together: np.ndarray) -> None:
    assert together[2, 3] == 0
    assert together[4, 4] - together[4, 5] == 3
    assert np.array_equal(together, together.T)


def test_company_and_exclusion_are_told_from_chance(together: np.ndarray) -> None:
    found = strongest(together, IMAGES, 20)
    assert {(found[0].first, found[0].second), (found[1].first, found[1].second)} == {
        (0, 1),
        (4, 5),
    }
    assert found[0].strength > 10 * found[2].strength
    assert found[0].together > found[0].expected
    (apart,) = exclusive(together, IMAGES, 20)
    assert (apart.first, apart.second, apart.together) == (2, 3, 0)


def test_an_implication_is_suggested_once_and_its_gaps_are_counted(together: np.ndarray) -> None:
    (found,) = suggest_implications(together)
    assert (found.child, found.parent, found.missing) == (4, 5, 3)
    assert suggest_implications(together, frozenset({(4, 5)})) == ()
    (gap,) = broken(together, frozenset({(4, 5)}))
    assert gap.missing == 3
