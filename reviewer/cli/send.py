"""Commands that write corrections back to where the metadata live."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.cli.suggesting import SuggestingGroup
from reviewer.core.outbox import Destination, EntryState
from reviewer.core.visible import visible
from reviewer.jobs.writing import diff, outbox
from reviewer.jobs.writing.files import plan_files, send_files, undo_files
from reviewer.jobs.writing.pace import Pace, now_ms
from reviewer.jobs.writing.places import (
    FILES,
    connect,
    find_destination,
    may_batch,
    policy_of,
    refuse_export_only,
)
from reviewer.jobs.writing.planning import Plan, make_plan
from reviewer.jobs.writing.sending import Sending, reason_key, send, summary
from reviewer.sites.policy import Mode, Policy
from reviewer.store.pacing import NAME as PACE_FILE
from reviewer.store.pacing import PaceFile
from reviewer.store.workspace import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reviewer.cli.listeners import Output
    from reviewer.store.library import Library

Summary = dict[str, int | float | str]

MOST_LISTED = 200


HELP = """Write corrections back: to files, Hydrus or a site. Nothing leaves before `send`.

\b
reviewer write-back diff NAME --look   what would change, conflicts and new tags
reviewer write-back send NAME          send it, after the diff was confirmed
reviewer write-back undo NAME          take the last batch back
"""


@click.group("write-back", cls=SuggestingGroup, help=HELP)
def write_back_group() -> None:
    """The commands of write-back."""


def destination_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds NAME, which says where to, and what says of which collection."""
    return click.argument("name")(collection_options(command))


@dataclass(frozen=True, slots=True)
class Desk:
    """A collection and one of its destinations, open."""

    library: Library
    output: Output
    destination: Destination
    policy: Policy


@contextmanager
def desk(call: Call, name: str, *, working: bool = True) -> Iterator[Desk]:
    """Opens the collection and finds the destination of a command.

    Args:
        call: Of the command.
        name: Of the destination.
        working: Hold the collection, so that nobody else sends for it.
    """
    with call.opened(working=working, purpose="write-back") as (library, output):
        destination = find_destination(library, name)
        yield Desk(library, output, destination, policy_of(destination))


@write_back_group.command("diff")
@destination_options
@click.option("--look", is_flag=True, help="Read the posts: conflicts, new tags, posts by hash.")
@click.option(
    "--save",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save it as .csv or .json.",
)
def diff_command(
    call: Call,
    name: str,
    target: Path | None,
    *,
    look: bool,
) -> None:
    """Show what would change at NAME; write nothing there.

    Example: reviewer write-back diff home --look --save corrections.csv
    """
    with desk(call, name) as at:
        plan = planned(at, look=look)
        if target is not None:
            diff.save(plan, target, at.library.decisions.last_id(), now_ms())
            at.output.note(f"The diff is in {target}")
        at.output.table(diff.lines(plan))
        at.output.done({**plan.counts})


def planned(at: Desk, *, look: bool) -> Plan:
    """Makes the plan, keeps it for the window, and its edits as drafts."""
    if is_files(at):
        plan = plan_files(at.library)
    else:
        plan = make_plan(at.library, at.destination, at.policy)
    if look and not plan.looked and plan.edits and at.policy.mode is not Mode.EXPORT_ONLY:
        with connected(at) as run:
            outbox.look(run, at.output, plan)
    if at.policy.mode is not Mode.EXPORT_ONLY:
        outbox.keep_drafts(at.library, plan)
    kept = diff.shown_file(at.library, at.destination.name)
    diff.save(plan, kept, at.library.decisions.last_id(), now_ms())
    return plan


def is_files(at: Desk) -> bool:
    """Whether the destination is the collection's own files."""
    return at.destination.kind == FILES.kind


@contextmanager
def connected(at: Desk) -> Iterator[Sending]:
    """What a sender works with; the connection is closed at the end."""
    site = connect(at.destination)
    try:
        with PaceFile(data_folder() / PACE_FILE) as shared:
            pace = Pace(shared, at.destination, at.policy)
            yield Sending(at.library, at.destination, at.policy, site, pace)
    finally:
        site.close()


@write_back_group.command("send")
@destination_options
@click.option("--only", multiple=True, metavar="PATH", help="This image; may be given often.")
@click.option("--new-tags", is_flag=True, help="Tags that the site does not know may be made.")
@click.option("--reason", help="For the site's history; remembered for the destination.")
@click.option("--yes", is_flag=True, help="Send without asking, where batches are allowed.")
def send_command(
    call: Call,
    name: str,
    *,
    only: tuple[str, ...],
    new_tags: bool,
    yes: bool,
    reason: str | None,
) -> None:
    """Send corrections to NAME, after their diff was shown and confirmed.

    Where a site wants each image looked at by itself, each is asked for.

    Example: reviewer write-back send home
    """
    with desk(call, name) as at:
        if reason:
            at.library.state.set(reason_key(name), reason)
        refuse_export_only(at.destination)
        plan = planned(at, look=True)
        at.output.table(diff.lines(plan))
        if at.policy.rules:
            at.output.note(f"{at.policy.title}: {at.policy.rules} {at.policy.rules_url}".strip())
        wanted = confirmed(at, plan, only, yes=yes)
        if wanted is None:
            at.output.done({**plan.counts})
            return
        wanted = replace(wanted, new_allowed=new_tags)
        outbox.queue(at.library, at.destination, at.policy, wanted)
        at.output.done(sent(at))


def sent(at: Desk) -> Summary:
    """Sends what is queued; returns the edits by state."""
    if is_files(at):
        return send_files(at.library, at.output).summary
    with connected(at) as run:
        return send(run, at.output).summary


def confirmed(at: Desk, plan: Plan, only: tuple[str, ...], *, yes: bool) -> outbox.Queueing | None:
    """What the person wants sent; `None` for nothing."""
    if only:
        return outbox.Queueing(paths=only)
    if not plan.edits:
        return None
    if may_batch(at.destination, at.policy):
        if yes or click.confirm(f"Send these {len(plan.edits):,} edits?", err=True):
            return outbox.Queueing()
        return None
    paths = []
    for edit in plan.edits:
        words = [f"+{tag}" for tag in sorted(edit.edit.add)]
        words += [f"-{tag}" for tag in sorted(edit.edit.remove)]
        if click.confirm(visible(f"{edit.path}: {' '.join(words)}. Send?"), err=True):
            paths.append(edit.path)
    return outbox.Queueing(paths=paths) if paths else None


@write_back_group.command("resume")
@destination_options
def resume_command(call: Call, name: str) -> None:
    """Go on sending what is queued for NAME; ends a pause.

    Example: reviewer write-back resume home
    """
    with desk(call, name) as at:
        at.library.destinations.put(replace(at.destination, paused=False))
        at.output.done(sent(at))


@write_back_group.command("pause")
@destination_options
def pause_command(call: Call, name: str) -> None:
    """Send nothing more to NAME until `resume`; a run in progress stops after its edit.

    Example: reviewer write-back pause home
    """
    with desk(call, name, working=False) as at:
        at.library.destinations.put(replace(at.destination, paused=True))
        at.output.done(summary(at.library, name))


@write_back_group.command("undo")
@destination_options
@click.option("--batch", type=int, help="That batch; the last one if not given.")
def undo_command(call: Call, name: str, batch: int | None) -> None:
    """Take back what a batch really changed at NAME, with the same looks and checks.

    Example: reviewer write-back undo home
    """
    with desk(call, name) as at:
        if is_files(at):
            at.output.done(undo_files(at.library, at.output).summary)
            return
        count = outbox.queue_undo(at.library, at.destination, batch)
        at.output.note(f"{count:,} posts are put back.")
        at.output.done(sent(at))


@write_back_group.command("settle")
@destination_options
@click.option("--only", multiple=True, metavar="PATH", help="This image; may be given often.")
@click.option(
    "--send-rest/--keep-theirs",
    required=True,
    default=None,
    help="Send what is left of ours, or leave the posts as they are there.",
)
def settle_command(
    call: Call,
    name: str,
    *,
    only: tuple[str, ...],
    send_rest: bool,
) -> None:
    """Settle conflicts at NAME as you decide.

    Example: reviewer write-back settle home --keep-theirs
    """
    with desk(call, name) as at:
        count = outbox.settle(at.library, at.destination, only, send_rest=send_rest)
        then = f"; send with: reviewer write-back resume {name}" if send_rest else ""
        at.output.note(f"{count:,} conflicts settled{then}")
        at.output.done(summary(at.library, name))


@write_back_group.command("retry")
@destination_options
def retry_command(call: Call, name: str) -> None:
    """Queue again what NAME refused, for example after a key was mended; then `resume`.

    Example: reviewer write-back retry home
    """
    with desk(call, name) as at:
        outbox.retry(at.library, at.destination)
        at.output.note(f"They are sent with: reviewer write-back resume {name}")
        at.output.done(summary(at.library, name))


@write_back_group.command("cancel")
@destination_options
def cancel_command(call: Call, name: str) -> None:
    """Do not send to NAME what is still queued.

    Example: reviewer write-back cancel home
    """
    with desk(call, name) as at:
        outbox.cancel(at.library, at.destination)
        at.output.done(summary(at.library, name))


@write_back_group.command("list")
@destination_options
def list_command(call: Call, name: str) -> None:
    """Tell how many edits for NAME are in which state, and the conflicts and failures.

    Example: reviewer write-back list home
    """
    with desk(call, name, working=False) as at:
        stuck = at.library.outbox.all(name, (EntryState.CONFLICT, EntryState.FAILED))
        at.output.table(
            [f"{entry.path}: {entry.state.value}: {entry.problem}" for entry in stuck[:MOST_LISTED]]
        )
        at.output.done(summary(at.library, name))
