"""Addresses and keys as people paste them: nothing secret is kept with a collection, or said."""

from __future__ import annotations

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination
from reviewer.jobs.writing.places import check_new
from reviewer.sites.errors import RefusedError
from reviewer.sites.http import Http
from reviewer.sites.hydrus import Hydrus
from reviewer.sites.policy import host_of, is_loopback, is_private, why_no_address

SECRET = "my-secret"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "none was given"),
        ("example.org", "begins with neither"),
        ("https://", "no address"),
        ("https://[", "no address"),
        ("https://example.org:99999", "no address"),
        ("https://example.org:x", "no address"),
        ("https://exa mple.org", "no address"),
        ("https://example.org/\n", "no address"),
        (f"https://me:{SECRET}@example.org", "a password has no place in it"),
        (f"https://example.org/?api_key={SECRET}", "nothing may follow a ?"),
        (f"https://example.org/#{SECRET}", "nothing may follow a ?"),
    ],
)
def test_an_address_that_cannot_be_kept_is_refused_without_its_secret(
    url: str, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason) as error:
        check_new(Destination("home", "szurubooru", url, "me"))
    assert SECRET not in str(error.value)
    if url.startswith("https://"):
        with pytest.raises(RefusedError, match=reason) as refused:
            Http(url, "me")
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://127.0.0.1:8080/booru",
        "http://[::1]:45869",
        "https://münch.de",
    ],
)
def test_addresses_that_there_are(url: str) -> None:
    assert why_no_address(url) == ""
    Http(url, "me").close()


def test_what_is_no_address_is_nobodys() -> None:
    assert host_of("http://[") == ""
    assert not is_loopback("http://[")
    assert not is_private("http://[")


@pytest.mark.parametrize("key", [f"{SECRET}\nmore", f"{SECRET}…", f"{SECRET}\x00"])
def test_a_key_that_was_pasted_wrongly_is_not_said(key: str) -> None:
    with pytest.raises(RefusedError, match="signs that no key has") as error:
        Hydrus("http://127.0.0.1:45869", "my tags", key)
    assert SECRET not in str(error.value)
