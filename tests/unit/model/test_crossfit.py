from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from model.crossfit import HeadConfig, cross_fit_heads, fit_heads, fold_heads
from tests.unit.model.drawings import labels_from

if TYPE_CHECKING:
    from model.labels import LabelMatrix


def labels_of(targets: np.ndarray, **more: object) -> LabelMatrix:
    return labels_from(targets.shape, np.argwhere(targets).tolist(), **more)


def mean_auc(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(
        np.mean([roc_auc_score(targets[:, t], logits[:, t]) for t in range(targets.shape[1])])
    )


def test_random_labels_are_at_chance_out_of_sample_and_learnt_in_sample():
    chance = np.random.default_rng(0)
    embeddings = chance.normal(size=(400, 64)).astype(np.float16)
    targets = chance.random((400, 8)) < 0.3
    folds = (np.arange(400) % 5).astype(np.int8)
    labels, config = labels_of(targets), HeadConfig(penalty=1.0)
    out_of_sample = cross_fit_heads(embeddings, labels, folds, config)
    assert mean_auc(out_of_sample, targets) == pytest.approx(0.5, abs=0.05)
    assert mean_auc(fit_heads(embeddings, labels, config).logits(embeddings), targets) > 0.7


def test_changing_a_label_changes_no_score_of_its_own_fold():
    chance = np.random.default_rng(1)
    embeddings = chance.normal(size=(100, 10)).astype(np.float32)
    targets = chance.random((100, 3)) < 0.4
    folds = chance.integers(0, 4, 100).astype(np.int8)
    before = cross_fit_heads(embeddings, labels_of(targets), folds)
    targets[folds == 2] = ~targets[folds == 2]
    after = cross_fit_heads(embeddings, labels_of(targets), folds)
    np.testing.assert_allclose(before[folds == 2], after[folds == 2], atol=1e-3)
    assert np.abs(before[folds == 1] - after[folds == 1]).max() > 0.05


def test_heads_agree_with_scikit_learn():
    chance = np.random.default_rng(2)
    embeddings = chance.normal(size=(500, 20)) @ chance.normal(size=(20, 20)) + 3
    embeddings = embeddings.astype(np.float32)
    truth = chance.normal(size=(20, 4))
    targets = (embeddings - 3) @ truth / 8 - 2 + chance.logistic(size=(500, 4)) > 0
    absent = np.array([1.0, 0.3, 0.6, 1.0], np.float32)
    heads = fit_heads(
        embeddings,
        labels_of(targets, absent_weight=absent),
        HeadConfig(penalty=5.0, tolerance=1e-6, most_steps=300),
    )
    standard = (embeddings - embeddings.mean(axis=0)) / embeddings.std(axis=0)
    for tag in range(4):
        solver = LogisticRegression(C=1 / 5.0, tol=1e-8, max_iter=2_000)
        weights = np.where(targets[:, tag], 1.0, absent[tag])
        solver.fit(standard, targets[:, tag], sample_weight=weights)
        expected = solver.decision_function(standard)
        np.testing.assert_allclose(heads.logits(embeddings)[:, tag], expected, atol=0.02)


def test_unsure_pairs_do_not_pull():
    chance = np.random.default_rng(3)
    embeddings = chance.normal(size=(200, 5)).astype(np.float32)
    targets = embeddings[:, :1] > 0
    unsure = [(i, 0) for i in range(100)]
    spoiled = targets.copy()
    spoiled[:100] = ~spoiled[:100]
    left = fit_heads(embeddings, labels_of(targets, unsure=unsure))
    right = fit_heads(embeddings, labels_of(spoiled, unsure=unsure))
    np.testing.assert_allclose(left.weight, right.weight, atol=1e-4)


def test_tags_at_the_edges_stay_finite():
    chance = np.random.default_rng(4)
    embeddings = np.hstack([chance.normal(size=(90, 6)), np.ones((90, 2))]).astype(np.float16)
    targets = np.zeros((90, 4), dtype=bool)
    targets[:, 1] = True
    targets[3, 2] = True
    targets[:, 3] = embeddings[:, 0] > 0
    folds = (np.arange(90) % 3).astype(np.int8)
    labels, config = labels_of(targets), HeadConfig(penalty=5.0)
    logits = cross_fit_heads(embeddings, labels, folds, config)
    assert np.isfinite(logits).all()
    assert np.isfinite(fit_heads(embeddings, labels, config).weight).all()
    assert logits[:, 0].max() < -3
    assert logits[:, 1].min() > 3
    assert mean_auc(logits[:, 3:], targets[:, 3:]) > 0.95


def test_scores_are_nearly_calibrated():
    chance = np.random.default_rng(5)
    embeddings = chance.normal(size=(2_000, 16)).astype(np.float32)
    p = 1 / (1 + np.exp(-(embeddings[:, :1] * 1.5 - 2)))
    targets = chance.random((2_000, 1)) < p
    folds = (np.arange(2_000) % 5).astype(np.int8)
    logits = cross_fit_heads(embeddings, labels_of(targets), folds, HeadConfig(penalty=3.0))
    scores = 1 / (1 + np.exp(-logits))
    assert scores.mean() == pytest.approx(targets.mean(), abs=0.01)
    high = scores > 0.5
    assert targets[high].mean() == pytest.approx(scores[high].mean(), abs=0.08)


def test_progress_rises_to_its_end():
    told: list[tuple[int, int]] = []
    chance = np.random.default_rng(6)
    embeddings = chance.normal(size=(60, 4)).astype(np.float32)
    folds = (np.arange(60) % 3).astype(np.int8)
    labels = labels_of(chance.random((60, 2)) < 0.5)
    cross_fit_heads(embeddings, labels, folds, told=lambda *step: told.append(step))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert len({total for _, total in told}) == 1


def test_heads_of_a_fold_are_those_that_score_it():
    chance = np.random.default_rng(7)
    embeddings = chance.normal(size=(300, 12)).astype(np.float32)
    targets = embeddings[:, :5] + chance.normal(size=(300, 5)) > 0.5
    folds = (np.arange(300) % 3).astype(np.int8)
    logits = cross_fit_heads(embeddings, labels_of(targets), folds)
    heads = fold_heads(embeddings, labels_of(targets), folds, 4)
    for fold in range(3):
        mine = folds == fold
        np.testing.assert_allclose(heads[fold].logits(embeddings[mine]), logits[mine], atol=1e-3)
    # Nothing is held out where a fold has no image.
    whole = fit_heads(embeddings, labels_of(targets))
    np.testing.assert_allclose(heads[3].weight, whole.weight, atol=1e-3)
