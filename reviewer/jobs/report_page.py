"""The report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reviewer.core.audit import AuditNote
    from reviewer.core.statistics import Interval
    from reviewer.jobs.reporting import TagFigures

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1c1c1c; background: #fafafa; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
th { position: sticky; top: 0; background: #fafafa; cursor: pointer; vertical-align: bottom; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
.note { color: #555; max-width: 48rem; }
svg text { font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  body, th { color: #e6e6e6; background: #1e1e1e; } th, td { border-color: #3a3a3a; }
  .note { color: #aaa; } svg text { fill: #e6e6e6; }
}
"""

# Sorts by the column whose heading is clicked; the page is whole without it.
_SORT = """
document.querySelectorAll("th").forEach((head, column) => head.addEventListener("click", () => {
  const body = document.querySelector("#tags tbody");
  const down = head.dataset.down = !+head.dataset.down | 0;
  const value = row => { const text = row.cells[column].dataset.v ?? row.cells[column].textContent;
    return isNaN(text) ? text : +text; };
  [...body.rows].sort((a, b) => { const x = value(a), y = value(b);
    return (x > y ? 1 : x < y ? -1 : 0) * (+down ? -1 : 1); }).forEach(row => body.append(row));
}));
"""

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


def report_page(
    name: str,
    images: Mapping[str, int],
    figures: Sequence[TagFigures],
    audit: AuditNote | None,
) -> str:
    """A whole HTML page.

    Args:
        name: Of the collection.
        images: Numbers of images by state.
        figures: Every tag.
        audit: What the random sample tells; `None` if none was drawn.
    """
    title = f"{html.escape(name)}: tags"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>
<body><h1>{title}</h1>
<p>{images["ok"]:,} images, {sum(entry.answers for entry in figures):,} pairs answered or settled by
an answer, {sum(entry.fixed for entry in figures):,} of them errors that are corrected.</p>
{_audit(audit)}
<h2>Every tag</h2>
<p class="note">P, R, F1 and AP are those of the tagger's out-of-sample scores against the tags as
they are corrected now: unreviewed tags may be wrong or missing, so they tell the tagger from the
metadata, not from the truth. P, R and F1 stand at the threshold where F1 is best. AP by chance is
the share of images that carry the tag; "times chance" is AP over that. "Left" is what the ranking
expects among the questions not answered yet.</p>
<table id="tags"><thead><tr>{"".join(f"<th>{head}</th>" for head, _ in _COLUMNS)}</tr></thead>
<tbody>{"".join(_row(entry) for entry in figures)}</tbody></table>
<script>{_SORT}</script></body></html>
"""


def _row(entry: TagFigures) -> str:
    cells = []
    for _, name in _COLUMNS:
        value = getattr(entry, name)
        if isinstance(value, str):
            cells.append(f"<td>{html.escape(value)}</td>")
        else:
            cells.append(f'<td data-v="{value:.6g}">{_figure(name, value)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


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
    height = ROW * len(bars)
    return (
        f'<svg width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Precision and recall of the tags">{"".join(parts)}</svg>'
    )
