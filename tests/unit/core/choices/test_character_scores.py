from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, top_k_accuracy_score

from reviewer.core.choices.character_scores import (
    UNKNOWN,
    Sureness,
    accuracy,
    band_name,
    bands_of,
    by_band,
    doubts,
    few_shot,
    fit_sureness,
    open_set,
    places_of,
    prototypes,
)


def faces(seed: int, classes: int, each: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings around random directions, and their classes."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(classes, 16))
    labels = np.repeat(np.arange(classes), each)
    drawn = middles[labels] + rng.normal(size=(len(labels), 16)) * spread
    return drawn.astype(np.float32), labels


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_accuracy_is_what_scikit_learn_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 9, 60)
    logits = rng.normal(size=(60, 9)).astype(np.float32)
    logits[np.arange(60), labels] += 1
    found = accuracy(places_of(logits, labels), labels)
    for k, share in ((1, found.top1), (5, found.top5)):
        assert share == pytest.approx(top_k_accuracy_score(labels, logits, k=k, labels=range(9)))


def test_ties_are_not_taken_for_right() -> None:
    assert places_of(np.ones((1, 4), np.float32), np.array([2])).tolist() == [3]


def test_bands_begin_where_their_names_say() -> None:
    counts = np.array([1, 9, 10, 19, 20, 999, 1000, 5000])
    assert [band_name(band) for band in bands_of(counts)] == [
        "1-9", "1-9", "10-19", "10-19", "20-49", "100-999", "1000+", "1000+",
    ]  # fmt: skip


def test_every_face_is_in_the_band_of_its_character() -> None:
    labels = np.array([0, 0, 1, 2, 2, 2])
    places = np.array([0, 7, 0, 4, 0, 9])
    found = by_band(places, labels, np.array([12, 60, 15]))
    assert (found["10-19"].faces, found["10-19"].characters) == (5, 2)
    assert found["10-19"].top1 == pytest.approx(2 / 5)
    assert found["10-19"].top5 == pytest.approx(3 / 5)
    assert found["10-19"].mean1 == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert found["50-99"].top1 == 1.0


def test_a_face_is_left_out_of_its_own_prototype() -> None:
    # Each character's two faces point in opposite ways: only by itself could one be recognised.
    unit = np.eye(4, dtype=np.float32)[[0, 1, 2, 3]]
    labels = np.array([0, 0, 1, 1])
    assert few_shot(unit, labels).top1 == 0.0
    together, same = faces(1, 6, 4, 0.2)
    assert few_shot(together, same).top1 == 1.0


def test_a_character_with_one_face_is_not_asked() -> None:
    embeddings, labels = faces(2, 3, 2, 0.1)
    assert few_shot(embeddings[:5], labels[:5]).faces == 4


def test_others_may_be_taken_for_a_character_of_few() -> None:
    embeddings, labels = faces(3, 4, 5, 0.3)
    own = prototypes(embeddings, labels, 4)
    assert few_shot(embeddings, labels).top1 == 1.0
    assert few_shot(embeddings, labels, own).top1 < 1.0


def strangers(seed: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits and cosines of faces of ten known characters and ten strangers, and their labels."""
    embeddings, labels = faces(seed, 20, 30, spread)
    known = labels < 10
    learnt = known & (np.arange(len(labels)) % 2 == 0)
    means = prototypes(embeddings[learnt], labels[learnt], 10)
    asked = ~learnt
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosines = unit @ means.T
    first = cosines.max(axis=1)
    labels = np.where(known, labels, UNKNOWN)
    return (10 * cosines)[asked], first[asked], labels[asked]


def test_chances_are_kept_and_strangers_are_refused() -> None:
    logits, cosines, labels = strangers(4)
    half = np.arange(len(labels)) % 2 == 0
    sureness = fit_sureness(logits[half], cosines[half], labels[half])
    found = open_set(sureness, logits[~half], cosines[~half], labels[~half])
    assert found.refused > 0.8
    assert found.named > 0.7
    assert found.right == pytest.approx(found.expected, abs=0.12)
    assert found.separation == pytest.approx(
        roc_auc_score(
            logits[~half].argmax(axis=1) == labels[~half],
            sureness.chances(logits[~half], cosines[~half]),
        ),
        abs=1e-6,
    )


def test_probabilities_leave_room_for_nobody() -> None:
    logits, cosines, labels = strangers(5)
    sureness = fit_sureness(logits, cosines, labels)
    given = sureness.probabilities(logits, cosines)
    assert ((given >= 0) & (given <= 1)).all()
    assert (given.sum(axis=1) <= 1 + 1e-5).all()
    assert given[labels == UNKNOWN].sum(axis=1).mean() < given[labels >= 0].sum(axis=1).mean() - 0.3
    first = given.max(axis=1)
    assert first == pytest.approx(np.minimum(sureness.chances(logits, cosines), 1), abs=1e-5)


@pytest.mark.parametrize("share", [0.02, 0.08, 0.2])
def test_doubts_are_as_likely_as_they_say(share: float) -> None:
    rng = np.random.default_rng(int(share * 100))
    faces_, classes = 4000, 30
    # Some faces are seen sharply, others hardly: what is said of each is right on average.
    sharp = rng.uniform(0.3, 9, (faces_, 1))
    logits = rng.normal(size=(faces_, classes)) * sharp
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    real = (probabilities.cumsum(axis=1) > rng.random((faces_, 1))).argmax(axis=1)
    wrong = rng.random(faces_) < share
    own = np.where(wrong, (real + rng.integers(1, classes, faces_)) % classes, real)
    found = doubts(probabilities[np.arange(faces_), own].astype(np.float32), classes)
    assert found.mean() == pytest.approx(share, abs=0.02)
    for low, high in ((0.0, 0.1), (0.1, 0.6), (0.6, 1.01)):
        some = (found >= low) & (found < high)
        assert wrong[some].mean() == pytest.approx(float(found[some].mean()), abs=0.1)


def test_a_twin_is_doubted_less_than_a_stranger_to_the_name() -> None:
    twin, stranger = 0.35, 0.001
    found = doubts(np.array([twin, stranger], np.float32), 3)
    assert found[0] < found[1]
    assert len(doubts(np.zeros(0, np.float32), 3)) == 0


def test_nothing_to_calibrate_on_leaves_everybody_unknown() -> None:
    sureness = fit_sureness(
        np.zeros((0, 3), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), 0.6
    )
    assert sureness == Sureness(level=0.6)
    assert (sureness.chances(np.eye(3, dtype=np.float32), np.ones(3, np.float32)) < 0.6).all()
