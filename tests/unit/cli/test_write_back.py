"""Destinations and write-back on the command line."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import keyring
import pytest

from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.conftest import draw
from tests.keyring_file import FileKeyring
from tests.servers.loopback import serving
from tests.servers.szurubooru import SzurubooruSite
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def file_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def site(imported: Path) -> Iterator[tuple[SzurubooruSite, Path]]:
    """A szurubooru that has the images under their own hash, set up as `home`."""
    held = SzurubooruSite()
    import hashlib

    for number, name in enumerate(("a.png", "b.png", "c.png"), start=1):
        sha1 = hashlib.sha1((imported / name).read_bytes()).hexdigest()
        held.post(str(number), "cat solo", sha1=sha1)
    with serving(held) as url:
        added = run(
            "destinations", "add", "home", imported, "--kind", "szurubooru", "--url", f"{url}/",
            "--user", "me",
        )  # fmt: skip
        assert added.code == 0, added.err
        assert run("destinations", "key", "home", imported, text=f"{held.key}\n").code == 0
        yield held, imported


def test_diff_send_and_undo(site: tuple[SzurubooruSite, Path], tmp_path: Path) -> None:
    held, folder = site
    shown = run("write-back", "diff", "home", folder)
    assert "a.png: -cat  [post not known yet" in shown.out
    assert held.requests == []
    saved = tmp_path / "diff.csv"
    assert run("write-back", "diff", "home", folder, "--look", "--save", saved).code == 0
    with saved.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["image", "post", "action", "tag", "reason"],
            ["a.png", "1", "remove", "cat", ""],
        ]
    as_json = tmp_path / "diff.json"
    assert run("write-back", "diff", "home", folder, "--look", "--save", as_json).code == 0
    (image,) = json.loads(as_json.read_text())["images"]
    assert (image["image"], image["remove"], image["conflict"]) == ("a.png", ["cat"], "")
    assert run("write-back", "diff", "home", folder, "--save", tmp_path / "diff.txt").code == 2
    assert held.writes == 0
    # A person says no, then yes.
    assert run("write-back", "send", "home", folder, text="n\n").code == 0
    assert held.writes == 0
    sent = run("write-back", "send", "home", folder, text="y\n")
    assert "done 1" in sent.out
    assert held.posts["1"].tags == {"solo"}
    assert run("write-back", "undo", "home", folder).code == 0
    assert held.posts["1"].tags == {"cat", "solo"}
    assert run("write-back", "undo", "home", folder).code == 2


def test_pause_resume_cancel_and_list(site: tuple[SzurubooruSite, Path]) -> None:
    held, folder = site
    held.posts["1"].tags = {"cat", "solo"}
    run("write-back", "pause", "home", folder)
    assert run("write-back", "send", "home", folder, "--yes").code == 0
    assert held.writes == 0
    assert run("--json", "write-back", "list", "home", folder).events[-1]["summary"] == {
        "queued": 1
    }
    assert run("write-back", "resume", "home", folder).code == 0
    assert held.posts["1"].tags == {"solo"}
    listed = run("destinations", "list", folder)
    assert "home: szurubooru" in listed.out
    assert "done 1" in listed.out
    assert run("destinations", "remove", "home", folder).code == 2


def test_a_conflict_is_listed_and_settled(site: tuple[SzurubooruSite, Path]) -> None:
    held, folder = site
    run("write-back", "pause", "home", folder)
    run("write-back", "send", "home", folder, "--yes")
    run("write-back", "cancel", "home", folder)
    assert run("--json", "write-back", "list", "home", folder).events[-1]["summary"] == {
        "cancelled": 1
    }
    assert run("write-back", "settle", "home", folder, "--keep-theirs").code == 0
    retried = run("write-back", "retry", "home", folder)
    assert retried.code == 0
    assert "reviewer write-back resume home" in retried.err
    assert held.writes == 0


def test_what_is_wrong_with_a_destination_is_told(imported: Path) -> None:
    def refusal(*words: str) -> str:
        said = run("destinations", "add", "x", imported, *words)
        assert said.code == 2
        return said.err

    assert "no kind of destination 'nonsense'" in refusal("--kind", "nonsense")
    assert "needs its address" in refusal("--kind", "danbooru", "--user", "me")
    assert "needs your login" in refusal("--kind", "danbooru", "--url", "https://a.b")
    assert "tag service" in refusal("--kind", "hydrus", "--url", "http://127.0.0.1:45869")
    danbooru = ("--kind", "danbooru", "--url", "https://danbooru.donmai.us", "--user", "me")
    assert "who on the site's staff agreed" in refusal(*danbooru, "--cap", "5000")
    note = ("--approved-by", "A Janitor, 2026-11-20")
    assert run("destinations", "add", "x", imported, *danbooru, "--cap", "5000", *note).code == 0
    missing = run("write-back", "send", "x", imported, "--yes")
    assert missing.code == 2
    assert "No key is kept for x" in missing.err
    nowhere = run("write-back", "diff", "nowhere", imported)
    assert "Set one up with: reviewer destinations add" in nowhere.err


def test_export_only_sites_get_a_diff_and_never_a_request(imported: Path, tmp_path: Path) -> None:
    assert run("destinations", "add", "g", imported, "--kind", "gelbooru").code == 0
    saved = tmp_path / "g.csv"
    assert run("write-back", "diff", "g", imported, "--look", "--save", saved).code == 0
    assert "a.png,,remove,cat," in saved.read_text()
    refused = run("write-back", "send", "g", imported, "--yes")
    assert refused.code == 2
    assert "no way to edit tags through its API" in refused.err
    with Library.open(workspace_for(imported)) as library:
        assert library.outbox.all("g") == []


def test_the_files_of_the_collection_are_a_destination(imported: Path) -> None:
    before = (imported / "tags.csv").read_bytes()
    assert "a.png: -cat" in run("write-back", "diff", "files", imported).out
    assert (imported / "tags.csv").read_bytes() == before
    assert run("write-back", "send", "files", imported, "--yes").code == 0
    assert (imported / "tags.csv").read_bytes() == before.replace(b"cat solo", b"solo")
    assert run("write-back", "undo", "files", imported).code == 0
    assert (imported / "tags.csv").read_bytes() == before


def test_a_server_can_be_set_up_before_the_first_import(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    address = ("--kind", "szurubooru", "--user", "me", "--url", "http://127.0.0.1:9")
    assert run("destinations", "add", "home", tmp_path, *address).code == 0
    # The next commands are for that folder.
    assert "home: szurubooru; http://127.0.0.1:9" in run("destinations", "list").out
    said = run("open", tmp_path, "--pull", "home", "--no-window")
    assert "reviewer destinations key home" in said.err
