"""Sites that answer what nobody asked for: the key stays here, and every request ends."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import httpx
import pytest

from reviewer.sites import http as connection
from reviewer.sites.errors import BusyError, RefusedError, UnknownOutcomeError
from reviewer.sites.http import Answer, Http, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "secret-key-of-me"


class Site(BaseHTTPRequestHandler):
    """Answers as the test says; keeps what it was asked."""

    answer: ClassVar[Callable[[Site], None]]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.asked.append(f"{self.path} {self.headers.get('Authorization', '')}")
        type(self).answer(self)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_words: object) -> None:
        """Nothing."""

    def give(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what is asked for here."""


@contextmanager
def answering(answer: Callable[[Site], None]) -> Iterator[tuple[Http, list[str]]]:
    """A connection with a key to a site that answers so, and what the site was asked."""
    asked: list[str] = []
    handler = type("OneSite", (Site,), {"answer": staticmethod(answer), "asked": asked})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    http = Http(f"http://127.0.0.1:{server.server_address[1]}", "me", auth=("me", KEY))
    try:
        yield http, asked
    finally:
        http.close()
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_key_does_not_follow_to_another_host() -> None:
    with answering(lambda site: site.give(b"{}")) as (elsewhere, heard):
        there = f"{elsewhere._client.base_url}/posts.json"
        with answering(lambda site: site.give(b"", 302, Location=there)) as (http, asked):
            with pytest.raises(RefusedError, match="the address leads elsewhere"):
                http.get("/posts.json")
            with pytest.raises(RefusedError, match="the address leads elsewhere"):
                http.send("POST", "/posts.json", form={"tags": "cat"})
    assert len(asked) == 2
    assert heard == []


def test_an_answer_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_BYTES", 100_000)

    def endless(site: Site) -> None:
        site.send_response(200)
        site.end_headers()
        while True:
            site.wfile.write(b"[" * 10_000)

    with answering(endless) as (http, _):
        with pytest.raises(BusyError, match="does not end"):
            http.get("/")
        # Whether an edit was made cannot be told from it.
        with pytest.raises(UnknownOutcomeError, match="does not end"):
            http.send("POST", "/", form={"tags": "cat"})


def test_a_small_answer_that_unpacks_to_a_large_one_is_given_up() -> None:
    packed = gzip.compress(bytes(connection.MOST_BYTES + 1), 1)
    with (
        answering(lambda site: site.give(packed, Content_Encoding="gzip")) as (http, _),
        pytest.raises(BusyError, match="does not end"),
    ):
        http.get("/")


def test_an_answer_that_trickles_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_ANSWER_S", -1.0)
    with (
        answering(lambda site: site.give(b"[1]")) as (http, _),
        pytest.raises(BusyError, match="does not end"),
    ):
        http.get("/")


@pytest.mark.parametrize(
    "content",
    [b"<html>It works!</html>", b"[" * 200_000, b"\xff\xfe\x00", b'{"id": NaN', b"", b"\x1f\x8b"],
)
def test_what_is_no_json_is_no_answer(content: bytes) -> None:
    with answering(lambda site: site.give(content)) as (http, _):
        assert http.get("/") is None


def test_an_answer_in_another_encoding_than_it_says_is_a_broken_connection() -> None:
    with answering(lambda site: site.give(b"[1]", Content_Encoding="gzip")) as (http, _):
        with pytest.raises(BusyError, match="broke"):
            http.get("/")
        with pytest.raises(UnknownOutcomeError, match="broke"):
            http.send("POST", "/", body={})


def test_a_packed_answer_is_read() -> None:
    packed = gzip.compress(json.dumps({"id": 7}).encode())
    with answering(lambda site: site.give(packed, Content_Encoding="gzip")) as (http, _):
        assert http.get("/") == {"id": 7}


@pytest.mark.parametrize("text", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_site_is_left_alone_for_ever(text: str) -> None:
    answer = Answer(429, httpx.Headers({"Retry-After": text}), b"")
    assert retry_after(answer) == 86_400.0


def test_a_site_that_asks_to_wait_for_ever_is_heard_for_a_day() -> None:
    with answering(lambda site: site.give(b"", 429, Retry_After="9" * 400)) as (http, _):
        with pytest.raises(BusyError) as error:
            http.get("/")
        assert error.value.retry_after == 86_400.0
