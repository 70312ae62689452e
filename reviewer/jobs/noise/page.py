"""The noise experiment as a page with its plots, and its figures as JSON."""

from __future__ import annotations

import html
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.quality.exchange import Interval, mean_interval
from reviewer.core.quality.noise import Kind
from reviewer.core.types import ChangeSet
from reviewer.jobs.noise.report import answer_lines
from reviewer.jobs.pages.chart_svg import Axis, Series, chart_svg
from reviewer.jobs.pages.html import page, table
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.jobs.noise.report import LevelResult, NoiseReport
    from reviewer.jobs.pages.html import Cell

SMOOTH = 40
"""Points of a fitted line."""


def write_noise(report: NoiseReport, name: str, target: Path) -> ChangeSet:
    """Writes `noise.html`, `noise.json` and the plots `noise.svg` and `images.svg`.

    Args:
        report: What the experiment found.
        name: Of the collection.
        target: A folder; it is made if it is not there.

    Raises:
        StoreError: It cannot be written.
    """
    noise, images = noise_svg(report), images_svg(report)
    for file, text in (
        ("noise.svg", noise),
        ("images.svg", images),
        ("noise.json", json.dumps(noise_record(report), indent=1)),
        ("noise.html", page(f"{name}: noise", _body(report, noise, images))),
    ):
        write_whole(target / file, text)
    return ChangeSet(
        summary={
            "report": str(target / "noise.html"),
            "taggers": len(report.trials.images),
            "explained": round(report.law.explained, 3),
        }
    )


def noise_svg(report: NoiseReport) -> str:
    """Quality with all images over the share of tags dropped, or of wrong ones added."""
    series: list[Series] = []
    for kind in (Kind.DROP, Kind.ADD):
        levels = [entry for entry in report.levels if entry.level.kind in {Kind.NONE, kind}]
        if len(levels) > 1:
            series += [
                Series(f"mAP, {kind}", _points(levels, f1=False), colour=len(series)),
                Series(f"F1, {kind}", _points(levels, f1=True), colour=len(series) + 1),
            ]
    shares = sorted({entry.level.share for entry in report.levels})
    axis = Axis("share of the tags", tuple((share, f"{share:.0%}") for share in shares))
    return chart_svg(series, axis, "quality", "Quality of taggers over the noise in their labels")


def _points(
    levels: list[LevelResult], *, f1: bool
) -> tuple[tuple[float, float, float, float], ...]:
    found = [(entry.level.share, entry.f1 if f1 else entry.quality) for entry in levels]
    return tuple((share, told.value, told.low, told.high) for share, told in found)


def images_svg(report: NoiseReport) -> str:
    """Quality over the number of images at every share of tags dropped, with the fitted law."""
    sizes = np.unique(report.trials.images)
    smooth = np.geomspace(sizes[0], sizes[-1], SMOOTH)
    series = []
    for number, words, points in _curves(report):
        fitted = report.law.quality(smooth, number)
        curve = tuple(zip(smooth.tolist(), fitted.tolist(), strict=True))
        series.append(Series(words, points, curve, colour=number))
    ticks = tuple((float(size), f"{size:,}") for size in sizes.tolist())
    axis = Axis("images learnt from (logarithmic)", ticks, log=True)
    return chart_svg(series, axis, "mAP", "Quality of taggers over the number of images")


def _curves(
    report: NoiseReport,
) -> list[tuple[int, str, tuple[tuple[float, float, float, float], ...]]]:
    """Number, name and (images, mAP, low, high) of the levels without and with tags dropped."""
    trials, found = report.trials, []
    for number, level in enumerate(report.grid.levels):
        if level.kind is Kind.ADD:
            continue
        points = []
        for size in np.unique(trials.images).tolist():
            here = (trials.level == number) & (trials.images == size)
            told = mean_interval(trials.quality()[here])
            points.append((float(size), told.value, told.low, told.high))
        found.append((number, level.words, tuple(points)))
    return found


def noise_record(report: NoiseReport) -> dict[str, Any]:
    """The figures as JSON values; `null` where there is no number."""
    return {
        "images": report.images,
        "measured_images": len(report.data.measured_images),
        "tags": len(report.data.tags),
        "tag_instances": report.instances,
        "measured_against": report.data.basis,
        "confirmed_pairs": report.data.confirmed,
        "trained": report.trained,
        "seeds": report.grid.seeds,
        "law": {
            "ceiling": report.law.ceiling,
            "exponent": report.law.exponent,
            "scales": report.law.scale.tolist(),
            "residual": report.law.residual,
            "explained": report.law.explained,
        },
        "levels": [
            {
                "words": entry.level.words,
                "kind": entry.level.kind.name.lower(),
                "share": entry.level.share,
                "changed_tags": entry.tags,
                "map": _interval(entry.quality),
                "f1": _interval(entry.f1),
                "times_images": _interval(entry.factor),
                "more_images": _interval(entry.more_images(report.images)),
                "beyond_measured": entry.beyond,
            }
            for entry in report.levels
        ],
        "sentences": answer_lines(report),
        "curves": [{"words": words, "points": points} for _, words, points in _curves(report)],
        "bands": [
            {"tags": name, "count": count, "times_images": [_interval(one) for one in factors]}
            for name, count, factors in report.bands
        ],
        "taggers": [
            {"images": int(images), "level": int(level), "seed": int(seed), "map": m, "f1": f}
            for images, level, seed, m, f in zip(
                report.trials.images.tolist(),
                report.trials.level.tolist(),
                report.trials.seed.tolist(),
                report.trials.quality().tolist(),
                report.trials.f1().tolist(),
                strict=True,
            )
        ],
    }


def _interval(found: Interval) -> list[float | None]:
    return [
        value if math.isfinite(value) else None for value in (found.value, found.low, found.high)
    ]


def _body(report: NoiseReport, noise: str, images: str) -> str:
    sentences = "".join(f"<p>{html.escape(line)}</p>" for line in answer_lines(report))
    heads = ["labels", "mAP", "from", "to", "F1", "more images", "from", "to"]
    levels = table(heads, [_row(report, entry) for entry in report.levels])
    return f"""{sentences}
<h2>Quality over noise</h2>{noise}
<p class="note">With all {report.images:,} images, {report.grid.seeds} draws each; the bars are
where the mean lies with 95 %. The measured images keep their labels as they are.</p>
<h2>Quality over images</h2>{images}
<p class="note">The points are means of {report.grid.seeds} draws, the lines are the law
{report.law.ceiling:.3f} - scale * images^-{report.law.exponent:.3f}, where noise changes the scale
alone; it explains {report.law.explained:.1%} of what was measured and is off by
{report.law.residual:.4f}. How far a line must be moved to the right to meet the uppermost one is
how many more images make up for the noise.</p>
<h2>What noise is worth in images</h2>{levels}{_bands_table(report)}
<p class="note">The intervals of the images come from drawing tags and seeds anew 400 times. Noise
comes on top of what is wrong with the labels already, and is at random, where people's is not:
missing tags that people forget are those that are hard to see.{_caution(report)}</p>"""


def _row(report: NoiseReport, entry: LevelResult) -> list[Cell]:
    told: list[Cell] = [entry.level.words]
    told += [
        (value, f"{value:.3f}")
        for value in (entry.quality.value, entry.quality.low, entry.quality.high, entry.f1.value)
    ]
    if entry.level.kind is Kind.NONE:
        return [*told, "", "", ""]
    more = entry.more_images(report.images)
    return [*told, *(_images(value) for value in (more.value, more.low, more.high))]


def _images(value: float) -> Cell:
    return (value, f"{value:,.0f}") if math.isfinite(value) else (1e12, "no end")


def _bands_table(report: NoiseReport) -> str:
    if not report.bands:
        return ""
    heads = ["times as many images", *(entry.words for entry in report.grid.levels[1:])]
    rows: list[list[Cell]] = [
        [f"{name} ({count})", *(_times(factor) for factor in factors[1:])]
        for name, count, factors in report.bands
    ]
    return f"<h2>Rare and frequent tags apart</h2>{table(heads, rows)}"


def _times(factor: Interval) -> Cell:
    if not math.isfinite(factor.value):
        return (1e12, "no end")
    high = f"{factor.high:.2f}" if math.isfinite(factor.high) else "no end"
    return (factor.value, f"{factor.value:.2f} ({factor.low:.2f} to {high})")


def _caution(report: NoiseReport) -> str:
    if report.trained.startswith("heads"):
        return (
            " The embeddings come from a network that saw the labels before they were spoilt, so "
            "noise costs the whole network more than these heads: see --fine-tune."
        )
    return ""
