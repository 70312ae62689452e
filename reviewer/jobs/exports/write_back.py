"""Corrections into the collection's own metadata files: diff, backup, atomic replace, undo.

The only place in the program that writes into the user's folder, and only when asked to and after
the diff was confirmed. Undo puts a file back only if it still is what was written.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reviewer.core.errors import UsageError
from reviewer.core.patience import patiently
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.exports.in_place import changes_in_place
from reviewer.sources.text import decoded
from reviewer.store.disk import keep_traits, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.jobs.changes import FileEdit
    from reviewer.store.library import Library

RECORD = "written.json"
UNDO = "reviewer export --undo"


class Edit(Protocol):
    """A file as it is and as it would be; both may be read only when they are asked for."""

    @property
    def path(self) -> Path:
        """Of the file."""

    @property
    def before(self) -> bytes:
        """Its content; empty if it is not there."""

    @property
    def after(self) -> bytes:
        """What it would hold."""


def diff(edit: FileEdit) -> str:
    """A unified diff of one file, for people."""
    old, new = (decoded(content).text.splitlines() for content in (edit.before, edit.after))
    lines = difflib.unified_diff(
        old, new, str(edit.path), f"{edit.path} (corrected)", lineterm="", n=1
    )
    return "\n".join(lines)


def plan(library: Library) -> list[FileEdit]:
    """What writing back would change, without changing it.

    Raises:
        UsageError: The collection's metadata are of a kind that is not written in place.
        SourceError: A file cannot be read.
    """
    found = changes_in_place(library)
    if found.left_out and not found.changes:
        path, reason = found.left_out[0]
        raise UsageError(
            f"No file can be corrected in place: {path}: {reason}. Export into a folder: "
            "reviewer export --to DIR"
        )
    return [change.edit for change in found.changes]


def apply(
    library: Library, listener: Listener, edits: Sequence[Edit], undo_with: str = UNDO
) -> ChangeSet:
    """Writes the edits, each file with a copy kept first; what cannot be written is left alone.

    Args:
        library: The collection.
        listener: Hears of progress.
        edits: Of the files.
        undo_with: The command that takes them back, for people.

    Raises:
        StoreError: A file or its copy cannot be written; the files before it are done and can
            be undone.
        UsageError: A file was changed since the plan was made.
    """
    backup = _next_place(library.workspace.backups, dt.datetime.now(dt.UTC))
    for edit in edits:
        _refuse_if_changed(edit)
    record = [
        {
            "path": str(edit.path),
            "copy": f"{number:06d}.before" if edit.path.exists() else "",
            "written": hashlib.sha256(edit.after).hexdigest(),
        }
        for number, edit in enumerate(edits)
    ]
    # The record is whole before the first file changes: a kill at any moment can be undone, for
    # undo only touches files that hold what is recorded.
    _put(backup / RECORD, json.dumps(record, indent=1).encode())
    with stage(listener, "write back", len(edits), "files") as progress:
        for entry, edit in zip(record, edits, strict=True):
            if entry["copy"]:
                _put(backup / entry["copy"], edit.before)
            _put(edit.path, edit.after)
            progress.advance()
    listener.note(f"{len(edits):,} files written; undo with: {undo_with}")
    return ChangeSet(summary={"files": len(edits), "backup": str(backup)})


@dataclass(frozen=True, slots=True)
class Restored:
    """What an undo did.

    Attributes:
        written: SHA-256, in hexadecimal, of what was taken back.
        left: Files that somebody changed since, left alone.
    """

    written: list[str]
    left: list[Path]


def undo(library: Library, listener: Listener) -> ChangeSet:
    """Puts the files of the last write-back as they were, where nobody changed them since.

    Raises:
        UsageError: There is nothing to undo.
        StoreError: A file cannot be written.
    """
    done = restore_last(library, listener)
    return ChangeSet(summary={"restored": len(done.written), "left_alone": len(done.left)})


def restore_last(library: Library, listener: Listener) -> Restored:
    """Does what `undo` says, and tells which contents were taken back.

    Raises:
        UsageError: There is nothing to undo.
        StoreError: A file cannot be written.
    """
    backups = sorted(library.workspace.backups.glob(f"write-back-*/{RECORD}"))
    if not backups:
        raise UsageError("There is no write-back to undo.")
    place = backups[-1]
    entries: list[dict[str, str]] = json.loads(place.read_text(encoding="utf-8"))
    if entries and not any(Path(entry["path"]).parent.is_dir() for entry in entries):
        raise UsageError(
            f"The files of the last write-back are not where they were ({entries[0]['path']}). "
            "Connect their drive, or move their folder back, and undo then."
        )
    done = Restored([], [])
    with stage(listener, "undo", len(entries), "files") as progress:
        for entry in entries:
            path = Path(entry["path"])
            if _digest(path) == entry["written"] and not path.is_symlink():
                _restore(path, place.parent, entry["copy"])
                done.written.append(entry["written"])
            elif not _is_restored(path, place.parent, entry["copy"]):
                done.left.append(path)
            progress.advance()
    patiently(lambda: place.rename(place.with_name("undone.json")))
    if done.left:
        count = len(done.left)
        listener.note(f"{count:,} files were changed since and are left alone: {done.left[0]} ...")
    return done


def _next_place(backups: Path, now: dt.datetime) -> Path:
    """Where the files are kept: behind all that was written before, also by a clock set back."""
    name = f"write-back-{now:%Y%m%d-%H%M%S-%f}"
    last = max((place.name for place in backups.glob("write-back-*")), default="")
    return backups / (name if name > last else f"{last}-later")


def _refuse_if_changed(edit: Edit) -> None:
    now = edit.path.read_bytes() if edit.path.exists() else b""
    # A link would be replaced by a file: what it leads to is in another place.
    if now != edit.before or edit.path.is_symlink():
        raise UsageError(
            f"{edit.path} was changed by another program since the diff was shown. Look at the "
            "diff again: reviewer export --in-place"
        )


def _put(path: Path, content: bytes) -> None:
    with replacing(path) as aside:
        aside.write_bytes(content)
        keep_traits(path, aside)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _restore(path: Path, backup: Path, copy: str) -> None:
    if copy:
        _put(path, (backup / copy).read_bytes())
    else:
        path.unlink()


def _is_restored(path: Path, backup: Path, copy: str) -> bool:
    if not copy:
        return not path.exists()
    return path.exists() and path.read_bytes() == (backup / copy).read_bytes()
