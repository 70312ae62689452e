"""Reads what the answers of an audit tell by now: of all tags, of bands of them, and of each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.quality.audit import ENOUGH, GUESSED, AuditNote, Outcome, Part, Stratum, estimate
from reviewer.core.quality.audit_bands import estimate_bands
from reviewer.core.quality.audit_tags import TagCells, estimate_tags
from reviewer.core.types import Answer, Origin, Side
from reviewer.jobs.labels import Labels, gather_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.quality.audit import TagQuality
    from reviewer.core.quality.audit_bands import BandEstimate
    from reviewer.core.queues import Ranking
    from reviewer.store.audits import Audit, AuditAnswer, Frame
    from reviewer.store.library import Library


@dataclass(frozen=True)
class Settled:
    """Pairs of an audit's population that somebody answered, Can't tell left out.

    Attributes:
        tag: (n,) their columns in the frame.
        side: (n,) values of `Side`, by the original tags.
        part: (n,) values of `Part`.
        error: (n,) bool, whether the original tags are wrong there.
        alone: (n,) bool, answered for the audit alone and not in the review.
    """

    tag: NDArray[np.int64]
    side: NDArray[np.int64]
    part: NDArray[np.int64]
    error: NDArray[np.bool_]
    alone: NDArray[np.bool_]


@dataclass(frozen=True)
class AuditReport:
    """Where an audit stands.

    Attributes:
        audit: The sample.
        frame: What it is about.
        labels: Of the images that it is about.
        settled: The pairs that are answered.
        note: The estimate from the answers so far.
        outcomes: Every stratum.
    """

    audit: Audit
    frame: Frame
    labels: Labels
    settled: Settled
    note: AuditNote
    outcomes: tuple[Outcome, ...]

    @property
    def vetted(self) -> bool:
        """Whether it is about the vetted images alone."""
        return self.frame.images is not None

    def by_tag(self, ranking: Ranking) -> dict[int, TagQuality]:
        """How good each tag is, as it came and as corrected, by tag id.

        Args:
            ranking: The present one: what it expects of each tag.

        Returns:
            Empty where too little is answered to tell.
        """
        if not self.note.tells:
            return {}
        cells = _Cells(self, ranking).cells()
        found = estimate_tags(cells, self.outcomes)
        return dict(zip(self.frame.tags.tolist(), found, strict=True))


def audit_report(library: Library) -> AuditReport | None:
    """What the sample in use tells by now; `None` if none was drawn."""
    audit = library.audits.current()
    if audit is None:
        return None
    frame = library.audits.frame(audit)
    images = frame.within(library.images.askable_ids())
    labels = gather_labels(library, images, library.vocabulary())
    given = library.audits.answers(audit)
    # The last answer counts, as everywhere; one of the review makes the pair a reviewed one.
    last = {(entry.image_id, entry.tag_id): entry for entry in given}
    of_review = {
        (entry.image_id, entry.tag_id) for entry in given if entry.origin is not Origin.AUDIT
    }
    alone = [entry for pair, entry in last.items() if pair not in of_review]
    settled = _settled(frame, labels, alone)
    outcomes = _outcomes(audit.strata, frame, settled)
    note = AuditNote(
        at=int(time.time() * 1000),
        size=library.audits.size(audit),
        answered=len(last),
        unsure=sum(entry.answer is Answer.UNSURE for entry in last.values()),
        estimate=estimate(outcomes),
    )
    return AuditReport(audit, frame, labels, settled, note, outcomes)


def note_audit(library: Library) -> AuditReport | None:
    """Estimates from the answers so far and notes that down; `None` if no sample was drawn.

    Raises:
        StoreError: It cannot be written.
    """
    report = audit_report(library)
    if report is not None:
        library.audits.note(report.audit, report.note)
    return report


def _settled(frame: Frame, labels: Labels, alone: Sequence[AuditAnswer]) -> Settled:
    """The answers of the review and, where there is none, those of the audit."""
    of_audit = {(entry.image_id, entry.tag_id): entry.answer for entry in alone}
    pairs = [
        (image_id, tag_id, answer is Answer.YES, False)
        for image_id, answers in labels.answers.items()
        for tag_id, answer in answers.items()
        if answer is not Answer.UNSURE and (image_id, tag_id) not in of_audit
    ]
    there = set(labels.images.tolist())
    pairs += [
        (*pair, answer is Answer.YES, True)
        for pair, answer in of_audit.items()
        if answer is not Answer.UNSURE and pair[0] in there
    ]
    table = np.array(pairs, np.int64).reshape(-1, 4)
    table = table[frame.band(table[:, 1]) >= 0]
    images, tags = table[:, 0], table[:, 1]
    present = np.isin((images << 32) + tags, _codes(labels))
    return Settled(
        tag=np.searchsorted(frame.tags, tags),
        side=np.where(present, int(Side.WRONG), int(Side.MISSING)),
        part=frame.part(images, tags),
        error=present != table[:, 2].astype(bool),
        alone=table[:, 3].astype(bool),
    )


def _codes(labels: Labels) -> NDArray[np.int64]:
    """(I,) image id << 32 + tag id of the original tags, ascending."""
    image = np.repeat(labels.images, np.diff(labels.original.starts))
    return (image << 32) + labels.original.tags.astype(np.int64)


def _numbers(strata: Sequence[Stratum], frame: Frame) -> NDArray[np.int64]:
    """(T, 2, 3) numbers of the strata that a tag's pairs belong to, -1 where there is none."""
    numbers = np.full((len(frame.tags), len(Side), len(Part)), -1, np.int64)
    for number, entry in enumerate(strata):
        numbers[frame.bands == entry.band, int(entry.side), int(entry.part)] = number
    return numbers


def _outcomes(strata: Sequence[Stratum], frame: Frame, settled: Settled) -> tuple[Outcome, ...]:
    number = _numbers(strata, frame)[settled.tag, settled.side, settled.part]

    def count(which: NDArray[np.bool_]) -> list[int]:
        mine = number[which & (number >= 0)]
        return [int(many) for many in np.bincount(mine, minlength=len(strata))]

    alone, error = settled.alone, settled.error
    counts = (count(~alone), count(~alone & error), count(alone), count(alone & error))
    return tuple(
        Outcome(stratum, *of_stratum) for stratum, *of_stratum in zip(strata, *counts, strict=True)
    )


@dataclass(frozen=True)
class _Cells:
    """Counts by tag, side and part, for the estimates of single tags."""

    report: AuditReport
    ranking: Ranking

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, 2, 3)."""
        return len(self.report.frame.tags), len(Side), len(Part)

    def counted(
        self,
        tag: NDArray[np.int64],
        side: NDArray[np.int64],
        part: NDArray[np.int64],
        weights: NDArray[np.floating] | None = None,
    ) -> NDArray[np.float64]:
        """(T, 2, 3) numbers of pairs, or sums of their weights."""
        cell = np.ravel_multi_index((tag, side, part), self.shape)
        sums = np.bincount(cell, weights=weights, minlength=int(np.prod(self.shape)))
        return sums.reshape(self.shape).astype(np.float64)

    @cached_property
    def carriers(self) -> NDArray[np.int64]:
        """(T,) images that carry each tag originally."""
        starts = self.report.labels.original.columns(self.report.frame.tags).indptr
        counts: NDArray[np.int64] = np.diff(starts).astype(np.int64)
        return counts

    def pairs(self) -> NDArray[np.float64]:
        """(T, 2, 3) all pairs: those ranked when the sample was drawn, and the rest."""
        frame, labels = self.report.frame, self.report.labels
        there = np.isin(frame.ranked >> 32, labels.images)
        ranked, part = frame.ranked[there], frame.parts[there]
        side = np.isin(ranked, _codes(labels)).astype(np.int64)
        pairs = self.counted(np.searchsorted(frame.tags, ranked & 0xFFFFFFFF), side, part)
        whole = np.stack([len(labels.images) - self.carriers, self.carriers], axis=1)
        pairs[:, :, int(Part.REST)] = whole - pairs.sum(axis=2)
        return pairs

    def expected(self, unknown: NDArray[np.float64]) -> NDArray[np.float64]:
        """(T, 2, 3) errors that the ranking expects, and a few where it expects none.

        Of pairs that are not ranked, common tags lack more than rare ones.
        """
        frame, ranking = self.report.frame, self.ranking
        tags = np.repeat(ranking.tags, np.diff(ranking.offsets)).astype(np.int64)
        images = np.asarray(ranking.images, np.int64)
        here = (frame.band(tags) >= 0) & np.isin(images, self.report.labels.images)
        tags, images = tags[here], images[here]
        where = (
            np.searchsorted(frame.tags, tags),
            np.asarray(ranking.sides)[here].astype(np.int64),
            frame.part(images, tags),
        )
        suspicions = np.asarray(ranking.suspicions, np.float64)[here]
        guessed = np.full(self.shape, GUESSED)
        guessed[:, int(Side.MISSING)] *= (self.carriers / max(self.carriers.mean(), 1e-9))[:, None]
        rest = np.maximum(unknown - self.counted(*where), 0.0)
        expected: NDArray[np.float64] = self.counted(*where, suspicions) + guessed * rest
        return expected

    def cells(self) -> TagCells:
        """All of it."""
        settled = self.report.settled

        def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
            kept = (settled.tag[which], settled.side[which], settled.part[which])
            return self.counted(*kept).astype(np.int64)

        every = np.ones(len(settled.tag), bool)
        unknown = np.maximum(self.pairs() - count(every), 0.0)
        return TagCells(
            carriers=self.carriers,
            stratum=_numbers(self.report.audit.strata, self.report.frame),
            unknown=unknown.astype(np.int64),
            expected=self.expected(unknown),
            answered=count(settled.alone),
            errors=count(settled.alone & settled.error),
            fixed=count(settled.error).sum(axis=2),
        )


def audit_lines(report: AuditReport) -> Sequence[str]:
    """An audit in words, for a terminal."""
    note = report.note
    found = note.estimate
    about = " of the vetted images" if report.vetted else ""
    lines = [
        (
            f"Audit {report.audit.id}{about}: {note.answered:,} of {note.size:,} pairs answered "
            f"({note.unsure:,} of them Can't tell), {found.reviewed:,} more settled in review."
        )
    ]
    if not note.tells:
        lines.append(f"Estimates are shown from {min(ENOUGH, note.size)} answers on.")
        return lines
    lines.append(f"{'':<12}{'original tags':>26}{'tags as corrected':>26}")
    for name, before, after in (
        ("precision", found.before.precision, found.after.precision),
        ("recall", found.before.recall, found.after.recall),
    ):
        cells = [
            f"{entry.share:.1%} ({entry.low:.1%} to {entry.high:.1%})" for entry in (before, after)
        ]
        lines.append(f"{name:<12}{cells[0]:>26}{cells[1]:>26}")
    for name, (middle, low, high) in (("missing", found.missing), ("wrong", found.wrong)):
        lines.append(f"Tags still {name}: about {middle:,.0f} ({low:,.0f} to {high:,.0f}).")
    return [*lines, *map(_band_line, estimate_bands(report.outcomes))]


def _band_line(band: BandEstimate) -> str:
    if band.found is None:
        return f"Of {band.words}: {band.answered:,} answers, too few to tell them apart."
    recall, precision = band.found.after.recall, band.found.after.precision
    return (
        f"Of {band.words} ({band.answered:,} answers): recall {recall.share:.1%} "
        f"({recall.low:.1%} to {recall.high:.1%}), precision {precision.share:.1%} "
        f"({precision.low:.1%} to {precision.high:.1%}) as corrected."
    )
