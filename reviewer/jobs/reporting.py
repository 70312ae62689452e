"""The state of a collection as a report: every tag in figures, as HTML for people and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.figures import TagFigures
from reviewer.core.lookup import carries
from reviewer.core.quality.audit_bands import estimate_bands
from reviewer.core.types import Answer, ChangeSet, Side
from reviewer.jobs.audit_report import note_audit
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import Labels, gather_labels
from reviewer.jobs.learning.recipes import recipe_figures
from reviewer.jobs.pages.report import report_page
from reviewer.store.disk import write_whole
from reviewer.store.figures import REPORT, write_figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.quality.audit import TagQuality
    from reviewer.core.queues import Ranking
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.audit_report import AuditReport
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library


def write_report(library: Library, listener: Listener, target: Path) -> ChangeSet:
    """Writes `report.html`, `tags.csv` and, for the window, `tags.json` of a collection.

    Args:
        library: The collection.
        listener: Hears of progress.
        target: A folder; it is made if it is not there.

    Returns:
        `tags` in the report, and the audit's recall where there is one.

    Raises:
        StoreError: It cannot be written.
    """
    audit = note_audit(library)
    figures = tag_figures(library, listener, audit)
    write_whole(target / "tags.csv", _csv(figures))
    page = report_page(
        library.name,
        library.images.counts(),
        figures,
        audit.note if audit else None,
        recipe_figures(library),
        estimate_bands(audit.outcomes) if audit else (),
    )
    write_whole(target / "report.html", page)
    write_figures(target, REPORT, tuple(figures))
    summary: dict[str, int | float | str] = {
        "report": str(target / "report.html"),
        "tags": len(figures),
    }
    if audit is not None and audit.note.tells:
        summary |= {
            "recall before": round(audit.note.estimate.before.recall.share, 4),
            "recall after": round(audit.note.estimate.after.recall.share, 4),
        }
    return ChangeSet(summary=summary)


def tag_figures(
    library: Library, listener: Listener, audit: AuditReport | None = None
) -> list[TagFigures]:
    """The figures of all tags that have out-of-sample scores, by name.

    Args:
        library: The collection.
        listener: Hears of progress.
        audit: Tells how good each tag is; `None` where no sample was drawn.
    """
    active = library.versions.active()
    crossfit = library.crossfit(active.name).load() if active else None
    if crossfit is None:
        return []
    vocabulary = library.vocabulary()
    labels = gather_labels(library, crossfit.images, vocabulary)
    by_tag = _answers_by_tag(labels)
    ranking = library.rankings.load()
    left = _questions_left(ranking)
    audited = audit.by_tag(ranking) if audit is not None else {}
    original = labels.original.columns(crossfit.tags.tolist())
    found = []
    with stage(listener, "report", len(crossfit.tags), "tags") as progress:
        for column, tag_id in enumerate(crossfit.tags.tolist()):
            given = by_tag.get(tag_id, {})
            told = _figures(
                vocabulary,
                tag_id,
                carries(original, column),
                given,
                _logits(crossfit, column),
                left.get(tag_id, _Left()),
            )
            found.append(replace(told, audited=audited.get(tag_id)))
            progress.advance()
    return sorted(found, key=lambda entry: entry.tag)


@dataclass(slots=True)
class _Left:
    """Questions of a tag that are not answered."""

    questions: int = 0
    missing: float = 0.0
    wrong: float = 0.0


def _answers_by_tag(labels: Labels) -> dict[int, dict[int, Answer]]:
    """Settled answers of every tag by row of the labels."""
    found: dict[int, dict[int, Answer]] = {}
    rows = np.searchsorted(labels.images, np.array(list(labels.answers), np.int64))
    for row, answers in zip(rows.tolist(), labels.answers.values(), strict=True):
        for tag_id, answer in answers.items():
            found.setdefault(tag_id, {})[row] = answer
    return found


def _questions_left(ranking: Ranking) -> dict[int, _Left]:
    """What the ranking still asks of each tag; it leaves out what was answered when it was made."""
    found: dict[int, _Left] = {}
    for queue, tag_id in enumerate(ranking.tags.tolist()):
        span = slice(int(ranking.offsets[queue]), int(ranking.offsets[queue + 1]))
        sides, chances = np.asarray(ranking.sides[span]), np.asarray(ranking.suspicions[span])
        found[tag_id] = _Left(
            len(sides),
            float(chances[sides == int(Side.MISSING)].sum()),
            float(chances[sides == int(Side.WRONG)].sum()),
        )
    return found


def _logits(crossfit: Crossfit, column: int) -> NDArray[np.float32]:
    return crossfit.scores(column).astype(np.float32)


def _figures(
    vocabulary: Vocabulary,
    tag_id: int,
    present: NDArray[np.bool_],
    answers: Mapping[int, Answer],
    logits: NDArray[np.float32],
    left: _Left,
) -> TagFigures:
    tag = vocabulary.tags[tag_id]
    truth = present.copy()
    known = np.ones(len(present), bool)
    fixed = 0
    for row, answer in answers.items():
        known[row] = answer is not Answer.UNSURE
        if answer is not Answer.UNSURE:
            fixed += present[row] != (answer is Answer.YES)
            truth[row] = answer is Answer.YES
    prior = float(truth.mean())
    best = _best(truth[known], logits[known])
    confirmed = sum(answer is Answer.YES for answer in answers.values())
    return TagFigures(
        tag=tag.name,
        category=tag.category.word,
        original=int(present.sum()),
        images=int(truth.sum()),
        prior=prior,
        precision=best.precision,
        recall=best.recall,
        f1=best.f1,
        average_precision=best.average,
        times_chance=best.average / prior if prior else 0.0,
        threshold=best.threshold,
        answers=len(answers),
        fixed=int(fixed),
        questions=left.questions,
        reviewed=len(answers) / max(len(answers) + left.questions, 1),
        verified=confirmed / max(int(truth.sum()), 1),
        missing_left=left.missing,
        wrong_left=left.wrong,
    )


@dataclass(frozen=True, slots=True)
class _Best:
    """A precision-recall curve at its best F1, and its mean."""

    precision: float = 0.0
    recall: float = 0.0
    f1: float = 0.0
    average: float = 0.0
    threshold: float = 0.0


def _best(truth: NDArray[np.bool_], logits: NDArray[np.float32]) -> _Best:
    if not truth.any():
        return _Best()
    # It takes longer to load than most commands take, whose help names this one.
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(truth, logits)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    at = int(np.argmax(f1[:-1]))
    average = float(-np.sum(np.diff(recall) * precision[:-1]))
    chance = 1 / (1 + np.exp(-float(thresholds[at])))
    return _Best(float(precision[at]), float(recall[at]), float(f1[at]), average, chance)


_AUDITED = tuple(
    f"{name} {when}{end}"
    for when in ("as it came", "as corrected")
    for name in ("true precision", "true recall")
    for end in ("", ", low", ", high")
)
"""Columns of the audit's estimates: the middle and the ends of a 95 % interval."""


def _csv(figures: list[TagFigures]) -> str:
    text = io.StringIO()
    plain = [entry.name for entry in fields(TagFigures) if entry.name != "audited"]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*plain, *_AUDITED])
    for entry in figures:
        values = [*(getattr(entry, name) for name in plain), *_audited(entry.audited)]
        writer.writerow(round(v, 5) if isinstance(v, float) else v for v in values)
    return text.getvalue()


def _audited(found: TagQuality | None) -> list[float | str]:
    """The cells of `_AUDITED`; empty ones where the audit does not tell."""
    if found is None:
        return [""] * len(_AUDITED)
    told = [(when.precision, when.recall) for when in (found.before, found.after)]
    return [end for pair in told for share in pair for end in (share.share, share.low, share.high)]
