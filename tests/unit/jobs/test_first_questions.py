"""Questions from the tags alone: what they find, and when there are none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import sparse

from reviewer.core.errors import UsageError
from reviewer.core.ranking.evidence import ArrayEvidence
from reviewer.core.ranking.rank import rank
from reviewer.core.ranking.tagevidence import TagEvidence
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.pipeline import prepare
from reviewer.jobs.questions.first_questions import rank_by_tags
from reviewer.sample.write import write_sample
from reviewer.store.library import Library
from tests.unit.jobs.conftest import CHOICES, make_shapes

if TYPE_CHECKING:
    from pathlib import Path

IMAGES, SCENES, TAGS = 1200, 6, 5


def with_forgotten_tags() -> tuple[np.ndarray, np.ndarray]:
    """What images show and what is written of it: scenes of five tags, each forgotten at times."""
    rng = np.random.default_rng(3)
    scene = rng.integers(0, SCENES, IMAGES)
    truth = np.kron(np.eye(SCENES, dtype=bool)[scene], np.ones(TAGS, dtype=bool))
    truth &= rng.random(truth.shape) < 0.9
    return truth, truth & (rng.random(truth.shape) < 0.8)


def test_the_first_questions_find_what_was_forgotten() -> None:
    truth, written = with_forgotten_tags()
    evidence = TagEvidence.of(sparse.csc_matrix(written))
    assert evidence is not None
    queues = rank(evidence)
    tag = np.repeat(queues.queue_tag, np.diff(queues.offsets))
    first = np.argsort(-queues.priority, kind="stable")[:300]
    assert (queues.side[first] == Side.MISSING).all()
    found = truth[queues.row[first], tag[first]].mean()
    assert found > 0.6, "one in thirty is right where absent pairs are drawn at random"


def test_the_space_of_the_tags_is_made_once_and_means_the_same() -> None:
    """As where the same scores come from elsewhere, and the ranking makes a space of its own."""
    _, written = with_forgotten_tags()
    evidence = TagEvidence.of(sparse.csc_matrix(written))
    assert evidence is not None
    logits = np.stack([evidence.score(tag) for tag in range(evidence.n_tags)], axis=1)
    once, again = rank(evidence), rank(ArrayEvidence(logits, written))
    assert abs(len(once.row) - len(again.row)) <= len(again.row) // 100
    pairs = [
        {
            (tag, row): suspicion
            for tag, low, high in zip(
                queues.queue_tag.tolist(), queues.offsets, queues.offsets[1:], strict=False
            )
            for row, suspicion in zip(
                queues.row[low:high].tolist(), queues.suspicion[low:high].tolist(), strict=True
            )
        }
        for queues in (once, again)
    ]
    both = pairs[0].keys() & pairs[1].keys()
    assert len(both) >= len(again.row) * 0.99
    assert max(abs(pairs[0][pair] - pairs[1][pair]) for pair in both) < 1e-3


def test_no_tag_gives_itself_away() -> None:
    _, written = with_forgotten_tags()
    rng = np.random.default_rng(5)
    alone = rng.random((IMAGES, 1)) < 0.3
    evidence = TagEvidence.of(sparse.csc_matrix(np.hstack([written, alone])))
    assert evidence is not None
    score, present = evidence.score(written.shape[1]), alone[:, 0]
    shift = score[present].mean() - score[~present].mean()
    assert abs(shift) < 0.2, "a tag at random is not known by the others"


def test_too_few_tags_say_nothing() -> None:
    assert TagEvidence.of(sparse.csc_matrix(np.ones((300, 3), bool))) is None
    assert TagEvidence.of(sparse.csc_matrix(np.ones((12, 300), bool))) is None


def test_a_collection_without_enough_tags_is_told_so_and_prepared_all_the_same(
    tmp_path: Path,
) -> None:
    make_shapes(tmp_path / "images")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        import_folder(library, Silent())
        with pytest.raises(UsageError, match="too few"):
            rank_by_tags(library, Silent(), minimum=10)
        prepare(library, Silent(), replace(CHOICES, epochs=1))
        assert library.rankings.load().version == "v1"


def test_they_are_answered_before_there_is_a_tagger_and_stay_answered(tmp_path: Path) -> None:
    write_sample(tmp_path / "images", 150, seed=7, workers=1)
    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        import_folder(library, Silent())
        rank_by_tags(library, Silent(), minimum=10)
        assert library.versions.active() is None
        session = ReviewSession(
            library.decisions, library.images, library.vocabulary(), library.rankings.load()
        )
        asked = session.current
        assert asked is not None
        assert asked.version == ""
        (stored,) = session.answer(Answer.YES, 400)
        rank_by_tags(library, Silent(), minimum=10)
        ranking = library.rankings.load()
        pairs = set(
            zip(ranking.images, np.repeat(ranking.tags, np.diff(ranking.offsets)), strict=True)
        )
        assert ranking.decided == stored.id
        assert asked.pair not in pairs
