"""What a tagger should learn where nobody has looked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from reviewer.core.ranking import Answers, ArrayEvidence, targets
from reviewer.core.ranking.targets import FLOOR, PER_CARRIER, missing_chances
from reviewer.core.types import Side


def planted(seed: int = 4) -> tuple[ArrayEvidence, np.ndarray]:
    """1,500 images, 12 tags, a third of the true tags missing; the truth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-3.0, 2.0, (1500, 12))
    truth = rng.random(logits.shape) < expit(logits)
    return ArrayEvidence(logits, truth & (rng.random(truth.shape) > 0.33)), truth


@pytest.mark.parametrize("seed", range(1, 5))
def test_absent_tags_that_are_true_are_the_likely_ones(seed: int):
    evidence, truth = planted(seed)
    chances = missing_chances(evidence, Answers.none()).toarray()
    assert chances.shape == truth.shape
    assert ((chances == 0) | (chances >= FLOOR)).all()
    assert (chances[evidence.tags] == 0).all()
    missing, absent = truth & ~evidence.tags, ~truth
    assert chances[missing].mean() > 4 * chances[absent].mean()
    assert chances.sum() == pytest.approx(missing.sum(), rel=0.6)


def test_memory_grows_with_the_tags_given(monkeypatch: pytest.MonkeyPatch):
    evidence, _ = planted()
    many = evidence.tags.sum(axis=0)
    whole = np.diff(missing_chances(evidence, Answers.none()).indptr)
    assert (whole <= PER_CARRIER[1] * many).all()
    monkeypatch.setattr(targets, "MOST_PAIRS", 10)
    monkeypatch.setattr(targets, "PER_CARRIER", (1, 40))
    few = np.diff(missing_chances(evidence, Answers.none()).indptr)
    assert (few <= many).all()
    assert few.sum() < whole.sum()


def test_a_tag_that_was_added_is_no_absence_any_more():
    evidence, truth = planted()
    row, tag = (column.astype(np.int32) for column in np.nonzero(truth & ~evidence.tags))
    yes = Answers(row, tag, np.full(row.size, Side.MISSING, np.uint8), np.ones(row.size, np.int8))
    chances = missing_chances(evidence, yes).toarray()
    assert (chances[row, tag] == 0).all()
    assert chances.sum() > 0


def test_tags_that_nobody_carries_and_empty_collections_are_no_trouble():
    evidence = ArrayEvidence(np.zeros((40, 3)), np.zeros((40, 3), bool))
    assert missing_chances(evidence, Answers.none()).nnz == 0
