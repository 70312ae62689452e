"""Reviewers with known faults are found out; what cannot be told is not told."""

from __future__ import annotations

import numpy as np
import pytest

from reviewer.core.review.agreement import Votes, accord, accords, estimate, stand_out


def simulate(
    errors: list[tuple[float, float]], n_pairs: int, seed: int, share: float = 0.4
) -> tuple[Votes, np.ndarray]:
    """Everyone answers everything; errors are (missed where right, claimed where not)."""
    draw = np.random.default_rng(seed)
    truth = draw.random(n_pairs) < share
    yes = []
    for missed, claimed in errors:
        wrong = draw.random(n_pairs) < np.where(truth, missed, claimed)
        yes.append(truth ^ wrong)
    pair = np.tile(np.arange(n_pairs), len(errors))
    who = np.repeat(np.arange(len(errors)), n_pairs)
    return Votes(pair, who, np.concatenate(yes), n_pairs, len(errors)), truth


@pytest.mark.parametrize("seed", range(3))
def test_the_chances_of_each_reviewer_are_found(seed: int) -> None:
    errors = [(0.02, 0.02), (0.05, 0.05), (0.3, 0.1)]
    votes, truth = simulate(errors, 4000, seed)
    found = estimate(votes)
    assert found.sees == pytest.approx([1 - missed for missed, _ in errors], abs=0.025)
    assert found.denies == pytest.approx([1 - claimed for _, claimed in errors], abs=0.025)
    assert found.share == pytest.approx(truth.mean(), abs=0.02)
    for reviewer, (missed, claimed) in enumerate(errors):
        expected = missed * truth.mean() + claimed * (1 - truth.mean())
        share = found.error(reviewer)
        assert share.low - 0.01 <= expected <= share.high + 0.01


@pytest.mark.parametrize("seed", range(3))
def test_all_together_are_better_than_the_best_and_than_the_majority(seed: int) -> None:
    votes, truth = simulate([(0.02, 0.02), (0.05, 0.05), (0.2, 0.2)], 6000, seed)
    found = estimate(votes)
    wrong = int(((found.posterior > 0.5) != truth).sum())
    yes = votes.yes.reshape(3, -1)
    best = int((yes[0] != truth).sum())
    majority = int(((yes.sum(0) >= 2) != truth).sum())
    assert wrong < best
    assert wrong <= majority
    assert stand_out(found, [0, 1, 2]) == [2]


def test_nobody_is_named_among_equals_or_on_little_evidence() -> None:
    votes, _ = simulate([(0.05, 0.05)] * 3, 1000, 5)
    assert stand_out(estimate(votes), [0, 1, 2]) == []
    few, _ = simulate([(0.0, 0.0), (0.0, 0.0), (0.5, 0.5)], 20, 5)
    assert stand_out(estimate(few), [0, 1, 2]) == []


def test_what_a_trusted_reviewer_said_holds_the_estimate() -> None:
    votes, truth = simulate([(0.02, 0.02), (0.3, 0.3)], 2000, 1)
    found = estimate(votes, truth.astype(float))
    assert found.error(0).share == pytest.approx(0.02, abs=0.01)
    assert found.error(1).share == pytest.approx(0.3, abs=0.03)


def test_no_votes_are_no_trouble() -> None:
    nothing = Votes(np.zeros(0, int), np.zeros(0, int), np.zeros(0, bool), 0, 2)
    found = estimate(nothing)
    assert found.wrong.tolist() == [0, 0]
    assert found.sees.tolist() == pytest.approx([0.9, 0.9])


def test_kappa_of_a_table_worked_by_hand() -> None:
    # 20 both Yes, 15 both No, 5 and 10 apart: 70 % alike, 50 % by chance.
    one = np.array([True] * 25 + [False] * 25)
    other = np.array([True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    found = accord(one, other)
    assert (found.pairs, found.alike) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_cannot_be_told_without_pairs_or_where_all_say_the_same() -> None:
    assert accord(np.zeros(0, bool), np.zeros(0, bool)).kappa is None
    same = accord(np.ones(9, bool), np.ones(9, bool))
    assert (same.alike, same.kappa) == (9, None)


def test_accords_are_of_shared_pairs_alone() -> None:
    votes = Votes(
        np.array([0, 1, 1, 2, 2]),
        np.array([0, 0, 1, 1, 2]),
        np.array([True, True, False, True, True]),
        3,
        3,
    )
    found = accords(votes)
    assert set(found) == {(0, 1), (1, 2)}
    assert (found[0, 1].pairs, found[0, 1].alike) == (1, 0)
    assert (found[1, 2].pairs, found[1, 2].alike) == (1, 1)
