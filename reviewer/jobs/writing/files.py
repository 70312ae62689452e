"""The collection's own files as a destination: the same diff, states and undo as any other.

Each image's entry carries the hash of its file as the diff saw it. A file that changed since is a
conflict; the others are written with a copy kept first. An entry that was begun when the program
ended is looked at by its file: what is there already is done.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.core.outbox import Edit, Entry, EntryState
from reviewer.core.types import ChangeSet
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.in_place import FileChange, InPlace, changes_in_place
from reviewer.jobs.writing.pace import now_ms
from reviewer.jobs.writing.places import FILES
from reviewer.jobs.writing.planning import Plan, PlannedEdit, Skipped
from reviewer.jobs.writing.sending import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

UNDO = f"reviewer write-back undo {FILES.name}"
CHANGED = "the file was changed since the diff was shown: show it again"


def plan_files(library: Library) -> Plan:
    """What correcting the files would change, an image each.

    Raises:
        UsageError: Metadata of this kind are not corrected in place.
        SourceError: A file cannot be read.
    """
    plan = Plan(FILES.name, looked=True)
    found = changes_in_place(library)
    busy = library.outbox.open_posts(FILES.name)
    for change in found.changes:
        version = hashlib.sha256(change.edit.before).hexdigest()
        for entry in change.images:
            if entry.image.path in busy:
                plan.waiting.append(entry.image.path)
                continue
            plan.edits.append(
                PlannedEdit(
                    entry.image.id,
                    entry.image.path,
                    entry.image.sha256.hex(),
                    entry.image.path,
                    Edit(*entry.changes),
                    version=version,
                )
            )
    plan.skipped += [Skipped(path, "", "", reason) for path, reason in found.left_out]
    return plan


@dataclass(frozen=True, slots=True)
class _Split:
    """Entries by what is to be done with them."""

    write: list[tuple[Entry, FileChange]]
    done: list[Entry]
    changed: list[Entry]


def send_files(library: Library, listener: Listener) -> ChangeSet:
    """Writes the files of the queued images, with a copy of each kept first.

    Raises:
        StoreError: A file, its copy or a state cannot be written; what was written can be undone.
        UsageError: A file changed at this very moment.
        SourceError: A file cannot be read.
    """
    table = library.outbox
    entries = table.all(FILES.name, (EntryState.QUEUED, EntryState.SENDING))
    found = changes_in_place(library, {entry.path for entry in entries})
    split = _split(entries, found)
    table.save([_over(e, EntryState.CONFLICT, CHANGED) for e in split.changed])
    # Nothing left to write: it was there before, or a run that was cut off wrote it.
    table.save(
        [
            _applied(e) if e.state is EntryState.SENDING else _over(e, EntryState.NO_CHANGE, "")
            for e in split.done
        ]
    )
    begun = [
        replace(
            entry,
            state=EntryState.SENDING,
            before=frozenset(),
            after_version=hashlib.sha256(change.edit.after).hexdigest(),
        )
        for entry, change in split.write
    ]
    table.save(begun)
    edits = {change.edit.path: change.edit for _, change in split.write}
    if edits:
        write_back.apply(library, listener, list(edits.values()), UNDO)
    table.save([_applied(entry) for entry in begun])
    return ChangeSet(summary={"files": len(edits), **summary(library, FILES.name)})


def undo_files(library: Library, listener: Listener) -> ChangeSet:
    """Puts the files of the last write-back as they were, where nobody changed them since.

    Raises:
        UsageError: There is nothing to undo.
        StoreError: A file cannot be written.
    """
    batch = library.outbox.last_batch(FILES.name)
    entries = library.outbox.all(FILES.name, (EntryState.DONE,), batch) if batch else []
    done = write_back.restore_last(library, listener)
    library.outbox.save(
        [
            replace(
                _over(entry, EntryState.CANCELLED, "taken back"),
                did_add=frozenset(),
                did_remove=frozenset(),
            )
            for entry in entries
            if entry.after_version in done.written
        ]
    )
    return ChangeSet(summary={"restored": len(done.written), "left_alone": len(done.left)})


def _split(entries: Sequence[Entry], found: InPlace) -> _Split:
    by_path = {e.image.path: change for change in found.changes for e in change.images}
    refused = dict(found.left_out)
    split = _Split([], [], [])
    for entry in entries:
        change = by_path.get(entry.path)
        if entry.path in refused:
            split.changed.append(entry)
        elif change is None:
            split.done.append(entry)
        elif entry.state is EntryState.QUEUED and not _same(entry, change):
            split.changed.append(entry)
        else:
            split.write.append((entry, change))
    return split


def _same(entry: Entry, change: FileChange) -> bool:
    """Whether a file is as the diff saw it."""
    version = hashlib.sha256(change.edit.before).hexdigest()
    return not entry.before_version or entry.before_version == version


def _over(entry: Entry, state: EntryState, problem: str) -> Entry:
    return replace(entry, state=state, problem=problem, changed_at=now_ms())


def _applied(entry: Entry) -> Entry:
    done = _over(entry, EntryState.DONE, "")
    return replace(done, did_add=entry.edit.add, did_remove=entry.edit.remove)
