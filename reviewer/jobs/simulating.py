"""A reviewer made of the truth: answers questions through the same session as the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.held_out import held_out
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.tagger_problems import tagger_errors

if TYPE_CHECKING:
    from reviewer.core.types import Question
    from reviewer.store.library import Library

Truth = Mapping[str, frozenset[str]]
"""True tags by image path."""

MARKS = (50, 100, 250, 500, 1000, 2000, 3000, 5000, 10_000)
"""Answers after which the curve is drawn."""


@dataclass(frozen=True, slots=True)
class YieldCurve:
    """Errors found after so many answers.

    Attributes:
        answers: (M,) numbers of answers.
        found: (M,) errors found by the order of the program.
        random: (M,) errors found by asking pairs at random.
        planted: Errors in the questions that could be asked.
    """

    answers: tuple[int, ...]
    found: tuple[int, ...]
    random: tuple[float, ...]
    planted: int


def simulate(
    library: Library,
    listener: Listener,
    truth: Truth,
    count: int,
    *,
    refresh_every: int = 300,
    on_refresh: Callable[[], None] | None = None,
) -> YieldCurve:
    """Answers questions from the truth, best first, one key each.

    Args:
        library: A collection with a ranking.
        listener: Hears of progress.
        truth: True tags by image path.
        count: Answers to give.
        refresh_every: Answers between two refreshes.
        on_refresh: Refreshes and ranks; called every so many answers.

    Raises:
        StoreError: An answer could not be stored.
    """
    vocabulary = library.vocabulary()
    session = ReviewSession(
        library.decisions,
        library.images,
        vocabulary,
        library.rankings.load(),
        reviewer="simulated",
    )
    changed: list[bool] = []
    with stage(listener, "answer", count, "questions") as progress:
        while len(changed) < count and (question := session.current) is not None:
            (decision,) = session.answer(_answer(library, truth, vocabulary.name, question))
            changed.append(decision.changes_metadata)
            progress.advance()
            if on_refresh is not None and len(changed) % refresh_every == 0 < count - len(changed):
                on_refresh()
                session.reload(library.rankings.load())
    share, planted = _error_share(library, truth)
    marks = [mark for mark in MARKS if mark < len(changed)] + [len(changed)]
    total = np.cumsum(changed, dtype=np.int64)
    return YieldCurve(
        answers=tuple(marks),
        found=tuple(int(total[mark - 1]) if mark else 0 for mark in marks),
        random=tuple(share * mark for mark in marks),
        planted=planted,
    )


def _answer(
    library: Library, truth: Truth, name: Callable[[int], str], question: Question
) -> Answer:
    shown = name(question.tag_id) in truth[library.images.get(question.image_id).path]
    return Answer.YES if shown else Answer.NO


def _error_share(library: Library, truth: Truth) -> tuple[float, int]:
    """Share of errors among all pairs that the tagger can be asked about, and their number.

    Asking pairs at random finds this share of errors on average.
    """
    errors = pairs = 0
    names = _asked_tags(library)
    vocabulary = library.vocabulary()
    for image, tags in library.images.rows():
        original = frozenset(vocabulary.name(tag_id) for tag_id in tags) & names
        errors += len(original ^ (truth[image.path] & names))
        pairs += len(names)
    return errors / max(pairs, 1), errors


def _asked_tags(library: Library) -> frozenset[str]:
    active = library.versions.active()
    crossfit = library.crossfit(active.name).load() if active else None
    ids = crossfit.tags.tolist() if crossfit is not None else []
    vocabulary = library.vocabulary()
    return frozenset(vocabulary.name(tag_id) for tag_id in ids)


@dataclass(frozen=True, slots=True)
class TruthFigures:
    """A version against the truth on images that no version was trained on, all 0..1."""

    version: str
    images: int
    rows: tuple[tuple[str, float], ...]


def against_truth(library: Library, listener: Listener, truth: Truth, version: str) -> TruthFigures:
    """Scores the held-out images with a version and compares with the truth.

    F1 is taken at a score of one half: a tagger that learnt from missing tags says too little,
    and choosing thresholds on the truth would hide just that.

    Args:
        library: The collection.
        listener: Hears of progress.
        truth: True tags by image path.
        version: Name of the version.

    Raises:
        TaggerError: The version cannot be loaded.
    """
    from model.metrics import evaluate, rates
    from model.predict import Predictor

    askable = library.images.askable()
    kept = np.flatnonzero(held_out([digest for _, _, digest in askable]))
    with tagger_errors():
        predictor = Predictor.load(library.version_folder(version))
    names = [tag for tag, _ in predictor.tags]
    targets = np.array(
        [[tag in truth[askable[place][1]] for tag in names] for place in kept], np.float32
    )
    scores = np.zeros_like(targets)
    paths = [library.folder / askable[place][1] for place in kept]
    with stage(listener, "check", len(paths), "images") as progress:
        for batch in predictor.scan(paths, open_for_tagger):
            scores[batch.indices] = batch.scores
            progress.advance(len(batch.indices) + len(batch.failures))
    micro, macro, _ = rates(scores, targets, np.full(len(names), 0.5))
    rows = (
        ("mAP", evaluate(scores, targets).map),
        ("micro P at 0.5", micro.precision),
        ("micro R at 0.5", micro.recall),
        ("micro F1 at 0.5", micro.f1),
        ("macro F1 at 0.5", macro.f1),
    )
    return TruthFigures(version, len(paths), rows)


def curve_lines(curve: YieldCurve) -> Iterator[str]:
    """The curve as a table with bars, for a terminal."""
    top = max(curve.found, default=0) or 1
    yield f"{'answers':>8} {'errors found':>13} {'yield':>7} {'at random':>10} {'times':>7}"
    for answers, found, random in zip(curve.answers, curve.found, curve.random, strict=True):
        bar = "#" * round(30 * found / top)
        times = found / random if random else 0.0
        share = found / answers if answers else 0.0
        yield f"{answers:>8,} {found:>13,} {share:>7.1%} {random:>10.1f} {times:>6.1f}x  {bar}"
