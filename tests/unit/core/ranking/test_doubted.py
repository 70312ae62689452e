"""Answers that look wrong are told by the others, never by themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.ranking import (
    UNSURE,
    Answers,
    ArrayEvidence,
    Candidates,
    RankOptions,
    Scope,
    neighbour_graph,
    prepare,
    rank_again,
)
from reviewer.core.ranking.doubted import FEWEST, doubt_answers

SLIPS = 30
OPTIONS = RankOptions(floor=0.0)


@lru_cache
def reviewed(seed: int = 0) -> tuple[Candidates, Answers, np.ndarray]:
    """Candidates, 600 answers of which some are slips, and which those are."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(600, 8))
    latent[1::20] = latent[::20] + 0.01 * rng.normal(size=(30, 8))
    groups = np.arange(600)
    groups[1::20] = groups[::20]
    value = latent @ rng.normal(size=(8, 12)) - np.linspace(0.5, 4.0, 12)
    truth = value > 0
    present = truth & (rng.random(truth.shape) > 0.3)
    logits = (value + 0.5 * rng.normal(size=value.shape)).astype(np.float32)
    evidence = ArrayEvidence(logits, present, neighbour_graph(latent, 8, groups=groups))
    scope = Scope(groups=groups)
    cold = prepare(evidence, None, OPTIONS, scope)
    queues = rank_again(cold, None, OPTIONS)
    best = queues.best(600)
    row, tag, side = queues.row[best], queues.tag[best], queues.side[best]
    slip = np.zeros(best.size, bool)
    slip[rng.choice(best.size, SLIPS, replace=False)] = True
    changed = ((truth != present)[row, tag] ^ slip).astype(np.int8)
    answers = Answers(row, tag, side, changed).latest()
    wrong = dict(zip(zip(tag.tolist(), row.tolist(), strict=True), slip.tolist(), strict=True))
    pairs = zip(answers.tag.tolist(), answers.row.tolist(), strict=True)
    candidates = prepare(evidence, answers, OPTIONS, scope)
    return candidates, answers, np.array([wrong[pair] for pair in pairs])


def test_most_slips_are_among_the_first_that_are_looked_at_again():
    for seed in (0, 1, 2):
        candidates, answers, slip = reviewed(seed)
        doubts = doubt_answers(candidates, answers)
        first = np.argsort(-doubts.wrong, kind="stable")[:SLIPS]
        # By chance one or two of them would be.
        assert slip[first].sum() >= SLIPS // 3
        assert doubts.wrong[slip].mean() > 4 * doubts.wrong[~slip].mean()


def test_what_is_promised_is_about_what_there_is():
    for seed in (0, 1, 2):
        candidates, answers, slip = reviewed(seed)
        promised = float(doubt_answers(candidates, answers).wrong.sum())
        assert 0.4 * slip.sum() < promised < 2 * slip.sum()


@settings(max_examples=5)
@given(st.integers(0, 599))
def test_no_answer_speaks_for_itself(at: int):
    candidates, answers, _ = reviewed()
    changed = answers.changed.copy()
    changed[at] = 1 - changed[at]
    other = doubt_answers(candidates, replace(answers, changed=changed))
    # Exactly: what is expected of a pair rests on other images alone.
    before = doubt_answers(candidates, answers)
    assert other.expected[at] == before.expected[at]


def test_a_near_duplicate_that_was_answered_otherwise_makes_an_answer_doubtful():
    candidates, answers, _ = reviewed()
    assert candidates.groups is not None
    doubts = doubt_answers(candidates, answers)
    key = answers.tag.astype(np.int64) * 1000 + candidates.groups[answers.row]
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    two = np.flatnonzero(count[place] == 2)
    assert two.size
    first = int(two[0])
    twin = int(two[place[two] == place[first]][1])
    changed = answers.changed.copy()
    for alike in (True, False):
        shows = bool(answers.shows()[first]) is alike
        changed[twin] = shows == (answers.side[twin] == 0)
        doubts = doubt_answers(candidates, replace(answers, changed=changed))
        if alike:
            calm = float(doubts.wrong[first])
    assert doubts.wrong[first] > calm


def test_few_answers_tell_nothing_and_neither_does_what_could_not_be_told():
    candidates, answers, _ = reviewed()
    assert not len(doubt_answers(candidates, answers.take(slice(FEWEST - 1))))
    assert not len(doubt_answers(candidates, Answers.none()))
    unsure = np.full(len(answers), UNSURE, np.int8)
    unsure[:FEWEST] = answers.changed[:FEWEST]
    doubts = doubt_answers(candidates, replace(answers, changed=unsure))
    assert doubts.row.tolist() == answers.row[:FEWEST].tolist()
