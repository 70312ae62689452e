"""A collection in figures and plots: how many tags, which ones, together, apart, over time."""

from __future__ import annotations

import html
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from reviewer.core import published
from reviewer.core.figures import CollectionFigures, Meeting
from reviewer.core.tags.tagstats import (
    broken,
    exclusive,
    meetings,
    strongest,
    suggest_implications,
)
from reviewer.core.types import Category, ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.pages.chart_svg import Axis, Series, chart_svg
from reviewer.jobs.pages.html import histogram_svg, page, table
from reviewer.jobs.pages.over_time import PARTS, over_time
from reviewer.store.disk import write_whole
from reviewer.store.figures import STATISTICS, write_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.tags.tagstats import Pair, Suggested
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.library import Library

COMPARED = 1500
"""Tags that are compared with each other, the most frequent."""
SHOWN = 40
PAIRS = 1000
"""Pairs that are kept for the window, where they can be searched."""
FOLLOWED = 20_000
"""Tags whose images are counted over time for the window, the most frequent."""
CLUSTERED = 150
"""Tags that are put into groups."""
CLUSTERS = 18
CLOUD = 120
TRENDS = 8
"""Tags whose share changed most over time, that are drawn."""
OVER_TIME = ("parts of the images, the oldest posts first", "new tags")
"""Axes of what comes over time."""


def write_statistics(library: Library, listener: Listener, target: Path) -> ChangeSet:
    """Writes `statistics.html` with the collection's figures and plots, and them for the window.

    Args:
        library: The collection.
        listener: Hears of progress.
        target: A folder; it is made if it is not there.

    Raises:
        StoreError: It cannot be written.
    """
    with stage(listener, "statistics", 0, ""):
        found = statistics(library)
    write_whole(target / "statistics.html", page(f"{library.name}: statistics", _body(found)))
    write_figures(target, STATISTICS, found)
    return ChangeSet(
        summary={
            "report": str(target / "statistics.html"),
            "images": found.images,
            "tag_instances": found.instances,
            "tags": found.tags,
            "suggested_implications": len(found.suggested),
            "implied_tags_missing": sum(missing for _, _, _, missing in found.gaps),
        }
    )


def statistics(library: Library) -> CollectionFigures:
    """Counts all that the page and the window show; original tags, the images that are there."""
    facts = library.facts.posts()
    ids = [entry[0] for entry in facts]
    vocabulary = library.vocabulary()
    original = gather_labels(library, ids, vocabulary).original
    counts = original.counts()
    used = np.flatnonzero(counts)
    order = used[np.argsort(-counts[used], kind="stable")]
    columns = [int(tag_id) for tag_id in order[:COMPARED]]
    names = [vocabulary.name(tag_id) for tag_id in columns]
    together = meetings(original.columns(columns))
    place = {tag_id: column for column, tag_id in enumerate(columns)}
    known = frozenset(
        (place[child], place[parent])
        for child in columns
        for parent in vocabulary.implications.ancestors(child)
        if parent in place
    )
    sizes, images = np.unique(np.diff(original.starts), return_counts=True)
    time = over_time(facts, original.starts, original.tags)
    return CollectionFigures(
        images=len(ids),
        instances=original.instances,
        tags=len(used),
        per_image=tuple(zip(sizes.tolist(), images.tolist(), strict=True)),
        by_category=_by_category(vocabulary, used, counts),
        tail=_tail(counts[used]),
        ratings=tuple(sorted(Counter(entry[1] or "none" for entry in facts).items())),
        frequent=tuple(
            (name, int(_category(vocabulary, tag)), int(counts[tag]))
            for name, tag in zip(names[:CLOUD], columns[:CLOUD], strict=True)
        ),
        together=_meetings(strongest(together, len(ids), PAIRS), names),
        apart=_meetings(exclusive(together, len(ids), PAIRS), names),
        suggested=_named(suggest_implications(together, known), names),
        gaps=_named(broken(together, known), names),
        clusters=_clusters(together, names),
        sizes=tuple(size for size, _ in time.parts),
        posts=time.posts,
        fresh=time.fresh,
        popularity=tuple(
            (vocabulary.name(tag_id), tuple(here[tag_id] for _, here in time.parts))
            for tag_id in order[:FOLLOWED].tolist()
        )
        if time.parts
        else (),
    )


def _meetings(pairs: Sequence[Pair], names: Sequence[str]) -> tuple[Meeting, ...]:
    return tuple(Meeting(names[p.first], names[p.second], p.together, p.expected) for p in pairs)


def _named(
    entries: Sequence[Suggested], names: Sequence[str]
) -> tuple[tuple[str, str, int, int], ...]:
    return tuple((names[e.child], names[e.parent], e.images, e.missing) for e in entries)


def _category(vocabulary: Vocabulary, tag_id: int) -> Category:
    tag = vocabulary.tags.get(tag_id)
    return tag.category if tag else Category.GENERAL


def _by_category(
    vocabulary: Vocabulary, used: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[tuple[str, int, int], ...]:
    instances: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    for tag_id in used.tolist():
        word = _category(vocabulary, tag_id).word
        instances[word] += int(counts[tag_id])
        tags[word] += 1
    return tuple((word, many, tags[word]) for word, many in instances.most_common())


def _tail(counts: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    powers, tags = np.unique(np.floor(np.log2(counts)).astype(int), return_counts=True)
    return tuple(
        (2**power, number) for power, number in zip(powers.tolist(), tags.tolist(), strict=True)
    )


def _clusters(together: NDArray[np.float64], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of frequent tags that keep company: average linkage over the cosine of images."""
    size = min(CLUSTERED, len(names))
    if size < 3:
        return ()
    counts = np.sqrt(np.diag(together)[:size])
    distance = 1 - together[:size, :size] / np.outer(counts, counts)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0, 1), checks=False), "average")
    groups: dict[int, list[str]] = {}
    for column, group in enumerate(fcluster(tree, min(CLUSTERS, size), "maxclust").tolist()):
        groups.setdefault(group, []).append(names[column])
    return tuple(
        tuple(group) for group in sorted(groups.values(), key=len, reverse=True) if len(group) > 1
    )


def _body(found: CollectionFigures) -> str:
    mean = found.instances / max(found.images, 1)
    return f"""<p>{found.images:,} images, {found.instances:,} tag instances of {found.tags:,} tags,
{mean:.1f} an image.</p>
<p class="note">{published.STATISTICS}</p>
<h2>Tags of an image</h2>{
        histogram_svg(found.per_image, "Images by number of tags", ("tags of an image", "images"))
    }
<h2>Categories</h2>{
        table(
            ["category", "instances", "tags"],
            [[word, (n, f"{n:,}"), (t, f"{t:,}")] for word, n, t in found.by_category],
        )
    }
<h2>The long tail</h2><p class="note">How many tags are on about 1, 2, 4, 8 ... images.</p>
{table(["images", "tags"], [[f"{n:,} to {2 * n - 1:,}", (t, f"{t:,}")] for n, t in found.tail])}
<h2>Ratings</h2>{
        table(
            ["rating", "images", "share"],
            [
                [rating, (n, f"{n:,}"), (n, f"{n / max(found.images, 1):.1%}")]
                for rating, n in found.ratings
            ],
        )
    }
<h2>Most frequent tags</h2>{_cloud(found.frequent)}
{_time(found)}
<h2>Together</h2><p class="note">Pairs that are on one image more often than by chance; lift is how
many times as often.</p>{_pairs(found.together[:SHOWN])}
<h2>Apart</h2><p class="note">Pairs that are hardly ever on one image, although chance would have
it.</p>{_pairs(found.apart[:SHOWN])}
<h2>Tags that keep company</h2>{
        "".join(f"<p>{html.escape(', '.join(group))}</p>" for group in found.clusters)
    }
<h2>Implications that the data suggest</h2><p class="note">Not in the list of implications, and kept
by nearly all images.</p>{_implications(found.suggested[:SHOWN])}
<h2>Listed implications that are not kept</h2><p class="note">Images that carry the first tag and
lack the second.</p>{_implications(found.gaps[:SHOWN])}"""


def _time(found: CollectionFigures) -> str:
    if not found.popularity:
        return ""
    return f"""<h2>Over time</h2><p class="note">In the order of the site's ids, oldest first, in
{PARTS} equal parts: the tags whose share of the images changed most.</p>
{_trends(found)}
<h3>New tags</h3>{histogram_svg(list(enumerate(found.fresh, 1)), "New tags", OVER_TIME)}"""


def _trends(found: CollectionFigures) -> str:
    """The tags whose share of the images changed most, a line each."""
    series = [
        Series(
            name,
            tuple(
                _point(part, 100 * n / size)
                for part, (n, size) in enumerate(zip(counts, found.sizes, strict=True), 1)
            ),
            colour=number,
        )
        for number, (name, counts) in enumerate(found.most_changed(TRENDS))
    ]
    ticks = tuple((float(part), str(part)) for part in range(1, PARTS + 1))
    return chart_svg(
        series, Axis(OVER_TIME[0], ticks), "% of the images", "Shares of tags over time"
    )


def _point(part: int, share: float) -> tuple[float, float, float, float]:
    """A share without an interval."""
    return (float(part), share, share, share)


def _cloud(tags: Sequence[tuple[str, int, int]]) -> str:
    if not tags:
        return ""
    top = math.log1p(tags[0][2])
    words = (
        f'<span style="font-size:{0.7 + 1.6 * (math.log1p(count) / top) ** 3:.2f}rem" '
        f'title="{count:,} images, {Category(category).word}">{html.escape(name)}</span>'
        for name, category, count in sorted(tags)
    )
    return f'<p style="line-height:2.2">{" ".join(words)}</p>'


def _pairs(pairs: Sequence[Meeting]) -> str:
    return table(
        ["tag", "and", "together", "by chance", "lift"],
        [
            [
                entry.first,
                entry.second,
                (entry.together, f"{entry.together:,}"),
                (entry.expected, f"{entry.expected:,.0f}"),
                (entry.lift, f"{entry.lift:.2f}"),
            ]
            for entry in pairs
        ],
        words=2,
    )


def _implications(entries: Sequence[tuple[str, str, int, int]]) -> str:
    return table(
        ["tag", "implies", "images", "lacking it", "kept"],
        [
            [
                child,
                parent,
                (images, f"{images:,}"),
                (missing, f"{missing:,}"),
                (1 - missing / images, f"{1 - missing / images:.1%}"),
            ]
            for child, parent, images, missing in entries
        ],
        words=2,
    )
