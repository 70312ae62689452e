"""One face of the ranking: evidence and answers in, ordered questions out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from reviewer.core.errors import UsageError
from reviewer.core.ranking.candidates import Candidates, Implied, Limits, Scope
from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.feedback import Belief, learn
from reviewer.core.ranking.gather import Report, gather
from reviewer.core.ranking.order import OrderView, laid_out, order_by
from reviewer.core.ranking.pace import Pace
from reviewer.core.ranking.queues import RankedQueues, queues_from
from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, Evidence, FloatArray


@dataclass(frozen=True)
class RankOptions:
    """How to rank.

    Attributes:
        order: Name of the order, one of `order.ORDERS`.
        limit: Questions kept for each tag and side, at least 1.
        floor: Suspicion below which a pair is not asked, 0..1.
        wrong_share: Share of present tags taken to be wrong before any answer, inside 0..1.
        exploration: Standard deviations of a tag's level added to its logit in the order
            "errors", so that a tag is not judged on three answers; 0 or more.
        seed: Of everything drawn.
        pace: How long answers take, for the order "value"; what is usual where it is `None`.
        trust: What each image's own tags count for when scores are calibrated to them, shape
            (N,), 0..1: less for those that nobody vetted; alike where it is `None`.
        only: Images that are asked about, shape (N,), bool; all where it is `None`.
        blank: Images with next to nothing in them, shape (N,), bool; `None` if unknown.

    Raises:
        UsageError: If a value is outside its range.
    """

    order: str = "errors"
    limit: int = 500
    floor: float = 0.02
    wrong_share: float = 0.01
    exploration: float = 0.0
    seed: int = 0
    pace: Pace | None = field(default=None, compare=False)
    trust: FloatArray | None = field(default=None, compare=False)
    only: BoolArray | None = field(default=None, compare=False)
    blank: BoolArray | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        order_by(self.order)
        if self.limit < 1:
            raise UsageError("At least one question must be kept for each tag: raise the limit.")
        if not 0.0 <= self.floor < 1.0:
            raise UsageError("The floor of suspicion lies between 0 and 1.")
        if not 0.0 < self.wrong_share < 1.0:
            raise UsageError("The share of wrong tags lies between 0 and 1.")
        if self.exploration < 0.0:
            raise UsageError("Exploration cannot be below 0.")


def rank(
    evidence: Evidence,
    answers: Answers | None = None,
    options: RankOptions | None = None,
    *,
    excluded_tags: BoolArray | None = None,
    implied: Implied | None = None,
    groups: NDArray[np.int64] | None = None,
    kin: NDArray[np.int64] | None = None,
    report: Report | None = None,
) -> RankedQueues:
    """Rank the suspicious pairs of a collection.

    Deterministic for equal arguments. The same as `prepare` and then `rank_again`; call those
    where the answers change more often than the scores.

    Args:
        evidence: Scores and tags, by column.
        answers: The answers so far; answered pairs are never returned.
        options: How to rank.
        excluded_tags: Tags that are not asked, shape (T,), bool.
        implied: Gives for a tag the images not to be asked about it.
        groups: Near-duplicate group of each image, shape (N,), any integer type.
        kin: Artist or set of each image, -1 for none, shape (N,).
        report: Told after each tag of each pass; may raise to stop the work.

    Returns:
        The queues.
    """
    options = options or RankOptions()
    candidates = prepare(
        evidence,
        answers,
        options,
        excluded_tags=excluded_tags,
        implied=implied,
        groups=groups,
        kin=kin,
        report=report,
    )
    return rank_again(candidates, answers, options)


def prepare(
    evidence: Evidence,
    answers: Answers | None = None,
    options: RankOptions | None = None,
    *,
    excluded_tags: BoolArray | None = None,
    implied: Implied | None = None,
    groups: NDArray[np.int64] | None = None,
    kin: NDArray[np.int64] | None = None,
    report: Report | None = None,
) -> Candidates:
    """The slow half of `rank`: go through the collection and keep the pairs worth asking.

    Arguments as for `rank`.

    Returns:
        Candidates for any number of calls of `rank_again`.

    Raises:
        ValueError: If `excluded_tags`, `groups`, `kin`, trust or blank has the wrong length.
    """
    options = options or RankOptions()
    if excluded_tags is not None and len(excluded_tags) != evidence.n_tags:
        raise ValueError(f"{len(excluded_tags)} excluded_tags for {evidence.n_tags} tags")
    for name, given in (
        ("groups", groups),
        ("kin", kin),
        ("trust", options.trust),
        ("only", options.only),
        ("blank", options.blank),
    ):
        if given is not None and len(given) != evidence.n_images:
            raise ValueError(f"{len(given)} {name} for {evidence.n_images} images")
    implied = _outside(options.only, implied)
    scope = Scope(excluded_tags, implied, groups, kin, options.trust, options.blank)
    # Twice the limit leaves feedback something to bring up when the first ones are answered.
    limits = Limits(2 * options.limit, options.wrong_share, options.seed)
    return gather(evidence, (answers or Answers.none()).latest(), limits, scope, report)


def _outside(only: BoolArray | None, implied: Implied | None) -> Implied | None:
    """Images not to be asked about a tag: those implied, and those that nobody asks about."""
    if only is None:
        return implied
    return lambda tag: ~only if implied is None else implied(tag) | ~only


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
    hopeful = suspicion
    if options.exploration > 0.0:
        hopeful = expit(belief.logit[kept] + options.exploration * belief.sd[kept])
    view = OrderView(
        tag=tag,
        suspicion=suspicion,
        hopeful=hopeful,
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
