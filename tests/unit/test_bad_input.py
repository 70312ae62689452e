"""Bad input and a bad world: each a sentence that names the file and the remedy, nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer import settings as settings_files
from reviewer.core.errors import (
    NewerStoreError,
    SourceError,
    StoreBusyError,
    StoreError,
    StoreFullError,
)
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from reviewer.store.scans import ROW, ScanShape
from tests.conftest import Heard, draw, every_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reviewer.core.queues import Ranking
    from reviewer.core.types import ChangeSet

    MakeFolder = Callable[[Mapping[str, str]], Path]

MIB = 1 << 20
PAGE = 4096
"""Bytes of a page of a database file."""


def imported(workspace: Path, folder: Path) -> tuple[ChangeSet, list[str]]:
    """Imports a folder; what that changed, and what it said."""
    heard = Heard()
    with Library.create(workspace, folder) as library:
        return import_folder(library, heard), heard.notes


def command(*words: object) -> subprocess.CompletedProcess[str]:
    """Runs a command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[None]:
    """Mounts something on a folder until the block ends; skips the test where that is refused."""
    place.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ["mount", *options, str(place)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no mount on this machine")
    if done.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Makes a folder read-only, for an administrator too."""
    with mounted(place, "--bind", "-o", "ro", str(place)):
        with pytest.raises(OSError, match="Read-only"):
            (place / "probe").touch()
        yield


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    place = tmp_path / "disk"
    with mounted(place, "-t", "tmpfs", "-o", f"size={MIB}", "tmpfs"):
        yield place


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Fills a disk but for some bytes; the file that takes the space."""
    status = os.statvfs(disk)
    free = status.f_bavail * status.f_frsize
    path = disk / "filling"
    with path.open("wb") as file:
        file.write(b"x" * max(free - leave, 0))
    return path


def ranking_of(library: Library) -> Ranking:
    """Every image asked about every tag."""
    return every_pair(library, sorted(library.vocabulary().tags))


def session_of(library: Library) -> ReviewSession:
    return ReviewSession(
        library.decisions,
        library.images,
        library.vocabulary(),
        library.rankings.load(),
        reviewer="me",
    )


@pytest.fixture
def folder(make_folder: MakeFolder) -> Path:
    """Three images with a tags.csv."""
    return make_folder({"a.png": "cat solo", "b.png": "cat", "c.png": "dog"})


@pytest.fixture
def workspace(folder: Path, tmp_path: Path) -> Path:
    """The same, imported and ranked."""
    place = tmp_path / "workspace"
    imported(place, folder)
    with Library.open(place) as library:
        library.rankings.save(ranking_of(library))
    return place


# -- folders and tag files ------------------------------------------------------------------------


def test_a_folder_without_images_says_what_was_looked_for(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "notes.txt").write_text("no picture", encoding="utf-8")
    said = command("import", folder)
    assert said.returncode == 1
    assert f"There are no images in {folder} (looked for" in said.stderr
    assert "Traceback" not in said.stderr


def test_captions_in_latin_1_are_taken_with_a_note(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    for number, text in enumerate(("caf\u00e9, \u00fcber", "cat, dog")):
        draw(folder / f"{number}.png", number)
        (folder / f"{number}.txt").write_bytes(text.encode("latin-1"))
    changes, notes = imported(tmp_path / "workspace", folder)
    assert changes.summary["tags"] == 4
    (note,) = [text for text in notes if "Latin-1" in text]
    assert str(folder / "0.txt") in note
    assert "save them as UTF-8 and import again" in note
    with Library.open(tmp_path / "workspace") as library:
        assert {"caf\u00e9", "\u00fcber"} <= set(library.vocabulary().by_name)


def test_images_that_only_the_tag_file_names_are_counted_and_named(
    folder: Path, tmp_path: Path
) -> None:
    with (folder / "tags.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"lost/{number}.png,cat\n" for number in range(5))
    changes, notes = imported(tmp_path / "workspace", folder)
    assert (changes.summary["named_but_missing"], changes.summary["new"]) == (5, 3)
    (note,) = [text for text in notes if "are not in the folder" in text]
    assert "5 images are named in the metadata" in note
    assert "lost/0.png" in note
    assert "and 2 more" in note


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tags.csv", b"path;tags\na.png;cat\n", "needs a first line 'relative_path,tags'"),
        ("tags.csv", b"", "it has nothing"),
    ],
)
def test_a_broken_tag_file_is_named_and_nothing_is_taken(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "images"
    draw(folder / "1.png", 1)
    (folder / name).write_bytes(content)
    with pytest.raises(SourceError, match=said) as error:
        imported(tmp_path / "workspace", folder)
    assert str(folder / name) in str(error.value)
    with Library.open(tmp_path / "workspace") as library:
        assert library.images.counts() == {"ok": 0, "gone": 0, "set aside": 0}


def test_a_broken_line_of_a_dump_is_left_out_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "1.png", 1)
    lines = b'{"id": 1, "tag_string": "cat"}\n{"id": 2, "tag_str\n'
    (folder / "posts.jsonl").write_bytes(lines)
    changes, notes = imported(tmp_path / "workspace", folder)
    assert (changes.summary["images"], changes.summary["tags"]) == (1, 1)
    assert any("1 lines are not posts" in note and "line 2" in note for note in notes)


def test_a_tag_file_that_breaks_later_leaves_the_collection_as_it_was(
    workspace: Path, folder: Path
) -> None:
    with Library.open(workspace) as library:
        before = list(library.images.rows())
    (folder / "tags.csv").write_bytes(b"broken")
    with pytest.raises(SourceError, match=r"tags\.csv needs a first line"):
        imported(workspace, folder)
    with Library.open(workspace) as library:
        assert list(library.images.rows()) == before


def test_a_row_without_tags_or_with_too_many_columns_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    for number, name in enumerate("abc"):
        draw(folder / f"{name}.png", number)
    text = 'relative_path,tags\na.png\nb.png,"cat dog",more,columns\n\nc.png,bird\n'
    (folder / "tags.csv").write_text(text, encoding="utf-8")
    imported(tmp_path / "workspace", folder)
    with Library.open(tmp_path / "workspace") as library:
        names = library.vocabulary().tags
        tags = [{names[tag].name for tag in row} for _, row in library.images.rows()]
    assert tags == [set(), {"cat", "dog"}, {"bird"}]


def test_metadata_of_an_unknown_kind_are_named_and_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "5.png", 5)
    line = '{"colour": "red", "places": [1, 2]}\n'
    (folder / "posts.jsonl").write_text(line, encoding="utf-8")
    changes, notes = imported(tmp_path / "workspace", folder)
    assert changes.summary["source"] == "untagged"
    assert any("not read" in note and "posts.jsonl" in note for note in notes)


# -- places that cannot be written -----------------------------------------------------------------


def test_a_read_only_folder_of_images_is_imported_like_any_other(
    folder: Path, tmp_path: Path
) -> None:
    with read_only(folder):
        changes, _ = imported(tmp_path / "workspace", folder)
        again, _ = imported(tmp_path / "workspace", folder)
    assert (changes.summary["new"], again.summary["unchanged"]) == (3, 3)


@pytest.mark.parametrize("words", [["status"], ["import"], ["rank"]])
def test_a_read_only_workspace_is_named(words: list[str], workspace: Path, folder: Path) -> None:
    with read_only(workspace):
        said = command(*words, folder, "--workspace", workspace)
    assert said.returncode == 1
    assert str(workspace) in said.stderr
    assert "Traceback" not in said.stderr
    assert said.stderr.count("\n") == 1


# -- a full disk -----------------------------------------------------------------------------------


def test_an_import_on_a_full_disk_goes_on_when_there_is_space(
    tmp_path: Path, small_disk: Path
) -> None:
    folder = tmp_path / "many"
    for number in range(400):
        draw(folder / f"{number:04}.png", number)
        words = (f"{number:04}_{word}_of_a_long_tag_name" for word in range(25))
        (folder / f"{number:04}.txt").write_text(", ".join(words), encoding="utf-8")
    place = small_disk / "workspace"
    with pytest.raises(StoreFullError, match="is full") as error:
        imported(place, folder)
    assert "free some space and go on" in str(error.value)
    subprocess.run(["mount", "-o", f"remount,size={64 * MIB}", str(small_disk)], check=True)
    changes, _ = imported(place, folder)
    assert changes.summary["images"] == 400
    with Library.open(place) as library:
        assert library.images.counts()["ok"] == 400
        assert sum(len(tags) for _, tags in library.images.rows()) == 400 * 25


def test_a_collection_cannot_begin_on_a_full_disk(folder: Path, small_disk: Path) -> None:
    filling = fill(small_disk)
    said = command("import", folder, "--workspace", small_disk / "workspace")
    assert said.returncode == 1
    assert "is full" in said.stderr
    assert "Traceback" not in said.stderr
    filling.unlink()
    assert imported(small_disk / "workspace", folder)[0].summary["new"] == 3


def test_no_answer_is_taken_for_stored_when_the_disk_is_full(
    folder: Path, small_disk: Path
) -> None:
    place = small_disk / "workspace"
    imported(place, folder)
    with Library.open(place) as library:
        library.rankings.save(ranking_of(library))
        session = session_of(library)
        given = [stored for _ in range(2) for stored in session.answer(Answer.YES)]
        filling = fill(small_disk)
        asked = session.current
        with pytest.raises(StoreFullError, match="is full"):
            session.answer(Answer.NO)
        assert session.current == asked
        assert list(library.decisions.log()) == given
        with pytest.raises(StoreFullError):
            session.answer(Answer.YES)
        with pytest.raises(StoreFullError):
            session.undo()
        assert list(library.decisions.log()) == given
        filling.unlink()
        (stored,) = session.answer(Answer.YES)
        assert asked is not None
        assert stored.pair == asked.pair
        assert session.current != asked
    with Library.open(place) as library:
        assert list(library.decisions.log()) == [*given, stored]
        assert library.decisions.undo_last("me") == [stored]


def test_a_scan_on_a_full_disk_keeps_the_images_before(folder: Path, small_disk: Path) -> None:
    place = small_disk / "workspace"
    imported(place, folder)
    chance = np.random.default_rng(1)
    batch, n_tags, width = 64, 20, 256
    rows = np.zeros(batch, ROW)
    embeddings = chance.normal(size=(batch, width)).astype(np.float16)
    logits = chance.uniform(-12, 12, (batch, n_tags)).astype(np.float32)
    with Library.open(place) as library:
        scan = library.begin_scan(ScanShape("v1", tuple(range(n_tags)), width))
        rows["image"] = np.arange(batch)
        scan.append(rows, embeddings, logits)
        filling = fill(small_disk, leave=20 * 1024)
        with pytest.raises(StoreFullError, match="is full"):
            scan.append(rows, embeddings, logits)
        assert len(scan) == batch
        assert np.array_equal(scan.embeddings(), embeddings)
        assert np.abs(scan.tag_logits(3) - logits[:, 3]).max() <= 0.051
        filling.unlink()
        rows["image"] += batch
        scan.append(rows, embeddings, logits)
        assert scan.rows()["image"].tolist() == list(range(2 * batch))
        assert np.array_equal(scan.embeddings(), np.vstack([embeddings, embeddings]))


def test_a_ranking_on_a_full_disk_leaves_the_one_before(folder: Path, small_disk: Path) -> None:
    place = small_disk / "workspace"
    imported(place, folder)
    with Library.open(place) as library:
        ranking = ranking_of(library)
        stamp = library.rankings.save(ranking)
        kept = sorted(entry.name for entry in (place / "rankings").iterdir())
        filling = fill(small_disk)
        with pytest.raises(StoreFullError, match="is full"):
            library.rankings.save(ranking)
        assert library.rankings.stamp() == stamp
        assert np.array_equal(library.rankings.load().images, ranking.images)
        assert sorted(entry.name for entry in (place / "rankings").iterdir()) == kept
        filling.unlink()
        assert library.rankings.save(ranking) == stamp + 1


# -- the database ----------------------------------------------------------------------------------


def test_a_collection_of_a_newer_version_is_refused_and_left_alone(workspace: Path) -> None:
    path = workspace / "collection.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('collection', '9999_of_the_future', '2031-01-01')"
    )
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NewerStoreError, match="Install that version"):
        Library.open(workspace)
    said = command("status", "--workspace", workspace)
    assert said.returncode == 1
    assert "newer version of Tag Reviewer" in said.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database, but it is long enough" * 100, b"S"])
def test_a_file_that_is_no_database_is_named(content: bytes, workspace: Path) -> None:
    path = workspace / "collection.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is not a readable collection") as error:
        Library.open(workspace)
    assert str(path) in str(error.value)
    assert "Put a copy of your own in its place" in str(error.value)
    (workspace / "backups").mkdir()
    (workspace / "backups" / "collection-1.db").touch()
    with pytest.raises(StoreError, match="Copies are in"):
        Library.open(workspace)
    assert path.read_bytes() == content


def test_the_file_alone_holds_everything_once_it_is_closed(workspace: Path) -> None:
    with Library.open(workspace) as library:
        session_of(library).answer(Answer.YES)
        log = list(library.decisions.log())
    copied = workspace.with_name("copied")
    copied.mkdir()
    (copied / "collection.db").write_bytes((workspace / "collection.db").read_bytes())
    with Library.open(copied) as library:
        assert list(library.decisions.log()) == log
        assert len(log) == 1


def test_a_collection_without_anything_in_it_is_no_collection(workspace: Path) -> None:
    (workspace / "collection.db").write_bytes(b"")
    said = command("status", "--workspace", workspace)
    assert said.returncode == 2
    assert f"The collection in {workspace} is empty" in said.stderr


def test_damage_in_the_middle_of_the_rows_is_told_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(200):
        draw(folder / f"{number:04}.png", number, (4, 3))
        words = (f"tag_{number}_{each}" for each in range(20))
        (folder / f"{number:04}.txt").write_text(", ".join(words), encoding="utf-8")
    imported(tmp_path / "workspace", folder)
    path = tmp_path / "workspace" / "collection.db"
    content = bytearray(path.read_bytes())
    for page in range(0, len(content), PAGE):
        if b"0150.png" in content[page : page + PAGE]:
            content[page : page + 100] = b"\xa5" * 100
    path.write_bytes(content)
    with Library.open(tmp_path / "workspace") as library:
        rows = iter(library.images.packed_tags())
        assert next(rows)[0] == 1
        with pytest.raises(StoreError, match="is not a readable collection"):
            list(rows)
    said = command("stats", folder, "--workspace", tmp_path / "workspace")
    assert said.returncode == 1
    assert "Traceback" not in said.stderr


def test_a_database_that_is_damaged_inside_says_so(workspace: Path, folder: Path) -> None:
    path = workspace / "collection.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    said = command("--json", "status", folder, "--workspace", workspace)
    assert said.returncode == 1
    assert "is not a readable collection" in said.stdout
    assert "Traceback" not in said.stderr


def test_a_second_window_and_a_second_job_are_refused(workspace: Path, folder: Path) -> None:
    with (
        Library.open(workspace) as library,
        library.workspace.held("review"),
        library.workspace.held("jobs"),
    ):
        session = session_of(library)
        (given,) = session.answer(Answer.YES)
        said = command("import", folder, "--workspace", workspace)
        assert said.returncode == 3
        assert "being worked on by another job" in said.stderr
        window = command("review", "--workspace", workspace)
        assert window.returncode == 3
        assert "open in another window" in window.stderr
        with (
            Library.open(workspace) as second,
            pytest.raises(StoreBusyError, match="open in another window"),
            second.workspace.held("review"),
        ):
            pass
        assert session.answer(Answer.NO)[0].id == given.id + 1


# -- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reviewer = [", "cannot be read"),
        ("window = 5", "value that cannot be used"),
        ("refresh_every = 'often'", "refresh_every must be a whole number"),
        ("recent = [{name = 'x'}]", "value that cannot be used"),
        ("recent = ['x']", "value that cannot be used"),
    ],
)
def test_broken_settings_are_named_and_left_for_their_owner(text: str, said: str) -> None:
    path = settings_files.settings_file()
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=said) as error:
        settings_files.load()
    assert str(path) in str(error.value)
    assert "Mend the file or delete it" in str(error.value)
    ended = command("status")
    assert ended.returncode == 1
    assert str(path) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert path.read_text(encoding="utf-8") == text
