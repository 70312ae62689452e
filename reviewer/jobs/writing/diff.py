"""A plan as files: CSV for spreadsheets, JSON for programs and for the window."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.outbox import names
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.jobs.writing.planning import Plan, PlannedEdit
    from reviewer.store.library import Library

COLUMNS = ("image", "post", "action", "tag", "reason")


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """One image of a diff, as the window shows it.

    Attributes:
        path: Of the image.
        post: Its id at the destination; empty where it is not known yet.
        add, remove: Tags, in order of name.
        new: Those of `add` that the destination does not know.
        conflict: What a look at the post showed; empty for nothing.
    """

    path: str
    post: str
    add: tuple[str, ...]
    remove: tuple[str, ...]
    new: tuple[str, ...]
    conflict: str
    image_id: int = 0


@dataclass(frozen=True, slots=True)
class ShownDiff:
    """The last diff of a destination, as the window shows it.

    Attributes:
        made_at: Unix time in milliseconds.
        decided: Id of the last decision that it knows.
        looked: Whether the posts were looked at.
        counts: Figures by name.
        edits: An image each.
        skipped: (image, tag, action, reason) of what is not sent.
    """

    made_at: int = 0
    decided: int = 0
    looked: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    edits: tuple[ShownEdit, ...] = ()
    skipped: tuple[tuple[str, str, str, str], ...] = ()


def as_json(plan: Plan, decided: int, made_at: int) -> dict[str, Any]:
    """A plan as one JSON object."""
    return {
        "destination": plan.destination,
        "made_at": made_at,
        "decided": decided,
        "looked": plan.looked,
        "counts": plan.counts,
        "images": [
            {
                "image": edit.path,
                "image_id": edit.image_id,
                "post": edit.remote_id,
                "add": sorted(edit.edit.add),
                "remove": sorted(edit.edit.remove),
                "new": sorted(edit.edit.new),
                "conflict": edit.problem,
            }
            for edit in plan.edits
        ],
        "skipped": [[s.path, s.tag, s.action, s.reason] for s in plan.skipped],
        "waiting": plan.waiting,
    }


def as_csv(plan: Plan) -> str:
    """A plan as a table, a tag a row."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for edit in plan.edits:
        rows.writerows(_rows(edit))
    rows.writerows((s.path, "", f"skip {s.action}".strip(), s.tag, s.reason) for s in plan.skipped)
    return text.getvalue()


def _rows(edit: PlannedEdit) -> Iterator[tuple[str, str, str, str, str]]:
    for tag in sorted(edit.edit.add):
        action = "add new" if tag in edit.edit.new else "add"
        yield edit.path, edit.remote_id, action, tag, edit.problem
    for tag in sorted(edit.edit.remove):
        yield edit.path, edit.remote_id, "remove", tag, edit.problem


def lines(plan: Plan, most: int = 40) -> list[str]:
    """A plan for people who read a terminal: figures, then the first images."""
    counts = plan.counts
    seen = "" if plan.looked else " (posts not looked at: --look shows conflicts and new tags)"
    said = [
        (
            f"{counts['images']:,} images, {counts['adds']:,} tags added, {counts['removes']:,} "
            f"removed, {counts['new_tags']:,} new to the site, {counts['conflicts']:,} conflicts, "
            f"{counts['skipped']:,} skipped, {counts['on_their_way']:,} on their way{seen}"
        )
    ]
    for edit in plan.edits[:most]:
        words = [*(f"+{tag}" for tag in sorted(edit.edit.add))]
        words += [f"-{tag}" for tag in sorted(edit.edit.remove)]
        new = f"  [new: {names(edit.edit.new)}]" if edit.edit.new else ""
        conflict = f"  [conflict: {edit.problem}]" if edit.problem else ""
        unplaced = "" if edit.remote_id else "  [post not known yet: --look finds it]"
        said.append(f"{edit.path}: {' '.join(words)}{new}{conflict}{unplaced}")
    if len(plan.edits) > most:
        said.append(f"... and {len(plan.edits) - most:,} more images")
    reasons: dict[str, int] = {}
    for skipped in plan.skipped:
        reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    said += [f"skipped {count:,}: {reason}" for reason, count in sorted(reasons.items())]
    return said


def save(plan: Plan, target: Path, decided: int, made_at: int) -> None:
    """Saves a plan as CSV or JSON, by the ending of the file's name.

    Raises:
        UsageError: The name ends otherwise.
        StoreError: It cannot be written.
    """
    if target.suffix.lower() == ".csv":
        content = as_csv(plan)
    elif target.suffix.lower() == ".json":
        content = json.dumps(as_json(plan, decided, made_at), ensure_ascii=False, indent=1) + "\n"
    else:
        raise UsageError(f"{target}: the diff is saved as .csv or .json.")
    write_whole(target, content)


def shown_file(library: Library, destination: str) -> Path:
    """Where the last diff of a destination is kept for the window."""
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in destination)
    return library.workspace.cache / f"write-back-{safe}.json"


def load_shown(library: Library, destination: str) -> ShownDiff | None:
    """The last diff of a destination; `None` if none was made.

    Raises:
        SourceError: The file cannot be read.
    """
    path = shown_file(library, destination)
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SourceError(f"Cannot read {path}: {error}. Make the diff again.") from error
    return ShownDiff(
        made_at=int(held["made_at"]),
        decided=int(held["decided"]),
        looked=bool(held["looked"]),
        counts={str(k): int(v) for k, v in held["counts"].items()},
        edits=tuple(_shown(edit) for edit in held["images"]),
        skipped=tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in held["skipped"]),
    )


def _shown(edit: dict[str, Any]) -> ShownEdit:
    return ShownEdit(
        str(edit["image"]),
        str(edit["post"]),
        tuple(edit["add"]),
        tuple(edit["remove"]),
        tuple(edit["new"]),
        str(edit["conflict"]),
        int(edit.get("image_id", 0)),
    )
