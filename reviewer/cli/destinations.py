"""Commands that set up where corrections are written back to."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reviewer.cli.frame import Call, Frame, collection_options, ending
from reviewer.cli.suggesting import SuggestingGroup
from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination
from reviewer.jobs.beginning import pull_from
from reviewer.jobs.writing.keys import keep_key
from reviewer.jobs.writing.places import cap_of, check_new, find_destination, policies, policy_of
from reviewer.jobs.writing.sending import summary
from reviewer.sites.policy import Mode, Policy

if TYPE_CHECKING:
    from reviewer.store.library import Library

MODES = {
    Mode.BATCH_OK: "batches",
    Mode.MANUAL_EACH: "each image is confirmed by itself",
    Mode.EXPORT_ONLY: "export only: nothing is ever sent",
}
"""How edits may be sent, for people."""


@click.group("destinations", cls=SuggestingGroup)
def destinations_group() -> None:
    """Set up where corrections are written back to. Keys are kept in the system's keyring."""


@destinations_group.command("list")
@collection_options
def list_command(call: Call) -> None:
    """List the destinations of a collection, with their edits by state.

    Example: reviewer destinations list
    """
    with call.opened(working=False) as (library, output):
        find_destination(library, "files")
        output.table([_line(library, place) for place in library.destinations.all()])


@destinations_group.command("kinds")
@click.pass_obj
def kinds_command(frame: Frame) -> None:
    """List the kinds of destination, with what each allows.

    Example: reviewer destinations kinds
    """
    with frame.output() as output, ending(output):
        output.table([kind_line(policy) for policy in policies().values()])


@destinations_group.command("add")
@click.argument("name")
@collection_options
@click.option("--kind", help="What it is (see `kinds`).")
@click.option("--url", help="Its address.")
@click.option("--user", help="Your login there.")
@click.option("--service", help="Hydrus: the tag service to write to.")
@click.option("--site", help="What your imported metadata call the site.")
@click.option("--cap", "daily_cap", type=int, help="Most edits in 24 hours.")
@click.option("--approved-by", help="Who of the site's staff agreed to edits in batches.")
def add_command(
    call: Call,
    /,
    name: str,
    **values: Any,  # noqa: ANN401 - as click hands the options over
) -> None:
    """Set up the destination NAME, or change what is given of it.

    With FOLDER before its first import too: then `reviewer open FOLDER --pull NAME` takes its tags.

    Example: reviewer destinations add home --kind szurubooru --url http://127.0.0.1:8080 --user me
    """
    with call.opened(working=False, beginning=True) as (library, output):
        known = {place.name: place for place in library.destinations.all()}
        place = known.get(name, Destination(name, ""))
        given = {key: value for key, value in values.items() if value is not None}
        place = replace(place, **given)
        place = replace(place, url=place.url.rstrip("/"))
        check_new(place)
        library.destinations.put(place)
        output.note(kind_line(policy_of(place)))
        if policy_of(place).mode is not Mode.EXPORT_ONLY:
            output.note(f"Give its key once with: reviewer destinations key {name}")


@destinations_group.command("key")
@click.argument("name")
@collection_options
def key_command(call: Call, name: str) -> None:
    """Keep the key of NAME in the system's keyring; asked for, or read from standard input.

    An empty one takes it out. Szurubooru: a password, or `token:` and a token. Moebooru: an API
    key, or `hash:` and the password hash.

    Example: reviewer destinations key home
    """
    with call.opened(working=False) as (library, output):
        place = library.destinations.get(name)
        if sys.stdin.isatty():
            key = click.prompt("Key", hide_input=True, default="", show_default=False, err=True)
        else:
            key = sys.stdin.readline().strip()
        keep_key(place, key)
        output.note(f"The key of {name} is {'in' if key else 'out of'} the keyring.")


@destinations_group.command("remove")
@click.argument("name")
@collection_options
def remove_command(call: Call, name: str) -> None:
    """Forget the destination NAME, to which nothing was ever sent.

    Example: reviewer destinations remove home
    """
    with call.opened(purpose="write-back") as (library, output):
        library.destinations.get(name)
        if name == "files":
            raise UsageError("The files of the collection are always a destination.")
        library.destinations.remove(name)
        output.done({})


def kind_line(policy: Policy) -> str:
    """What a kind of destination allows, in one line."""
    parts = [f"{policy.kind}: {policy.title}", MODES[policy.mode]]
    if policy.write_rate:
        parts.append(f"an edit every {1 / policy.write_rate:g} s")
    if policy.hourly:
        parts.append(f"{policy.hourly} an hour")
    if policy.daily_cap:
        parts.append(f"{policy.daily_cap} in 24 hours")
    return "; ".join(part for part in [*parts, policy.rules] if part)


def _line(library: Library, place: Destination) -> str:
    policy = policy_of(place)
    cap = cap_of(place, policy)
    states = ", ".join(f"{key} {n}" for key, n in summary(library, place.name).items())
    parts = [
        f"{place.name}: {policy.title}",
        place.url,
        f"at most {cap} in 24 hours" if cap else "",
        f"batches approved by {place.approved_by}" if place.approved_by else "",
        "paused" if place.paused else "",
        states,
    ]
    return "; ".join(part for part in parts if part)


@click.command("pull")
@click.argument("name")
@collection_options
def pull_command(call: Call, name: str) -> None:
    """Take the tags of your images from NAME: a szurubooru or a Hydrus that runs.

    NAME is set up with `destinations add`, its key with `destinations key`. The images are those
    of the folder, known there by their hashes; nothing is downloaded, nothing is changed there.
    Pull again to take what changed. Corrections go back with `write-back`.

    Example: reviewer pull home
    """
    with call.opened() as (library, output):
        output.done(pull_from(library, output, name).summary)
