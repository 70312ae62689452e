"""A sample of real pairs, answered in a real session, against a truth that is known."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.core.quality.audit_bands import estimate_bands
from reviewer.core.review.mixing import AuditMix
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Decision, Origin
from reviewer.jobs.audit_report import audit_lines, audit_report, note_audit
from reviewer.jobs.auditing import draw_audit
from reviewer.jobs.context import Silent
from reviewer.jobs.learning.comparing import AUDITED, FEWEST_AUDITED
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.reporting import write_report
from reviewer.store.figures import REPORT, FigureFiles
from reviewer.store.library import Library
from tests.unit.jobs.conftest import CHOICES

if TYPE_CHECKING:
    from pathlib import Path

Shapes = tuple[Library, dict[str, frozenset[str]]]


def answer_all(library: Library, truth: dict[str, frozenset[str]], share: float, count: int) -> int:
    """Answers from the truth, the sample mixed in; returns how many were of the sample."""
    vocabulary = library.vocabulary()
    session = ReviewSession(
        library.decisions, library.images, vocabulary, library.rankings.load(), reviewer="me"
    )
    audit = library.audits.current()
    assert audit is not None
    session.feed.mix = AuditMix(library.audits.open_questions(audit), share).next
    of_audit = 0
    for _ in range(count):
        question = session.current
        if question is None:
            break
        shown = truth[library.images.get(question.image_id).path]
        right = vocabulary.name(question.tag_id) in shown
        (stored,) = session.answer(Answer.YES if right else Answer.NO)
        of_audit += stored.origin is Origin.AUDIT
    return of_audit


def true_recall(library: Library, truth: dict[str, frozenset[str]]) -> float:
    names = library.vocabulary()
    right = shown = 0
    for image, tags in library.images.rows():
        present = {names.name(tag) for tag in tags}
        shown += len(truth[image.path])
        right += len(truth[image.path] & present)
    return right / shown


def test_a_sample_is_random_frozen_and_asked_among_the_others(shapes: Shapes) -> None:
    library, truth = shapes
    drawn = draw_audit(library, Silent(), size=150, seed=4)
    audit = library.audits.current()
    assert audit is not None
    questions = library.audits.open_questions(audit)
    assert len(questions) == drawn.summary["pairs"] == library.audits.size(audit)
    assert len({entry.pair for entry in questions}) == len(questions)
    for entry in questions:
        present = entry.tag_id in library.images.original_tags(entry.image_id)
        assert present == bool(entry.side)
    images, tags = len(truth), len(library.rankings.load().tags)
    assert sum(entry.pairs for entry in audit.strata) == images * tags
    frame = library.audits.frame(audit)
    parts = frame.part(
        np.array([entry.image_id for entry in questions]),
        np.array([entry.tag_id for entry in questions]),
    )
    numbers = {entry.pair: part for entry, part in zip(questions, parts.tolist(), strict=True)}
    given = answer_all(library, truth, 0.5, 200)
    assert given > 20
    for answer in library.audits.answers(audit):
        stratum = audit.strata[answer.stratum]
        assert int(stratum.part) == numbers[answer.image_id, answer.tag_id]


def test_the_estimate_holds_the_truth_and_rises_with_the_review(shapes: Shapes) -> None:
    library, truth = shapes
    draw_audit(library, Silent(), size=200, seed=1)
    assert audit_report(library) is not None
    answer_all(library, truth, 1.0, 400)
    report = audit_report(library)
    assert report is not None
    before, after = report.note.estimate.before.recall, report.note.estimate.after.recall
    assert before.low <= true_recall(library, truth) <= before.high
    assert after.share > before.share
    assert report.note.answered >= 0.95 * report.note.size
    assert any("recall" in line for line in audit_lines(report))
    bands = estimate_bands(report.outcomes)
    assert sum(band.answered for band in bands) == report.note.estimate.answered
    assert any(band.found for band in bands)
    for band in bands:
        assert any(band.words in line for line in audit_lines(report))
    noted = note_audit(library)
    assert noted is not None
    assert library.audits.notes(report.audit) == [noted.note]
    target = library.workspace.path / "told"
    write_report(library, Silent(), target)
    page = (target / "report.html").read_text(encoding="utf-8")
    assert [f"recall, {band.name}" in page for band in bands] == [
        band.found is not None for band in bands
    ]
    assert "true recall, as it came" in page


def test_each_tag_is_told_apart_and_the_intervals_hold_most_of_them(shapes: Shapes) -> None:
    library, truth = shapes
    draw_audit(library, Silent(), size=300, seed=1)
    report = audit_report(library)
    assert report is not None
    assert not report.by_tag(library.rankings.load()), "nothing is answered yet"
    answer_all(library, truth, 0.7, 450)
    report = audit_report(library)
    assert report is not None
    quality = report.by_tag(library.rankings.load())
    assert set(quality) == set(library.rankings.load().tags.tolist())
    names, rows = library.vocabulary(), list(library.images.rows())
    held = []
    for tag_id, found in quality.items():
        name = names.name(tag_id)
        shown = {image.path for image, _ in rows if name in truth[image.path]}
        there = {image.path for image, tags in rows if tag_id in tags}
        recall, precision = found.before.recall, found.before.precision
        held.append(recall.low <= len(shown & there) / len(shown) <= recall.high)
        held.append(precision.low <= len(shown & there) / len(there) <= precision.high)
        assert found.after.recall.share >= recall.share - 1e-9
    assert np.mean(held) > 0.8
    target = library.workspace.path / "told"
    write_report(library, Silent(), target)
    told = FigureFiles(target).read(REPORT)
    assert told is not None
    assert {entry.tag: entry.audited for entry in told} == {
        names.name(tag_id): found for tag_id, found in quality.items()
    }
    with (target / "tags.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert float(row["true recall as corrected, low"]) <= float(
                row["true recall as corrected"]
            )


def test_an_audit_of_vetted_images_is_about_them_alone(shapes: Shapes) -> None:
    library, truth = shapes
    with pytest.raises(UsageError, match="No image is vetted"):
        draw_audit(library, Silent(), size=100, vetted=True)
    vetted = [image_id for image_id, _, _ in library.images.askable()][:40]
    library.vetted.mark(vetted, "listed")
    draw_audit(library, Silent(), size=100, seed=4, vetted=True)
    audit = library.audits.current()
    assert audit is not None
    questions = library.audits.open_questions(audit)
    assert len(questions) > 50
    assert {entry.image_id for entry in questions} <= set(vetted)
    tags = len(library.rankings.load().tags)
    assert sum(entry.pairs for entry in audit.strata) == 40 * tags
    answer_all(library, truth, 0.7, 200)
    report = audit_report(library)
    assert report is not None
    assert report.vetted
    assert audit_lines(report)[0].startswith(f"Audit {audit.id} of the vetted images:")


def test_a_second_answer_leaves_a_pair_in_the_sample(shapes: Shapes) -> None:
    library, _ = shapes
    draw_audit(library, Silent(), size=100, seed=4)
    audit = library.audits.current()
    assert audit is not None
    question = library.audits.open_questions(audit)[0]
    for place, (name, origin) in enumerate(
        (("me", Origin.AUDIT), ("ann", Origin.SECOND), ("ben", Origin.SETTLE))
    ):
        answer = Answer.NO if name == "me" else Answer.YES
        row = Decision(*question.pair, answer, question.side, 0.5, 0.5, "v1", name, place)
        library.decisions.append([replace(row, origin=origin)])
    (given,) = library.audits.answers(audit)
    assert (given.answer, given.origin) == (Answer.YES, Origin.AUDIT)
    row = Decision(*question.pair, Answer.YES, question.side, 0.5, 0.5, "v1", "dan", 9)
    library.decisions.append([row])
    (given,) = library.audits.answers(audit)
    assert given.origin is Origin.QUEUE


def test_the_report_names_every_tag_and_the_audit(shapes: Shapes, tmp_path: Path) -> None:
    library, truth = shapes
    draw_audit(library, Silent(), size=100, seed=1)
    answer_all(library, truth, 0.7, 120)
    done = write_report(library, Silent(), tmp_path / "report")
    assert done.summary["tags"] == 4
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count("<tr>") == 5
    assert "recall, corrected" in page
    with (tmp_path / "report" / "tags.csv").open(encoding="utf-8") as file:
        rows = {row["tag"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"circle", "square", "red", "blue"}
    assert all(0 < float(row["average_precision"]) <= 1 for row in rows.values())
    assert sum(int(row["answers"]) for row in rows.values()) == 120
    told = FigureFiles(tmp_path / "report").read(REPORT)
    assert told is not None
    assert {row.tag: row.answers for row in told} == {t: int(r["answers"]) for t, r in rows.items()}
    changed = sum(abs(row.images - row.original) for row in told)
    assert 0 < changed <= sum(row.fixed for row in told)
    names = library.vocabulary()
    fixed = [entry for entry in library.decisions.live() if entry.changes_metadata]
    for name, row in rows.items():
        mine = [entry for entry in fixed if names.name(entry.tag_id) == name]
        assert int(row["fixed"]) == len(mine)


def test_a_new_version_is_judged_on_the_sample_too(shapes: Shapes) -> None:
    library, truth = shapes
    draw_audit(library, Silent(), size=400, seed=2)
    answer_all(library, truth, 1.0, 450)
    _, comparison = retrain(library, Silent(), CHOICES, Promotion.NEVER)
    assert comparison.audited >= FEWEST_AUDITED
    rows = {name: (before, after) for name, before, after in comparison.rows}
    assert all(0 <= value <= 1 for value in rows[AUDITED])
    worse = replace(comparison, rows=(comparison.rows[0], (AUDITED, 0.9, 0.6)))
    assert not worse.is_no_worse


def test_without_a_ranking_there_is_nothing_to_draw_from(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with (
        Library.create(tmp_path / "workspace", tmp_path / "images") as library,
        pytest.raises(UsageError, match="no questions"),
    ):
        draw_audit(library, Silent())
