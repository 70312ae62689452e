"""What the ranking as a whole promises, on small sets with known errors."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.core.ranking import (
    UNSURE,
    Answers,
    ArrayEvidence,
    RankedQueues,
    RankOptions,
    neighbour_graph,
    prepare,
    rank,
    rank_again,
)


def small_set(seed: int = 0, images: int = 400, tags: int = 12):
    """Evidence with planted errors, and where they are."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(images, 8))
    value = latent @ rng.normal(size=(8, tags)) - np.linspace(0.5, 4.0, tags)
    truth = value > 0
    present = truth & (rng.random(truth.shape) > 0.3)
    present |= (rng.random(truth.shape) < 0.004) & ~truth
    logits = (value + rng.normal(size=value.shape)).astype(np.float32)
    return ArrayEvidence(logits, present, neighbour_graph(latent, 8)), truth != present


def answer(queues: RankedQueues, positions: np.ndarray, errors: np.ndarray) -> Answers:
    """A perfect reviewer's answers to some of the questions."""
    row, tag = queues.row[positions], queues.tag[positions]
    return Answers(row, tag, queues.side[positions], errors[row, tag])


def joined(first: Answers, second: Answers) -> Answers:
    columns = ("row", "tag", "side", "changed")
    return Answers(*(np.concatenate([getattr(first, c), getattr(second, c)]) for c in columns))


def test_answered_pairs_never_return_and_the_loop_ends():
    evidence, errors = small_set()
    options = RankOptions(floor=0.0, limit=20)
    candidates = prepare(evidence, None, options)
    answers, seen = Answers.none(), set()
    for _ in range(200):
        queues = rank_again(candidates, answers, options)
        if not len(queues):
            break
        batch = queues.best(60)
        pairs = set(zip(queues.tag[batch].tolist(), queues.row[batch].tolist(), strict=True))
        assert not pairs & seen
        seen |= pairs
        answers = joined(answers, answer(queues, batch, errors))
    assert len(seen) == len(candidates)


def test_an_unsure_answer_leaves_the_queue_and_teaches_nothing():
    evidence, _ = small_set()
    before = rank(evidence)
    first = before.best(30)
    unsure = Answers(before.row[first], before.tag[first], before.side[first], np.full(30, UNSURE))
    after = rank(evidence, unsure)
    asked = set(zip(unsure.tag.tolist(), unsure.row.tolist(), strict=True))
    left = {
        (t, r): s
        for t, r, s in zip(before.tag, before.row, before.suspicion, strict=True)
        if (t, r) not in asked
    }
    now = dict(zip(zip(after.tag, after.row, strict=True), after.suspicion, strict=True))
    assert not asked & now.keys()
    common = left.keys() & now.keys()
    assert len(common) > 500
    assert all(left[pair] == pytest.approx(now[pair], abs=1e-6) for pair in common)


def test_the_first_questions_hold_far_more_errors_than_chance():
    evidence, errors = small_set()
    queues = rank(evidence)
    best = queues.best(150)
    found = errors[queues.row[best], queues.tag[best]].mean()
    assert found > 10 * errors.mean()


def test_options_outside_their_range_are_refused():
    for wrong in ({"order": "best"}, {"limit": 0}, {"floor": 1.0}, {"wrong_share": 0.0}):
        with pytest.raises(UsageError):
            RankOptions(**wrong)
