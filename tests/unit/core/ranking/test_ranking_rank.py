"""What the ranking as a whole promises, on small sets with known errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import expit

from reviewer.core.errors import UsageError
from reviewer.core.ranking import (
    UNSURE,
    Answers,
    ArrayEvidence,
    NeighbourGraph,
    RankedQueues,
    RankOptions,
    Scope,
    neighbour_graph,
    prepare,
    rank,
    rank_again,
)
from reviewer.core.types import Progress, Side

COLUMNS = ("tag", "row", "side", "score", "suspicion", "priority", "queue_tag", "offsets")


def small_set(seed: int = 0, images: int = 400, tags: int = 12, drop: float = 0.3):
    """Evidence with planted errors, and where they are."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(images, 8))
    value = latent @ rng.normal(size=(8, tags)) - np.linspace(0.5, 4.0, tags)
    truth = value > 0
    present = truth & (rng.random(truth.shape) > drop)
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


def pairs(queues: RankedQueues | Answers) -> set[tuple[int, int]]:
    return set(zip(queues.tag.tolist(), queues.row.tolist(), strict=True))


def same(first: RankedQueues, second: RankedQueues) -> bool:
    return all(np.array_equal(getattr(first, c), getattr(second, c)) for c in COLUMNS)


def test_answered_pairs_never_return_and_the_loop_ends():
    evidence, errors = small_set()
    options = RankOptions(floor=0.0, limit=20)
    candidates = prepare(evidence, None, options)
    answers, seen = Answers.none(), set()
    for _ in range(200):
        queues = rank_again(candidates, answers, options)
        if not len(queues):
            break
        batch = answer(queues, queues.best(60), errors)
        assert not pairs(batch) & seen
        seen |= pairs(batch)
        answers = joined(answers, batch)
    assert len(seen) == len(candidates)


def test_answers_given_before_the_scan_never_return_either():
    evidence, errors = small_set()
    first = rank(evidence)
    answers = answer(first, first.best(200), errors)
    again = rank(evidence, answers)
    assert len(again)
    assert not pairs(answers) & pairs(again)


def test_an_unsure_answer_leaves_the_queue_and_teaches_nothing():
    evidence, _ = small_set()
    before = rank(evidence)
    first = before.best(30)
    unsure = Answers(before.row[first], before.tag[first], before.side[first], np.full(30, UNSURE))
    after = rank(evidence, unsure)
    told = dict(zip(zip(after.tag, after.row, strict=True), after.suspicion, strict=True))
    assert not pairs(unsure) & pairs(after)
    common = 0
    for tag, row, suspicion in zip(before.tag, before.row, before.suspicion, strict=True):
        if (tag, row) in told:
            common += 1
            assert told[tag, row] == pytest.approx(suspicion, abs=1e-6)
    assert common > 500


def test_the_last_answer_to_a_pair_counts():
    twice = Answers(np.array([4, 2, 4]), np.array([1, 0, 1]), np.zeros(3), np.array([1, 0, 0]))
    last = twice.latest()
    assert (last.tag.tolist(), last.row.tolist(), last.changed.tolist()) == ([0, 1], [2, 4], [0, 0])


def test_chances_and_queues_are_well_formed():
    evidence, _ = small_set()
    for order in ("errors", "uncertainty", "random", "rare"):
        queues = rank(evidence, options=RankOptions(order=order, limit=30, floor=0.05))
        assert ((queues.suspicion >= 0.05) & (queues.suspicion <= 1.0)).all()
        assert ((queues.score >= 0.0) & (queues.score <= 1.0)).all()
        assert queues.offsets[0] == 0
        assert queues.offsets[-1] == len(queues)
        assert len(pairs(queues)) == len(queues)
        for at, tag in enumerate(queues.queue_tag):
            mine = slice(queues.offsets[at], queues.offsets[at + 1])
            assert (queues.tag[mine] == tag).all()
            assert queues.queue(int(tag)) == mine
            assert (np.diff(queues.priority[mine]) <= 0).all()
            assert max(np.bincount(queues.side[mine])) <= 30
        assert (queues.side == evidence.tags[queues.row, queues.tag]).all()
        assert (queues.expected_low <= queues.expected + 1e-5).all()
        assert (queues.expected <= queues.expected_high + 1e-5).all()
    assert queues.queue(999) == slice(0, 0)


def test_the_queue_list_begins_with_what_promises_most():
    queues = rank(small_set()[0])
    assert (np.diff(queues.expected) <= 1e-5).all()


def test_suspicion_follows_the_score_where_all_else_is_equal():
    rng = np.random.default_rng(0)
    tags = rng.random((900, 2)) < 0.3
    logits = (rng.normal(size=tags.shape) + tags).astype(np.float32)
    # Two tags make no tag space and there is no graph: the score is all there is. The two halves
    # of the images are calibrated apart, so they are compared apart.
    candidates = prepare(ArrayEvidence(logits, tags), None, RankOptions(floor=0.0, limit=900))
    queues = rank_again(candidates, None, RankOptions(floor=0.0, limit=900))
    half = np.random.default_rng(0).integers(0, 2, 900, dtype=np.uint8)
    for tag in (0, 1):
        for side, sign in ((Side.MISSING, 1.0), (Side.WRONG, -1.0)):
            for part in (0, 1):
                mine = (queues.tag == tag) & (queues.side == side) & (half[queues.row] == part)
                order = np.argsort(sign * logits[queues.row[mine], tag])
                assert mine.sum() > 50
                assert (np.diff(queues.suspicion[mine][order]) >= -1e-6).all()


def test_the_first_questions_hold_far_more_errors_than_chance():
    evidence, errors = small_set()
    queues = rank(evidence)
    best = queues.best(150)
    assert errors[queues.row[best], queues.tag[best]].mean() > 10 * errors.mean()


def test_a_tag_without_errors_is_learned_and_dropped():
    evidence, errors = small_set(drop=0.4)
    candidates = prepare(evidence)
    everything = RankOptions(floor=0.0)
    first = rank_again(candidates, options=everything)
    clean = int(first.queue_tag[0])
    believed = errors.copy()
    believed[:, clean] = False
    answers = Answers.none()
    for _ in range(4):
        queues = rank_again(candidates, answers)
        mine = np.arange(*queues.queue(clean).indices(len(queues)))[:10]
        rest = queues.best(40)
        asked = np.union1d(mine, rest)
        answers = joined(answers, answer(queues, asked, believed))
    last = rank_again(candidates, answers, everything)
    assert last.queue_tag[:4].tolist().count(clean) == 0
    mine = last.queue(clean)
    shown = {
        pair: value
        for *pair_, value in zip(first.tag, first.row, first.suspicion, strict=True)
        for pair in [tuple(pair_)]
    }
    before = [shown[pair] for pair in zip(last.tag[mine], last.row[mine], strict=True)]
    assert last.suspicion[mine].mean() < 0.5 * np.mean(before)


def test_promises_are_kept_within_ten_points():
    gaps = []
    for seed in (0, 1):
        evidence, errors = small_set(seed, images=1500, tags=20)
        candidates = prepare(evidence)
        answers, promised = Answers.none(), []
        for _ in range(10):
            queues = rank_again(candidates, answers)
            best = queues.best(150)
            promised.append(queues.suspicion[best])
            answers = joined(answers, answer(queues, best, errors))
        told = np.concatenate(promised)
        for tag in range(20):
            mine = answers.tag == tag
            if mine.sum() >= 25:
                gaps.append(abs(told[mine].mean() - answers.changed[mine].mean()))
    assert len(gaps) > 20
    assert np.mean(gaps) < 0.1


@dataclass
class OneColumnAtATime:
    """Evidence that holds no matrix and refuses to be read twice at once."""

    scores: list[np.ndarray]
    carriers: list[np.ndarray]
    neighbours: NeighbourGraph | None
    n_images: int
    n_tags: int

    def score(self, tag: int) -> np.ndarray:
        return self.scores[tag].copy()

    def present(self, tag: int) -> np.ndarray:
        rows = np.zeros(self.n_images, bool)
        rows[self.carriers[tag]] = True
        return rows


def test_columns_from_anywhere_give_what_dense_arrays_give():
    evidence, errors = small_set()
    columns = OneColumnAtATime(
        [evidence.logits[:, tag] for tag in range(12)],
        [np.flatnonzero(evidence.tags[:, tag]) for tag in range(12)],
        evidence.neighbours,
        400,
        12,
    )
    dense = rank(evidence)
    assert same(dense, rank(columns))
    answers = answer(dense, dense.best(100), errors)
    assert same(rank(evidence, answers), rank(columns, answers))


def test_a_large_collection_is_weighed_where_the_score_points():
    rng = np.random.default_rng(0)
    tags = rng.random((2000, 3)) < 0.3
    logits = (rng.normal(size=tags.shape) + 1.5 * tags).astype(np.float32)
    evidence = ArrayEvidence(logits, tags)
    options = RankOptions(limit=5, floor=0.0)
    # A limit of 5 weighs 500 rows of each side, so of 2,000 images some are never weighed.
    answered = int(np.argmin(np.where(tags[:, 0], np.inf, logits[:, 0])))
    answers = Answers(np.array([answered]), np.array([0]), np.zeros(1), np.zeros(1))
    candidates = prepare(evidence, answers, options)
    assert candidates.find(answers.tag, answers.row)[0] >= 0
    queues = rank_again(candidates, answers, options)
    half = np.random.default_rng(0).integers(0, 2, 2000, dtype=np.uint8)
    for tag in range(3):
        mine = (queues.tag == tag) & (queues.side == Side.MISSING)
        absent = np.flatnonzero(~tags[:, tag])
        highest = [
            absent[half[absent] == at][np.argsort(-logits[absent[half[absent] == at], tag])[:5]]
            for at in (0, 1)
        ]
        assert set(queues.row[mine].tolist()) <= set(np.concatenate(highest).tolist())
        assert mine.sum() == 5


def test_equal_arguments_give_equal_queues_and_the_halves_make_the_whole():
    evidence, errors = small_set()
    options = RankOptions(order="random", seed=3)
    assert same(rank(evidence, options=options), rank(evidence, options=options))
    first = rank(evidence)
    answers = answer(first, first.best(50), errors)
    whole = rank(evidence, answers)
    assert same(whole, rank_again(prepare(evidence, answers), answers))


def test_what_the_caller_leaves_out_is_not_asked():
    evidence, _ = small_set()
    hidden = np.arange(400) % 2 == 0
    wanted = np.arange(400) < 300
    queues = rank(evidence, scope=Scope(implied=lambda _: hidden, only=wanted))
    assert len(queues)
    assert (queues.row % 2 == 1).all()
    assert (queues.row < 300).all()
    assert rank(evidence, scope=Scope(only=wanted)).row.max() < 300
    nothing = rank(evidence, scope=Scope(only=np.zeros(400, bool)))
    assert (len(nothing), nothing.queue_tag.size, nothing.best(5).size) == (0, 0, 0)


def test_near_duplicates_do_not_follow_one_another():
    evidence, _ = small_set()
    groups = np.arange(400) // 2
    queues = rank(evidence, scope=Scope(groups=groups))
    neighbours = (np.diff(groups[queues.row]) == 0) & (np.diff(queues.tag) == 0)
    ends = queues.offsets[1:] - 1
    # Only the last of a queue may have nothing else to stand beside.
    assert all(any(abs(at - end) < 4 for end in ends) for at in np.flatnonzero(neighbours))


def test_progress_goes_through_both_passes_to_their_ends():
    heard: list[Progress] = []
    rank(small_set()[0], report=heard.append)
    ends = [(step.stage, step.done) for step in heard if step.done == step.total]
    assert ends == [("calibrate", 12), ("rank", 12)]


def test_the_smallest_collections_do_not_break():
    for images, tags in ((1, 1), (2, 1), (1, 3), (3, 2)):
        present = np.zeros((images, tags), bool)
        present[0, 0] = True
        queues = rank(ArrayEvidence(np.zeros((images, tags), np.float32), present))
        assert np.isfinite(queues.suspicion).all()


def test_options_outside_their_range_are_refused():
    for wrong in (
        {"order": "best"},
        {"limit": 0},
        {"floor": 1.0},
        {"wrong_share": 0.0},
    ):
        with pytest.raises(UsageError):
            RankOptions(**wrong)
    evidence, _ = small_set()
    with pytest.raises(ValueError, match="only"):
        rank(evidence, scope=Scope(only=np.zeros(3, bool)))
    with pytest.raises(ValueError, match="groups"):
        rank(evidence, scope=Scope(groups=np.zeros(3, int)))


def test_scores_shown_are_the_evidences():
    evidence, _ = small_set()
    queues = rank(evidence)
    assert queues.score == pytest.approx(expit(evidence.logits[queues.row, queues.tag]), abs=1e-6)


def test_that_tags_belong_together_is_learned_from_the_answers():
    """Tag 1 is true wherever tag 0 is; the scores hardly see it, and no list says so."""
    rng = np.random.default_rng(6)
    truth = rng.random((1500, 6)) < 0.2
    truth[:, 1] |= truth[:, 0]
    present = truth.copy()
    present[:, 1] &= rng.random(1500) > 0.4
    errors = truth != present
    logits = rng.normal(0.3 * truth - 1.4, 1.0)
    options = RankOptions(floor=0.0)
    candidates = prepare(ArrayEvidence(logits, present), None, options)

    def found(without: bool) -> int:
        pairs_ = replace(candidates, company=None) if without else candidates
        answers = Answers.none()
        for _ in range(5):
            queues = rank_again(pairs_, answers, options)
            answers = joined(answers, answer(queues, queues.best(30), errors))
        return int(answers.changed.sum())

    assert found(without=False) > found(without=True)


@pytest.mark.parametrize("seed", [1, 3])
def test_vetted_images_tell_how_many_tags_are_missing(seed: int):
    """A quarter of the images is thoroughly tagged; counted for more, they lift the estimate."""
    evidence, errors = small_set(seed, images=1200, drop=0.5)
    vetted = np.random.default_rng(seed).random(1200) < 0.25
    present = np.stack([evidence.present(tag) for tag in range(evidence.n_tags)], axis=1)
    present ^= errors & vetted[:, None]
    complete = replace(evidence, tags=present)
    left = int((errors & ~present)[~vetted].sum())
    expected = []
    for trust in (None, np.where(vetted, 1.0, 0.2).astype(np.float32)):
        queues = rank(complete, options=RankOptions(limit=1200), scope=Scope(trust=trust))
        missing = (queues.side == Side.MISSING) & ~vetted[queues.row]
        expected.append(float(queues.suspicion[missing].sum()))
    # Alike: two thirds of what is missing. Vetted ones counted for more: five sixths.
    assert abs(expected[1] - left) < 0.6 * abs(expected[0] - left)
