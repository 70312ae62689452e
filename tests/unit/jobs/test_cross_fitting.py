"""Networks that never saw an image: which images each learnt from, and what ranks by them."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.learning.cross_fitting import cross_fit
from reviewer.jobs.pipeline import refresh_and_rank
from reviewer.jobs.questions.whole_scores import whole_scores
from reviewer.store.whole_fits import WholeFit
from tests.unit.jobs.conftest import CHOICES

if TYPE_CHECKING:
    from model.request import TrainRequest, TrainResult
    from reviewer.store.library import Library

Shapes = tuple["Library", dict[str, frozenset[str]]]


class StoppedError(Exception):
    """Cut off."""


def test_every_image_is_scored_by_a_network_that_never_saw_it(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, _ = shapes
    asked: list[TrainRequest] = []
    real = import_module("model.train").train

    def watched(request: TrainRequest, report: object) -> TrainResult:
        asked.append(request)
        if len(asked) == 2:
            raise StoppedError
        result: TrainResult = real(request, report)
        return result

    monkeypatch.setattr("model.train.train", watched)
    with pytest.raises(StoppedError):
        cross_fit(library, Silent(), CHOICES, n_folds=3)
    assert library.whole_fit("v1").load() is None
    summary = cross_fit(library, Silent(), CHOICES, n_folds=3).summary
    # The first part was scored before the run was cut off, and is not trained again.
    assert len(asked) == 4
    left_out = np.stack([asked[at].tested for at in (0, 2, 3)])
    assert (left_out.sum(axis=0) == 1).all()
    assert all(request.parent is None for request in asked)
    fit = library.whole_fit("v1").load()
    assert fit is not None
    assert fit.images.tolist() == [image_id for image_id, _, _ in library.images.askable()]
    assert summary["images"] == len(fit.images)
    assert np.isfinite(fit.logits).all()
    assert not list(library.workspace.cache.glob("whole-*"))
    before = np.array(library.crossfit("v1").load().logits)  # type: ignore[union-attr]  # it is there
    refresh_and_rank(library, Silent(), minimum=10)
    after = library.crossfit("v1").load()
    assert after is not None
    assert before.shape == after.logits.shape
    assert not np.allclose(before, after.logits)


def test_images_that_came_later_are_told_of(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, _ = shapes
    images = np.array([image_id for image_id, _, _ in library.images.askable()])
    tags = np.asarray(library.rankings.load().tags)[:1]
    assert whole_scores(library, "v1", images) is None
    logits = np.linspace(-3, 3, 40, dtype=np.float16)[None]
    library.whole_fit("v1").save(WholeFit(images[:40], tags, logits))
    found = whole_scores(library, "v1", images)
    assert found is not None
    heads = np.full((2, len(images)), 1.0, np.float16)
    told: list[str] = []
    listener = Silent()
    monkeypatch.setattr(listener, "note", told.append)
    mixed = found.beside_heads(listener, [int(tags[0]), int(tags[0]) + 100_000], heads)
    assert np.allclose(mixed[0, :40], (1 + logits[0]) / 2, atol=1e-2)
    assert (mixed[0, 40:] == 1).all()
    assert (mixed[1] == 1).all()
    assert f"{len(images) - 40} images" in told[0]
    assert whole_scores(library, "v1", images[40:]) is None


def test_nothing_scanned_is_said(shapes: Shapes) -> None:
    library, _ = shapes
    library.versions.activate("v1")
    with pytest.raises(UsageError, match="min-images"):
        cross_fit(library, Silent(), replace(CHOICES, minimum=100_000), n_folds=2)
