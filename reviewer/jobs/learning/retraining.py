"""Trains on from the version in use, compares the two on the held-out part, and promotes."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.types import ChangeSet
from reviewer.jobs.learning.comparing import Comparison, compare
from reviewer.jobs.learning.heads import train_heads, tuning_for
from reviewer.jobs.learning.training import TrainChoices, train_version
from reviewer.jobs.pipeline import scan_to_questions
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan

if TYPE_CHECKING:
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library


class Promotion(StrEnum):
    """When a new version takes the place of the one in use."""

    AUTO = "auto"
    """If it is no worse on the held-out part."""
    ALWAYS = "always"
    NEVER = "never"


def retrain(
    library: Library,
    listener: Listener,
    choices: TrainChoices,
    promotion: Promotion = Promotion.AUTO,
) -> tuple[ChangeSet, Comparison]:
    """Fine-tunes a version from its parent with the answers so far.

    Args:
        library: The collection.
        listener: Hears of progress.
        choices: The parent is the version in use where none is named.
        promotion: When to use the new version from now on.

    Raises:
        SourceError: The folder of the images is not there; what was trained so far is kept.
        UsageError: There is no version to go on from.
        TaggerError: It cannot be trained.
        StoreError: The collection cannot be written.
    """
    parent = library.versions.meant(choices.parent)
    choices = replace(choices, parent=parent)
    choices = replace(choices, tune=tuning_for(library, choices))
    learn = train_heads if choices.tune == "heads" else train_version
    trained = learn(library, listener, choices)
    name = str(trained.summary["version"])
    comparison = compare(library, listener, parent, name, device=choices.device)
    listener.note(comparison.how_sure)
    promoted = promotion is Promotion.ALWAYS or (
        promotion is Promotion.AUTO and comparison.is_no_worse
    )
    if promoted:
        library.versions.activate(name)
        scanned = scan(library, listener, ScanChoices(device=choices.device))
        scan_to_questions(library, listener, minimum=choices.minimum, scanned=scanned)
        listener.note(
            f"Version {name} is in use now; go back with: reviewer versions --use {parent}"
        )
    else:
        worse = comparison.worse
        why = f", as it does worse on images that neither learnt from ({worse})" if worse else ""
        listener.note(
            f"Version {name} is kept as a candidate, and {parent} stays in use{why}. "
            f"Use it all the same with: reviewer versions --use {name}"
        )
    figures = {f"{row[0]} after": row[2] for row in comparison.rows}
    figures |= {f"{row[0]} before": row[1] for row in comparison.rows}
    summary: dict[str, int | float | str] = {
        "version": name,
        "parent": parent,
        "promoted": int(promoted),
        **figures,
    }
    if comparison.worse:
        summary["worse"] = comparison.worse
    return ChangeSet(versions=True, ranking=promoted, summary=summary), comparison
