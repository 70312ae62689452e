"""The noise experiment: what a share of corrected tags is worth in images, in figures and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.quality.exchange import Interval, Law, Trials, exchange, mean_interval
from reviewer.core.quality.noise import Kind, Level
from reviewer.jobs.noise.trials import Grid, HeadTrainer, Trainer, run_trials

if TYPE_CHECKING:
    from reviewer.jobs.context import Listener
    from reviewer.jobs.noise.data import NoiseData
    from reviewer.store.library import Library

POOR_FIT = 0.9
"""Below this share of explained variance the law is said to fit poorly."""
ENOUGH_ANSWERS = 50
"""Answers by which a reviewer's pace is told."""
RARE = 100
"""Images up to which a tag counts as rare here."""
FEWEST_TAGS = 10


@dataclass(frozen=True, slots=True)
class LevelResult:
    """One level of noise, with all images.

    Attributes:
        level: What was done to the labels.
        quality, f1: Mean average precision and F1 over all pairs, with their intervals over the
            draws.
        factor: How many times more images make up for the noise.
        tags: Tag instances dropped or wrongly added.
        beyond: Whether the factor lies beyond what was measured, and rests on the law alone.
    """

    level: Level
    quality: Interval
    f1: Interval
    factor: Interval
    tags: int
    beyond: bool

    def more_images(self, images: int) -> Interval:
        """Images that are worth as much as putting all of these tags right."""
        found = self.factor
        return Interval(*(images * (part - 1) for part in (found.value, found.low, found.high)))


@dataclass(frozen=True)
class NoiseReport:
    """What the experiment found.

    Attributes:
        data: What was learnt from and measured on.
        grid: What was tried.
        trained: How, in words.
        trials: Every tagger.
        law: Quality over images and noise.
        levels: First the labels as they are.
        bands: The same law for rare and for frequent tags: name, number of tags, factors of the
            levels.
        pace: Seconds a question takes this reviewer, and the share of answers that corrected
            something; `None` with too few answers.
    """

    data: NoiseData
    grid: Grid
    trained: str
    trials: Trials
    law: Law
    levels: tuple[LevelResult, ...]
    bands: tuple[tuple[str, int, tuple[Interval, ...]], ...]
    pace: tuple[float, float] | None

    @property
    def images(self) -> int:
        """Learnt from, at most."""
        return len(self.data.images)

    @property
    def instances(self) -> int:
        """Tags of these images."""
        return int(self.data.present.nnz)


def noise_report(
    library: Library,
    data: NoiseData,
    grid: Grid,
    listener: Listener,
    trainer: Trainer | None = None,
    trained: str = "",
) -> NoiseReport:
    """Trains at every level and fits the law.

    Args:
        library: The collection, for the reviewer's pace.
        data: The copy of its labels.
        grid: What is tried.
        listener: Hears of progress.
        trainer: How to train; heads on the stored embeddings if not given.
        trained: How that is, in words.
    """
    trials = run_trials(data, grid, trainer or HeadTrainer(data), listener)
    law, factors = exchange(trials)
    return NoiseReport(
        data=data,
        grid=grid,
        trained=trained or f"heads on the embeddings of {data.version}",
        trials=trials,
        law=law,
        levels=tuple(
            _level(data, trials, number, level, factors[number])
            for number, level in enumerate(grid.levels)
        ),
        bands=_bands(data, trials),
        pace=_pace(library),
    )


def _level(
    data: NoiseData, trials: Trials, number: int, level: Level, factor: Interval
) -> LevelResult:
    whole = (trials.level == number) & (trials.images == trials.images.max())
    fewest = int(trials.images.min())
    return LevelResult(
        level=level,
        quality=mean_interval(trials.quality()[whole]),
        f1=mean_interval(trials.f1()[whole]),
        factor=factor,
        tags=round(level.share * data.present.nnz),
        beyond=not factor.value <= trials.images.max() / fewest,
    )


def _bands(data: NoiseData, trials: Trials) -> tuple[tuple[str, int, tuple[Interval, ...]], ...]:
    carried = np.asarray(data.present.sum(axis=0)).ravel()
    found = []
    for name, tags in (
        (f"tags on up to {RARE:,} images", carried <= RARE),
        (f"tags on more than {RARE:,}", carried > RARE),
    ):
        if tags.sum() >= FEWEST_TAGS:
            found.append((name, int(tags.sum()), exchange(trials.of_tags(tags))[1]))
    return tuple(found)


def _pace(library: Library) -> tuple[float, float] | None:
    """Seconds of a question and share of corrections, of the ranked answers so far."""
    answers = [entry for entry in library.decisions.live() if entry.origin.ranked]
    timed = [entry.elapsed_ms for entry in answers if entry.elapsed_ms]
    fixed = sum(entry.changes_metadata for entry in answers)
    if len(timed) < ENOUGH_ANSWERS or not fixed:
        return None
    return float(np.median(timed)) / 1000, fixed / len(answers)


def answer_lines(report: NoiseReport) -> list[str]:
    """The document's question and its answer in numbers, a sentence a line."""
    done = (
        f"{report.images:,} images with {report.instances:,} tags were learnt from "
        f"({len(report.data.tags):,} tags; {report.trained}), and quality measured on "
        f"{len(report.data.measured_images):,} others, against {report.data.basis}."
    )
    lines = [
        "Is it better to correct the tags of the images there are, or to add images?",
        done,
        *_verdict(report),
    ]
    lines += [_worth(report, entry) for entry in report.levels if entry.level.kind is not Kind.NONE]
    if report.pace is not None:
        seconds, share = report.pace
        lines.append(
            f"A question took {seconds:.1f} s here and {share:.0%} of the answers corrected a tag: "
            f"{3600 / seconds * share:,.0f} tags an hour."
        )
    else:
        lines.append("No pace of yours is known yet, so nothing is said of hours.")
    if report.law.explained < POOR_FIT:
        lines.append(
            f"The law behind these figures explains only {report.law.explained:.0%} of what was "
            "measured: take them for an order of magnitude."
        )
    return lines


def _worth(report: NoiseReport, entry: LevelResult) -> str:
    verb = "missing" if entry.level.kind is Kind.DROP else "wrong on top"
    done = "adding them" if entry.level.kind is Kind.DROP else "taking them away"
    head = f"Where {entry.level.share:.0%} of the tags are {verb}, {done} is worth "
    if math.isnan(entry.factor.value):
        return f"{head}more than any number of images: more images did not help here."
    more = entry.more_images(report.images)
    if more.low <= 0:
        return f"{head}no more than chance: {_between(entry.factor)} times as many images."
    rests = "; beyond what was measured, by the law alone" if entry.beyond else ""
    if math.isinf(entry.factor.value):
        return f"{head}more than a million times as many images{rests}."
    each = entry.tags / more.value if more.value else math.inf
    return (
        f"{head}{more.value / report.images:.0%} more images "
        f"(95%: {_share(more.low, report)} to {_share(more.high, report)}): {entry.tags:,} "
        f"corrected tags are as good as {more.value:,.0f} more images, {_rate(each)}{rests}."
    )


def _verdict(report: NoiseReport) -> list[str]:
    """A corrected tag against a tag that comes with a new image, at the least noise dropped."""
    least = next((one for one in report.levels if one.level.kind is Kind.DROP), None)
    if least is None or not 0 < least.more_images(report.images).value < math.inf:
        return []
    more, an_image = least.more_images(report.images), report.instances / report.images
    worth = Interval(*(an_image * part / least.tags for part in (more.value, more.low, more.high)))
    between = f"{max(worth.low, 0):.1f} to {worth.high:.1f}"
    if worth.low > 1:
        told = "tag for tag, correcting is the better deal"
    elif worth.high < 1:
        told = "tag for tag, adding images is the better deal"
    else:
        told = "which of the two is the better deal cannot be told from so few draws and tags"
    sentence = (
        f"A new image brings {an_image:.1f} tags with it here. A corrected tag is worth "
        f"{worth.value:.1f} times (95%: {between}) a tag that comes with a new image, with "
        f"{least.level.share:.0%} missing: {told}."
    )
    return [sentence]


def _rate(each: float) -> str:
    """How many tags are as good as an image, in the form that is not below 1."""
    if each >= 1:
        return f"{each:,.1f} tags an image"
    return f"{1 / each:,.1f} images a tag"


def _share(images: float, report: NoiseReport) -> str:
    return "no end" if math.isinf(images) else f"{images / report.images:.0%}"


def _between(factor: Interval) -> str:
    high = "any number of" if math.isinf(factor.high) else f"{factor.high:.2f}"
    return f"{factor.low:.2f} to {high}"


def table_lines(report: NoiseReport) -> list[str]:
    """The levels for a terminal."""
    lines = [f"{'tags':<22}{'mAP':>7}{'95 %':>16}{'F1':>8}{'more images':>14}{'95 %':>20}"]
    for entry in report.levels:
        more = entry.more_images(report.images)
        between = f"{entry.quality.low:.3f} to {entry.quality.high:.3f}"
        rest = ""
        if entry.level.kind is not Kind.NONE:
            rest = f"{_count(more.value):>14}{f'{_count(more.low)} to {_count(more.high)}':>20}"
        lines.append(
            f"{entry.level.words:<22}{entry.quality.value:>7.3f}{between:>16}"
            f"{entry.f1.value:>8.3f}{rest}"
        )
    return lines


def _count(value: float) -> str:
    return "no end" if not math.isfinite(value) else f"{value:,.0f}"
