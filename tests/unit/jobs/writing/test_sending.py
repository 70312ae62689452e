"""What a sender does with what sites answer."""

from __future__ import annotations

import json
import shutil
import sqlite3
import ssl
import subprocess
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer, Origin
from reviewer.jobs.context import Silent
from reviewer.jobs.writing import outbox
from reviewer.jobs.writing.sending import reason_key, send
from reviewer.sites.errors import BusyError, NoAccessError
from reviewer.sites.policy import Mode
from reviewer.sites.szurubooru import Szurubooru
from tests.servers.hydrus import HydrusSite
from tests.servers.loopback import Fault, serving
from tests.servers.szurubooru import SzurubooruSite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.jobs.writing.conftest import Bench

    MakeBench = Callable[..., Bench]

HAIR = {"aqua_hair": Answer.YES, "blue_hair": Answer.NO}
KINDS = ["szurubooru", "danbooru", "e621", "moebooru", "hydrus"]


def ready(bench: MakeBench, kind: str, count: int = 1) -> Bench:
    """So many posts with blue hair, each answered to be aqua, and queued."""
    at = bench(kind, dict.fromkeys(range(1, count + 1), "1girl blue_hair"))
    at.site.known.add("aqua_hair")
    at.answer_all(range(1, count + 1), HAIR)
    at.queue()
    return at


def end(at: Bench, number: int = 1) -> tuple[str, set[str]]:
    return at.states()[at.image(number)], at.tags(number)


WANTED = ("done", {"1girl", "aqua_hair"})


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_edit_by_somebody_else_is_no_change(bench: MakeBench, kind: str) -> None:
    at = ready(bench, kind)
    at.somebody(1, add="aqua_hair", remove="blue_hair")
    at.send()
    assert end(at) == ("no change", {"1girl", "aqua_hair"})
    assert not at.site.ours()
    with pytest.raises(UsageError, match="nothing of home to take back"):
        at.undo()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theirs", [{"remove": "blue_hair"}, {"add": "aqua_hair"}])
def test_half_the_edit_by_somebody_else_is_a_conflict_for_a_person(
    bench: MakeBench, kind: str, theirs: dict[str, str]
) -> None:
    at = ready(bench, kind)
    at.somebody(1, **theirs)
    at.send()
    assert at.states()[at.image(1)] == "conflict"
    assert not at.site.ours()
    # A conflict is not planned around: it waits.
    assert at.plan().waiting == [at.image(1)]
    outbox.settle(at.library, at.destination, (), send_rest=True)
    at.send()
    assert end(at) == WANTED
    at.undo()
    # What somebody else did stays: undo takes back what we did.
    assert at.tags(1) == ({"1girl"} if "remove" in theirs else {"1girl", "blue_hair", "aqua_hair"})


def test_a_conflict_left_as_it_is_there_is_not_proposed_again(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru")
    at.somebody(1, add="green_hair", remove="blue_hair")
    at.send()
    outbox.settle(at.library, at.destination, [at.image(1)], send_rest=False)
    plan = at.plan()
    assert plan.edits == []
    assert {(s.tag, s.reason.split(";")[0]) for s in plan.skipped} == {
        ("aqua_hair", "taken back or left as it is there"),
        ("blue_hair", "taken back or left as it is there"),
    }
    # Answered anew, it is.
    at.answer(1, "aqua_hair", Answer.YES, answered_at=at.clock.now() + 10_000)
    (edit,) = at.plan().edits
    assert edit.edit.add == {"aqua_hair"}


def test_an_edit_between_look_and_write_is_answered_409_and_looked_at_again(
    bench: MakeBench,
) -> None:
    at = ready(bench, "szurubooru")
    others = iter(["smile", "hat"])

    def meddle(_path: str) -> None:
        tag = next(others, "")
        if tag:
            at.somebody(1, add=tag)

    at.site.every_write.append(meddle)
    at.send()
    assert end(at) == ("done", {"1girl", "aqua_hair", "smile", "hat"})
    assert at.site.counts["PUT"] == 3


def test_a_conflict_that_arises_between_look_and_write_is_none_of_ours(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru")
    at.site.every_write.append(
        lambda _path: (
            at.somebody(1, add="aqua_hair", remove="blue_hair")
            if "blue_hair" in at.tags(1)
            else None
        )
    )
    at.send()
    # The same edit, made by somebody else: taking ours back must not take theirs back.
    assert end(at) == ("no change", {"1girl", "aqua_hair"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503),
        Fault(reset="before"),
        Fault(reset="after"),
        Fault(status=429, headers={"Retry-After": "7"}),
    ],
    ids=lambda fault: fault.reset or str(fault.status),
)
def test_a_failing_site_is_tried_again_after_a_look(
    bench: MakeBench, kind: str, fault: Fault
) -> None:
    at = ready(bench, kind)
    at.site.faults = {1: fault}
    at.send()
    assert end(at) == WANTED
    assert at.site.ours()[at.post_id(1)] == 1
    if fault.headers:
        assert max(at.clock.waits) >= 6.5
    at.undo()
    assert at.tags(1) == {"1girl", "blue_hair"}


def test_moebooru_throttles_with_421(bench: MakeBench) -> None:
    at = ready(bench, "moebooru")
    at.site.faults = {1: Fault(status=421)}
    at.send()
    assert end(at) == WANTED


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_that_says_done_is_not_believed(bench: MakeBench, kind: str) -> None:
    at = ready(bench, kind)
    at.site.faults = {1: Fault(ignore=True)}
    at.send()
    state, tags = end(at)
    assert tags == {"1girl", "blue_hair"}
    assert state == "failed"
    if kind != "szurubooru":
        assert "was not added" in at.problems()[at.image(1)]


def test_a_deprecated_tag_is_left_out_by_danbooru_and_said_so(bench: MakeBench) -> None:
    at = bench("danbooru", {1: "1girl blue_hair"})
    at.site.known.add("aqua_hair")
    at.answer_all([1], HAIR)
    at.queue(new_allowed=True)
    at.site.deprecated.add("aqua_hair")  # type: ignore[attr-defined] # Danbooru's
    at.send()
    assert end(at) == ("failed", {"1girl"})
    assert at.problems()[at.image(1)] == "not applied by the site: aqua_hair was not added"
    at.undo()
    assert at.tags(1) == {"1girl", "blue_hair"}


def test_locked_tags_of_e621_win_and_are_told(bench: MakeBench) -> None:
    at = ready(bench, "e621", 2)
    at.site.posts["1"].locked = {"-aqua_hair"}
    at.site.posts["2"].locked = {"blue_hair"}
    at.send()
    assert end(at, 1) == ("conflict", {"1girl", "blue_hair"})
    assert at.problems()[at.image(1)] == "aqua_hair is kept off the post on purpose"
    assert end(at, 2) == ("failed", {"1girl", "blue_hair", "aqua_hair"})
    assert at.site.reasons == ["Tags checked by hand, image by image"]  # type: ignore[attr-defined] # e621's


def test_what_was_deleted_in_hydrus_on_purpose_stays_deleted(bench: MakeBench) -> None:
    at = bench("hydrus", {1: "1girl"})
    at.site.known.add("aqua_hair")
    at.somebody(1, add="aqua_hair")
    at.somebody(1, remove="aqua_hair")
    at.answer(1, "aqua_hair", Answer.YES)
    at.queue()
    at.send()
    assert end(at) == ("conflict", {"1girl"})
    outbox.settle(at.library, at.destination, (), send_rest=True)
    at.send()
    assert end(at) == ("done", {"1girl", "aqua_hair"})


def test_a_repository_of_hydrus_is_asked_and_nothing_is_uploaded(bench: MakeBench) -> None:
    at = bench("hydrus", {1: "1girl blue_hair"})
    assert isinstance(at.site, HydrusSite)
    at.destination = replace(at.destination, service="public")
    at.library.destinations.put(at.destination)
    shared = at.site.repository.setdefault(at.post_id(1), {})
    shared["0"] = {"1girl": "", "blue hair": ""}
    at.site.known.add("aqua_hair")
    at.answer_all([1], HAIR)
    at.queue()
    at.library.state.set(reason_key("home"), "Seen by hand")
    at.send()
    assert at.states()[at.image(1)] == "done", at.problems()
    assert set(shared["1"]) == {"aqua hair"}
    assert shared["3"] == {"blue hair": "Seen by hand"}
    assert set(shared["0"]) == {"1girl", "blue hair"}
    assert not any("pending" in request.path for request in at.site.requests)
    # Taken back, nothing is asked any more: rescinded, not asked the other way round.
    at.undo()
    assert (shared["1"], shared["3"]) == ({}, {})


def test_a_file_that_hydrus_lacks_fails_and_is_no_success(bench: MakeBench) -> None:
    at = ready(bench, "hydrus", 2)
    del at.site.posts[at.post_id(1)]
    at.send()
    assert at.states() == {at.image(1): "failed", at.image(2): "done"}
    assert "does not have the file" in at.problems()[at.image(1)]


@pytest.mark.parametrize("kind", ["danbooru", "e621"])
def test_undo_takes_back_what_the_site_implied(bench: MakeBench, kind: str) -> None:
    at = bench(kind, {1: "1girl"})
    at.site.known |= {"cat_ears", "animal_ears", "ears"}
    at.site.implications = {"cat_ears": "animal_ears", "animal_ears": "ears"}
    at.answer(1, "cat_ears", Answer.YES)
    at.queue()
    at.send()
    assert end(at) == ("done", {"1girl", "cat_ears", "animal_ears", "ears"})
    at.somebody(1, add="smile")
    at.undo()
    assert at.tags(1) == {"1girl", "smile"}


@pytest.mark.parametrize("kind", ["szurubooru", "danbooru", "e621"])
def test_an_alias_is_sent_under_the_name_that_the_site_has(bench: MakeBench, kind: str) -> None:
    at = bench(kind, {1: "1girl"})
    at.site.known.add("long_hair")
    at.site.aliases["longhair"] = "long_hair"
    at.answer(1, "longhair", Answer.YES)
    at.queue()
    at.send()
    assert end(at) == ("done", {"1girl", "long_hair"})
    at.undo()
    assert at.tags(1) == {"1girl"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_tag_needs_consent(bench: MakeBench, kind: str) -> None:
    at = bench(kind, {1: "1girl"})
    at.answer(1, "a_new_tag", Answer.YES)
    at.queue()
    at.send()
    assert end(at) == ("conflict", {"1girl"})
    assert f"does not know {at.written('a_new_tag')}" in at.problems()[at.image(1)]
    outbox.settle(at.library, at.destination, (), send_rest=True)
    at.send()
    assert end(at) == ("done", {"1girl", "a_new_tag"})


def test_five_errors_in_a_row_stop_the_run_and_lose_nothing(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru", 8)
    at.site.faults = dict.fromkeys(range(1, 100), Fault(status=500))
    with pytest.raises(BusyError, match="5 errors in a row"):
        at.send()
    assert at.site.counts["PUT"] == 5
    at.site.faults = {}
    at.send()
    assert set(at.states().values()) == {"done"}
    assert set(at.site.ours().values()) == {1}


def test_a_wrong_key_stops_at_once_and_is_not_told(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru", 3)
    at.site.key = "another"
    with pytest.raises(NoAccessError, match="Check the login and the key") as caught:
        at.send()
    assert "secret" not in str(caught.value)
    assert set(at.states().values()) == {"queued"}
    assert len(at.site.requests) == 1


def test_a_post_that_is_gone_fails_alone(bench: MakeBench) -> None:
    at = ready(bench, "danbooru", 2)
    del at.site.posts["1"]
    at.send()
    assert at.states() == {at.image(1): "failed", at.image(2): "done"}
    assert outbox.retry(at.library, at.destination) == 1


def test_a_late_commit_of_a_dead_request_is_made_once(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru")
    late = Fault(until=threading.Event())
    at.site.faults = {1: late}
    run = at.run()
    run.site._http._client.timeout = 1.5  # type: ignore[attr-defined] # the client's own
    send(run, Silent())
    run.site.close()
    assert end(at) == WANTED
    # The first request comes to its end after the second: its version is stale.
    late.until.set()
    assert late.over.wait(60)
    assert end(at) == WANTED
    assert at.site.ours()["1"] == 1


def test_pause_stops_and_the_daily_cap_holds(bench: MakeBench) -> None:
    at = ready(bench, "danbooru", 5)
    at.library.destinations.put(replace(at.destination, daily_cap=2))
    at.send()
    assert sorted(at.states().values()) == ["done", "done", "queued", "queued", "queued"]
    at.send()
    assert len(at.site.ours()) == 2
    at.clock.ahead_ms += 25 * 3600 * 1000
    at.library.destinations.put(replace(at.destination, daily_cap=2, paused=True))
    at.send()
    assert len(at.site.ours()) == 2
    at.library.destinations.put(replace(at.destination, daily_cap=2))
    at.send()
    assert len(at.site.ours()) == 4
    outbox.cancel(at.library, at.destination)
    assert sorted(at.states().values()) == ["cancelled", "done", "done", "done", "done"]


def test_the_daily_cap_is_of_the_login_not_of_the_collection(bench: MakeBench) -> None:
    at = ready(bench, "danbooru", 4)
    at.library.destinations.put(replace(at.destination, daily_cap=3))
    # Another collection of the same person sent two edits an hour ago.
    host = at.destination.url.removeprefix("http://")
    for _ in range(2):
        at.pace_file.note_sent(f"{host} me", at.clock.now() - 3_600_000)
    at.send()
    assert sorted(at.states().values()) == ["done", "queued", "queued", "queued"]


@pytest.mark.parametrize("kind", ["danbooru", "e621"])
def test_a_site_that_tells_it_has_little_room_is_given_time(bench: MakeBench, kind: str) -> None:
    at = ready(bench, kind, 3)
    told = {"rate": 1, "burst": 200, "limits": {"users/1": -4.0, "ip/127.0.0.1": 90.0}}
    at.site.always = {"X-Rate-Limit": json.dumps(told)} if kind == "danbooru" else {}
    at.site.always |= {"X-Api-Limit": "1"} if kind == "e621" else {}
    began = at.clock.now()
    at.send()
    assert [end(at, number) for number in (1, 2, 3)] == [WANTED] * 3
    asked = 5000 if kind == "danbooru" else 10_000
    assert at.clock.now() - began >= 2 * asked
    assert at.site.busy_reads == 0


def test_the_pace_is_kept_across_runs(bench: MakeBench) -> None:
    at = ready(bench, "danbooru", 12)
    at.policy = replace(at.policy, write_rate=0.5, read_rate=2.0, burst=5, hourly=120)
    began = at.clock.now()
    at.send()
    # Five at once, then one in two seconds.
    assert at.clock.now() - began >= 7 * 2000 - 100
    at.answer_all(range(1, 13), {"1girl": Answer.NO})
    at.queue()
    at.send()
    assert at.clock.now() - began >= 19 * 2000 - 100


def test_answers_that_nobody_gave_are_never_planned(bench: MakeBench) -> None:
    at = bench("szurubooru", dict.fromkeys(range(1, 6), "1girl blue_hair"))
    at.answer(1, "aqua_hair", Answer.YES, origin=Origin.COPY)
    at.answer(2, "aqua_hair", Answer.YES, origin=Origin.BATCH)
    at.answer(3, "aqua_hair", Answer.YES, origin=Origin.CONTROL)
    at.answer(4, "aqua_hair", Answer.YES, reviewer="simulated")
    at.answer(5, "aqua_hair", Answer.UNSURE)
    plan = at.plan()
    assert plan.edits == []
    assert [s.path for s in plan.skipped] == [at.image(1), at.image(2), at.image(4)]


def test_public_sites_want_each_image_confirmed(bench: MakeBench) -> None:
    at = bench("danbooru", {1: "1girl blue_hair", 2: "1girl blue_hair"})
    at.answer_all([1, 2], HAIR)
    at.policy = replace(at.policy, mode=Mode.MANUAL_EACH)
    outbox.keep_drafts(at.library, at.plan())
    with pytest.raises(UsageError, match="each image is confirmed by itself"):
        outbox.queue(at.library, at.destination, at.policy, outbox.Queueing())
    wanted = outbox.Queueing(paths=[at.image(2)])
    assert [e.path for e in outbox.queue(at.library, at.destination, at.policy, wanted)] == [
        at.image(2)
    ]
    at.destination = replace(at.destination, approved_by="A Janitor, 2026-11-20, forum 123")
    assert len(outbox.queue(at.library, at.destination, at.policy, outbox.Queueing())) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_shows_conflicts_new_tags_and_finds_posts_by_their_hash(
    bench: MakeBench, kind: str
) -> None:
    at = bench(kind, dict.fromkeys(range(1, 5), "1girl blue_hair"))
    at.site.known.add("aqua_hair")
    at.answer_all([1, 2, 3], HAIR)
    at.answer(4, "odd_new_tag", Answer.YES)
    at.somebody(2, add="aqua_hair", remove="blue_hair")
    at.somebody(3, add="green_hair", remove="blue_hair")
    at.destination = replace(at.destination, site="nowhere")
    for number in range(1, 5):
        post = at.site.posts[at.post_id(number)]
        found = outbox.hash_of(at.library.folder / at.image(number), "")
        post.md5, post.sha1 = found.md5, found.sha1
    plan = at.plan()
    run = at.run()
    outbox.look(run, Silent(), plan)
    run.site.close()
    assert {e.path: e.remote_id for e in plan.edits} == {
        at.image(n): at.post_id(n) for n in (1, 3, 4)
    }
    assert plan.counts["conflicts"] == 1
    assert plan.counts["new_tags"] == 1
    assert at.site.writes == 0
    assert [s.reason for s in plan.skipped] == ["already as wanted"]


def test_keys_are_neither_in_the_database_nor_in_what_is_said(bench: MakeBench) -> None:
    at = ready(bench, "szurubooru")
    process = at.command("--verbose", "write-back", "resume", "home")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert at.site.key not in out + err
    copy = sqlite3.connect(at.library.workspace.database)
    dump = "\n".join(copy.iterdump())
    copy.close()
    assert "szurubooru" in dump
    assert at.site.key not in dump
    agents = {request.headers["User-Agent"] for request in at.site.requests}
    assert all(agent.startswith("tag-reviewer/") and "(by me)" in agent for agent in agents)


def test_a_look_waits_where_the_site_asks_to(bench: MakeBench) -> None:
    at = bench("szurubooru", {1: "1girl blue_hair"})
    at.site.known.add("aqua_hair")
    at.answer_all([1], HAIR)
    at.site.busy_reads = 2
    plan = at.plan()
    run = at.run()
    outbox.look(run, Silent(), plan)
    run.site.close()
    assert [edit.problem for edit in plan.edits] == [""]
    assert sum(at.clock.waits) > 9


def test_without_a_keyring_the_remedy_is_named(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ready(bench, "szurubooru")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    process = at.command("write-back", "resume", "home")
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "PYTHON_KEYRING_BACKEND" in out
    assert set(at.states().values()) == {"queued"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
         "-keyout", paths[0], "-out", paths[1]],
        check=True,
        capture_output=True,
    )  # fmt: skip
    site = SzurubooruSite()
    site.post("1", "a")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paths[1], paths[0])
    with serving(site, context) as url:
        client = Szurubooru(url.replace("http:", "https:"), site.user, site.key)
        with pytest.raises(BusyError, match="certificate verify failed"):
            client.read("1")
        client.close()
    assert site.requests == []
