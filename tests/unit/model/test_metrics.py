from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

from model.metrics import average_precision, best_threshold, evaluate, rates, shrunk_thresholds


def random_case(seed: int, ties: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    targets = (chance.random((200, 6)) < 0.3).astype(np.float32)
    scores = (0.6 * chance.random((200, 6)) + 0.4 * targets).astype(np.float32)
    weights = chance.choice([0.0, 0.3, 1.0], (200, 6)).astype(np.float32)
    return (scores.round(1) if ties else scores), targets, weights


@pytest.mark.parametrize("ties", [False, True])
def test_average_precision_agrees_with_scikit_learn(ties: bool):
    scores, targets, weights = random_case(0, ties)
    for tag in range(6):
        ours = average_precision(scores[:, tag], targets[:, tag])
        assert ours == pytest.approx(average_precision_score(targets[:, tag], scores[:, tag]))
        ours = average_precision(scores[:, tag], targets[:, tag], weights[:, tag])
        theirs = average_precision_score(
            targets[:, tag], scores[:, tag], sample_weight=weights[:, tag]
        )
        assert ours == pytest.approx(theirs)


def test_rates_agree_with_scikit_learn():
    scores, targets, _ = random_case(1, ties=False)
    micro, macro, (_, _, f1) = rates(scores, targets, np.full(6, 0.5))
    said = scores >= 0.5
    for ours, average in ((micro, "micro"), (macro, "macro")):
        theirs = precision_recall_fscore_support(targets, said, average=average)[:3]
        assert (ours.precision, ours.recall, ours.f1) == pytest.approx(theirs)
    np.testing.assert_allclose(f1, f1_score(targets, said, average=None))


def test_the_best_threshold_beats_every_other():
    scores, targets, _ = random_case(2, ties=True)
    at = best_threshold(scores[:, 0], targets[:, 0])
    best = f1_score(targets[:, 0], scores[:, 0] >= at)
    for other in np.unique(scores[:, 0]):
        assert f1_score(targets[:, 0], scores[:, 0] >= other) <= best + 1e-9


def test_pairs_without_weight_do_not_count():
    scores, targets, _ = random_case(3, ties=False)
    weights = np.ones_like(targets)
    weights[100:] = 0
    spoiled = scores.copy()
    spoiled[100:] = 1 - spoiled[100:]
    left, right = evaluate(scores, targets, weights), evaluate(spoiled, targets, weights)
    assert left.map == right.map
    assert left.micro == right.micro
    assert left.positives.tolist() == targets[:100].sum(axis=0).tolist()


def test_a_tag_without_a_presence_is_unknown_and_left_out_of_the_means():
    scores, targets, _ = random_case(4, ties=False)
    targets[:, 2] = 0
    found = evaluate(scores, targets)
    assert np.isnan(found.average_precision[2])
    assert found.map == pytest.approx(np.nanmean(found.average_precision))
    assert found.thresholds[2] == pytest.approx(best_threshold(scores.ravel(), targets.ravel()))


def test_shrunk_thresholds_hold_on_other_images_where_own_ones_do_not():
    rng = np.random.default_rng(8)
    logits = rng.normal(-3.0, 2.0, (3000, 40))
    targets = (rng.random(logits.shape) < 1 / (1 + np.exp(-logits - 0.5))).astype(np.float32)
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    few, others = slice(0, 60), slice(60, None)
    own = np.array([best_threshold(scores[few, tag], targets[few, tag]) for tag in range(40)])
    shrunk = shrunk_thresholds(scores[few], targets[few])
    assert ((shrunk > 0) & (shrunk < 1)).all()
    for kind in (0, 1):
        before = rates(scores[others], targets[others], own)[kind].f1
        after = rates(scores[others], targets[others], shrunk)[kind].f1
        assert after > before + 0.01


def test_a_tag_with_many_presences_keeps_its_own_threshold():
    scores, targets, _ = random_case(3, ties=False)
    many = np.tile(scores, (200, 1)), np.tile(targets, (200, 1))
    own = [best_threshold(scores[:, tag], targets[:, tag]) for tag in range(scores.shape[1])]
    assert shrunk_thresholds(*many) == pytest.approx(own, abs=0.03)
