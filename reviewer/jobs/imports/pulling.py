"""Live import: a server is asked, file by file, what posts it has and how they are tagged.

The images are those of the collection's folder; nothing is downloaded and nothing is sent but
hashes. What the server says is kept in the workspace, and is the collection's source from then on:
a later import of the folder reads it again, and pulling again takes what changed there.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.patience import patiently
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.context import stage
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.imports.pulled import SITE_KEY, pulled_file
from reviewer.jobs.writing.outbox import hash_of
from reviewer.sites.errors import BusyError
from reviewer.sources.pulled import PREFIX, KeptPost, kept_posts
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reviewer.core.outbox import Destination
    from reviewer.jobs.context import Listener
    from reviewer.jobs.writing.pace import Pace
    from reviewer.sites.base import FileHash
    from reviewer.sites.live import LivePost, LiveSite
    from reviewer.store.library import Library

Result = TypeVar("Result")

TRIES = 5
FIRST_WAIT_S = 1.0


def pull(
    library: Library,
    listener: Listener,
    destination: Destination,
    site: LiveSite,
    pace: Pace,
) -> ChangeSet:
    """Asks a server for the tags of the collection's images, and imports them.

    A pull that was cut off goes on where it was. Decisions stay, as at every import.

    Args:
        library: The collection; its images were imported before.
        listener: Hears of progress.
        destination: The server, as it was set up.
        site: Its client.
        pace: How fast it may be asked.

    Raises:
        UsageError: There are no images yet.
        SiteError: The server does not answer, or not like one; what was asked is kept.
        StoreError: The workspace cannot be written.
    """
    known = {
        name: row.sha256
        for name, row in library.images.known_files().items()
        if row.state is ImageState.OK
    }
    if not known:
        raise UsageError("There are no images yet. Import the folder first: reviewer import FOLDER")
    final = pulled_file(library, destination.name)
    part = final.with_suffix(".part")
    with writing(final.parent):
        final.parent.mkdir(parents=True, exist_ok=True)
    asked = {post.sha256 for post in _mended(part)}
    left = {digest.hex(): name for name, digest in known.items() if digest.hex() not in asked}
    if asked:
        listener.note(f"{len(asked):,} images were asked for before the last pull was cut off.")
    _ask(library, listener, left, site, pace, part)
    with writing(final):
        patiently(lambda: part.replace(final))
    found = sum(bool(post.remote_id) for post in kept_posts(final))
    listener.note(f"{destination.name} has posts of {found:,} of {len(known):,} images.")
    host = urlsplit(destination.url).hostname or destination.name
    library.state.set(
        SITE_KEY.format(name=destination.name), f"{destination.kind} {destination.site or host}"
    )
    changes = import_folder(library, listener, source_name=f"{PREFIX}{destination.name}")
    return ChangeSet(images=True, tags=True, summary={**changes.summary, "posts": found})


def _ask(
    library: Library,
    listener: Listener,
    left: Mapping[str, str],
    site: LiveSite,
    pace: Pace,
    part: Path,
) -> None:
    """Asks for files a few at a time; each answer is on disk before the next question."""
    digests = list(left)
    with (
        stage(listener, "pull", len(digests), "images") as progress,
        writing(part),
        part.open("ab") as kept,
    ):
        for start in range(0, len(digests), site.files_at_once):
            some = digests[start : start + site.files_at_once]
            files = [_hash(library, left[sha256], sha256) for sha256 in some]
            there = [file for file in files if file is not None]
            posts = _patiently(pace, partial(site.posts, there)) if there else {}
            kept.write(b"".join(_kept(sha256, posts.get(sha256)).line() for sha256 in some))
            kept.flush()
            os.fsync(kept.fileno())
            if (pause := site.pause()) > 0:
                pace.block(pause)
            progress.advance(len(some))


def _hash(library: Library, name: str, sha256: str) -> FileHash | None:
    try:
        return hash_of(library.folder / name, sha256)
    except SourceError:
        # Gone since the import: nothing can be asked of it.
        return None


def _kept(sha256: str, post: LivePost | None) -> KeptPost:
    if post is None:
        return KeptPost(sha256)
    return KeptPost(sha256, post.remote_id, post.tags, post.rating, post.source)


def _mended(part: Path) -> list[KeptPost]:
    """What a pull that was cut off has kept; its torn end is cut."""
    posts = list(kept_posts(part))
    if posts:
        with writing(part):
            part.write_bytes(b"".join(post.line() for post in posts))
    return posts


def _patiently(pace: Pace, ask: Callable[[], Result]) -> Result:
    """Asks, again after a wait where the server is busy.

    Raises:
        SiteError: It cannot be had; a busy server was asked a few times.
    """
    for attempt in range(1, TRIES + 1):
        pace.read()
        try:
            return ask()
        except BusyError as error:
            if attempt == TRIES:
                raise
            wait = error.retry_after
            pace.block(wait if wait is not None else FIRST_WAIT_S * 2 ** (attempt - 1))
    raise AssertionError("the last attempt returns or raises")
