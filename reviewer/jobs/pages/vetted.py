"""The bias of vetted images as figures for the window and as an HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.quality.vetting_figures import VettedFigures, VettedTag
from reviewer.core.types import Category, ChangeSet
from reviewer.jobs.pages.html import page, table
from reviewer.jobs.vetting import STYLES, measure_bias, weight_of
from reviewer.store.disk import write_whole
from reviewer.store.figures import VETTED, write_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviewer.jobs.pages.html import Cell
    from reviewer.store.library import Library


def write_vetted(library: Library, target: Path) -> ChangeSet:
    """Measures the bias and writes `vetted.html` and `vetted.json`.

    Args:
        library: The collection.
        target: A folder; it is made if it is not there.

    Raises:
        StoreError: It cannot be written.
    """
    found = vetted_figures(library)
    place = target / "vetted.html"
    write_whole(place, page(f"{library.name}: vetted images", _body(found)))
    write_figures(target, VETTED, found)
    return ChangeSet(
        summary={
            "vetted": found.vetted,
            "rarer_tags": len(found.rarer),
            "more_frequent_tags": len(found.commoner),
            "report": str(place),
        }
    )


def vetted_figures(library: Library) -> VettedFigures:
    """The bias with names in place of numbers."""
    bias = measure_bias(library)
    vocabulary = library.vocabulary()
    tags = []
    for entry in bias.tags:
        tag = vocabulary.tags[entry.tag_id]
        tags.append(
            VettedTag(
                tag.name,
                Category(tag.category).name.lower(),
                entry.vetted,
                entry.others,
                entry.lift,
                entry.low,
                entry.high,
                entry.clear,
                tag.name in STYLES,
            )
        )
    return VettedFigures(
        bias.vetted,
        bias.others,
        weight_of(library),
        tuple(sorted(bias.reasons.items())),
        tuple(tags),
        bias.lost,
        tuple((rating, here, there) for rating, (here, there) in bias.ratings.items()),
    )


def _body(found: VettedFigures) -> str:
    reasons = "; ".join(f"{reason}: {count:,}" for reason, count in found.reasons)
    styles = [tag for tag in found.tags if tag.manner]
    ratings = table(
        ["rating", "vetted", "others"],
        [
            [rating, _share(here, found.vetted), _share(there, found.others)]
            for rating, here, there in found.ratings
        ],
    )
    return f"""<p class="note">{found.vetted:,} images are vetted ({reasons or "none"}),
{found.others:,} are not. The tags that they came with weigh {found.weight:g} times as much in
training and where the ranking is calibrated; what vetted images show less often than the others
counts for less by that. {found.lost:,} tags are on none of them.</p>
<h2>Clearly rarer among vetted images</h2>{_tags(found.rarer)}
<h2>Clearly more frequent among vetted images</h2>{_tags(found.commoner)}
<h2>Manners of drawing</h2>{_tags(styles)}
<h2>Ratings</h2>{ratings}"""


def _tags(tags: Sequence[VettedTag]) -> str:
    return table(
        ["tag", "category", "vetted", "others", "times as often", "from", "to"],
        [
            [
                tag.tag,
                tag.category,
                (tag.vetted, f"{tag.vetted:,}"),
                (tag.others, f"{tag.others:,}"),
                *((value, f"{value:.2f}") for value in (tag.lift, tag.low, tag.high)),
            ]
            for tag in tags
        ],
        words=2,
    )


def _share(part: int, whole: int) -> Cell:
    return (part / max(whole, 1), f"{part / max(whole, 1):.1%}")
