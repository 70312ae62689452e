"""Sends what is queued: looks at each post, writes what is left of the edit, looks at what came.

An entry is marked `sending`, on disk, before its request leaves. Whatever ends the program then,
the entry is looked at before it is tried again: an edit that arrived is not made twice, and one
that did not is not taken for made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from reviewer.core.errors import UsageError
from reviewer.core.outbox import (
    NOTHING,
    Destination,
    Edit,
    Entry,
    EntryState,
    Verdict,
    backoff_ms,
    effect,
    in_words_of,
    judge,
    names,
)
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, Stage, stage
from reviewer.jobs.writing.pace import LONGEST_WAIT_MS, Pace, now_ms
from reviewer.jobs.writing.places import cap_of, reader
from reviewer.sites.errors import (
    BusyError,
    NoAccessError,
    SiteError,
    StaleError,
    UnknownOutcomeError,
)
from reviewer.sites.ratings import no_ratings

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.sites.base import RemotePost, Site
    from reviewer.sites.policy import Policy
    from reviewer.store.library import Library

T = TypeVar("T")

ERRORS_IN_A_ROW = 5
MOST_ATTEMPTS = 8
DAY_MS = 24 * 3600 * 1000
REASON = "Tags checked by hand, image by image"


def reason_key(destination: str) -> str:
    """Under which the reason of a destination's edits is remembered."""
    return f"write-back reason {destination}"


@dataclass(frozen=True)
class Sending:
    """What a run works with.

    Attributes:
        library: The collection.
        destination: Where to.
        policy: Its rules.
        site: Its client.
        pace: How fast it may be asked.
        now: The clock, Unix time in milliseconds.
        chance: Uniform in 0..1, to spread waits.
    """

    library: Library
    destination: Destination
    policy: Policy
    site: Site
    pace: Pace
    now: Callable[[], int] = now_ms
    chance: Callable[[], float] = random.random
    words: dict[str, str | None] = field(default_factory=dict)


def send(run: Sending, listener: Listener) -> ChangeSet:
    """Sends until nothing is left that can be sent now.

    Raises:
        SiteError: Five errors in a row, or the key is refused; what is queued stays queued.
        UsageError: The site asks to wait for too long.
        StoreError: A state could not be stored; nothing more is sent.
    """
    table, name = run.library.outbox, run.destination.name
    left = table.all(name, (EntryState.QUEUED, EntryState.SENDING))
    errors = 0
    with stage(listener, "send", len(left), "edits") as progress:
        while (entry := table.next(name)) is not None:
            stop = _why_not(run, entry)
            if stop:
                listener.note(stop)
                return ChangeSet(summary=summary(run.library, name))
            run.pace.until(entry.next_try)
            error = _one(run, entry, progress)
            errors = errors + 1 if error else 0
            if errors >= ERRORS_IN_A_ROW:
                raise BusyError(
                    f"Stopped after {errors} errors in a row. The last: {error} What is queued "
                    "stays queued; go on with `resume`."
                )
    _tell_stuck(run, listener)
    return ChangeSet(summary=summary(run.library, name))


def summary(library: Library, destination: str) -> dict[str, int | float | str]:
    """Entries of a destination by state, for people."""
    counts = library.outbox.counts(destination)
    return {state.value.replace(" ", "_"): n for state, n in counts.items() if n}


def _tell_stuck(run: Sending, listener: Listener) -> None:
    """Says what waits for a person."""
    name = run.destination.name
    counts = run.library.outbox.counts(name)
    for state, remedy in ((EntryState.CONFLICT, "settle"), (EntryState.FAILED, "retry")):
        if counts.get(state):
            listener.note(
                f"{counts[state]:,} {state.value}: see `reviewer write-back list {name}`, then "
                f"`{remedy}`"
            )


def _why_not(run: Sending, entry: Entry) -> str:
    """Why nothing more is sent in this run; empty if something is."""
    destination = run.library.destinations.get(run.destination.name)
    if destination.paused:
        return f"{destination.name} is paused; go on with `resume`."
    cap = cap_of(destination, run.policy)
    since = run.now() - DAY_MS
    # This collection's outbox knows of edits before the shared file was; the file, of the others'.
    sent = max(
        run.library.outbox.written_since(destination.name, since), run.pace.sent_since(since)
    )
    if cap and sent >= cap and entry.state is EntryState.QUEUED:
        return (
            f"{sent} edits were sent in the last 24 hours, the most for {run.policy.title}. "
            "The rest stays queued; go on tomorrow with `resume`."
        )
    if entry.next_try - run.now() > LONGEST_WAIT_MS:
        return "The site asks to wait. The rest stays queued; go on later with `resume`."
    return ""


def _one(run: Sending, entry: Entry, progress: Stage) -> str:
    """One step of one entry; returns the error, for people, or nothing."""
    run.pace.write()
    try:
        after = _step(run, entry)
    except NoAccessError:
        raise
    except SiteError as error:
        after = _after_error(run, run.library.outbox.get(entry.id), error)
        run.library.outbox.save(after)
        if after.state is EntryState.FAILED:
            progress.advance(note=f"{after.path}: {after.state.value}")
        # That somebody else was faster is no error of the site.
        return "" if isinstance(error, StaleError) else str(error)
    finally:
        _heed(run)
    run.library.outbox.save(after)
    progress.advance(note=f"{after.path}: {after.state.value}")
    return after.problem if after.state is EntryState.FAILED else ""


def _heed(run: Sending) -> None:
    """Leaves the site alone for as long as the headers of its last answer ask."""
    pause = run.site.pause()
    if pause > 0:
        run.pace.block(pause)


def _step(run: Sending, entry: Entry) -> Entry:
    """Looks at the post, and writes if that is what the look calls for."""
    run.pace.read()
    post = run.site.read(entry.remote_id)
    key = reader(run.policy.style, {})
    edit, unknown = _in_site_words(run, entry, post)
    if unknown and not entry.new_allowed:
        problem = f"the site does not know {names(frozenset(unknown))}: allow new tags, or drop it"
        return _over(run, entry, EntryState.CONFLICT, problem)
    edit = in_words_of(edit, post.tags | (entry.before or NOTHING), key)
    denied = NOTHING if entry.undoes else post.denied
    look = judge(edit, post.tags, denied=denied, settled=entry.settled)
    if look.verdict is Verdict.AS_WANTED:
        if entry.before is None:
            return _over(run, entry, EntryState.NO_CHANGE, "", post)
        return _changed(run, entry, edit, entry.before, post)
    if look.verdict is Verdict.CONFLICT:
        return _over(run, entry, EntryState.CONFLICT, look.sentence, post)
    return _write(run, entry, look.write, post)


def _write(run: Sending, entry: Entry, edit: Edit, post: RemotePost) -> Entry:
    """Makes the edit; whatever is raised, the entry on disk says what is known."""
    table = run.library.outbox
    begun = replace(
        entry,
        state=EntryState.SENDING,
        before=post.tags,
        before_version=post.version,
        changed_at=run.now(),
    )
    run.pace.note_sent()
    table.save(begun)
    reason = run.library.state.get(reason_key(run.destination.name), REASON)
    try:
        after = run.site.write(entry.remote_id, post, edit, reason)
    except UnknownOutcomeError:
        raise
    except SiteError:
        # Surely not made: the entry is what it was, and no look may take another's edit for ours.
        table.save(entry)
        raise
    if after is None:
        run.pace.read()
        after = run.site.read(entry.remote_id)
    return _changed(run, begun, edit, post.tags, after)


def _changed(
    run: Sending, entry: Entry, edit: Edit, before: frozenset[str], after: RemotePost
) -> Entry:
    """An entry whose edit was made, wholly or in part."""
    found = effect(edit, before, after.tags)
    added = found.added
    if found.extra and no_ratings(edit.add):
        added |= _brought(run, edit.add, found.extra)
    state = EntryState.FAILED if found.refused else EntryState.DONE
    problem = f"not applied by the site: {found.refused}" if found.refused else ""
    over = _over(run, entry, state, problem, after)
    return replace(over, before=before, did_add=added, did_remove=found.removed)


def _brought(run: Sending, added: frozenset[str], extra: frozenset[str]) -> frozenset[str]:
    """What the site added because of ours; nothing where it does not tell."""
    try:
        run.pace.read()
        return run.site.brought(no_ratings(added), no_ratings(extra))
    except (SiteError, UsageError):
        # The edit is made and known; only what undo takes back beside it is not.
        return NOTHING


def _over(
    run: Sending, entry: Entry, state: EntryState, problem: str, post: RemotePost | None = None
) -> Entry:
    return replace(
        entry,
        state=state,
        problem=problem,
        next_try=0,
        after=entry.after if post is None else post.tags,
        after_version=entry.after_version if post is None else post.version,
        changed_at=run.now(),
    )


def _after_error(run: Sending, entry: Entry, error: SiteError) -> Entry:
    """An entry after a step that failed: tried again later, or given up."""
    entry = replace(entry, attempts=entry.attempts + 1)
    if not isinstance(error, (BusyError, StaleError)):
        return _over(run, entry, EntryState.FAILED, str(error))
    if entry.attempts >= MOST_ATTEMPTS:
        if entry.state is EntryState.SENDING:
            problem = f"it is not known whether this edit was made: {error}"
            return _over(run, entry, EntryState.CONFLICT, problem)
        return _over(run, entry, EntryState.FAILED, str(error))
    wait = 0
    if isinstance(error, BusyError):
        wait = backoff_ms(entry.attempts, run.chance())
        if error.retry_after is not None:
            run.pace.block(error.retry_after)
            wait = max(wait, int(error.retry_after * 1000))
    return replace(entry, problem=str(error), next_try=run.now() + wait)


def _in_site_words(run: Sending, entry: Entry, post: RemotePost) -> tuple[Edit, list[str]]:
    """The edit with aliases as the site's own names, and the tags that it does not know."""
    if entry.undoes is not None:
        return entry.edit, []
    known = site_names(run, entry.edit.add - post.tags)
    edit = replace(entry.edit, add=frozenset(known.get(tag) or tag for tag in entry.edit.add))
    return edit, sorted(tag for tag, name in known.items() if name is None)


def patiently(run: Sending, ask: Callable[[], T]) -> T:
    """Asks the site for something, again after a wait where it is busy.

    Raises:
        SiteError: It cannot be had; a busy site was asked a few times.
    """
    for attempt in range(1, ERRORS_IN_A_ROW + 1):
        run.pace.read()
        try:
            return ask()
        except BusyError as error:
            if attempt == ERRORS_IN_A_ROW:
                raise
            if error.retry_after is not None:
                run.pace.block(error.retry_after)
            else:
                run.pace.until(run.now() + backoff_ms(attempt, run.chance()))
    raise AssertionError("the last attempt returns or raises")


def site_names(run: Sending, tags: frozenset[str]) -> dict[str, str | None]:
    """What the site calls some tags, asked once a run; `None` where it does not know one."""
    tags = no_ratings(tags)
    missing = sorted(tags - run.words.keys())
    if missing:
        run.words.update(patiently(run, partial(run.site.known, missing)))
    return {tag: run.words[tag] for tag in tags}
