from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.choices.character_scores import directions, few_shot
from reviewer.core.choices.few_faces import FewSureness, Nearest, fit_few, nearest, sums_of


def faces(seed: int, classes: int, each: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    drawn = rng.normal(size=(classes, 12))[labels] + rng.normal(size=(len(labels), 12)) * spread
    return drawn.astype(np.float32), labels


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_the_nearest_are_those_of_the_greatest_cosine(seed: int) -> None:
    embeddings, labels = faces(seed, 7, 3, 1.0)
    asked = np.random.default_rng(seed + 1).normal(size=(5, 12)).astype(np.float32)
    sums = sums_of(embeddings, labels, 7)
    found = nearest(asked, sums, np.full(5, -1), count=3)
    cosines = directions(asked) @ directions(sums).T
    assert found.cosines == pytest.approx(-np.sort(-cosines, axis=1)[:, :3], abs=1e-5)
    assert np.take_along_axis(cosines, found.classes, axis=1) == pytest.approx(found.cosines)


def test_a_face_is_not_compared_with_itself() -> None:
    embeddings, labels = faces(3, 40, 3, 1.2)
    found = nearest(embeddings, sums_of(embeddings, labels, 40), labels)
    share = (found.classes[:, 0] == labels).mean()
    assert share == pytest.approx(few_shot(embeddings, labels).top1, abs=1e-9)
    alone = nearest(embeddings[:1], sums_of(embeddings[:1], labels[:1], 2), labels[:1])
    assert (alone.cosines <= 0).all()


def test_chances_are_kept_and_others_are_refused() -> None:
    embeddings, labels = faces(5, 60, 4, 0.9)
    strangers, _ = faces(6, 60, 4, 0.9)
    both, said = np.concatenate([embeddings, strangers]), np.concatenate([labels, labels * 0 - 1])
    found = nearest(both, sums_of(embeddings, labels, 60), said)
    half = np.arange(len(both)) % 2 == 0
    sureness = fit_few(Nearest(found.classes[half], found.cosines[half]), said[half])
    rest = Nearest(found.classes[~half], found.cosines[~half])
    chances, right = sureness.chances(rest), rest.classes[:, 0] == said[~half]
    assert chances.mean() == pytest.approx(right.mean(), abs=0.08)
    assert chances[right].mean() > chances[~right].mean() + 0.12


def test_where_nobody_is_ever_right_nobody_is_named() -> None:
    embeddings, labels = faces(7, 4, 1, 0.5)
    found = nearest(embeddings, sums_of(embeddings, labels, 4), labels)
    sureness = fit_few(found, labels)
    assert sureness == FewSureness()
    assert (sureness.chances(found) < 0.01).all()
