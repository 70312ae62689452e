"""What a tagger should learn where nobody has looked: how likely each absent tag is missing.

An unreviewed absence taken for a real one teaches the next version to overlook what people
overlook. Its suspicion before any answer says how much of a presence it is. The answers do not
sharpen it here: they were asked for where suspicion was highest, and a version that learns their
outcome beside plain absences everywhere else learns where people looked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import expit

from reviewer.core.ranking.candidates import Limits, Scope
from reviewer.core.ranking.gather import fitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.calibration import CoverageCount
    from reviewer.core.ranking.evidence import Answers, Evidence

WRONG_SHARE = 0.01
"""Share of the present tags that is taken to be wrong."""

FLOOR = 0.005
"""Smaller chances are left out: the target is an absence."""

PER_CARRIER = (6, 40)
"""Doubtful absences kept for each image that carries the tag, at least and at most, so that memory
grows with the tags given and not with images times tags. Where the cut is close, a tag is learned
too steeply: the more is kept the better."""

MOST_PAIRS = 40_000_000
"""Bound on what is kept where more than the least would be: 320 MB."""


def missing_chances(
    evidence: Evidence,
    answers: Answers,
    *,
    groups: NDArray[np.int64] | None = None,
) -> sparse.csc_matrix:
    """The chance that a tag is missing, for the absent pairs where that is likely enough.

    Args:
        evidence: Scores and tags, by column.
        answers: The answers so far; they count as tags, not as feedback.
        groups: Near-duplicate group of each image, shape (N,).

    Returns:
        Shape (N, T), float32, `FLOOR`..1 where stored.
    """
    limits = Limits(1, WRONG_SHARE, 0)
    work = fitted(evidence, answers.latest(), limits, Scope(groups=groups))
    per_carrier = _per_carrier(work.count)
    rows, values, starts = [], [], [0]
    nobody = np.zeros(0, dtype=np.int32)
    for tag in range(evidence.n_tags):
        present = work.corrected.tags.present(tag)
        most = per_carrier * int(present.sum())
        # Twice as many are weighed as are kept, because the score alone chooses those.
        weighed = work.weigh(tag, present, 2 * most, nobody)
        chance = expit(weighed.cold)
        kept = np.flatnonzero(~weighed.present & (chance >= FLOOR))
        if kept.size > most:
            kept = np.sort(kept[np.argpartition(-chance[kept], most)[:most]])
        rows.append(weighed.rows[kept].astype(np.int32))
        values.append(chance[kept].astype(np.float32))
        starts.append(starts[-1] + kept.size)
    return sparse.csc_matrix(
        (np.concatenate(values), np.concatenate(rows), np.array(starts)),
        shape=(evidence.n_images, evidence.n_tags),
    )


def _per_carrier(count: CoverageCount) -> int:
    """How many doubtful absences are kept for each image that carries a tag."""
    room = MOST_PAIRS // max(int(count.tags.sum()), 1)
    return int(np.clip(room, *PER_CARRIER))
