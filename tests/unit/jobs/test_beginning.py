"""Collections begun with a tagger that one has, with tags of a server, or with few images."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.beginning import Beginning
from reviewer.core.errors import SourceError
from reviewer.core.outbox import Destination
from reviewer.jobs.beginning import keep_wishes
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.fewest import FEWEST, MINIMUM, fewest_for, images_needed
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare
from reviewer.jobs.writing.keys import keep_key
from reviewer.sites.szurubooru import Szurubooru
from reviewer.store.library import Library
from tests.conftest import draw
from tests.keyring_file import FileKeyring
from tests.servers.loopback import serving
from tests.servers.szurubooru import SzurubooruSite
from tests.unit.cli.conftest import run
from tests.unit.jobs.conftest import make_shapes
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRAINING_SET = 15


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A WD graph that knows some of the shapes' tags."""
    rows = [*folders.WD_ROWS[:4], ("1", "circle", 0), ("2", "red", 0), ("3", "smile", 0)]
    monkeypatch.setattr(folders.write_wd_list, "__defaults__", (rows,))
    return folders.wd_onnx(tmp_path / "theirs").folder


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, SzurubooruSite]]:
    """A szurubooru that has every image of the shapes, and its address."""
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    truth = make_shapes(tmp_path / "images")
    (tmp_path / "images" / "tags.csv").unlink()
    site = SzurubooruSite()
    for number, (name, tags) in enumerate(truth.items()):
        content = (tmp_path / "images" / name).read_bytes()
        sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        site.post(str(number), " ".join(tags), sha1=sha1)
    with serving(site) as url:
        yield url, site
    keyring.set_keyring(before)


def test_a_tagger_that_one_has_takes_the_place_of_a_trained_one(
    tmp_path: Path, theirs: Path
) -> None:
    make_shapes(tmp_path / "images")
    words = ("open", "--no-window", tmp_path / "images", "--workspace", tmp_path / "workspace")
    done = run("--json", *words, "--tagger", theirs)
    assert done.code == 0, done.out
    assert done.events[-1]["summary"]["questions"] > 0
    with Library.open(tmp_path / "workspace") as library:
        (version,) = library.versions.all()
        assert version.backbone == "wd-onnx"
        assert library.scan(version.name) is not None
    # Opened again it is there already.
    again = run("--json", *words)
    assert again.code == 0, again.out
    with Library.open(tmp_path / "workspace") as library:
        assert len(library.versions.all()) == 1


def run_open(place: Path, folder: Path, wanted: Beginning) -> None:
    with Library.create(place, folder) as library:
        prepare(library, Silent(), TrainChoices(device="cpu"), wanted)


def test_tags_of_a_server_begin_a_collection_and_a_cut_off_beginning_goes_on(
    tmp_path: Path,
    theirs: Path,
    server: tuple[str, SzurubooruSite],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, site = server
    place, folder = tmp_path / "workspace", tmp_path / "images"
    destination = Destination("home", "szurubooru", url, site.user)
    with Library.create(place, folder) as library:
        library.destinations.put(destination)
    words = ("open", "--no-window", folder, "--workspace", place)
    failed = run("--json", *words, "--pull", "home", "--tagger", theirs)
    assert failed.code != 0
    assert "destinations key home" in failed.out
    keep_key(destination, site.key)
    # Cut off, it goes on however it is opened again; the tagger was wanted no less.
    first = Szurubooru.posts

    def break_off(*_about: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Szurubooru, "posts", break_off)
    with pytest.raises(KeyboardInterrupt):
        run_open(place, folder, Beginning(server="home", tagger=str(theirs)))
    monkeypatch.setattr(Szurubooru, "posts", first)
    done = run("--json", *words)
    assert done.code == 0, done.out
    with Library.open(place) as library:
        assert {tag.name for tag in library.vocabulary().tags.values()} >= {"circle", "blue"}
        (version,) = library.versions.all()
        assert version.backbone == "wd-onnx"
    asked = len(site.requests)
    assert run("--json", *words).code == 0
    assert len(site.requests) == asked
    assert site.writes == 0


def test_what_did_not_work_is_wanted_no_more(tmp_path: Path) -> None:
    make_shapes(tmp_path / "images")
    made = folders.deepghs_onnx(tmp_path / "open")
    (made.folder / "preprocess.json").unlink()
    place = tmp_path / "workspace"
    words = ("open", "--no-window", tmp_path / "images", "--workspace", place)
    for tagger, said in ((made.folder, "--set KEY=VALUE"), (tmp_path / "images", "recognised")):
        failed = run("--json", *words, "--tagger", tagger)
        assert failed.code != 0
        assert said in failed.out
    assert run("--json", *words, "--epochs", 1, "--device", "cpu").code == 0
    with Library.open(place) as library:
        assert [version.backbone for version in library.versions.all()] == ["small"]


def test_a_small_training_set_has_questions(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    for number in range(TRAINING_SET):
        draw(folder / f"{number}.png", number)
        tags = ["tk", "1girl", *(["hat"] if number % 3 == 0 else []), f"only_{number}"]
        (folder / f"{number}.txt").write_text(", ".join(tags), encoding="utf-8")
    choices = TrainChoices(epochs=2, input_size=32, batch_size=8, device="cpu")
    with Library.create(tmp_path / "workspace", folder) as library:
        assert prepare(library, Silent(), choices).summary["questions"] > 0
        ranking = library.rankings.load()
        names = {library.vocabulary().name(tag) for tag in ranking.tags.tolist()}
        assert names == {"hat"}
        # What the user says holds, for a small collection too.
        assert images_needed(library, 12) == images_needed(library) == 12


def test_what_is_wanted_is_kept_until_it_is_done(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        keep_wishes(library, Beginning(tagger="/somewhere"))
        keep_wishes(library, Beginning())
        assert library.state.get("begin with tagger") == "/somewhere"
        with pytest.raises(SourceError, match="no images"):
            import_folder(library, Silent())


@given(st.integers(0, 10**7))
def test_fewer_images_are_needed_in_a_small_collection(images: int) -> None:
    needed = fewest_for(images)
    assert FEWEST <= needed <= MINIMUM
    assert needed == MINIMUM or images < 200
    assert fewest_for(images + 1) >= needed or images == 0
