"""Answers to questions that the tags alone asked: they say little of a tagger's ranking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reviewer.core.ranking import Answers, ArrayEvidence, RankOptions, prepare
from reviewer.core.ranking.evidence import UNSURE
from reviewer.core.ranking.feedback import learn
from reviewer.core.types import Answer, Decision, Origin, Side

PAIRS = ((10, 5), (40, 7), (30, 7), (10, 6))
"""Image and tag of an answer: one in two rows, one image and one tag that are not asked."""


def decision(version: str, origin: Origin) -> Decision:
    return Decision(1, 2, Answer.YES, Side.MISSING, 0.5, 0.5, version, "me", 0, origin=origin)


def test_only_what_the_tags_alone_asked_says_less() -> None:
    given = [
        decision("", Origin.QUEUE),
        decision("", Origin.PAGE),
        decision("", Origin.EDIT),
        decision("v1", Origin.QUEUE),
    ]
    told = Answers.among(given, np.array([1]), [2], 0.25)
    assert told.weights().tolist() == [0.25, 0.25, 1, 1]


def test_answers_are_numbered_as_their_rows_and_columns() -> None:
    given = [replace(decision("v1", Origin.QUEUE), image_id=n, tag_id=t) for n, t in PAIRS]
    told = Answers.among(given, np.array([30, 10, 20, 10]), [7, 5])
    assert list(zip(told.row.tolist(), told.tag.tolist(), strict=True)) == [(3, 1), (0, 0)]
    assert len(Answers.among(given, np.zeros(0, np.int64), [7, 5])) == 0
    assert len(Answers.among([], np.array([10]), [7])) == 0


def test_weights_go_with_their_answers() -> None:
    weight = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    answers = Answers([3, 1, 3, 2], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, UNSURE, 1], weight)  # type: ignore[arg-type]  # made arrays
    latest = answers.latest()
    assert latest.row.tolist() == [1, 2, 3]
    assert latest.weights().tolist() == pytest.approx([0.2, 0.4, 0.3])
    assert latest.settled().weights().tolist() == pytest.approx([0.2, 0.4])
    assert Answers.none().weights().tolist() == []
    with pytest.raises(ValueError, match="as many"):
        Answers([1], [0], [0], [1], weight)  # type: ignore[arg-type]  # made arrays


def test_an_answer_that_weighs_less_moves_less() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(-2, 2, (300, 6)).astype(np.float32)
    evidence = ArrayEvidence(logits, rng.random((300, 6)) < 1 / (1 + np.exp(-logits)))
    candidates = prepare(evidence, None, RankOptions(floor=0.0))
    asked = np.flatnonzero((candidates.side == Side.MISSING) & (candidates.tag == 2))[:40]

    def level(changed: int, weight: float) -> float:
        answers = Answers(
            candidates.row[asked],
            candidates.tag[asked],
            candidates.side[asked],
            np.full(asked.size, changed, np.int8),
            np.full(asked.size, weight, np.float32),
        )
        belief = learn(candidates, answers.latest())
        assert belief.answered[asked].all()
        return float(belief.logit[candidates.tag == 2].mean())

    untold = level(UNSURE, 1.0)
    assert untold < level(1, 0.05) < level(1, 0.3) < level(1, 1.0)
    assert level(1, 0.0) == pytest.approx(untold, abs=1e-6)
