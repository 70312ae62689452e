"""All steps from a folder to questions, each left out where there is nothing to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.beginning import Beginning
from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.audit_report import note_audit
from reviewer.jobs.beginning import bring_wanted, is_pull_wanted, keep_wishes, pull_wanted
from reviewer.jobs.choices.rating import refresh_ratings
from reviewer.jobs.images.copies import find_copies
from reviewer.jobs.images.previews import make_previews
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.learning.training import TrainChoices, train_version
from reviewer.jobs.proposals.new_images import rank_proposals
from reviewer.jobs.questions.aids import prepare_aids
from reviewer.jobs.questions.first_questions import rank_by_tags
from reviewer.jobs.questions.implying import find_broken_soon
from reviewer.jobs.questions.ranking import rank_questions
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.keeping import is_scanned
from reviewer.jobs.scans.scanning import scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.ranking.rank import RankOptions
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

COPY_MINUTES = 1.0
"""How long images are compared before ranking; what is left is compared by the next refresh."""


def prepare(
    library: Library,
    listener: Listener,
    choices: TrainChoices,
    wanted: Beginning | None = None,
    *,
    known: Callable[[], None] = lambda: None,
) -> ChangeSet:
    """Imports, trains if there is no version yet, scans, refreshes and ranks.

    A new collection has questions from its tags alone before that, and can be reviewed meanwhile.

    Args:
        library: The collection.
        listener: Hears of progress.
        choices: About training.
        wanted: Where tags and tagger come from; `None` for what fits, or as it was wanted before.
        known: Called as soon as the collection has its images, hours before the rest is done.

    Raises:
        SourceError: The folder cannot be read.
        SiteError: The server whose tags are wanted does not answer.
        UsageError: There is nothing to learn from.
        StoreError: The collection cannot be written.
        TaggerError: The tagger cannot be trained or run.
    """
    wanted = wanted or Beginning()
    keep_wishes(library, wanted)
    asked = False

    def begun() -> None:
        nonlocal asked
        known()
        if not is_pull_wanted(library):
            asked = True
            _ask_by_tags(library, listener, _minimum(library, choices))

    imported = import_folder(library, listener, source_name=wanted.source, begun=begun)
    known()
    pull_wanted(library, listener)
    choices = replace(choices, minimum=_minimum(library, choices))
    if not asked and not library.rankings.stamp():
        _ask_by_tags(library, listener, choices.minimum)
    bring_wanted(library, listener)
    active = library.versions.active()
    if active is None:
        train_version(library, listener, choices)
    else:
        listener.note(f"Version {active.name} is in use; train another one with: reviewer retrain")
    scanned = _scan_new(library, listener, choices.device)
    ranked = scan_to_questions(library, listener, minimum=choices.minimum, scanned=scanned)
    return ChangeSet(
        images=True,
        tags=True,
        ranking=True,
        versions=True,
        summary={**imported.summary, **scanned.summary, **ranked.summary},
    )


def _scan_new(library: Library, listener: Listener, device: str) -> ChangeSet:
    """Scans what is new or has changed; where nothing is, the tagger is not loaded at all."""
    active = library.versions.active()
    if active is None or not is_scanned(library, active.name):
        return scan(library, listener, ScanChoices(device=device))
    return ChangeSet(summary={"version": active.name, "scanned": 0, "rescored": 0, "set_aside": 0})


def _minimum(library: Library, choices: TrainChoices) -> int:
    """Images that a tag needs; a small collection, which was not yet read, has less of each."""
    return choices.minimum if choices.recipe else min(choices.minimum, images_needed(library))


def _ask_by_tags(library: Library, listener: Listener, minimum: int) -> None:
    """The first questions, where the tags say enough."""
    try:
        rank_by_tags(library, listener, minimum=minimum)
    except UsageError:
        listener.note("The tags alone say too little: the first questions follow from the tagger.")


def scan_to_questions(
    library: Library, listener: Listener, *, minimum: int, scanned: ChangeSet | None = None
) -> ChangeSet:
    """Refreshes where the scan or the answers changed, then ranks.

    Args:
        library: The collection.
        listener: Hears of progress.
        minimum: Images that a tag needs.
        scanned: What the scan before did; `None` to look at the answers alone.

    Raises:
        UsageError: Nothing is scanned yet.
        StoreError: The collection cannot be written.
    """
    active = library.versions.active()
    before = library.crossfit(active.name).load() if active else None
    stale = (
        before is None
        or scanned is None
        or bool(scanned.summary.get("scanned") or scanned.summary.get("rescored"))
        or before.decided < library.decisions.last_id()
    )
    # Windows replaces no folder with a file that is mapped.
    del before
    if stale:
        refresh(library, listener, minimum=minimum)
    return _ask(library, listener)


def refresh_and_rank(
    library: Library,
    listener: Listener,
    *,
    minimum: int,
    options: RankOptions | None = None,
    every_tag: bool = False,
) -> ChangeSet:
    """Takes the answers into the scores and ranks again: what runs while a person reviews.

    With `every_tag`, tags without answers get heads in a large collection too (`refresh`).

    Raises:
        UsageError: Nothing is scanned yet.
        StoreError: The collection cannot be written.
    """
    library.back_up()
    if library.proposals.load() is not None:
        # New images have no tags to learn from: their questions are the proposals that are left.
        return rank_proposals(library, listener)
    refreshed = refresh(library, listener, minimum=minimum, every_tag=every_tag)
    asked = _ask(library, listener, options)
    return ChangeSet(ranking=True, summary={**refreshed.summary, **asked.summary})


def _ask(library: Library, listener: Listener, options: RankOptions | None = None) -> ChangeSet:
    """Ranks, and makes ready what stands round the questions."""
    find_copies(library, listener, minutes=COPY_MINUTES)
    find_broken_soon(library, listener)
    ranked = rank_questions(library, listener, options=options)
    refresh_ratings(library, listener)
    prepare_aids(library, listener)
    previews = make_previews(library, listener)
    note_audit(library)
    return ChangeSet(ranking=True, summary={**ranked.summary, **previews.summary})
