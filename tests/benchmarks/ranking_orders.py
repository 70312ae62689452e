"""The orders that the ranking is measured against, and the reviewer who answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, softmax

from reviewer.core.ranking import (
    Answers,
    ArrayEvidence,
    Candidates,
    NeighbourGraph,
    RankedQueues,
    RankOptions,
    Scope,
    prepare,
    rank_again,
)
from reviewer.core.ranking.queues import NEXT
from tests.benchmarks.ranking_sets import RankingSet, cross_fitted_logits, plain_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISTAKE_SEED = 77


@dataclass(frozen=True)
class Run:
    """What one strategy asked and found, in the order asked.

    Attributes:
        row, tag: The pairs asked, shape (n,).
        hit: Whether the metadata was wrong there in truth, shape (n,), bool.
        side: Shape (n,), uint8.
        promised: Suspicion shown, shape (n,); empty for orders that promise nothing.
        outlook: For each queue at each ranking: its place in the list, and of its next questions
            how many they are, expected fixes, low, high, real fixes; (q, 6).
    """

    row: NDArray[np.int64]
    tag: NDArray[np.int64]
    hit: NDArray[np.bool_]
    side: NDArray[np.uint8]
    promised: NDArray[np.float32]
    outlook: NDArray[np.float64]

    def found(self, decisions: int) -> int:
        """Errors among the first so many decisions."""
        return int(self.hit[:decisions].sum())


def static_run(data: RankingSet, priority: NDArray[np.floating], decisions: int) -> Run:
    """Ask the pairs of highest priority (N, T), once sorted and never again."""
    flat = priority.ravel()
    many = min(decisions, int(np.isfinite(flat).sum()))
    top = np.argpartition(-flat, many - 1)[:many] if many < flat.size else np.arange(flat.size)
    top = top[np.argsort(-flat[top], kind="stable")]
    row, tag = np.unravel_index(top, priority.shape)
    side = data.present[row, tag].astype(np.uint8)
    nothing = np.zeros(0, np.float32)
    return Run(row, tag, data.errors[row, tag], side, nothing, np.zeros((0, 6)))


def magnitude(data: RankingSet) -> NDArray[np.float64]:
    """Raw magnitude of error, abs(p - y), shape (N, T)."""
    return np.abs(expit(data.logits.astype(np.float64)) - data.present)


def uncertainty(data: RankingSet) -> NDArray[np.float64]:
    """Closest to even, shape (N, T)."""
    return -np.abs(expit(data.logits.astype(np.float64)) - 0.5)


WORST_OF_AN_IMAGE = 3
"""Pairs of an image that are asked before the next image, in FiftyOne's order."""


def mistakenness(data: RankingSet) -> NDArray[np.float64]:
    """FiftyOne's mistakenness, shape (N, T): images by its formula, their worst pairs first.

    Its formula for several labels is of the image: (m * exp(-H) + 1) / 2, H the entropy of the
    softmax over the logits, m = -1 where the predicted tags (score above one half) are exactly
    the given ones and 1 elsewhere (`compute_mistakenness` of FiftyOne's brain). Which pair of the
    image is meant it does not say: the three of largest abs(p - y) are asked, then the rest.
    """
    shifted = data.logits.astype(np.float64)
    shares = softmax(shifted, axis=1)
    surely = np.exp((shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1))
    exact = ((shifted > 0) == data.present).all(axis=1)
    of_image = (np.where(exact, -1.0, 1.0) * surely + 1.0) / 2.0
    error = magnitude(data)
    place = np.argsort(np.argsort(-error, axis=1, kind="stable"), axis=1)
    later = place // WORST_OF_AN_IMAGE
    # The image decides within a turn of three pairs; the error only orders those three.
    priority: NDArray[np.float64] = of_image[:, None] - 2.0 * later + 1e-9 * error
    return priority


def cleanlab_priority(data: RankingSet, *, adjusted: bool) -> NDArray[np.float64] | None:
    """Cleanlab's multi-label self confidence, turned round; `None` where it is not installed."""
    try:
        from cleanlab.internal.multilabel_scorer import ClassLabelScorer
    except ImportError:
        return None
    chance = expit(data.logits.astype(np.float64))
    scores = [
        ClassLabelScorer.SELF_CONFIDENCE(
            data.present[:, tag].astype(int),
            np.column_stack([1.0 - chance[:, tag], chance[:, tag]]),
            **({"adjust_pred_probs": True} if adjusted else {}),
        )
        for tag in range(data.present.shape[1])
    ]
    return -np.column_stack(scores)


def answers_of(data: RankingSet, run: Run, mistakes: float = 0.0) -> Answers:
    """A reviewer's answers to what was asked, wrong at random in a share of the cases."""
    wrong = np.random.default_rng(MISTAKE_SEED).random(run.row.size) < mistakes
    return Answers(run.row, run.tag, run.side, data.errors[run.row, run.tag] ^ wrong)


@dataclass(frozen=True)
class Loop:
    """How our ranking is used.

    Attributes:
        decisions: In all.
        batch: Answers between two rankings.
        refresh: Answers between two refits of the heads; 0 for never.
        mistakes: Share of wrong answers.
        side: Ask only about this side; `None` for both.
        options: Of the ranking.
    """

    decisions: int = 5000
    batch: int = 200
    refresh: int = 0
    mistakes: float = 0.0
    side: int | None = None
    options: RankOptions = field(default_factory=lambda: RankOptions(floor=0.0))


def our_run(data: RankingSet, graph: NeighbourGraph, candidates: Candidates, loop: Loop) -> Run:
    """Rank, ask a batch, learn, and so on; a batch as large as `decisions` learns nothing.

    Args:
        data: The set.
        graph: Its neighbours.
        candidates: From `cold_candidates`.
        loop: How the ranking is used.
    """
    answers = Answers.none()
    runs: list[Run] = []
    asked = refreshed = 0
    while asked < loop.decisions:
        if loop.refresh and asked - refreshed >= loop.refresh:
            now, refreshed = refreshed_set(data, answers), asked
            evidence = _evidence(now, data, graph)
            candidates = prepare(evidence, answers, loop.options, Scope(groups=data.groups))
        queues = rank_again(candidates, answers, loop.options)
        run = _ask(data, queues, min(loop.batch, loop.decisions - asked), loop.side)
        if not run.row.size:
            break
        runs.append(run)
        asked += run.row.size
        answers = answers_of(data, joined(runs), loop.mistakes)
    return joined(runs)


def cold_candidates(data: RankingSet, graph: NeighbourGraph) -> Candidates:
    """What every loop begins with: before any answer, whatever the order."""
    return prepare(_evidence(data, data, graph), None, Loop().options, Scope(groups=data.groups))


def _evidence(now: RankingSet, data: RankingSet, graph: NeighbourGraph) -> ArrayEvidence:
    """The latest scores with the original tags."""
    return ArrayEvidence(now.logits, data.present, graph)


def refreshed_set(data: RankingSet, answers: Answers) -> RankingSet:
    """The set with the answers written into its tags and its heads cross-fitted anew."""
    present = data.present.copy()
    present[answers.row, answers.tag] = answers.shows()
    labels = plain_labels(present)
    seed = len(answers)
    logits = cross_fitted_logits(data.embeddings, labels, present, data.groups, seed)
    return replace(data, present=present, logits=logits)


def cleanlab_loop(data: RankingSet, decisions: int, refresh: int) -> Run | None:
    """Cleanlab adjusted, its scores cross-fitted anew on the same schedule as ours."""
    now, runs = data, []
    asked = np.zeros(data.present.shape, dtype=np.bool_)
    for start in range(0, decisions, refresh):
        priority = cleanlab_priority(now, adjusted=True)
        if priority is None:
            return None
        priority[asked] = -np.inf
        runs.append(static_run(data, priority, min(refresh, decisions - start)))
        asked[runs[-1].row, runs[-1].tag] = True
        if start + refresh < decisions:
            now = refreshed_set(data, answers_of(data, joined(runs)))
    return joined(runs)


def _ask(data: RankingSet, queues: RankedQueues, many: int, side: int | None) -> Run:
    """Take the best questions over all queues, and note what the best queues promise."""
    if not len(queues):
        nothing = np.zeros(0, np.int64)
        empty = nothing.astype(bool), nothing.astype(np.uint8), nothing.astype(np.float32)
        return Run(nothing, nothing, *empty, np.zeros((0, 6)))
    best = queues.best(many if side is None else len(queues))
    if side is not None:
        best = best[queues.side[best] == side][:many]
    row, tag = queues.row[best].astype(np.int64), queues.tag[best].astype(np.int64)
    hits = data.errors[queues.row, queues.tag]
    starts = queues.offsets[:-1]
    soon = np.arange(len(queues)) - np.repeat(starts, np.diff(queues.offsets)) < NEXT
    counts = [np.add.reduceat(part.astype(float), starts) for part in (soon, hits & soon)]
    bounds = (queues.expected, queues.expected_low, queues.expected_high)
    outlook = np.stack([np.arange(queues.queue_tag.size), counts[0], *bounds, counts[1]], axis=1)
    return Run(row, tag, hits[best], queues.side[best], queues.suspicion[best], outlook)


def joined(runs: list[Run]) -> Run:
    """Several runs one after another."""
    columns = ("row", "tag", "hit", "side", "promised", "outlook")
    return Run(*(np.concatenate([getattr(run, name) for run in runs]) for name in columns))
