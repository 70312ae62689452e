"""Questions about images that no version learns from: which, in blocks of a tag, the best first."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.queues import BLOCK, Ranking
from reviewer.core.ranking.apart import apart_places


def ranking_of(lengths: list[int], images: int, seed: int) -> Ranking:
    """Queues of some lengths about images by lot, each sorted by suspicion."""
    rng = np.random.default_rng(seed)
    suspicions = [np.sort(rng.random(length))[::-1] for length in lengths]
    drawn = [rng.permutation(images)[:length] + 1 for length in lengths]
    count = sum(lengths)
    return Ranking(
        tags=np.arange(1, len(lengths) + 1),
        offsets=np.cumsum([0, *lengths]),
        images=np.concatenate(drawn).astype(np.int64),
        sides=np.zeros(count, np.uint8),
        scores=np.zeros(count, np.float32),
        suspicions=np.concatenate(suspicions).astype(np.float32),
    )


@given(
    st.lists(st.integers(0, 120), min_size=1, max_size=5),
    st.integers(0, 2**32 - 1),
    st.integers(1, 200),
)
def test_all_of_these_images_and_no_others_the_best_of_each_tag_first(
    lengths: list[int], seed: int, most: int
):
    ranking = ranking_of(lengths, 120, seed)
    kept = np.flatnonzero(np.random.default_rng(seed).random(120) < 0.4) + 1
    wanted = set(np.flatnonzero(np.isin(ranking.images, kept)).tolist())
    every = apart_places(ranking, kept, sum(lengths) + 1)
    assert len(set(every.tolist())) == len(every)
    assert set(every.tolist()) == wanted
    np.testing.assert_array_equal(apart_places(ranking, kept, most), every[:most])
    queue = np.searchsorted(ranking.offsets, every, side="right") - 1
    for number in range(len(lengths)):
        mine = every[queue == number]
        assert (np.diff(mine) > 0).all()


def test_blocks_of_one_tag_come_by_what_they_promise():
    ranking = ranking_of([2 * BLOCK, BLOCK], 2 * BLOCK, 1)
    ranking.suspicions[:] = np.repeat([0.9, 0.2, 0.5], BLOCK)
    found = apart_places(ranking, np.arange(1, 2 * BLOCK + 1))
    blocks = found.reshape(3, BLOCK)
    assert [block[0] // BLOCK for block in blocks] == [0, 2, 1]
    questions = ranking_with(ranking, found).kept_out([(int(ranking.images[0]), 1)])
    assert len(questions) == 3 * BLOCK - 1
    assert [entry.tag_id for entry in questions[::BLOCK]] == [1, 2, 1]
    assert questions[0].image_id == ranking.images[1]


def ranking_with(ranking: Ranking, apart: np.ndarray) -> Ranking:
    return Ranking(
        ranking.tags, ranking.offsets, ranking.images, ranking.sides, ranking.scores,
        ranking.suspicions, apart=apart,
    )  # fmt: skip


def test_nothing_is_apart_where_nothing_is_kept_out():
    assert not len(apart_places(ranking_of([5], 9, 0), np.zeros(0, np.int64)))
    assert not len(apart_places(Ranking.empty(), np.array([3])))
    assert not len(apart_places(ranking_of([5], 9, 0), np.array([50])))
    assert Ranking.empty().kept_out() == []
