"""Begins a collection with tags from a server, or with a tagger that one has.

What is wanted is kept until it is done, so that a beginning that was cut off goes on as it was
meant, however the collection is opened again. What did not work is wanted no more: a wrong folder
or a server that is gone must not stand in the way of another choice.
"""

from __future__ import annotations

import shlex
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import ReviewerError, UsageError
from reviewer.jobs.imports.pulling import pull
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.taggers.bringing import BringChoices, QuestionsOpen, bring_tagger
from reviewer.jobs.writing.pace import Pace
from reviewer.jobs.writing.places import connect, find_destination, policy_of
from reviewer.sites.live import LiveSite
from reviewer.store.pacing import NAME as PACE_FILE
from reviewer.store.pacing import PaceFile
from reviewer.store.workspace import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviewer.core.beginning import Beginning
    from reviewer.core.types import ChangeSet
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

_PULL, _TAGGER = "begin with server", "begin with tagger"


def keep_wishes(library: Library, wanted: Beginning) -> None:
    """Keeps what is wanted until it is done; what was wanted before stays where nothing is said."""
    for key, value in ((_PULL, wanted.server), (_TAGGER, wanted.tagger)):
        if value:
            library.state.set(key, value)


def is_pull_wanted(library: Library) -> bool:
    """Whether the tags are still to come from a server."""
    return bool(library.state.get(_PULL))


def pull_wanted(library: Library, listener: Listener) -> None:
    """Takes the tags of the images from the server that is wanted, if one is.

    Raises:
        UsageError: It was not set up, has no key, or is not read live.
        SiteError: It does not answer; what was asked is kept.
        StoreError: The workspace cannot be written.
    """
    with _wish(library, _PULL) as name:
        if name:
            pull_from(library, listener, name)


def bring_wanted(library: Library, listener: Listener) -> None:
    """Brings the tagger that is wanted and puts it into use, if one is.

    Raises:
        UsageError: Its files do not tell how it wants its pictures; the text names the questions
            and where they are answered.
        TaggerError: It cannot be used.
        StoreError: The collection cannot be written.
    """
    with _wish(library, _TAGGER) as place:
        if place:
            choices = BringChoices(minimum=images_needed(library), use=True)
            try:
                bring_tagger(library, listener, Path(place), choices)
            except QuestionsOpen as problem:
                words = shlex.join(["reviewer", "bring", place, str(library.folder), "--ask"])
                raise UsageError(f"{problem} Answer with: {words} --set KEY=VALUE") from problem


@contextmanager
def _wish(library: Library, key: str) -> Iterator[str]:
    """What is wanted, which it is no more when this ends, but for a run that is cut off."""
    value = library.state.get(key)
    try:
        yield value
    except ReviewerError:
        library.state.set(key, "")
        raise
    if value:
        library.state.set(key, "")


def pull_from(library: Library, listener: Listener, name: str) -> ChangeSet:
    """Takes the tags of the images from a server that was set up as a destination.

    Args:
        library: The collection; its images were imported before.
        listener: Hears of progress.
        name: Of the destination.

    Raises:
        UsageError: It was not set up, has no key, or is not read live.
        SiteError: It does not answer; what was asked is kept.
        StoreError: The workspace cannot be written.
    """
    destination = find_destination(library, name)
    policy = policy_of(destination)
    with closing(connect(destination)) as site, PaceFile(data_folder() / PACE_FILE) as shared:
        if not isinstance(site, LiveSite):
            raise UsageError(
                f"{policy.title} is not read live: import what a downloader saved of it. Read live "
                "are szurubooru and Hydrus."
            )
        return pull(library, listener, destination, site, Pace(shared, destination, policy))
