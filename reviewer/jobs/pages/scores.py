"""What scores and tags have to do with each other, as an HTML page with its plots."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from reviewer.core import published
from reviewer.core.figures import ScoreError, ScoreFigures, TreeNode, UnderRated
from reviewer.core.published import SCORE_ERRORS
from reviewer.core.types import ChangeSet
from reviewer.jobs.pages.html import histogram_svg, page, table, tree_svg
from reviewer.jobs.scoring import EACH_COMMON, ScoreReport, score_data, score_report
from reviewer.store.disk import write_whole
from reviewer.store.figures import SCORES, write_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library


def write_scores(
    library: Library, listener: Listener, target: Path, *, each_common: int = EACH_COMMON
) -> tuple[ChangeSet, ScoreReport]:
    """Fits, compares, and writes `scores.html`, `tree.svg`, `histogram.svg` and `scores.json`.

    Args:
        library: The collection.
        listener: Hears of progress.
        target: A folder; it is made if it is not there.
        each_common: Images wanted of score 0 and of score 1.

    Raises:
        UsageError: Too few images have scores.
        StoreError: It cannot be written.
    """
    found = score_report(score_data(library, each_common=each_common), listener)
    tree = tree_svg(tree_nodes(found))
    bars = histogram_svg(
        [(float(score), float(count)) for score, count in found.histogram],
        "Images of each score, on a logarithmic axis",
        ("score", "images"),
        log=True,
    )
    paths = {image_id: library.images.get(image_id).path for image_id, _, _ in found.under_rated}
    body = _body(found, paths, tree, bars)
    for name, text in (
        ("tree.svg", tree),
        ("histogram.svg", bars),
        ("scores.html", page(f"{library.name}: scores", body)),
    ):
        write_whole(target / name, text)
    write_figures(target, SCORES, score_figures(found, paths))
    summary: dict[str, int | float | str] = {
        "samples": found.samples,
        "best": found.best,
        "report": str(target / "scores.html"),
    }
    return ChangeSet(summary=summary), found


def score_figures(found: ScoreReport, paths: Mapping[int, str]) -> ScoreFigures:
    """The report as the window shows it.

    Args:
        found: What was found.
        paths: Of the images that are named, by id.
    """
    return ScoreFigures(
        samples=found.samples,
        errors=tuple(
            ScoreError(e.name, float(e.validation), float(e.test), SCORE_ERRORS.get(e.name, ""))
            for e in found.errors
        ),
        best=found.best,
        histogram=found.histogram,
        with_score=found.with_score,
        under_rated=tuple(
            UnderRated(image_id, paths[image_id], score, predicted)
            for image_id, score, predicted in found.under_rated
        ),
        tree=tree_nodes(found),
    )


def tree_nodes(found: ScoreReport) -> tuple[TreeNode, ...]:
    """The decision tree of a report, the root first."""
    tree = found.tree.tree_
    return tuple(
        TreeNode(
            found.names[int(tree.feature[node])] if tree.children_left[node] >= 0 else "",
            float(tree.value[node].ravel()[0]),
            float(tree.n_node_samples[node] / tree.n_node_samples[0]),
            int(tree.children_left[node]),
            int(tree.children_right[node]),
        )
        for node in range(tree.node_count)
    )


def score_lines(found: ScoreReport) -> list[str]:
    """The comparison for a terminal."""
    lines = [
        f"{found.samples:,} images sampled; 80 % learnt from. Mean absolute error in points:",
        f"{'':<32}{'validation':>11}{'test':>9}{'document':>10}",
    ]
    for entry in found.errors:
        mark = " <- best" if entry.name == found.best else ""
        document = SCORE_ERRORS.get(entry.name, "")
        lines.append(
            f"{entry.name:<32}{entry.validation:>11.4f}{entry.test:>9.4f}{document:>10}{mark}"
        )
    lines += [above_zero(found.histogram), published.SCORES]
    lines.append("goes with the score: " + _named(found.with_score[:8]))
    lines += [f"goes with {tag}: {_named(found[:8])}" for tag, found in found.with_tag.items()]
    return lines


def _named(pairs: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{tag} {value:+.2f}" for tag, value in pairs)


def _body(found: ScoreReport, paths: dict[int, str], tree: str, bars: str) -> str:
    errors = table(
        ["model", "validation", "test", "document"],
        [
            [
                entry.name,
                (entry.validation, f"{entry.validation:.4f}"),
                (entry.test, f"{entry.test:.4f}"),
                SCORE_ERRORS.get(entry.name, ""),
            ]
            for entry in found.errors
        ],
    )
    under = table(
        ["image", "score", "predicted"],
        [
            [paths[image_id], (score, f"{score:g}"), (told, f"{told:.1f}")]
            for image_id, score, told in found.under_rated
        ],
    )
    return f"""<p class="note">Every image whose score is neither 0 nor 1, and a set number of
those, are sampled: {
        found.samples:,} images; 80 % are learnt from, 10 % choose the best model and 10 % tell
how far off it is, in points. The document's figures are those of another collection.</p>
{errors}
<h2>Scores of the collection</h2><p class="note">{above_zero(found.histogram)}
{published.SCORES}</p>{bars}
<h2>The decision tree</h2><p class="note">To the left the tag is absent, to the right present; the
figure is the mean score, and below it the share of the images.</p>{tree}
<h2>Tags that go with the score</h2>{_correlations(found.with_score)}
{
        "".join(
            f"<h2>Tags that go with {html.escape(t)}</h2>{_correlations(c)}"
            for t, c in found.with_tag.items()
        )
    }
<h2>Under-rated images</h2><p class="note">Of the 10 % that nothing was learnt from: predicted well
above what they got, by {html.escape(found.best)}.</p>{under}"""


def above_zero(histogram: Sequence[tuple[int, int]]) -> str:
    """The share of the images with a score above 0, in a sentence.

    Args:
        histogram: (score, images) of the whole collection.
    """
    images = sum(count for _, count in histogram)
    above = sum(count for score, count in histogram if score > 0)
    return f"{above / max(images, 1):.1%} of {images:,} images have a score above 0."


def _correlations(pairs: Sequence[tuple[str, float]]) -> str:
    return table(["tag", "correlation"], [[tag, (value, f"{value:+.3f}")] for tag, value in pairs])
