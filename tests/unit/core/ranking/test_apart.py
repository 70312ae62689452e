"""What to ask about images that no version learnt from: some of what is there, all that lacks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.queues import Ranking
from reviewer.core.ranking.apart import (
    APART,
    MOST,
    TRIAL_EACH,
    TRIAL_TAGS,
    UNRANKED,
    TopPairs,
    apart_questions,
)
from reviewer.core.types import Side


def tops_of(present: list[list[bool]], seed: int) -> list[TopPairs]:
    """For each tag its pairs, with images by lot."""
    rng = np.random.default_rng(seed)
    return [
        TopPairs(
            tag_id,
            rng.permutation(500)[: len(there)].astype(np.int64),
            np.array(there, bool),
            np.sort(rng.random(len(there)))[::-1].astype(np.float32),
        )
        for tag_id, there in enumerate(present, 1)
    ]


@given(
    st.lists(st.lists(st.booleans(), max_size=30), max_size=20),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_all_that_is_lacking_is_asked_and_of_what_is_there_some(
    present: list[list[bool]], seed: int, trial: bool
):
    tops = tops_of(present, seed)
    found = apart_questions(tops, Ranking.empty(), trial=trial, seed=seed)
    pairs = [(int(row["image"]), int(row["tag"])) for row in found]
    assert len(set(pairs)) == len(pairs)
    there = {
        (i, top.tag_id): bool(p)
        for top in tops
        for i, p in zip(top.images.tolist(), top.present, strict=True)
    }
    assert all(
        there[pair] == (row["side"] == Side.WRONG) for pair, row in zip(pairs, found, strict=True)
    )
    lacking = [pair for pair in pairs if not there[pair]]
    assert set(lacking) == {pair for pair, is_there in there.items() if not is_there}
    tried = found[found["side"] == Side.WRONG]
    wanted = sorted((min(sum(p), TRIAL_EACH) for p in present if any(p)), reverse=True)
    assert len(tried) <= (sum(wanted[:TRIAL_TAGS]) if trial else 0)
    assert bool(len(tried)) == (trial and any(map(any, present)))
    # Tried first; then a run a tag, the shortest first.
    assert not len(tried) or (found["side"][: len(tried)] == Side.WRONG).all()
    runs = found["tag"][len(tried) :]
    lengths = [int((runs == tag).sum()) for tag in dict.fromkeys(runs.tolist())]
    assert lengths == sorted(lengths)
    assert 1 + int((np.diff(runs) != 0).sum()) == len(lengths) or not len(runs)


def test_suspicions_are_those_of_the_ranking():
    ranking = Ranking(
        tags=np.array([1]),
        offsets=np.array([0, 2]),
        images=np.array([9, 4]),
        sides=np.zeros(2, np.uint8),
        scores=np.zeros(2, np.float32),
        suspicions=np.array([0.75, 0.5], np.float32),
    )
    lacks, scores = np.zeros(3, bool), np.zeros(3, np.float32)
    tops = [TopPairs(tag, np.array([4, 5, 9]), lacks, scores) for tag in (1, 2)]
    found = apart_questions(tops, ranking, trial=True)
    told = {(row["image"], row["tag"]): row["suspicion"] for row in found}
    assert [told[image, 1] for image in (4, 5, 9)] == [0.5, np.float32(UNRANKED), 0.75]
    assert {told[image, 2] for image in (4, 5, 9)} == {np.float32(UNRANKED)}


def test_the_queue_ends_somewhere():
    many = [TopPairs(1, np.arange(3000), np.zeros(3000, bool), np.zeros(3000, np.float32))]
    assert len(apart_questions(many, Ranking.empty(), trial=True)) == MOST


def test_questions_leave_out_what_was_answered_since():
    apart = np.array([(4, 1, 0, 0.5, 0.25), (5, 1, 1, 0.5, 0.25)], APART)
    empty = Ranking.empty()
    ranking = Ranking(
        empty.tags, empty.offsets, empty.images, empty.sides, empty.scores, empty.suspicions,
        version="v3", apart=apart,
    )  # fmt: skip
    first, second = ranking.kept_out()
    assert (first.pair, first.side, first.suspicion) == ((4, 1), Side.MISSING, 0.25)
    assert (second.pair, second.side, second.version) == ((5, 1), Side.WRONG, "v3")
    assert ranking.kept_out([(4, 1)]) == [second]
    assert empty.kept_out() == []
