"""Corrections into the collection's own caption files: diff, backup, atomic replace, undo.

The only place in the program that writes into the user's folder, and only when asked to and after
the diff was confirmed. Undo puts a file back only if it still is what was written.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.changes import (
    CorrectedImage,
    FileEdit,
    caption_habit,
    corrected_caption,
    corrected_images,
    tag_key_of,
)
from reviewer.jobs.context import Listener, stage
from reviewer.sources.tags_csv import FILE as TAGS_CSV
from reviewer.sources.text import read_text
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reviewer.store.library import Library

RECORD = "written.json"


def diff(edit: FileEdit) -> str:
    """A unified diff of one file, for people."""
    old, new = (text.decode("utf-8", "replace").splitlines() for text in (edit.before, edit.after))
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
    source = library.state.get("source")
    if source == "tags.csv":
        return list(_table_edits(library))
    if source in {"captions", "untagged"}:
        return list(_caption_edits(library))
    own = "captions" if source in {"hydrus", "xmp"} else "jsonl"
    raise UsageError(
        f"Metadata of the kind {source or 'unknown'!r} are not written in place. "
        f"Export them into a folder: reviewer export --to DIR --format {own}"
    )


def apply(library: Library, listener: Listener, edits: Sequence[FileEdit]) -> ChangeSet:
    """Writes the edits, each file with a copy kept first; what cannot be written is left alone.

    Raises:
        StoreError: A file or its copy cannot be written; the files before it are done and can
            be undone.
        UsageError: A file was changed since the plan was made.
    """
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
    backup = library.workspace.backups / f"write-back-{stamp}"
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
    listener.note(f"{len(edits):,} files written; undo with: reviewer export --undo")
    return ChangeSet(summary={"files": len(edits), "backup": str(backup)})


def undo(library: Library, listener: Listener) -> ChangeSet:
    """Puts the files of the last write-back as they were, where nobody changed them since.

    Raises:
        UsageError: There is nothing to undo.
        StoreError: A file cannot be written.
    """
    backups = sorted(library.workspace.backups.glob(f"write-back-*/{RECORD}"))
    if not backups:
        raise UsageError("There is no write-back to undo.")
    place = backups[-1]
    entries: list[dict[str, str]] = json.loads(place.read_text(encoding="utf-8"))
    restored, left = 0, []
    with stage(listener, "undo", len(entries), "files") as progress:
        for entry in entries:
            path = Path(entry["path"])
            if _digest(path) == entry["written"]:
                _restore(path, place.parent, entry["copy"])
                restored += 1
            elif not _is_restored(path, place.parent, entry["copy"]):
                left.append(path)
            progress.advance()
    place.rename(place.with_name("undone.json"))
    if left:
        listener.note(f"{len(left):,} files were changed since and are left alone: {left[0]} ...")
    return ChangeSet(summary={"restored": restored, "left_alone": len(left)})


def _caption_edits(library: Library) -> Iterator[FileEdit]:
    habit = caption_habit(library)
    for entry in corrected_images(library, changed_only=True):
        if entry.image.state is not ImageState.GONE:
            edit = corrected_caption(library, entry, habit)
            if edit.after != edit.before:
                yield edit


def _table_edits(library: Library) -> Iterator[FileEdit]:
    """The table with the changed rows rewritten and all others byte for byte as they were."""
    path = library.folder / TAGS_CSV
    decoded = read_text(path)
    changed = {e.image.path: e for e in corrected_images(library, changed_only=True)}
    # Only at line ends: `splitlines` would cut a row at rarer separators inside a tag too.
    lines = io.StringIO(decoded.text, newline="")
    key = tag_key_of(library)
    after = "".join(_corrected_row(line, changed, key) for line in lines)
    if after != decoded.text:
        yield FileEdit(path, decoded.encode(decoded.text), decoded.encode(after))


def _corrected_row(line: str, changed: dict[str, CorrectedImage], key: Callable[[str], str]) -> str:
    row = next(csv.reader([line]), [])
    entry = changed.get(row[0].replace("\\", "/")) if row else None
    if entry is None:
        return line
    kept = [tag for tag in row[1].split() if key(tag) not in entry.removed]
    text = io.StringIO()
    end = line[len(line.rstrip("\r\n")) :]
    csv.writer(text, lineterminator=end).writerow([row[0], " ".join(kept + entry.added), *row[2:]])
    return text.getvalue()


def _refuse_if_changed(edit: FileEdit) -> None:
    now = edit.path.read_bytes() if edit.path.exists() else b""
    if now != edit.before:
        raise UsageError(
            f"{edit.path} was changed by another program since the diff was shown. Look at the "
            "diff again: reviewer export --in-place"
        )


def _put(path: Path, content: bytes) -> None:
    with replacing(path) as aside:
        aside.write_bytes(content)


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
