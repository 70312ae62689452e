"""Where the posts that were asked of a server are kept, as the source of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.jobs.writing.places import policies
from reviewer.sites.policy import TagStyle
from reviewer.sources.pulled import PREFIX, PulledPosts

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

SITE_KEY = "pulled site {name}"
"""Under which the kind of a server and what its posts' site is called are remembered."""


def pulled_file(library: Library, name: str) -> Path:
    """Where the posts of a destination are kept.

    Args:
        library: The collection.
        name: The destination's, whatever a person called it.
    """
    # As hexadecimal: a name may hold what no file's may.
    return library.workspace.path / "pulled" / f"{name.encode().hex()}.jsonl"


def pulled_source(library: Library, source_name: str) -> PulledPosts | None:
    """The kept posts that a collection's tags come from; `None` where they come from files.

    Args:
        library: The collection.
        source_name: As chosen.

    Raises:
        SourceError: They were, and are gone.
    """
    if not source_name.startswith(PREFIX):
        return None
    name = source_name.removeprefix(PREFIX)
    file = pulled_file(library, name)
    if not file.is_file():
        raise SourceError(
            f"What was pulled from {name} is gone ({file}). Pull again: reviewer pull {name}"
        )
    kind, _, site = library.state.get(SITE_KEY.format(name=name)).partition(" ")
    digests = {path: row.sha256 for path, row in library.images.known_files().items()}
    policy = policies().get(kind)
    hydrus = policy is not None and policy.style is TagStyle.HYDRUS
    return PulledPosts(source_name, file, site, hydrus, digests)
