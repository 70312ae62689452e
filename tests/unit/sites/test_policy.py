"""Policies are data, and no site gets a word that it would take for a command."""

from __future__ import annotations

import httpx
import pytest

from reviewer.core.types import Category
from reviewer.jobs.writing.places import policies, reader, writer
from reviewer.sites.errors import BusyError, RefusedError
from reviewer.sites.http import Answer, Http, retry_after
from reviewer.sites.policy import Mode, TagStyle, is_loopback, is_private
from reviewer.sites.table import CLIENTS

KNOWN = policies()


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("danbooru", "rating:e"),
        ("danbooru", "-blue_hair"),
        ("danbooru", "POOL:5"),
        ("danbooru", "art:bkub"),
        ("danbooru", "highres"),
        ("danbooru", "a,b"),
        ("danbooru", "x" * 171),
        ("danbooru", "two words"),
        ("e621", "lock:rating"),
        ("e621", "avoid_posting"),
        ("e621", "-set:3"),
        ("e621", "species:wolf"),
        ("moebooru", "q"),
        ("moebooru", "S"),
        ("moebooru", "hide"),
        ("moebooru", "parent:1"),
        ("moebooru", "+flag"),
        ("hydrus", "system:everything"),
        ("szurubooru", ".."),
        ("szurubooru", "two words"),
        ("szurubooru", "new\nline"),
    ],
)
def test_commands_and_automatic_tags_are_refused(kind: str, tag: str) -> None:
    assert KNOWN[kind].refusal(tag)


@pytest.mark.parametrize("kind", ["danbooru", "e621", "moebooru", "szurubooru"])
@pytest.mark.parametrize(
    "tag", ["blue_hair", "^_^", ":d", "fate_(series)", "re:zero", "初音ミク", "1girl", "3:", ">:("]
)
def test_odd_but_honest_tags_are_sent(kind: str, tag: str) -> None:
    assert KNOWN[kind].refusal(tag) == ""


def test_what_cannot_be_edited_has_no_client_and_the_rest_has_one() -> None:
    sends = {kind for kind, policy in KNOWN.items() if policy.mode is not Mode.EXPORT_ONLY}
    assert sends - {"files"} == set(CLIENTS)
    assert {kind for kind in KNOWN if kind not in sends} == {"gelbooru", "philomena"}


def test_public_sites_are_slow_capped_and_confirmed_one_by_one() -> None:
    for kind in ("danbooru", "e621", "moebooru"):
        policy = KNOWN[kind]
        assert policy.mode is Mode.MANUAL_EACH
        assert 0 < policy.write_rate <= 0.5
        assert 0 < policy.daily_cap <= 200
        # On this machine it is the user's own.
        assert policy.at("http://127.0.0.1:3000").mode is Mode.BATCH_OK
        assert policy.at("https://danbooru.donmai.us") == policy
    # Below e621's 150 an hour, whatever was saved up.
    assert KNOWN["e621"].hourly * 5 / 4 <= 150


@pytest.mark.parametrize(
    ("style", "name", "category", "written"),
    [
        (TagStyle.UNDERSCORES, "hatsune_miku", Category.CHARACTER, "hatsune_miku"),
        (TagStyle.SPACES, "blue_hair", Category.GENERAL, "blue hair"),
        (TagStyle.SPACES, "^_^", Category.GENERAL, "^_^"),
        (TagStyle.HYDRUS, "hatsune_miku", Category.CHARACTER, "character:hatsune miku"),
        (TagStyle.HYDRUS, "blue_hair", Category.GENERAL, "blue hair"),
        (TagStyle.HYDRUS, "title:some_book", Category.META, "title:some book"),
    ],
)
def test_tags_are_written_as_the_site_does_and_read_back(
    style: TagStyle, name: str, category: Category, written: str
) -> None:
    assert writer(style)(name, category) == written
    assert reader(style, {})(written) == name


@pytest.mark.parametrize(
    "url", ["http://danbooru.donmai.us", "ftp://127.0.0.1", "example.org", "http://8.8.8.8"]
)
def test_a_key_never_travels_in_the_clear(url: str) -> None:
    with pytest.raises(RefusedError, match="never sent in the clear"):
        Http(url, "me")


def test_addresses_of_this_machine_and_house() -> None:
    assert is_loopback("http://127.0.0.1:1")
    assert is_loopback("http://localhost")
    assert is_loopback("http://[::1]:8080")
    assert not is_loopback("http://127.0.0.1.example.org")
    assert is_private("http://192.168.1.4")
    assert not is_private("http://8.8.8.8")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:10 GMT", 10.0)],
)
def test_retry_after_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    import datetime as dt

    now = dt.datetime(2015, 10, 21, 7, 28, 0, tzinfo=dt.UTC)
    answer = Answer(429, httpx.Headers({"Retry-After": text}), b"")
    assert retry_after(answer, now) == seconds


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("moebooru", "https://yande.re", {"yande.re", "yandere"}),
        ("moebooru", "https://konachan.com", {"konachan.com", "konachan"}),
        ("danbooru", "https://danbooru.donmai.us", {"danbooru.donmai.us", "danbooru"}),
        # The same ids stand for other posts there.
        ("danbooru", "https://testbooru.donmai.us", {"testbooru.donmai.us"}),
        ("szurubooru", "http://127.0.0.1:8080", {"127.0.0.1"}),
        ("gelbooru", "", {"gelbooru", "safebooru"}),
    ],
)
def test_an_id_is_taken_only_from_the_very_site(kind: str, url: str, words: set[str]) -> None:
    assert KNOWN[kind].words_at(url) == words


def test_a_host_that_is_not_there_is_said_calmly() -> None:
    http = Http("http://127.0.0.1:9", "me")
    with pytest.raises(BusyError, match=r"127\.0\.0\.1 cannot be reached"):
        http.get("/")
    http.close()
