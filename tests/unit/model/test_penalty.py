"""The penalty of the heads follows from what images that are held out show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.crossfit import HeadConfig, cross_fit_heads
from model.penalty import FEWEST, choose_penalty
from tests.unit.model.drawings import labels_from

if TYPE_CHECKING:
    from model.labels import LabelMatrix

USUAL = HeadConfig().penalty


def drawn(
    images: int, width: int, signal: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    embeddings = chance.normal(size=(images, width)).astype(np.float32)
    direction = chance.normal(size=(width, 12)) / np.sqrt(width)
    targets = signal * embeddings @ direction + chance.logistic(size=(images, 12)) > 1.5
    return embeddings, targets, (np.arange(images) % 5).astype(np.int8)


def labels_of(targets: np.ndarray) -> LabelMatrix:
    return labels_from(targets.shape, np.argwhere(targets).tolist())


def chosen(images: int, width: int, signal: float) -> float:
    embeddings, targets, folds = drawn(images, width, signal, 3)
    return choose_penalty(embeddings, labels_of(targets), folds).penalty


def test_few_dimensions_that_tell_much_are_pulled_less_than_many_that_tell_little():
    assert chosen(1500, 8, 6.0) < USUAL < chosen(600, 120, 0.5)


@pytest.mark.parametrize("images", [0, 1, 60])
def test_where_there_is_too_little_to_see_it_stays_the_usual(images: int):
    embeddings = np.random.default_rng(0).normal(size=(images, 4)).astype(np.float32)
    targets = np.zeros((images, 3), bool)
    targets[: FEWEST - 1] = True
    folds = (np.arange(images) % 5).astype(np.int8)
    assert choose_penalty(embeddings, labels_of(targets), folds).penalty == USUAL


def test_scores_out_of_sample_are_better_with_what_was_chosen():
    embeddings, targets, folds = drawn(1500, 8, 6.0, 4)

    def loss(config: HeadConfig) -> float:
        logits = cross_fit_heads(embeddings, labels_of(targets), folds, config)
        return float((np.logaddexp(0, logits) - targets * logits).mean())

    assert loss(choose_penalty(embeddings, labels_of(targets), folds)) < loss(HeadConfig()) - 0.002


def test_one_kind_of_label_alone_is_no_reason_to_fail():
    embeddings, targets, folds = drawn(300, 5, 1.0, 5)
    targets[:, 0], targets[:, 1] = True, False
    config = choose_penalty(embeddings, labels_of(targets), folds)
    logits = cross_fit_heads(embeddings, labels_of(targets), folds, config)
    assert np.isfinite(logits).all()
