"""Labels to train on, with what is suspected of absences."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import Answer
from reviewer.jobs.context import Silent
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.learning.doubts import doubted_labels
from reviewer.jobs.simulating import simulate

if TYPE_CHECKING:
    from reviewer.store.library import Library

Shapes = tuple["Library", dict[str, frozenset[str]]]


def known(library: Library) -> tuple[list[int], list[int]]:
    """Image and tag ids of the cross-fit."""
    crossfit = library.crossfit("v1").load()
    assert crossfit is not None
    return crossfit.images.tolist(), crossfit.tags.tolist()


def test_missing_tags_are_learnt_as_likely_ones(shapes: Shapes) -> None:
    library, truth = shapes
    simulate(library, Silent(), truth, 10, refresh_every=1000)
    images, tags = known(library)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, images, vocabulary)
    # In another order than the cross-fit's, with a tag that it does not know.
    chosen = [*tags[::-1], 987_654]
    everyone = np.arange(len(images))
    targets, weights = doubted_labels(library, labels, chosen).rows(everyone)
    plain, before = label_matrix(labels, chosen).rows(everyone)
    assert np.array_equal(weights[:, -1], before[:, -1])
    assert (before[:, :-1] < 1).any()
    assert (weights[:, :-1] == 1).all()
    assert (targets[:, -1] == 0).all()
    names = [vocabulary.name(tag) for tag in chosen[:-1]]
    shown = np.array(
        [[name in truth[library.images.get(image).path] for name in names] for image in images]
    )
    for row, image in enumerate(images):
        for column, tag in enumerate(chosen[:-1]):
            answer = labels.answers.get(image, {}).get(tag)
            if answer is not None:
                assert targets[row, column] == (answer is Answer.YES)
    unreviewed = (targets != plain)[:, :-1]
    assert unreviewed.any()
    absent = plain[:, :-1] == 0
    assert targets[:, :-1][absent & shown].mean() > 2 * targets[:, :-1][absent & ~shown].mean()


def test_without_a_version_absences_are_as_they_are(shapes: Shapes) -> None:
    library, _ = shapes
    images, tags = known(library)
    labels = gather_labels(library, images, library.vocabulary())
    shutil.rmtree(library.workspace.path / "scans" / "v1" / "crossfit")
    targets, _ = doubted_labels(library, labels, tags).rows(np.arange(len(images)))
    assert np.array_equal(targets, label_matrix(labels, tags).rows(np.arange(len(images)))[0])
