"""One face of the ranking: evidence and answers in, ordered questions out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from reviewer.core.errors import UsageError
from reviewer.core.ranking.candidates import Candidates, Limits, Scope
from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.feedback import Belief, learn
from reviewer.core.ranking.gather import Report, gather
from reviewer.core.ranking.order import OrderView, laid_out, order_by
from reviewer.core.ranking.pace import Pace
from reviewer.core.ranking.queues import RankedQueues, queues_from
from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import Evidence


@dataclass(frozen=True)
class RankOptions:
    """How to rank.

    Attributes:
        order: Name of the order, one of `order.ORDERS`.
        limit: Questions kept for each tag and side, at least 1.
        floor: Suspicion below which a pair is not asked, 0..1.
        wrong_share: Share of present tags taken to be wrong before any answer, inside 0..1.
        seed: Of everything drawn.
        pace: How long answers take, for the order "value"; what is usual where it is `None`.

    Raises:
        UsageError: If a value is outside its range.
    """

    order: str = "errors"
    limit: int = 500
    floor: float = 0.02
    wrong_share: float = 0.01
    seed: int = 0
    pace: Pace | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        order_by(self.order)
        if self.limit < 1:
            raise UsageError("At least one question must be kept for each tag: raise the limit.")
        if not 0.0 <= self.floor < 1.0:
            raise UsageError("The floor of suspicion lies between 0 and 1.")
        if not 0.0 < self.wrong_share < 1.0:
            raise UsageError("The share of wrong tags lies between 0 and 1.")


def rank(
    evidence: Evidence,
    answers: Answers | None = None,
    options: RankOptions | None = None,
    scope: Scope | None = None,
    *,
    report: Report | None = None,
) -> RankedQueues:
    """Rank the suspicious pairs of a collection.

    Deterministic for equal arguments. The same as `prepare` and then `rank_again`; call those
    where the answers change more often than the scores.

    Args:
        evidence: Scores and tags, by column.
        answers: The answers so far; answered pairs are never returned.
        options: How to rank.
        scope: What is left out, and what is known of the images; all, and nothing, if not given.
        report: Told after each tag of each pass; may raise to stop the work.

    Returns:
        The queues.

    Raises:
        ValueError: The scope is about another number of images.
    """
    return rank_again(prepare(evidence, answers, options, scope, report=report), answers, options)


def prepare(
    evidence: Evidence,
    answers: Answers | None = None,
    options: RankOptions | None = None,
    scope: Scope | None = None,
    *,
    report: Report | None = None,
) -> Candidates:
    """The slow half of `rank`: go through the collection and keep the pairs worth asking.

    Arguments as for `rank`.

    Returns:
        Candidates for any number of calls of `rank_again`.

    Raises:
        ValueError: The scope is about another number of images.
    """
    options, scope = options or RankOptions(), scope or Scope()
    scope.check(evidence.n_images)
    # Twice the limit leaves feedback something to bring up when the first ones are answered.
    limits = Limits(2 * options.limit, options.wrong_share, options.seed)
    return gather(evidence, (answers or Answers.none()).latest(), limits, scope, report)


def rank_again(
    candidates: Candidates, answers: Answers | None = None, options: RankOptions | None = None
) -> RankedQueues:
    """The quick half of `rank`: learn from the answers and order what is left.

    Args:
        candidates: From `prepare`.
        answers: All answers so far.
        options: How to rank.

    Returns:
        The queues, without answered pairs.
    """
    options = options or RankOptions()
    belief = learn(candidates, (answers or Answers.none()).latest())
    suspicion = belief.suspicion()
    kept = np.flatnonzero(~belief.answered & (suspicion >= options.floor))
    kept = kept[_within_limit(candidates, kept, suspicion, options.limit)]
    priority = _priority(candidates, kept, belief, options)
    tag, row = candidates.tag[kept], candidates.row[kept]
    order = laid_out(tag, row, priority, candidates.groups, candidates.kin)
    return queues_from(candidates, belief, kept[order], priority[order])


def _priority(
    candidates: Candidates,
    kept: NDArray[np.int64],
    belief: Belief,
    options: RankOptions,
) -> NDArray[np.float64]:
    """Priority of the kept candidates under the chosen order."""
    tag = candidates.tag[kept]
    score = expit(candidates.score[kept].astype(np.float64))
    missing = candidates.side[kept] == Side.MISSING
    pace = options.pace or Pace.usual(candidates.n_tags)
    suspicion = belief.suspicion()[kept]
    view = OrderView(
        tag=tag,
        suspicion=suspicion,
        frequency=candidates.frequency[tag],
        seed=options.seed,
        surprise=np.where(missing, 1.0 - score, score),
        cost=pace.cost(tag),
    )
    return order_by(options.order)(view)


def _within_limit(
    candidates: Candidates, kept: NDArray[np.int64], suspicion: NDArray[np.float64], limit: int
) -> NDArray[np.int64]:
    """Positions in `kept` of the `limit` most suspicious of each tag and side."""
    queue = candidates.tag[kept].astype(np.int64) * 2 + candidates.side[kept]
    order = np.lexsort((-suspicion[kept], queue))
    start = np.flatnonzero(np.diff(queue[order], prepend=-1) != 0)
    length = np.diff(np.append(start, order.size))
    within = np.arange(order.size) - np.repeat(start, length)
    return np.sort(order[within < limit])
