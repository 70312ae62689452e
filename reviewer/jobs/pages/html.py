"""HTML files that need nothing beside them: a page, tables that sort, plots as SVG."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

from reviewer.core.figures import tree_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reviewer.core.figures import TreeNode

Cell = str | tuple[float, str]
"""Words, or a figure with the words that show it."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1c1c1c; background: #fafafa; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
th { position: sticky; top: 0; background: #fafafa; cursor: pointer; vertical-align: bottom; }
.w { text-align: left; }
.note { color: #555; max-width: 48rem; }
svg text { font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  body, th { color: #e6e6e6; background: #1e1e1e; } th, td { border-color: #3a3a3a; }
  .note { color: #aaa; } svg text { fill: #e6e6e6; }
}
"""

# Sorts by the column whose heading is clicked; the page is whole without it.
_SORT = """
document.querySelectorAll("th").forEach(head => head.addEventListener("click", () => {
  const body = head.closest("table").tBodies[0];
  const down = head.dataset.down = !+head.dataset.down | 0;
  const column = head.cellIndex;
  const value = row => { const text = row.cells[column].dataset.v ?? row.cells[column].textContent;
    return isNaN(text) ? text : +text; };
  [...body.rows].sort((a, b) => { const x = value(a), y = value(b);
    return (x > y ? 1 : x < y ? -1 : 0) * (+down ? -1 : 1); }).forEach(row => body.append(row));
}));
"""


def page(title: str, body: str) -> str:
    """A whole page.

    Args:
        title: Plain text.
        body: HTML.
    """
    name = html.escape(title)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>
<body><h1>{name}</h1>
{body}
<script>{_SORT}</script></body></html>
"""


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, words: int = 1) -> str:
    """A table that sorts by the column whose heading is clicked.

    Args:
        heads: Plain text.
        rows: Cells, as many as heads.
        words: So many first columns are words, set to the left.
    """
    head = "".join(f"<th{_left(n, words)}>{html.escape(h)}</th>" for n, h in enumerate(heads))
    body = "".join(
        f"<tr>{''.join(_cell(n, cell, words) for n, cell in enumerate(row))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _left(column: int, words: int) -> str:
    return ' class="w"' if column < words else ""


def _cell(column: int, cell: Cell, words: int) -> str:
    if isinstance(cell, str):
        return f"<td{_left(column, words)}>{html.escape(cell)}</td>"
    value, shown = cell
    return f'<td{_left(column, words)} data-v="{value:.6g}">{html.escape(shown)}</td>'


WIDTH, HEIGHT, MARGIN = 760, 276, 46
LETTER = 8
"""Width of a digit, pixels."""
MOST_PLACES = 12
"""Places named below bars, at most."""
BLUE = "#2f78c4"


def histogram_svg(
    bars: Sequence[tuple[float, float]], label: str, axes: tuple[str, str], *, log: bool = False
) -> str:
    """Bars over a number line, with the height on a logarithmic axis if asked.

    Args:
        bars: (place, height), ascending.
        label: What it shows, for those who cannot see it.
        axes: What the lower axis counts, and what the heights do.
        log: Whether heights stand on a logarithmic axis.
    """
    if not bars:
        return ""
    low, high = bars[0][0], bars[-1][0]
    top = max(height for _, height in bars)
    ticks = _ticks(top, log=log)
    # Words of a million are wider than the margin.
    left = max(MARGIN, 30 + max((len(f"{value:,.0f}") for value in ticks), default=0) * LETTER)
    step = (WIDTH - left - MARGIN) / max(high - low + 1, 1)
    floor = HEIGHT - 46

    def up(height: float) -> float:
        share = math.log1p(height) / math.log1p(top) if log else height / top
        return floor - share * (floor - 12)

    parts = []
    for at, height in bars:
        x, y = left + (at - low) * step, up(height)
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(step - 0.6, 0.6):.2f}" '
            f'height="{floor - y:.1f}" fill="{BLUE}"><title>{at:g}: {height:,.0f}</title></rect>'
        )
    parts += [
        f'<line x1="{left}" x2="{WIDTH - MARGIN}" y1="{up(value):.1f}" '
        f'y2="{up(value):.1f}" stroke="#8884"/>'
        f'<text x="{left - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>'
        for value in ticks
    ]
    every = max(math.ceil((high - low + 1) / MOST_PLACES), 1)
    for at in range(math.ceil(low), math.floor(high) + 1, every):
        x = left + (at - low + 0.5) * step
        parts.append(f'<text x="{x:.1f}" y="{floor + 18}" text-anchor="middle">{at:,}</text>')
    across, upwards = (html.escape(words) for words in axes)
    middle = (left + WIDTH - MARGIN) / 2
    parts += [
        f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{across}</text>',
        f'<g transform="translate(14 {floor / 2 + 6:.0f}) rotate(-90)">',
        f'<text text-anchor="middle">{upwards}</text></g>',
    ]
    return svg(parts, WIDTH, HEIGHT, label)


LEVEL, NODE = 88, 112


def tree_svg(tree: Sequence[TreeNode]) -> str:
    """A regression tree on tags: absent to the left, present to the right.

    Args:
        tree: The root first.
    """
    places = tree_places(tree)
    parts = []
    for node, (at, depth) in zip(tree, places, strict=True):
        x, y = at * NODE, depth * LEVEL + 24
        parts += [
            f'<line x1="{x:.1f}" y1="{y + 34:.1f}" x2="{places[child][0] * NODE:.1f}" '
            f'y2="{y + LEVEL - 16:.1f}" stroke="#888"/>'
            for child in (node.absent, node.present)
            if child >= 0
        ]
        words = (html.escape(node.tag), f"{node.mean:.2f}", f"{node.share:.0%}")
        parts += [
            f'<text x="{x:.1f}" y="{y + 15 * line:.1f}" text-anchor="middle">{told}</text>'
            for line, told in enumerate(words)
        ]
    leaves = sum(not node.tag for node in tree)
    height = (max(depth for _, depth in places) + 1) * LEVEL
    return svg(parts, leaves * NODE, height, "The decision tree")


def _ticks(top: float, *, log: bool) -> list[float]:
    if log:
        return [10.0**n for n in range(int(math.log10(max(top, 1))) + 1)]
    step = 10 ** math.floor(math.log10(max(top, 1)))
    if step > 1 and top < 3 * step:
        step /= 2
    return [step * n for n in range(1, int(top / step) + 1)]


def svg(parts: Iterable[str], width: float, height: float, label: str) -> str:
    """A drawing.

    Args:
        parts: Its elements.
        width: Pixels, as is the height.
        height: Likewise.
        label: What it shows, for those who cannot see it.
    """
    return (
        f'<svg width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        f'role="img" aria-label="{html.escape(label)}" xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, sans-serif" font-size="13">'
        f"{''.join(parts)}</svg>"
    )
