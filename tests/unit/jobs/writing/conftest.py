"""Collections whose images are posts of a loopback site, answered by a person."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from PIL import Image

from reviewer.core.outbox import Destination
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.writing import outbox
from reviewer.jobs.writing.keys import keep_key
from reviewer.jobs.writing.pace import Pace
from reviewer.jobs.writing.places import connect, policy_of
from reviewer.jobs.writing.planning import Plan, make_plan
from reviewer.jobs.writing.sending import Sending, send
from reviewer.store.library import Library
from reviewer.store.pacing import PaceFile
from tests.keyring_file import FileKeyring
from tests.servers.danbooru import DanbooruSite
from tests.servers.e621 import E621Site
from tests.servers.hydrus import HydrusSite
from tests.servers.loopback import LoopbackSite, serving
from tests.servers.moebooru import MoebooruSite
from tests.servers.szurubooru import SzurubooruSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reviewer.sites.policy import Policy

ROOT = Path(__file__).parents[4]

SITES: dict[str, type[LoopbackSite]] = {
    "szurubooru": SzurubooruSite,
    "danbooru": DanbooruSite,
    "e621": E621Site,
    "moebooru": MoebooruSite,
    "hydrus": HydrusSite,
}


WORDS = {"moebooru": "yandere", "hydrus": "danbooru"}
"""What downloaders call a site, where that is not its kind."""


@pytest.fixture(autouse=True)
def file_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keyring in a file, here and in the commands that are started."""
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    yield
    keyring.set_keyring(before)


@dataclass
class Clock:
    """A clock that is ahead by all the waits that nobody sat through."""

    ahead_ms: int = 0
    waits: list[float] = field(default_factory=list)

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.ahead_ms += int(seconds * 1000) + 1


@dataclass
class Bench:
    """A collection, a site, and the destination between them."""

    library: Library
    site: LoopbackSite
    destination: Destination
    policy: Policy
    pace_file: PaceFile
    clock: Clock = field(default_factory=Clock)

    def image(self, number: int) -> str:
        return f"{number:04}.png"

    def post_id(self, number: int) -> str:
        if self.destination.kind != "hydrus":
            return str(number)
        content = (self.library.folder / self.image(number)).read_bytes()
        return hashlib.sha256(content).hexdigest()

    def written(self, name: str) -> str:
        """A tag as the site writes it."""
        return name.replace("_", " ") if self.destination.kind == "hydrus" else name

    def tags(self, number: int) -> set[str]:
        return {tag.replace(" ", "_") for tag in self.site.posts[self.post_id(number)].tags}

    def somebody(self, number: int, *, add: str = "", remove: str = "") -> None:
        self.site.somebody(self.post_id(number), add=self.written(add), remove=self.written(remove))

    def answer(self, number: int, tag: str, given: Answer, **values: object) -> None:
        self.answer_all([number], {tag: given}, **values)

    def answer_all(
        self, numbers: Iterable[int], given: dict[str, Answer], **values: object
    ) -> None:
        """The same answers to several images, in one step."""
        fields: dict[str, Any] = {"answered_at": 1_700_000_000_000, "reviewer": "me"} | values
        files = self.library.images.known_files()
        ids = self.library.tags.add(dict.fromkeys(given))
        rows = []
        for number in numbers:
            image_id = files[self.image(number)].id
            original = self.library.images.original_tags(image_id)
            for tag, answer in given.items():
                side = Side(int(ids[tag] in original))
                rows.append(Decision(image_id, ids[tag], answer, side, 0.75, 0.5, "v1", **fields))
        self.library.decisions.append(rows)

    def plan(self) -> Plan:
        return make_plan(self.library, self.destination, self.policy)

    def queue(self, *, new_allowed: bool = False) -> None:
        outbox.keep_drafts(self.library, self.plan())
        wanted = outbox.Queueing(new_allowed=new_allowed)
        outbox.queue(self.library, self.destination, self.policy, wanted)

    def run(self) -> Sending:
        clock = self.clock
        pace = Pace(
            self.pace_file,
            self.destination,
            self.policy,
            now=clock.now,
            sleep=clock.sleep,
        )
        return Sending(
            self.library,
            self.destination,
            self.policy,
            connect(self.destination),
            pace,
            now=clock.now,
            chance=lambda: 0.5,
        )

    def send(self) -> dict[str, Any]:
        run = self.run()
        try:
            return send(run, Silent()).summary
        finally:
            run.site.close()

    def undo(self) -> dict[str, Any]:
        outbox.queue_undo(self.library, self.destination)
        return self.send()

    def states(self) -> dict[str, str]:
        entries = self.library.outbox.all(self.destination.name)
        return {entry.path: entry.state.value for entry in entries if entry.undoes is None}

    def problems(self) -> dict[str, str]:
        return {e.path: e.problem for e in self.library.outbox.all(self.destination.name)}

    def command(self, *words: str) -> subprocess.Popen[str]:
        place = str(self.library.workspace.path)
        return subprocess.Popen(
            [sys.executable, "-m", "reviewer", "--json", *words, "--workspace", place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=dict(os.environ),
        )


def make_posts(folder: Path, kind: str, tags: dict[int, str]) -> None:
    """Draws one tiny image a post, with what a downloader saved beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    word = WORDS.get(kind, kind)
    for number, names in tags.items():
        image = folder / f"{number:04}.png"
        Image.new("RGB", (4, 4), (number % 256, number // 256, 77)).save(image)
        post = {"category": word, "id": number, "tags": names.split()}
        image.with_name(f"{image.name}.json").write_text(json.dumps(post))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes benches: `bench(kind, {1: "tags of post 1"})`; they are closed at the end."""
    opened: list[Any] = []

    def make(kind: str, tags: dict[int, str]) -> Bench:
        make_posts(tmp_path / "images", kind, tags)
        library = Library.create(tmp_path / "workspace", tmp_path / "images")
        opened.append(library)
        import_folder(library, Silent())
        site = SITES[kind]()
        service = serving(site)
        url = service.__enter__()
        opened.append(service)
        user = "" if kind == "hydrus" else site.user
        held = "my tags" if kind == "hydrus" else ""
        destination = Destination("home", kind, url, user, service=held, site=WORDS.get(kind, kind))
        library.destinations.put(destination)
        keep_key(destination, site.key)
        pace_file = PaceFile(tmp_path / "pace.sqlite")
        opened.append(pace_file)
        made = Bench(library, site, destination, policy_of(destination), pace_file)
        for number, names in tags.items():
            shown = names.replace(" ", ",").replace("_", " ") if kind == "hydrus" else names
            site.post(made.post_id(number), shown)
        return made

    yield make
    for thing in reversed(opened):
        thing.__exit__(None, None, None)
