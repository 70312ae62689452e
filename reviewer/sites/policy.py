"""What a kind of site allows, read from data: limits, words it takes as commands, its own tags."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reviewer.core.choices.ratings import is_rating, word_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mode(StrEnum):
    """How edits may be sent."""

    EXPORT_ONLY = "export_only"
    MANUAL_EACH = "manual_each"
    BATCH_OK = "batch_ok"


class KnownBy(StrEnum):
    """What a destination knows an image by."""

    POST = "post"
    """The number of its post."""
    HASH = "hash"
    """The SHA-256 of its file."""
    PATH = "path"


class TagStyle(StrEnum):
    """How a site writes tags."""

    UNDERSCORES = "underscores"
    SPACES = "spaces"
    HYDRUS = "hydrus"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one kind of destination.

    Attributes:
        mode: How edits may be sent.
        known_by: What names an image there.
        service: Tags are written to one of its tag services, and the key alone tells who writes.
        read_rate, write_rate: Requests a second; 0 for no limit.
        burst: Requests that may follow at once.
        hourly: Edits an hour; 0 for no limit.
        daily_cap: Edits in 24 hours without more approval; 0 for no limit.
        longest: Characters of a tag; 0 for no limit.
        implies: The site adds what a tag implies.
        reserved: Whole tags that the site takes as commands.
        automatic: Tags that the site sets by itself.
        ratings: Words of the ratings that a post there has beside its tags; empty where ratings
            are tags like others, or nothing is known of them.
        words: What imported metadata call the site, where a destination has no address.
        hosts: What they call it at an address.
        rules, rules_url: For people, before the first edit is sent.
    """

    kind: str
    title: str
    mode: Mode
    known_by: KnownBy = KnownBy.POST
    service: bool = False
    style: TagStyle = TagStyle.UNDERSCORES
    read_rate: float = 0.0
    write_rate: float = 0.0
    burst: int = 1
    hourly: int = 0
    daily_cap: int = 0
    longest: int = 0
    implies: bool = False
    reserved: re.Pattern[str] | None = None
    automatic: frozenset[str] = frozenset()
    ratings: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: str = ""
    rules_url: str = ""

    def refusal(self, tag: str) -> str:
        """Why a tag is never sent there; empty if it may be.

        Args:
            tag: As the site writes it.
        """
        if self.ratings and is_rating(tag):
            return "" if word_of(tag) in self.ratings else "the site has no such rating"
        return self._refusal_of_a_tag(tag)

    def _refusal_of_a_tag(self, tag: str) -> str:
        if not tag or (self.style is TagStyle.UNDERSCORES and any(c.isspace() for c in tag)):
            return "the site's tags have no spaces"
        if any(ord(c) < 32 for c in tag):
            return "it holds a control character"
        if self.reserved is not None and self.reserved.fullmatch(tag):
            return "the site takes it as a command, not as a tag"
        if tag.lower() in self.automatic:
            return "the site sets and takes away this tag itself"
        if self.longest and len(tag) > self.longest:
            return f"longer than the {self.longest} characters that the site allows"
        return ""

    def words_at(self, url: str) -> frozenset[str]:
        """What imported metadata call the site at an address.

        Ids of posts mean nothing at another site of the same kind, so an address that is not
        known has its host's name alone.
        """
        host = host_of(url)
        return frozenset({host, *self.hosts.get(host, ())}) if host else frozenset(self.words)

    def at(self, url: str) -> Policy:
        """The policy at an address: on this machine it is the user's own server, and free."""
        if self.mode is Mode.EXPORT_ONLY or not is_loopback(url):
            return self
        return replace(
            self,
            mode=Mode.BATCH_OK,
            read_rate=0.0,
            write_rate=0.0,
            hourly=0,
            daily_cap=0,
        )


def parse_policies(text: str) -> Mapping[str, Policy]:
    """The policies of all kinds, by kind, from the data file's text.

    Raises:
        ValueError: The data is not as it must be (`TOMLDecodeError` is one, too).
        KeyError: A kind lacks its title or mode.
    """
    return {kind: _policy(kind, table) for kind, table in tomllib.loads(text).items()}


def _policy(kind: str, table: dict[str, Any]) -> Policy:
    reserved = table.get("reserved", [])
    pattern = "|".join(f"(?:{part})" for part in reserved)
    return Policy(
        kind=kind,
        title=str(table["title"]),
        mode=Mode(table["mode"]),
        known_by=KnownBy(table.get("known_by", "post")),
        service=bool(table.get("service", False)),
        style=TagStyle(table.get("style", "underscores")),
        read_rate=float(table.get("read_rate", 0.0)),
        write_rate=float(table.get("write_rate", 0.0)),
        burst=int(table.get("burst", 1)),
        hourly=int(table.get("hourly", 0)),
        daily_cap=int(table.get("daily_cap", 0)),
        longest=int(table.get("longest", 0)),
        implies=bool(table.get("implies", False)),
        reserved=re.compile(pattern, re.IGNORECASE) if pattern else None,
        automatic=frozenset(table.get("automatic", [])),
        ratings=frozenset(table.get("ratings", [])),
        words=tuple(table.get("words", [])),
        hosts={host: tuple(words) for host, words in table.get("hosts", {}).items()},
        rules=str(table.get("rules", "")),
        rules_url=str(table.get("rules_url", "")),
    )


def host_of(url: str) -> str:
    """The host of an address; empty where it is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def why_no_address(url: str) -> str:
    """Why a site cannot be at an address, or the address not be kept; empty if it can.

    Addresses are kept in the collection and shown, so nothing secret may be in one.
    """
    if not url.startswith(("https://", "http://")):
        return f"{url} begins with neither http:// nor https://" if url else "none was given"
    no_address = "what was given is no address"
    try:
        parts = urlsplit(url)
        # It is a number only when it is asked for.
        good = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return no_address
    if not good or not url.isprintable() or " " in url:
        return no_address
    if "@" in parts.netloc:
        return "a name or a password has no place in it, as it is kept in the collection"
    if parts.query or parts.fragment:
        return "nothing may follow a ? or a # in it, as it is kept in the collection"
    return ""


def is_loopback(url: str) -> bool:
    """Whether an address is this machine itself."""
    host = host_of(url)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Whether an address is this machine or one of the same house network."""
    if is_loopback(url):
        return True
    try:
        return ipaddress.ip_address(host_of(url)).is_private
    except ValueError:
        return False
