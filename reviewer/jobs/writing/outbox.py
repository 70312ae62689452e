"""From a plan to the outbox and back: drafts, queueing, looking without writing, undo, settling."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.outbox import (
    Destination,
    Edit,
    Entry,
    EntryState,
    Verdict,
    in_words_of,
    judge,
)
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.writing.pace import now_ms
from reviewer.jobs.writing.places import may_batch, reader
from reviewer.jobs.writing.planning import Plan, PlannedEdit, Skipped
from reviewer.jobs.writing.sending import Sending, patiently, site_names
from reviewer.sites.base import FileHash
from reviewer.sites.errors import NoPostError
from reviewer.store.outbox import NewEntry

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from reviewer.sites.policy import Policy
    from reviewer.store.library import Library

AS_WANTED = "already as wanted"
"""What a look says of a post that needs no edit."""

NOT_THERE = "the site has no post of this very file"


def look(run: Sending, listener: Listener, plan: Plan) -> None:
    """Reads every post of a plan: conflicts, new tags, and posts that are found by their hash.

    Nothing is written anywhere. What needs no edit leaves the plan.

    Args:
        run: What a sender works with.
        listener: Hears of progress.
        plan: Is changed.

    Raises:
        SiteError: The site cannot be asked.
    """
    kept = []
    with stage(listener, "look", len(plan.edits), "posts") as progress:
        for planned in plan.edits:
            seen = _look_at(run, plan, planned)
            if seen is not None:
                kept.append(seen)
            progress.advance()
    plan.edits = kept
    plan.looked = True


def _look_at(run: Sending, plan: Plan, planned: PlannedEdit) -> PlannedEdit | None:
    """A planned edit with what the look showed; `None` where there is nothing to send."""
    remote_id = planned.remote_id or _find(run, planned)
    if not remote_id:
        plan.skipped.append(Skipped(planned.path, "", "", NOT_THERE))
        return None
    try:
        post = patiently(run, partial(run.site.read, remote_id))
    except NoPostError as error:
        plan.skipped.append(Skipped(planned.path, "", "", str(error)))
        return None
    names = site_names(run, planned.edit.add - post.tags)
    edit = replace(
        planned.edit,
        add=frozenset(names.get(tag) or tag for tag in planned.edit.add),
        new=frozenset(tag for tag, name in names.items() if name is None),
    )
    worded = in_words_of(edit, post.tags, reader(run.policy.style, {}))
    found = judge(worded, post.tags, denied=post.denied)
    if found.verdict is Verdict.AS_WANTED:
        plan.skipped.append(Skipped(planned.path, "", "", AS_WANTED))
        return None
    problem = found.sentence if found.verdict is Verdict.CONFLICT else ""
    return replace(planned, remote_id=remote_id, edit=edit, problem=problem)


def _find(run: Sending, planned: PlannedEdit) -> str | None:
    file = hash_of(run.library.folder / planned.path, planned.sha256)
    return patiently(run, partial(run.site.find, file))


def hash_of(path: Path, sha256: str) -> FileHash:
    """What an image file is known by at the sites.

    Args:
        path: The file.
        sha256: As imported, hexadecimal.

    Raises:
        SourceError: The file cannot be read.
    """
    md5, sha1 = (hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1"))
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                md5.update(chunk)
                sha1.update(chunk)
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    return FileHash(sha256, md5.hexdigest(), sha1.hexdigest())


def keep_drafts(library: Library, plan: Plan) -> list[Entry]:
    """Stores a plan's edits as drafts, in place of those of the plan before.

    Returns:
        The drafts. Edits whose post is not known are left out of them.

    Raises:
        StoreError: It could not be stored.
    """
    library.outbox.forget_drafts(plan.destination)
    new = [
        NewEntry(
            edit.image_id, edit.remote_id, edit.edit, edit.problem, before_version=edit.version
        )
        for edit in plan.edits
        if edit.remote_id
    ]
    library.outbox.put(plan.destination, new, EntryState.DRAFT, now_ms())
    return library.outbox.all(plan.destination, (EntryState.DRAFT,))


@dataclass(frozen=True, slots=True)
class Queueing:
    """What a person said with Send.

    Attributes:
        paths: Images that were confirmed one by one; empty for all drafts at once.
        new_allowed: Tags that the site does not know may be made.
    """

    paths: Collection[str] = ()
    new_allowed: bool = False


def queue(
    library: Library, destination: Destination, policy: Policy, wanted: Queueing
) -> list[Entry]:
    """Turns drafts into edits that are to be sent. Nothing is sent yet.

    Returns:
        The entries that are queued now.

    Raises:
        UsageError: The site wants each image confirmed, or an image has no draft.
        StoreError: It could not be stored.
    """
    if not wanted.paths and not may_batch(destination, policy):
        raise UsageError(
            f"{policy.title}: each image is confirmed by itself (--only PATH, or its tick in the "
            f"window). {policy.rules} If the site's staff agreed to batches, say who: reviewer "
            f"destinations add {destination.name} --approved-by 'NAME, DATE, WHERE'"
        )
    drafts = library.outbox.all(destination.name, (EntryState.DRAFT,))
    missing = set(wanted.paths) - {draft.path for draft in drafts}
    if missing:
        raise UsageError(
            f"There is no draft for {min(missing)}. Look at the diff first: reviewer "
            f"write-back diff {destination.name}"
        )
    now = now_ms()
    queued = [
        replace(
            draft,
            state=EntryState.QUEUED,
            problem="",
            new_allowed=wanted.new_allowed,
            changed_at=now,
        )
        for draft in drafts
        if not wanted.paths or draft.path in wanted.paths
    ]
    library.outbox.save(queued)
    return queued


def queue_undo(library: Library, destination: Destination, batch: int | None = None) -> int:
    """Queues the inverse of what a batch really changed; the last one if none is named.

    Returns:
        How many posts are put back.

    Raises:
        UsageError: There is nothing to take back.
        StoreError: It could not be stored.
    """
    if batch is None:
        batch = library.outbox.last_batch(destination.name)
    taken = library.outbox.taken_back(destination.name)
    entries = [
        NewEntry(
            entry.image_id,
            entry.remote_id,
            Edit(add=entry.did_remove, remove=entry.did_add),
            undoes=entry.id,
        )
        for entry in (library.outbox.all(destination.name, batch=batch) if batch else [])
        if (entry.did_add or entry.did_remove) and entry.id not in taken and entry.undoes is None
    ]
    if not entries:
        raise UsageError(f"There is nothing of {destination.name} to take back.")
    library.outbox.forget_drafts(destination.name)
    library.outbox.put(destination.name, entries, EntryState.QUEUED, now_ms())
    return len(entries)


def settle(
    library: Library, destination: Destination, paths: Collection[str], *, send_rest: bool
) -> int:
    """Settles conflicts as a person said.

    Args:
        library: The collection.
        destination: Where to.
        paths: Of the images; empty for all conflicts.
        send_rest: Send what is left of the edit; else leave the post as the site has it.

    Returns:
        How many were settled.

    Raises:
        StoreError: It could not be stored.
    """
    entries = [
        entry
        for entry in library.outbox.all(destination.name, (EntryState.CONFLICT,))
        if not paths or entry.path in paths
    ]
    state = EntryState.QUEUED if send_rest else EntryState.CANCELLED
    changed = [
        replace(
            entry,
            state=state,
            settled=True,
            new_allowed=send_rest,
            before=None,
            attempts=0,
            next_try=0,
            changed_at=now_ms(),
        )
        for entry in entries
    ]
    library.outbox.save(changed)
    return len(changed)


def retry(library: Library, destination: Destination) -> int:
    """Queues again what the site refused, for example after a key was mended.

    Returns:
        How many are queued.

    Raises:
        StoreError: It could not be stored.
    """
    library.outbox.forget_drafts(destination.name)
    busy = library.outbox.open_posts(destination.name)
    # One entry a post: the newest.
    failed = {
        entry.remote_id: entry
        for entry in library.outbox.all(destination.name, (EntryState.FAILED,))
        if not (entry.did_add or entry.did_remove) and entry.remote_id not in busy
    }
    again = [
        replace(entry, state=EntryState.QUEUED, before=None, attempts=0, next_try=0, problem="")
        for entry in failed.values()
    ]
    library.outbox.save(again)
    return len(again)


def cancel(library: Library, destination: Destination) -> int:
    """Takes back the word Send for what was not begun yet, and forgets the drafts.

    Returns:
        How many edits are not sent.

    Raises:
        StoreError: It could not be stored.
    """
    queued = library.outbox.all(destination.name, (EntryState.QUEUED,))
    now = now_ms()
    library.outbox.save([replace(e, state=EntryState.CANCELLED, changed_at=now) for e in queued])
    library.outbox.forget_drafts(destination.name)
    return len(queued)
