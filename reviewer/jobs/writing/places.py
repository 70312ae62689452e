"""Destinations with their policies, clients, and how tags are written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.assets import asset
from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination
from reviewer.jobs.writing.keys import key_of
from reviewer.sites.policy import (
    KnownBy,
    Mode,
    Policy,
    TagStyle,
    parse_policies,
    why_no_address,
)
from reviewer.sources.hydrus import namespaced, plain_name
from reviewer.sources.text import name_key, spaced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reviewer.core.types import Category
    from reviewer.sites.base import Site
    from reviewer.store.library import Library

FILES = Destination("files", "files")
"""The collection's own metadata files: every collection has this destination."""


def policies() -> Mapping[str, Policy]:
    """The policies of all kinds, from the data file."""
    return parse_policies(asset("sites.toml").read_text(encoding="utf-8"))


def find_destination(library: Library, name: str) -> Destination:
    """A destination by its name; that of the files is always there.

    Raises:
        UsageError: There is none.
    """
    if name == FILES.name and name not in {d.name for d in library.destinations.all()}:
        library.destinations.put(FILES)
    return library.destinations.get(name)


def policy_of(destination: Destination) -> Policy:
    """What a destination allows, its own approval taken in.

    Raises:
        UsageError: Its kind is unknown.
    """
    known = policies()
    if destination.kind not in known:
        raise UsageError(
            f"There is no kind of destination {destination.kind!r}. Known: {', '.join(known)}."
        )
    return known[destination.kind].at(destination.url)


def may_batch(destination: Destination, policy: Policy) -> bool:
    """Whether many edits may be sent at one word: the policy's own, or the site's staff agreed."""
    return policy.mode is Mode.BATCH_OK or (
        policy.mode is Mode.MANUAL_EACH and bool(destination.approved_by)
    )


def cap_of(destination: Destination, policy: Policy) -> int:
    """Most edits in 24 hours; 0 for no limit. More than the policy's needs an approval."""
    if not destination.daily_cap:
        return policy.daily_cap
    if destination.approved_by or not policy.daily_cap:
        return destination.daily_cap
    return min(destination.daily_cap, policy.daily_cap)


def check_new(destination: Destination) -> None:
    """Refuses a destination that could never be sent to.

    Raises:
        UsageError: Something is missing; the text names it.
    """
    policy = policy_of(destination)
    if policy.known_by is KnownBy.PATH:
        raise UsageError("The files of the collection are a destination already: files.")
    if policy.mode is Mode.EXPORT_ONLY:
        return
    if problem := why_no_address(destination.url):
        raise UsageError(f"{policy.title} needs its address: --url https://...; {problem}.")
    if policy.service and not destination.service:
        raise UsageError(
            f"{policy.title} needs the tag service to write to, for example --service 'my tags'."
        )
    if not policy.service and not destination.user:
        raise UsageError(f"{policy.title} needs your login there: --user NAME")
    if destination.daily_cap > policy.daily_cap > 0 and not destination.approved_by:
        raise UsageError(
            f"{policy.title} allows {policy.daily_cap} edits in 24 hours. More needs a note of who "
            "on the site's staff agreed: --approved-by 'NAME, DATE, WHERE'"
        )


def refuse_export_only(destination: Destination) -> None:
    """Refuses to send to a kind of site that nothing is ever sent to.

    Raises:
        UsageError: It is one; the text says what can be done instead.
    """
    policy = policy_of(destination)
    if policy.mode is Mode.EXPORT_ONLY:
        raise UsageError(
            f"{policy.title}: {policy.rules} Save the diff instead: reviewer write-back "
            f"diff {destination.name} --save corrections.csv"
        )


def connect(destination: Destination) -> Site:
    """A client of a destination, with its key.

    Raises:
        UsageError: Nothing is ever sent to that kind, or there is no key.
        SiteError: The address cannot be used.
    """
    # httpx takes a third of a second to load, which commands that send nothing do not wait for.
    from reviewer.sites.table import CLIENTS

    refuse_export_only(destination)
    return CLIENTS[destination.kind](destination, key_of(destination))


def writer(style: TagStyle) -> Callable[[str, Category | None], str]:
    """The function from a tag's name and category to how a site writes it."""
    match style:
        case TagStyle.UNDERSCORES:
            return lambda name, _category: name
        case TagStyle.SPACES:
            return lambda name, _category: spaced(name)
        case TagStyle.HYDRUS:
            return _in_hydrus


def reader(style: TagStyle, aliases: Mapping[str, str]) -> Callable[[str], str]:
    """The function from how a site writes a tag to its name here.

    Args:
        style: Of the site.
        aliases: Other names of tags, to the tags' names.
    """

    def read(written: str) -> str:
        name = plain_name(written)[0] if style is TagStyle.HYDRUS else name_key(written)
        return aliases.get(name, name)

    return read


def _in_hydrus(name: str, category: Category | None) -> str:
    namespace, colon, rest = namespaced(name, category).partition(":")
    if colon and rest and namespace != name.partition(":")[0]:
        return f"{namespace}:{spaced(rest)}"
    return spaced(name)
