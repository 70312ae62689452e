"""What all loopback sites share: posts, a history, somebody else who edits, and planned faults."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


Json = Any
"""What is sent and answered: JSON holds anything."""


@dataclass
class Post:
    """A post with all that happened to it.

    Attributes:
        history: (who, added, removed) of every change that was stored, oldest first.
    """

    tags: set[str]
    version: int = 1
    history: list[tuple[str, frozenset[str], frozenset[str]]] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    md5: str = ""
    sha1: str = ""
    rating: str = "s"

    def rate(self, who: str, rating: str) -> None:
        if rating and rating != self.rating:
            self.history.append((who, frozenset({rating}), frozenset({self.rating})))
            self.rating = rating
            self.version += 1

    def change(self, who: str, tags: set[str]) -> None:
        added, removed = frozenset(tags - self.tags), frozenset(self.tags - tags)
        self.version += 1
        self.tags = set(tags)
        if added or removed:
            self.history.append((who, added, removed))


@dataclass
class Fault:
    """What happens to one request of the client's instead of the usual.

    Attributes:
        status: Answer this without doing anything.
        reset: Close the connection without an answer: "before" or "after" the work is done.
        kill: SIGKILL this process after the work is done, before the answer.
        delay_s: Answer so late.
        until: Do nothing before it is set.
        over: It is set when the work is done or refused.
        ignore: Answer as if it were done, without doing it.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    reset: str = ""
    kill: bool = False
    delay_s: float = 0.0
    until: threading.Event | None = None
    over: threading.Event = field(default_factory=threading.Event)
    ignore: bool = False

    def wait(self) -> None:
        time.sleep(self.delay_s)
        if self.until is not None:
            self.until.wait()


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    body: Json
    headers: dict[str, str]


class RefusedError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Json = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body if body is not None else {"reason": f"status {status}"}


class LoopbackSite:
    """A site: subclasses answer requests in `handle` and name the requests that write."""

    user = "me"
    key = "secret-key-of-me"

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.known: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.implications: dict[str, str] = {}
        self.requests: list[Request] = []
        self.writes = 0
        self.busy_reads = 0
        self.faults: dict[int, Fault] = {}
        self.every_write: list[Callable[[str], None]] = []
        self.victim: Callable[[], int] | None = None
        self.lock = threading.RLock()
        self.always: dict[str, str] = {}
        """Headers of every answer."""

    # -- for subclasses --------------------------------------------------------------------------

    def handle(self, request: Request) -> Json:
        raise NotImplementedError

    def is_write(self, request: Request) -> bool:
        raise NotImplementedError

    # -- the test's side -------------------------------------------------------------------------

    def post(self, post_id: str, tags: str, **values: Json) -> Post:
        self.posts[post_id] = Post(set(tags.split()), **values)
        self.known |= set(tags.split())
        return self.posts[post_id]

    def somebody(self, post_id: str, *, add: str = "", remove: str = "") -> None:
        with self.lock:
            post = self.posts[post_id]
            post.change("somebody", (post.tags | set(add.split())) - set(remove.split()))

    def ours(self) -> Counter[str]:
        """How often each post was really changed by the client."""
        return Counter(
            post_id
            for post_id, post in self.posts.items()
            for who, _, _ in post.history
            if who == self.user
        )

    @property
    def counts(self) -> Counter[str]:
        return Counter(request.method for request in self.requests)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: LoopbackSite

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def _serve(self) -> None:
        request = self._request()
        site = self.site
        with site.lock:
            site.requests.append(request)
            fault = Fault()
            if site.is_write(request):
                site.writes += 1
                fault = site.faults.get(site.writes, fault)
                for hook in site.every_write:
                    hook(request.path)
            elif site.busy_reads:
                site.busy_reads -= 1
                fault = Fault(status=429, headers={"Retry-After": "5"})
        fault.wait()
        if fault.reset == "before":
            return self._reset()
        if fault.status:
            return self._answer(fault.status, {"reason": "as planned"}, fault.headers)
        try:
            with site.lock:
                answer = {} if fault.ignore else site.handle(request)
        except RefusedError as refused:
            return self._answer(refused.status, refused.body)
        finally:
            fault.over.set()
        if fault.kill and site.victim is not None:
            os.kill(site.victim(), signal.SIGKILL)
        if fault.reset == "after" or fault.kill:
            return self._reset()
        return self._answer(200, answer)

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        kind = self.headers.get("Content-Type", "")
        form = dict(parse_qsl(content.decode(), keep_blank_values=True)) if "form" in kind else {}
        body = json.loads(content) if content and "json" in kind else None
        return Request(
            self.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            form,
            body,
            dict(self.headers.items()),
        )

    def _answer(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (self.site.always | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        self.close_connection = True
        # A real reset, not a quiet end.
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


@contextmanager
def serving(site: LoopbackSite, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serves a site; gives its address."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
