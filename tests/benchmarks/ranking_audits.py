"""Simulated audits of the ranking benchmark's sets: do the 95 % intervals hold the truth?

Strata, shares of the sample and estimates are the program's own (`reviewer.core.quality.audit`).
Of a stratum only counts matter, and those of a sample without replacement are hypergeometric, so
an audit is drawn without listing its pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.quality.audit import Outcome, Part, Stratum, allocate, band_of, estimate, part_of
from reviewer.core.types import Side
from reviewer.jobs.auditing import SIZE
from tests.benchmarks.ranking_tag_audits import tag_cover

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking import RankedQueues
    from tests.benchmarks.ranking_orders import Run
    from tests.benchmarks.ranking_sets import RankingSet

AUDITS = 100
REVIEWED = 1000
"""Answers of the review that the audits after it know of."""


@dataclass(frozen=True)
class AuditCover:
    """Shares of audits whose 95 % interval held what is true, 0..1.

    Attributes:
        recall: Of the original tags, before any review.
        recall_reviewed: Of the original tags, with some of a review's answers known.
        recall_after: Of the effective tags after that review.
        precision: Of the original tags, before any review.
        width: Mean width of the interval of the recall before a review, in points.
        tags: Of single tags, recall before any review.
        tag_width: Mean width of these intervals, in points.
    """

    recall: float
    recall_reviewed: float
    recall_after: float
    precision: float
    width: float
    tags: float
    tag_width: float


def audit_cover(data: RankingSet, queues: RankedQueues, run: Run) -> AuditCover:
    """Draw and answer audits of the program's size, each before and after a review.

    Args:
        data: The set.
        queues: Its ranking at the time of the draw.
        run: What a review asked, in its order.
    """
    rng = np.random.default_rng(11)
    strata, number = _strata(data, queues)
    pairs, errors = _counts(number, data.errors, len(strata))
    row, tag = run.row[:REVIEWED], run.tag[:REVIEWED]
    hits = data.errors[row, tag]
    reviewed = np.bincount(number[row, tag], minlength=len(strata))
    fixed = np.bincount(number[row, tag], weights=hits, minlength=len(strata)).astype(np.int64)
    nothing = np.zeros_like(reviewed)
    drawn = np.array(allocate(strata, SIZE))
    right = int((data.present & data.truth).sum())
    true = int(data.truth.sum())
    recall, precision = right / true, right / int(data.present.sum())
    added = int(hits[~data.present[row, tag]].sum())
    held: list[list[bool]] = [[], [], [], []]
    widths = []
    for seed in range(AUDITS):
        before = estimate(_audit(strata, (pairs, errors, nothing, nothing), drawn, rng), seed)
        after = estimate(_audit(strata, (pairs, errors, reviewed, fixed), drawn, rng), seed)
        figures = (
            (before.before.recall, recall),
            (after.before.recall, recall),
            (after.after.recall, (right + added) / true),
            (before.before.precision, precision),
        )
        for kept, (interval, value) in zip(held, figures, strict=True):
            kept.append(interval.low <= value <= interval.high)
        widths.append(100.0 * (before.before.recall.high - before.before.recall.low))
    shares = (float(np.mean(kept)) for kept in held)
    return AuditCover(*shares, float(np.mean(widths)), *tag_cover(data, queues, strata, number))


def _strata(data: RankingSet, queues: RankedQueues) -> tuple[list[Stratum], NDArray[np.int64]]:
    """All strata with pairs in them, and the number of each pair's stratum, shape (N, T)."""
    bands = band_of(data.present.sum(axis=0))
    parts = np.full(data.present.shape, int(Part.REST), dtype=np.int64)
    parts[queues.row, queues.tag] = part_of(queues.suspicion)
    suspicion = np.zeros(data.present.shape, dtype=np.float32)
    suspicion[queues.row, queues.tag] = queues.suspicion
    code = (data.present * 3 + bands[None, :]) * 3 + parts
    strata, number = [], np.zeros(data.present.shape, dtype=np.int64)
    for value in np.unique(code):
        mine = code == value
        side, rest = divmod(int(value), 9)
        band, part = divmod(rest, 3)
        number[mine] = len(strata)
        many = int(mine.sum())
        if part == Part.REST:
            strata.append(Stratum(Side(side), band, Part(part), many))
        else:
            mean = float(suspicion[mine].mean())
            strata.append(Stratum(Side(side), band, Part(part), many, mean))
    return strata, number


def _counts(
    number: NDArray[np.int64], errors: NDArray[np.bool_], many: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs and errors of each stratum, both of shape (S,)."""
    pairs = np.bincount(number.ravel(), minlength=many)
    wrong = np.bincount(number.ravel(), weights=errors.ravel(), minlength=many)
    return pairs, wrong.astype(np.int64)


def _audit(
    strata: list[Stratum],
    counts: tuple[NDArray[np.int64], ...],
    drawn: NDArray[np.int64],
    rng: np.random.Generator,
) -> list[Outcome]:
    """One audit, answered throughout and rightly; a drawn pair that was reviewed counts as such."""
    outcomes = []
    for stratum, pairs, errors, reviewed, fixed, many in zip(strata, *counts, drawn, strict=True):
        alone = int(rng.hypergeometric(pairs - reviewed, reviewed, many))
        left = errors - fixed
        found = int(rng.hypergeometric(left, pairs - reviewed - left, alone)) if alone else 0
        outcomes.append(Outcome(stratum, int(reviewed), int(fixed), alone, found))
    return outcomes
