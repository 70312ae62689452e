"""Simulated audits of the ranking benchmark's sets, tag by tag: do the intervals hold the truth?

Here pairs are drawn one by one, because it matters which tag they are of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.quality.audit import GUESSED, Outcome, Part, allocate
from reviewer.core.quality.audit_tags import TagCells, estimate_tags
from reviewer.core.types import Side
from reviewer.jobs.auditing import SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.quality.audit import Stratum
    from reviewer.core.ranking import RankedQueues
    from tests.benchmarks.ranking_sets import RankingSet

AUDITS = 10


def tag_cover(
    data: RankingSet,
    queues: RankedQueues,
    strata: list[Stratum],
    number: NDArray[np.int64],
) -> tuple[float, float]:
    """Share of tags whose interval holds the true recall, 0..1, and the mean width in points.

    Args:
        data: The set.
        queues: Its ranking at the time of the draw.
        strata: Of the audit.
        number: Stratum of each pair, shape (N, T).
    """
    rng = np.random.default_rng(12)
    tags = data.present.shape[1]
    parts = np.array([int(entry.part) for entry in strata])[number]
    cell = (np.arange(tags) * 2 + data.present) * 3 + parts
    suspicion = np.zeros(data.present.shape)
    suspicion[queues.row, queues.tag] = queues.suspicion
    carriers = data.present.sum(axis=0)
    guessed = GUESSED * np.where(data.present, 1.0, carriers / carriers.mean())
    expected = np.where(parts == Part.REST, guessed, suspicion)
    stratum = np.full(tags * 6, -1, np.int64)
    stratum[cell.ravel()] = number.ravel()
    right, shown = (data.present & data.truth).sum(axis=0), data.truth.sum(axis=0)
    known = shown > 0
    held, widths = [], []
    order = np.argsort(number.ravel(), kind="stable")
    edges = np.searchsorted(number.ravel()[order], np.arange(len(strata) + 1))
    for seed in range(AUDITS):
        drawn = np.zeros(data.present.size, bool)
        for place, many in enumerate(allocate(strata, SIZE)):
            low, high = edges[place : place + 2]
            drawn[order[low + rng.choice(high - low, many, replace=False)]] = True
        asked = drawn.reshape(data.present.shape)
        cells = _cells(data, (asked, cell, expected), stratum.reshape(tags, 2, 3))
        outcomes = [
            Outcome(entry, answered=int(mine.sum()), errors=int((mine & data.errors).sum()))
            for place, entry in enumerate(strata)
            for mine in (asked & (number == place),)
        ]
        recall = [found.before.recall for found in estimate_tags(cells, outcomes, seed)]
        low, high = np.array([[entry.low, entry.high] for entry in recall])[known].T
        true = right[known] / shown[known]
        held.append((low <= true) & (true <= high))
        widths.append(100 * (high - low))
    return float(np.mean(held)), float(np.mean(widths))


def _cells(
    data: RankingSet,
    pairs: tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.float64]],
    stratum: NDArray[np.int64],
) -> TagCells:
    """Counts by tag, side and part, from which pairs were asked, their cells, what is expected."""
    asked, cell, expected = pairs
    tags = data.present.shape[1]

    def count(which: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> np.ndarray:
        chosen = None if weights is None else weights[which]
        return np.bincount(cell[which], weights=chosen, minlength=6 * tags).reshape(tags, 2, 3)

    errors = count(asked & data.errors)
    return TagCells(
        carriers=data.present.sum(axis=0),
        stratum=stratum,
        unknown=count(~asked),
        expected=count(~asked, expected),
        answered=count(asked),
        errors=errors,
        fixed=np.stack([errors[:, int(side)].sum(axis=1) for side in Side], axis=1),
    )
