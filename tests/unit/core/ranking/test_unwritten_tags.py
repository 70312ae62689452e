"""A tag that nobody wrote yet is asked about where its score is high, as surely as any other."""

from __future__ import annotations

import numpy as np

from reviewer.core.ranking.evidence import ArrayEvidence
from reviewer.core.ranking.rank import RankOptions, rank

IMAGES, TAGS = 400, 12


def world(*, unwritten: bool) -> tuple[ArrayEvidence, np.ndarray]:
    """Tags of which a third is forgotten, the last one wholly or like the others; and the truth."""
    chance = np.random.default_rng(3)
    truth = chance.random((IMAGES, TAGS)) < 0.2
    written = truth & (chance.random(truth.shape) > 0.33)
    if unwritten:
        written[:, -1] = False
    logits = 5.0 * truth - 2.5 + chance.normal(0, 1.0, truth.shape)
    return ArrayEvidence(logits, written), truth


def test_its_suspicion_is_that_of_the_other_tags() -> None:
    found = {}
    for unwritten in (True, False):
        evidence, truth = world(unwritten=unwritten)
        queues = rank(evidence, options=RankOptions(limit=IMAGES))
        tags = np.repeat(queues.queue_tag, np.diff(queues.offsets))
        mine = np.flatnonzero((tags == TAGS - 1) & (queues.side == 0))
        order = mine[np.argsort(-queues.suspicion[mine])][:30]
        assert truth[queues.row[order], TAGS - 1].mean() > (0.95 if unwritten else 0.5)
        found[unwritten] = float(queues.suspicion[order].mean())
    assert found[True] > 0.5
    assert found[True] > 0.8 * found[False]


def test_a_collection_without_any_tag_is_ranked_all_the_same() -> None:
    evidence, _ = world(unwritten=True)
    bare = ArrayEvidence(evidence.logits, np.zeros_like(evidence.tags))
    queues = rank(bare)
    assert np.isfinite(queues.suspicion).all()
