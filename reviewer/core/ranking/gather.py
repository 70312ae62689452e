"""Go through the collection twice and keep the pairs worth asking.

The first pass counts the images' coverage and draws pairs to fit on; the second applies the fit
to one tag at a time and keeps the most suspicious pairs of each side. What is kept is small
enough to be ranked again after every few answers without another look at the collection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.ranking.calibration import (
    Columns,
    CoverageCount,
    FitSample,
    draw_rows,
    halves,
)
from reviewer.core.ranking.candidates import Candidates, Limits, Scope
from reviewer.core.ranking.coldstart import ColdStart, fit_cold_start, opinion_weights
from reviewer.core.ranking.company import Company, make_company
from reviewer.core.ranking.neighbours import neighbour_logit
from reviewer.core.ranking.tagevidence import TagEvidence
from reviewer.core.ranking.tagspace import make_tag_space
from reviewer.core.types import Progress, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import Answers, BoolArray, Evidence, FloatArray
    from reviewer.core.ranking.tagspace import TagSpace

Report = Callable[[Progress], None]
"""Called after each tag with how far the job is."""

FIT_PAIRS = 600_000
"""About how many pairs the stack is fitted on, whatever the size of the collection."""

LOOK = 50
"""In a large collection, how many pairs are weighed for each candidate that is kept."""

MIN_LOGIT = -9.0
"""Pairs below these odds (about 1 in 8,000) are not worth keeping."""


def gather(
    evidence: Evidence,
    answers: Answers,
    limits: Limits,
    scope: Scope,
    report: Report | None = None,
) -> Candidates:
    """Go through the collection twice and keep the pairs worth asking.

    Answered pairs are kept as well: `feedback` learns from them.

    Args:
        evidence: Scores and tags, by column.
        answers: One answer a pair, sorted by tag (`Answers.latest`).
        limits: What bounds the work.
        scope: What is left out.
        report: Told after each tag of each pass; may raise to stop the work.

    Returns:
        The candidates.
    """
    work = fitted(evidence, answers, limits, scope, report)
    company = make_company(
        work.corrected.tags.present, evidence.n_tags, evidence.n_images, limits.seed
    )
    return _second_pass(work, company, answers, report)


def fitted(
    evidence: Evidence,
    answers: Answers,
    limits: Limits,
    scope: Scope,
    report: Report | None = None,
) -> Fitted:
    """The first pass, which is what it takes to weigh any pair; arguments as for `gather`."""
    half = halves(evidence.n_images, scope.groups, limits.seed)
    tags = CorrectedTags(evidence, answers.settled())
    corrected = _corrected(evidence, tags, half, limits.seed)
    sample, count = _first_pass(corrected, limits, scope.trust, report)
    cold_start = fit_cold_start(sample, half, evidence.n_tags, count.coverage(), limits.wrong_share)
    return Fitted(corrected, cold_start, count, limits, scope)


@dataclass(frozen=True)
class CorrectedTags:
    """The original tags with the answers' corrections.

    Attributes:
        evidence: Where the original tags are.
        answers: Settled answers, one a pair, sorted by tag.
    """

    evidence: Evidence
    answers: Answers

    def present(self, tag: int) -> BoolArray:
        """Whether each image carries a tag as far as is known, shape (N,), bool."""
        present = self.evidence.present(tag)
        part = self.answers.of_tag(tag)
        if part.stop > part.start:
            present = present.copy()
            present[self.answers.row[part]] = self.answers.shows()[part]
        return present


@dataclass(frozen=True)
class _Corrected:
    """The evidence with the answers taken into the tags."""

    evidence: Evidence
    tags: CorrectedTags
    space: TagSpace | None
    alike: bool = False
    """Whether the scores are what the space says."""

    def columns(self, tag: int, score: FloatArray, rows: NDArray[np.int64]) -> Columns:
        """Everything known about a tag on some images, given its scores on all of them."""
        present = self.tags.present(tag)
        graph = self.evidence.neighbours
        near = None if graph is None else neighbour_logit(graph, present, rows=rows)
        if self.alike or self.space is None:
            return Columns(score[rows], near, score[rows] if self.alike else None)
        return Columns(score[rows], near, self.space.logit(tag, present, rows))


def _corrected(
    evidence: Evidence, tags: CorrectedTags, half: NDArray[np.uint8], seed: int
) -> _Corrected:
    """With the images' places by their tags, which evidence from tags alone has already."""
    if (
        isinstance(evidence, TagEvidence)
        and not tags.answers.row.size
        and np.array_equal(evidence.space.half, half)
    ):
        return _Corrected(evidence, tags, evidence.space, alike=True)
    return _Corrected(evidence, tags, make_tag_space(tags.present, evidence.n_tags, half, seed))


def _first_pass(
    corrected: _Corrected, limits: Limits, trust: FloatArray | None, report: Report | None
) -> tuple[FitSample, CoverageCount]:
    """Count coverage and draw pairs to fit on."""
    evidence = corrected.evidence
    rng = np.random.default_rng(limits.seed)
    count = CoverageCount(evidence.n_images)
    size = int(np.clip(FIT_PAIRS // (2 * max(evidence.n_tags, 1)), 50, 4000))
    tags: list[NDArray[np.int64]] = []
    rows, targets, weights, inputs = [], [], [], []
    for tag in range(evidence.n_tags):
        # The original tags, not the corrected ones: the fit says how metadata come about, and
        # tags that were asked about are corrected where suspicion was high and nowhere else.
        present = evidence.present(tag)
        score = evidence.score(tag)
        count.add(present, score)
        if tags and not present.any():
            # Nobody has written it yet, so the metadata cannot say how rarely it is written where
            # it shows: it keeps the level that the other tags share.
            continue
        drawn, weight = draw_rows(present, score, size, rng)
        tags.append(np.full(drawn.size, tag, dtype=np.int64))
        rows.append(drawn)
        targets.append(present[drawn])
        weights.append(weight if trust is None else weight * trust[drawn])
        inputs.append(corrected.columns(tag, score, drawn).matrix())
        _tell(report, "calibrate", tag + 1, evidence.n_tags)
    row, target, matrix = np.concatenate(rows), np.concatenate(targets), np.concatenate(inputs)
    heed = np.concatenate(weights)
    if not target.any():
        # Nobody wrote any tag: that says nothing of what images show, and scores keep their worth.
        heed = np.zeros_like(heed)
    own_left_out = count.without(row, target, matrix[:, 0].astype(np.float32))
    sample = FitSample(
        np.concatenate(tags),
        row,
        target.astype(np.float64),
        heed,
        matrix,
        own_left_out,
        evidence.neighbours is not None,
    )
    return sample, count


@dataclass(frozen=True)
class Weighed:
    """Some pairs of one tag with what is believed of them before any answer.

    Attributes:
        rows: Images, sorted, shape (n,).
        present: Whether each carries the tag, shape (n,).
        score: Out-of-sample logit, shape (n,), float32.
        opinions: Log-odds that the metadata is wrong, shape (n, C), float32.
        cold: Their weighted mean, shape (n,), float32.
    """

    rows: NDArray[np.int64]
    present: BoolArray
    score: FloatArray
    opinions: FloatArray
    cold: FloatArray


@dataclass(frozen=True)
class Fitted:
    """What the second pass needs for every tag.

    Attributes:
        corrected: The evidence with the answers taken in.
        cold_start: What the evidence is worth.
        count: How thoroughly each image is tagged.
        limits, scope: As they were given.
    """

    corrected: _Corrected
    cold_start: ColdStart
    count: CoverageCount
    limits: Limits
    scope: Scope

    def weigh(
        self, tag: int, present: BoolArray, most: int, answered: NDArray[np.int32]
    ) -> Weighed:
        """Weigh the pairs of one tag that may be errors.

        Args:
            tag: Column of the tag.
            present: Which side each image is on, shape (N,).
            most: Pairs of each side that are weighed at least, where there are as many.
            answered: Rows that are weighed whatever their score.
        """
        score = self.corrected.evidence.score(tag)
        rows = _worth_a_look(present, score, most, answered)
        columns = self.corrected.columns(tag, score, rows)
        opinions = self.cold_start.suspicions(tag, columns, rows, present[rows])
        cold = opinions @ opinion_weights(opinions.shape[1]).astype(np.float32)
        return Weighed(rows, present[rows], score[rows], opinions, cold)


@dataclass(frozen=True)
class _Kept:
    """The candidates of one tag, sorted by row."""

    tag: NDArray[np.int32]
    row: NDArray[np.int32]
    side: NDArray[np.uint8]
    score: NDArray[np.float32]
    opinions: NDArray[np.float32]
    company: NDArray[np.float32]


def _second_pass(
    work: Fitted, company: Company, answers: Answers, report: Report | None
) -> Candidates:
    """Keep the most suspicious pairs of each tag and side, and the answered ones."""
    evidence = work.corrected.evidence
    frequency = np.zeros(evidence.n_tags, dtype=np.int64)
    kept: list[_Kept] = []
    for tag in range(evidence.n_tags):
        original = evidence.present(tag)
        frequency[tag] = int(original.sum())
        answered = answers.row[answers.of_tag(tag)]
        kept.append(_of_tag(work, company, tag, original, answered))
        _tell(report, "rank", tag + 1, evidence.n_tags)
    row = _joined([part.row for part in kept], np.int32)
    return Candidates(
        n_images=evidence.n_images,
        n_tags=evidence.n_tags,
        tag=_joined([part.tag for part in kept], np.int32),
        row=row,
        side=_joined([part.side for part in kept], np.uint8),
        score=_joined([part.score for part in kept], np.float32),
        coverage=work.count.coverage()[row],
        opinions=(
            np.concatenate([part.opinions for part in kept]) if kept else np.zeros((0, 2))
        ).astype(np.float32),
        frequency=frequency,
        groups=work.scope.groups,
        neighbours=evidence.neighbours,
        kin=work.scope.kin,
        blank=None if work.scope.blank is None else work.scope.blank[row],
        company=(
            np.concatenate([part.company for part in kept]) if kept else np.zeros((0, 2))
        ).astype(np.float32),
    )


def _of_tag(
    work: Fitted, company: Company, tag: int, original: BoolArray, answered: NDArray[np.int32]
) -> _Kept:
    """Apply the fit to one tag and keep what is worth asking."""
    weighed = work.weigh(tag, original, LOOK * work.limits.pool, answered)
    asked = weighed.cold > MIN_LOGIT
    left_out = work.scope.left_out(tag)
    if left_out is not None:
        asked &= ~left_out[weighed.rows]
    wrong = weighed.present
    kept = np.union1d(
        np.searchsorted(weighed.rows, answered),
        np.concatenate(
            [
                _best(np.flatnonzero(asked & (wrong == side)), weighed.cold, work.limits.pool)
                for side in (False, True)
            ]
        ),
    )
    reasons = company.reasons(tag, weighed.rows[kept])
    # What speaks for the tag speaks for an error where the tag is absent only.
    speaking = np.where(wrong[kept][:, None], -reasons[:, ::-1], reasons)
    return _Kept(
        tag=np.full(kept.size, tag, dtype=np.int32),
        row=weighed.rows[kept].astype(np.int32),
        side=np.where(wrong[kept], Side.WRONG, Side.MISSING).astype(np.uint8),
        score=weighed.score[kept],
        opinions=weighed.opinions[kept],
        company=speaking,
    )


def _worth_a_look(
    original: BoolArray, score: FloatArray, most: int, answered: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The rows to weigh, sorted: all, or in a large collection those the score does not rule out.

    That is the `most` absent images of highest and present images of lowest score.
    """
    if original.size <= 2 * most:
        return np.arange(original.size)
    chosen = np.zeros(original.size, dtype=np.bool_)
    chosen[answered] = True
    for side, sign in ((False, -1.0), (True, 1.0)):
        rows = np.flatnonzero(original == side)
        if rows.size > most:
            rows = rows[np.argpartition(np.float32(sign) * score[rows], most)[:most]]
        chosen[rows] = True
    return np.flatnonzero(chosen)


def _best(rows: NDArray[np.int64], cold: NDArray[np.float32], pool: int) -> NDArray[np.int64]:
    """The `pool` most suspicious of some rows; ties at the cut fall to the lower rows."""
    if rows.size <= pool:
        return rows
    value = cold[rows]
    cut = np.partition(value, rows.size - pool)[rows.size - pool]
    above = value > cut
    tied = np.flatnonzero(value == cut)[: pool - int(above.sum())]
    return rows[np.union1d(np.flatnonzero(above), tied)]


def _joined(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    """Columns of the tags one after another; empty where there are none."""
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)


def _tell(report: Report | None, stage: str, done: int, total: int) -> None:
    """Report progress where somebody listens."""
    if report is not None:
        report(Progress(stage=stage, done=done, total=total, unit="tags"))
