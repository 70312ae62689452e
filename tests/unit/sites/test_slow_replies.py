"""A busy site answers an edit after six seconds: every client waits, and sends it once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

from reviewer.core.outbox import Destination, Edit
from reviewer.sites.table import CLIENTS
from tests.servers.loopback import Fault, serving
from tests.unit.jobs.writing.conftest import SITES

if TYPE_CHECKING:
    from tests.servers.loopback import LoopbackSite

DELAY_S = 6.0
EDIT = Edit(frozenset({"smile"}), frozenset({"hat"}))


def edited(kind: str, site: LoopbackSite, url: str) -> set[str]:
    """What a post holds after one edit, whose answer comes late."""
    post_id = "ab" * 32 if kind == "hydrus" else "7"
    site.post(post_id, "1girl,hat" if kind == "hydrus" else "1girl hat")
    site.faults = {1: Fault(delay_s=DELAY_S)}
    service = "my tags" if kind == "hydrus" else ""
    client = CLIENTS[kind](Destination("home", kind, url, site.user, service=service), site.key)
    try:
        client.write(post_id, client.read(post_id), EDIT, "seen by hand")
    finally:
        client.close()
    return site.posts[post_id].tags


def test_every_client_waits_for_six_seconds_and_sends_once() -> None:
    assert SITES.keys() == CLIENTS.keys()
    sites = {kind: make() for kind, make in SITES.items()}
    with ExitStack() as stack, ThreadPoolExecutor(len(sites)) as threads:
        urls = {kind: stack.enter_context(serving(site)) for kind, site in sites.items()}
        running = {k: threads.submit(edited, k, site, urls[k]) for k, site in sites.items()}
        found = {kind: future.result() for kind, future in running.items()}
    assert all(tags == {"1girl", "smile"} for tags in found.values())
    assert {kind: site.writes for kind, site in sites.items()} == dict.fromkeys(SITES, 1)
    assert all(site.ours().total() == 1 for site in sites.values())
