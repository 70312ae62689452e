"""Tags of a szurubooru or a Hydrus that runs, asked for by the hashes of the files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.outbox import Destination
from reviewer.core.types import Answer, Category, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.imports.pulled import pulled_file
from reviewer.jobs.imports.pulling import pull
from reviewer.jobs.writing.keys import keep_key
from reviewer.jobs.writing.pace import Pace
from reviewer.jobs.writing.places import connect, policy_of
from reviewer.jobs.writing.planning import make_plan
from reviewer.sites.errors import BusyError, NoAccessError
from reviewer.sites.live import LivePost, LiveSite
from reviewer.sources.pulled import KeptPost, kept_posts
from reviewer.store.library import Library
from reviewer.store.pacing import PaceFile
from tests.keyring_file import FileKeyring
from tests.servers.hydrus import HydrusSite
from tests.servers.loopback import LoopbackSite, serving
from tests.servers.szurubooru import SzurubooruSite
from tests.unit.cli.conftest import run
from tests.unit.jobs.writing.conftest import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reviewer.sites.base import FileHash

COUNT = 130
SITES: dict[str, type[LoopbackSite]] = {"szurubooru": SzurubooruSite, "hydrus": HydrusSite}


@dataclass
class Server:
    """A server, a collection of untagged images, and the way from one to the other."""

    library: Library
    site: LoopbackSite
    destination: Destination
    pace_file: PaceFile
    clock: Clock = field(default_factory=Clock)

    def pull(self) -> dict[str, Any]:
        client = connect(self.destination)
        assert isinstance(client, LiveSite)
        policy = policy_of(self.destination)
        pace = Pace(
            self.pace_file, self.destination, policy, now=self.clock.now, sleep=self.clock.sleep
        )
        try:
            return pull(self.library, Silent(), self.destination, client, pace).summary
        finally:
            client.close()

    def tags(self, number: int) -> set[str]:
        row = self.library.images.known_files()[f"{number:03}.png"]
        vocabulary = self.library.vocabulary()
        return {vocabulary.name(tag) for tag in self.library.images.original_tags(row.id)}

    def key(self, number: int) -> str:
        """The post of an image."""
        content = (self.library.folder / f"{number:03}.png").read_bytes()
        if self.destination.kind == "hydrus":
            return hashlib.sha256(content).hexdigest()
        return str(1000 + number)

    @property
    def questions(self) -> int:
        wanted = {"/api/posts/", "/get_files/file_metadata"}
        return sum(request.path in wanted for request in self.site.requests)


@pytest.fixture(params=SITES)
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    images = tmp_path / "images"
    images.mkdir()
    for number in range(COUNT):
        Image.new("RGB", (4, 4), (number, 7, 99)).save(images / f"{number:03}.png")
    kind = request.param
    site = SITES[kind]()
    with (
        Library.create(tmp_path / "workspace", images) as library,
        serving(site) as url,
        PaceFile(tmp_path / "pace.sqlite") as pace_file,
    ):
        import_folder(library, Silent())
        user, service = ("", "my tags") if kind == "hydrus" else (site.user, "")
        destination = Destination("home", kind, url, user, service=service)
        library.destinations.put(destination)
        keep_key(destination, site.key)
        made = Server(library, site, destination, pace_file)
        for number in range(COUNT - 5):
            content = (images / f"{number:03}.png").read_bytes()
            sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            tags = ["1girl", "fate_(series)", f"number_{number % 3}"]
            if kind == "hydrus":
                written = ",".join(tag.replace("_", " ") for tag in tags)
                site.post(made.key(number), f"{written},character:hatsune miku")
            else:
                site.post(made.key(number), f"{' '.join(tags)} Hatsune_Miku", sha1=sha1)
        if isinstance(site, SzurubooruSite):
            site.categories = {"Hatsune_Miku": "character"}
        yield made
    keyring.set_keyring(before)


WANTED = {"1girl", "fate_(series)", "number_1", "hatsune_miku"}


def test_every_image_gets_the_tags_of_its_post(server: Server) -> None:
    summary = server.pull()
    assert (summary["posts"], summary["images"]) == (COUNT - 5, COUNT)
    assert server.tags(1) == server.tags(4) == WANTED
    assert server.tags(COUNT - 1) == set()
    miku = server.library.vocabulary().by_name["hatsune_miku"]
    assert miku.category is Category.CHARACTER
    # A few images a question, and nothing but questions.
    assert server.questions <= 3
    assert server.site.writes == 0


def test_what_changes_there_is_taken_and_answers_stay(server: Server) -> None:
    server.pull()
    image = server.library.images.known_files()["001.png"].id
    girl = server.library.tags.ids()["1girl"]
    given = Decision(image, girl, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
    server.library.decisions.append([given])
    word = "new tag" if server.destination.kind == "hydrus" else "new_tag"
    server.site.somebody(server.key(1), add=word)
    server.pull()
    assert server.tags(1) == WANTED | {"new_tag"}
    assert server.library.decisions.answers(image)[girl] is Answer.NO
    # A plain import of the folder reads what was pulled, and no server.
    asked = server.questions
    import_folder(server.library, Silent())
    assert server.tags(1) == WANTED | {"new_tag"}
    assert server.questions == asked


def test_corrections_go_back_to_the_posts_they_came_from(server: Server) -> None:
    server.pull()
    image = server.library.images.known_files()["001.png"].id
    girl = server.library.tags.ids()["1girl"]
    given = Decision(image, girl, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
    server.library.decisions.append([given])
    plan = make_plan(server.library, server.destination, policy_of(server.destination))
    assert [(edit.path, edit.remote_id) for edit in plan.edits] == [("001.png", server.key(1))]
    assert plan.edits[0].edit.remove == {"1girl"}


def test_a_pull_that_is_cut_off_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, synced: list[int]
) -> None:
    client = connect(server.destination)
    assert isinstance(client, LiveSite)
    first = type(client).posts
    part = pulled_file(server.library, "home").with_suffix(".part")
    calls = []

    def break_off(self: LiveSite, files: Sequence[FileHash]) -> Mapping[str, LivePost]:
        calls.append(len(files))
        if len(calls) == 2:
            # What was said is on disk before more is asked.
            assert part.stat().st_ino in synced
            raise KeyboardInterrupt
        return first(self, files)

    monkeypatch.setattr(type(client), "posts", break_off)
    with pytest.raises(KeyboardInterrupt):
        server.pull()
    assert server.tags(1) == set()
    with part.open("ab") as file:
        file.write(b'{"sha256": "torn')
    client.close()
    assert server.pull()["posts"] == COUNT - 5
    assert server.tags(1) == WANTED
    # What was asked before the break is not asked again.
    assert sum(calls) == COUNT + calls[1]
    assert not part.exists()


def test_a_busy_server_is_asked_again_and_a_refusing_one_is_told_of(server: Server) -> None:
    server.site.busy_reads = 2
    assert server.pull()["posts"] == COUNT - 5
    assert sum(server.clock.waits) >= 9
    server.site.busy_reads = 50
    with pytest.raises(BusyError):
        server.pull()
    server.site.busy_reads = 0
    keep_key(server.destination, "wrong key")
    with pytest.raises((NoAccessError, BusyError)):
        server.pull()
    # What there was stays.
    assert server.tags(1) == WANTED


def test_the_command_says_what_it_needs(server: Server) -> None:
    place = ("--workspace", server.library.workspace.path)
    done = run("--json", "pull", "home", *place)
    assert done.code == 0, done.out
    assert done.events[-1]["summary"]["posts"] == COUNT - 5
    missing = run("--json", "pull", "nowhere", *place)
    assert missing.code == 2
    url = "https://danbooru.donmai.us"
    server.library.destinations.put(Destination("d", "danbooru", url, "me"))
    keep_key(server.library.destinations.get("d"), "k")
    refused = run("--json", "pull", "d", *place)
    assert refused.code == 2
    assert "not read live" in refused.out
    pulled_file(server.library, "home").unlink()
    with pytest.raises(SourceError, match="reviewer pull home"):
        import_folder(server.library, Silent())


def test_an_empty_collection_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with Library.create(tmp_path / "other", tmp_path / "none") as empty:
        bare = Server(empty, server.site, server.destination, server.pace_file)
        with pytest.raises(UsageError, match="no images yet"):
            bare.pull()


words = st.text(max_size=12) | st.sampled_from(["^_^", "fate_(series)", "a,b", "初音", "x" * 170])


@given(st.lists(st.tuples(words, words), max_size=5), words, st.sampled_from(["", "s", "q", "e"]))
def test_what_is_kept_is_what_was_said(
    tmp_path_factory: pytest.TempPathFactory, tags: list[tuple[str, str]], text: str, rating: str
) -> None:
    post = KeptPost("ab" * 32, text, tuple(tags), rating, text)
    path = tmp_path_factory.mktemp("kept") / "posts.jsonl"
    path.write_bytes(post.line() * 2 + post.line()[: len(post.line()) // 2])
    assert list(kept_posts(path)) == [post, post]
    path.write_bytes(b"nonsense\n" + post.line())
    with pytest.raises(SourceError, match="line 1"):
        list(kept_posts(path))
