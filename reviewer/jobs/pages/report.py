"""The report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from reviewer.jobs.pages.html import Cell, page, svg, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reviewer.core.figures import TagFigures
    from reviewer.core.quality.audit import AuditNote
    from reviewer.core.quality.audit_bands import BandEstimate
    from reviewer.core.statistics import Interval
    from reviewer.jobs.learning.recipes import RecipeFigures

_COLUMNS = (
    ("tag", "tag"),
    ("category", "category"),
    ("images", "images"),
    ("P", "precision"),
    ("R", "recall"),
    ("F1", "f1"),
    ("AP", "average_precision"),
    ("times chance", "times_chance"),
    ("threshold", "threshold"),
    ("answers", "answers"),
    ("fixed", "fixed"),
    ("questions left", "questions"),
    ("reviewed", "reviewed"),
    ("verified", "verified"),
    ("missing left", "missing_left"),
    ("wrong left", "wrong_left"),
)
_SHARES = frozenset({"precision", "recall", "f1", "average_precision", "threshold"})
_PERCENT = frozenset({"reviewed", "verified"})
_AUDITED = ("true recall, as it came", "as corrected", "true precision", "as corrected")
_ABOUT_AUDITED = """ The last columns are about the tag itself, with 95 % intervals: what the
audit's sample found of tags as common and pairs as suspicious, shared out over them by what the
ranking expects of each and by what was answered. A wide one says that little is known."""


def report_page(
    name: str,
    images: Mapping[str, int],
    figures: Sequence[TagFigures],
    audit: AuditNote | None,
    recipes: Sequence[RecipeFigures] = (),
    bands: Sequence[BandEstimate] = (),
) -> str:
    """A whole HTML page.

    Args:
        name: Of the collection.
        images: Numbers of images by state.
        figures: Every tag.
        audit: What the random sample tells; `None` if none was drawn.
        recipes: Versions that were trained as somebody published it.
        bands: What the random sample tells of rare and common tags apart.
    """
    answers, fixed = (sum(getattr(e, name) for e in figures) for name in ("answers", "fixed"))
    told = any(entry.audited for entry in figures)
    heads = [*(head for head, _ in _COLUMNS), *(_AUDITED if told else ())]
    body = f"""<p>{images["ok"]:,} images, {answers:,} pairs answered or settled by an answer,
{fixed:,} of them errors that are corrected.</p>
{_audit(audit)}
{_bands(bands) if audit is not None and audit.tells else ""}
{"".join(map(_recipe, recipes))}
<h2>Every tag</h2>
<p class="note">P, R, F1 and AP are those of the tagger's out-of-sample scores against the tags as
they are corrected now: unreviewed tags may be wrong or missing, so they tell the tagger from the
metadata, not from the truth. P, R and F1 stand at the threshold where F1 is best. AP by chance is
the share of images that carry the tag; "times chance" is AP over that. "Left" is what the ranking
expects among the questions not answered yet.{_ABOUT_AUDITED if told else ""}</p>
{table(heads, [_cells(entry, told=told) for entry in figures], words=2)}"""
    return page(f"{name}: tags", body)


def _cells(entry: TagFigures, *, told: bool) -> list[Cell]:
    cells: list[Cell] = []
    for _, name in _COLUMNS:
        value = getattr(entry, name)
        cells.append(value if isinstance(value, str) else (value, _figure(name, value)))
    return [*cells, *_audited(entry)] if told else cells


def _audited(entry: TagFigures) -> list[Cell]:
    """Recall and precision of the tag itself, before and after, with intervals."""
    if entry.audited is None:
        return [(-1.0, "")] * len(_AUDITED)
    before, after = entry.audited.before, entry.audited.after
    return [
        (found.share, f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})")
        for found in (before.recall, after.recall, before.precision, after.precision)
    ]


def _figure(name: str, value: float) -> str:
    if name in _PERCENT:
        return f"{value:.0%}"
    if name in _SHARES:
        return f"{value:.3f}"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _audit(note: AuditNote | None) -> str:
    if note is None:
        return (
            '<h2>How good are these tags?</h2><p class="note">No random sample was drawn yet. '
            "Draw one with <code>reviewer audit</code>; its questions come among the others.</p>"
        )
    if not note.tells:
        return (
            f'<h2>How good are these tags?</h2><p class="note">{note.answered:,} of the '
            f"{note.size:,} pairs of the random sample are answered: too few to tell yet.</p>"
        )
    found = note.estimate
    bars = (
        ("precision, original", found.before.precision),
        ("precision, corrected", found.after.precision),
        ("recall, original", found.before.recall),
        ("recall, corrected", found.after.recall),
    )
    return f"""<h2>How good are these tags?</h2>
{bars_svg(bars)}
<p>Still missing: about {found.missing[0]:,.0f} tags ({found.missing[1]:,.0f} to
{found.missing[2]:,.0f}); still wrong: about {found.wrong[0]:,.0f} ({found.wrong[1]:,.0f} to
{found.wrong[2]:,.0f}).</p>
<p class="note">From a random sample with known chances: {note.answered:,} of its {note.size:,}
pairs are answered, {note.unsure:,} of them with Can't tell, which are left out. The lines are
95 % intervals. It is about the tags that can be asked, and takes the answers to be right.</p>"""


def _bands(bands: Sequence[BandEstimate]) -> str:
    told = [(band, band.found.after) for band in bands if band.found is not None]
    if not told:
        return ""
    bars = tuple(
        (f"{name}, {band.name}", figure)
        for band, after in told
        for name, figure in (("precision", after.precision), ("recall", after.recall))
    )
    words = "; ".join(f"{b.name}: {b.words}, {b.answered:,} answers" for b, _ in told)
    few = [f"{band.words} ({band.answered:,})" for band in bands if band.found is None]
    note = f" Too few answers to tell: {', '.join(few)}." if few else ""
    return f"""<h3>Rare and common tags apart, as corrected</h3>
{bars_svg(bars)}
<p class="note">{words}.{note}</p>
"""


def _recipe(found: RecipeFigures) -> str:
    """Published figures beside those of a version that was trained alike."""
    rows: list[list[Cell]] = [
        [name, (theirs, f"{theirs:.3f}"), (ours, f"{ours:.3f}")]
        for name, theirs, ours in zip(
            ("precision", "recall", "F1"), found.published, found.ours, strict=True
        )
    ]
    changed = f" Changed here: {html.escape(found.changed)}." if found.changed else ""
    return f"""<h2>{html.escape(found.name)}</h2>
<p>{html.escape(found.words)}.</p>
{table(["", "published", f"{html.escape(found.version)} here"], rows, words=1)}
<p class="note">Over all pairs of the test images at a score of 0.5, against the metadata as they
are corrected. Published on {found.published_images:,} images and {found.published_tags:,} tags;
here on {found.images:,} test images and {found.tags:,} tags: other data, so that the figures stand
side by side and do not rank one another. Not told by the publication:
{html.escape(found.left_open)}.{changed}</p>
"""


WIDTH, ROW = 640, 34
LEFT, RIGHT = 170, 90


def bars_svg(bars: Iterable[tuple[str, Interval]]) -> str:
    """Shares with their intervals, drawn as points on lines from 0 to 1."""
    bars = list(bars)
    scale = WIDTH - LEFT - RIGHT
    parts = []
    for number, (name, entry) in enumerate(bars):
        y = ROW * number + ROW / 2
        low, middle, high = (LEFT + scale * v for v in (entry.low, entry.share, entry.high))
        colour = "#c47a17" if "original" in name else "#2f78c4"
        parts.append(
            f'<text x="0" y="{y + 5}">{html.escape(name)}</text>'
            f'<line x1="{LEFT}" x2="{LEFT + scale}" y1="{y}" y2="{y}" stroke="#8884"/>'
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{colour}" '
            'stroke-width="5" stroke-linecap="round"/>'
            f'<circle cx="{middle:.1f}" cy="{y}" r="7" fill="{colour}"/>'
            f'<text x="{LEFT + scale + 14}" y="{y + 5}">{entry.share:.1%}</text>'
        )
    return svg(parts, WIDTH, ROW * len(bars), "Precision and recall of the tags")
