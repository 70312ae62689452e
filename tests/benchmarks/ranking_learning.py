"""The quality of the next version: what learning from the answers is worth, against the truth.

Heads are cross-fitted on the same embeddings with labels of several kinds and held against the
truth on images that they were not fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from reviewer.core.ranking import Answers, ArrayEvidence, NeighbourGraph, missing_chances
from tests.benchmarks.ranking_sets import RankingSet, cross_fitted_logits, plain_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.labels import LabelMatrix
REVIEWED = 25
"""Answers that make a tag a reviewed one."""


@dataclass(frozen=True)
class NextVersion:
    """Mean average precision on the truth, over the reviewed tags, 0..1.

    Attributes:
        tags: Reviewed tags.
        uncorrected: Learnt from the original tags.
        suspicion: Learnt from the original tags, absences as likely missing as they are
            suspected to be before any answer.
        answers: Learnt from the tags with the answers written into them.
        program: Learnt as the program does: the answers, and suspicion where there are none.
        clean: Learnt from the truth.
    """

    tags: int
    uncorrected: float
    suspicion: float
    answers: float
    program: float
    clean: float

    def gap_closed(self, reached: float) -> float:
        """Share of the gap between uncorrected and clean labels; 0 where there is no gap."""
        gap = self.clean - self.uncorrected
        return (reached - self.uncorrected) / gap if gap > 0 else 0.0


def next_version(data: RankingSet, graph: NeighbourGraph, answers: Answers) -> NextVersion:
    """Train with the answers, without them, and on the truth."""
    evidence = ArrayEvidence(data.logits, data.present, graph)

    def doubt(known: Answers) -> sparse.csc_matrix:
        return missing_chances(evidence, known, groups=data.groups)

    many = np.bincount(answers.tag, minlength=data.truth.shape[1])
    reviewed = np.flatnonzero((many >= REVIEWED) & data.truth.any(axis=0))

    def reached(labels: LabelMatrix) -> float:
        of_reviewed = labels.of_tags(reviewed)
        logits = cross_fitted_logits(data.embeddings, of_reviewed, data.present, data.groups, 0)
        return mean_average_precision(logits, data.truth[:, reviewed])

    return NextVersion(
        reviewed.size,
        reached(plain_labels(data.present)),
        reached(plain_labels(data.present).doubted(doubt(Answers.none()))),
        reached(corrected_labels(data, answers)),
        reached(corrected_labels(data, answers).doubted(doubt(answers))),
        reached(plain_labels(data.truth)),
    )


def corrected_labels(data: RankingSet, answers: Answers) -> LabelMatrix:
    """The original tags with the answers over them."""
    from model.labels import LabelMatrix

    settled = answers.settled()
    return LabelMatrix.from_parts(
        sparse.csr_matrix(data.present),
        confirmed=_cells(settled, data.present.shape, settled.shows()),
        confirmed_absent=_cells(settled, data.present.shape, ~settled.shows()),
    )


def _cells(answers: Answers, shape: tuple[int, int], which: NDArray[np.bool_]) -> sparse.coo_matrix:
    """Some answered pairs as a sparse bool matrix."""
    part = answers.take(which)
    return sparse.coo_matrix((np.ones(len(part), np.bool_), (part.row, part.tag)), shape=shape)


def mean_average_precision(logits: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Mean over tags of the average precision, 0..1; every tag must be true of some image.

    Args:
        logits: Shape (N, T).
        truth: Shape (N, T), bool.
    """
    values = []
    for score, true in zip(logits.T, truth.T, strict=True):
        ranked = true[np.argsort(-score, kind="stable")]
        values.append(float((ranked.cumsum() / np.arange(1, ranked.size + 1))[ranked].mean()))
    return float(np.mean(values)) if values else 0.0
