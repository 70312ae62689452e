"""Folders that were scraped together by strangers: nothing in them stops, steers or fills a run."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from reviewer.core.errors import SourceError
from reviewer.jobs.exports.exiftool import read_lists
from reviewer.jobs.imports.image_files import LARGEST
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.merging import read_log
from reviewer.jobs.vetting import Choice, choose_vetted
from reviewer.pictures import look, open_picture
from reviewer.sources.base import Reading
from reviewer.sources.definitions import read_definitions
from reviewer.sources.embedded import embedded_tags
from reviewer.sources.folder import find_images
from reviewer.sources.left_out import LeftOut
from reviewer.sources.post import read_post
from reviewer.sources.sqlite_dump import SqliteDump
from reviewer.sources.table_entries import entries_of
from reviewer.sources.tag_list import read_tag_lists
from reviewer.sources.text import LARGEST_BESIDE
from reviewer.store.library import Library
from tests.conftest import Heard, draw

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.types import ChangeSet

unix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images without metadata."""
    place = tmp_path / "images"
    draw(place / "a.png", 1)
    draw(place / "b.png", 2)
    return place


def imported(folder: Path) -> tuple[ChangeSet, list[str]]:
    """What an import changed, and what it said."""
    heard = Heard()
    with Library.create(folder.with_name("workspace"), folder) as library:
        return import_folder(library, heard), heard.notes


def problems(folder: Path) -> dict[str, str]:
    """Why files were set aside, by path."""
    with Library.open(folder.with_name("workspace")) as library:
        return dict(library.images.problems())


# -- what is no file ------------------------------------------------------------------------------


@unix
def test_pipes_and_devices_are_no_images_and_no_sidecars(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "a.txt")
    (folder / "endless.png").symlink_to("/dev/zero")
    (folder / "b.txt").symlink_to("/dev/zero")
    (folder / "lost.png").symlink_to(folder / "nowhere")
    changes, _ = imported(folder)
    assert (changes.summary["new"], changes.summary["source"]) == (3, "untagged")
    assert set(problems(folder)) == {"lost.png"}


@unix
def test_a_pipe_in_the_place_of_a_known_image_is_not_waited_for(folder: Path) -> None:
    imported(folder)
    (folder / "a.png").unlink()
    os.mkfifo(folder / "a.png")
    changes, _ = imported(folder)
    assert (changes.summary["gone"], changes.summary["unchanged"]) == (1, 1)


def test_links_in_a_circle_end(folder: Path) -> None:
    (folder / "again").symlink_to(folder, target_is_directory=True)
    for name in ("self.png", "self", "self.txt"):
        (folder / name).symlink_to(folder / name)
    (folder / "a.txt").write_text("cat")
    assert set(find_images(folder)) == {"a.png", "b.png", "self.png"}
    assert imported(folder)[0].summary["tag_instances"] == 1
    assert set(problems(folder)) == {"self.png"}


@unix
def test_images_in_a_folder_that_cannot_be_read_now_are_not_gone(folder: Path) -> None:
    """As on a drive that stumbles, where a right was taken, under a path too long for Windows."""
    longest = os.pathconf(folder, "PC_PATH_MAX")
    deep = folder
    while len(str(deep)) < longest - 300:
        deep /= "d" * 100
    for number, place in enumerate((folder, folder, folder, deep), 3):
        draw(place / f"{number}.png", number)
    inside = deep.relative_to(folder).as_posix()
    imported(folder)
    # Now the deepest folder has a path that the system does not take.
    moved = folder.parent.joinpath(*(letter * 100 for letter in "mnop"))
    moved.parent.mkdir(parents=True)
    folder.rename(moved)
    left_out, heard = LeftOut(), Heard()
    assert len(find_images(moved, left_out)) == 5
    assert left_out.hides(f"{inside}/6.png")
    assert not left_out.hides("3.png")
    with Library.open(folder.with_name("workspace"), folder=moved) as library:
        (moved / "3.png").unlink()
        assert import_folder(library, heard).summary["gone"] == 1
    assert any("Folders that cannot be read: 1, for example d" in note for note in heard.notes)
    moved.rename(folder)
    with Library.open(folder.with_name("workspace"), folder=folder) as library:
        assert import_folder(library, Heard()).summary["unchanged"] == 5


def test_a_file_that_is_too_large_for_a_picture_is_not_read(folder: Path) -> None:
    with (folder / "huge.png").open("wb") as file:
        file.truncate(LARGEST + 1)
    imported(folder)
    assert problems(folder) == {
        "huge.png": f"its {LARGEST + 1:,} bytes are more than a picture has"
    }


# -- what is inside -------------------------------------------------------------------------------


def test_no_other_program_is_started_for_what_a_picture_holds(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = f"({ran}) (w) file closefile showpage"
    content = f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n%%EndComments\n{script}\n%%EOF\n"
    path = tmp_path / "a.png"
    path.write_bytes(content.encode())
    # Pillow itself takes it for a picture, and would hand it to Ghostscript.
    with Image.open(path) as picture:
        assert picture.format == "EPS"
    assert look(path.read_bytes()).problem == "it is not an image that can be read"
    with pytest.raises(SourceError, match="not an image that can be read"):
        open_picture(path)
    assert embedded_tags(path) == frozenset()
    assert not ran.exists()


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_a_name_with_line_breaks_is_no_option_of_exiftool(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    draw(tmp_path / "a.png", 1)
    path = tmp_path / "a.png\n-if\nsystem('touch ran')\n.png"
    shutil.copy(tmp_path / "a.png", path)
    before = os.getcwd()  # noqa: PTH109 - where a command would leave its trace
    os.chdir(tmp_path)
    try:
        with pytest.raises(SourceError, match="line break"):
            read_lists("exiftool", path)
    finally:
        os.chdir(before)
    assert not ran.exists()


@pytest.mark.parametrize("behind", [False, True])
def test_keywords_of_a_png_are_found_before_and_behind_its_pixels(
    tmp_path: Path, *, behind: bool
) -> None:
    path = tmp_path / "a.png"
    picture = Image.new("RGB", (40, 30))
    exif = picture.getexif()
    exif[0x9C9E] = "cat;long hair\0".encode("utf-16-le")
    picture.save(path, exif=exif)
    content = path.read_bytes()
    start, end = content.index(b"eXIf") - 4, content.index(b"IDAT") - 4
    if behind:
        last = content.index(b"IEND") - 4
        path.write_bytes(content[:start] + content[end:last] + content[start:end] + content[last:])
    assert embedded_tags(path) == {"cat", "long_hair"}
    path.write_bytes(content[: start + 6])
    assert embedded_tags(path) == frozenset()


# -- metadata -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "xmp"])
def test_a_sidecar_that_is_too_large_becomes_a_note(folder: Path, suffix: str) -> None:
    post = {"category": "danbooru", "id": 2, "tags": ["cat"]}
    (folder / "b.png.json").write_text(json.dumps(post))
    with (folder / f"a.png.{suffix}").open("wb") as file:
        file.truncate(LARGEST_BESIDE + 1)
    changes, notes = imported(folder)
    assert changes.summary["tag_instances"] == 1
    assert any("too large to be about one image" in note for note in notes) == (suffix == "json")


def test_a_caption_that_is_too_large_is_named_and_not_read(folder: Path) -> None:
    with (folder / "a.txt").open("wb") as file:
        file.truncate(LARGEST_BESIDE + 1)
    with pytest.raises(SourceError, match=r"a\.txt is too large to be about one image"):
        imported(folder)


def test_numbers_of_thousands_of_digits_are_none(folder: Path) -> None:
    many = "9" * 5000
    post = {"category": "danbooru", "id": 1, "tags": ["cat"], "parent_id": many, "score": many}
    record = read_post(post).record
    assert record.score is None
    (folder / "a.png.json").write_text(json.dumps(post))
    (folder / "tag_list.csv").write_text(f"cat,0,{many},\ndog,0,{2**63},\nfox,0,7,\n")
    reading = Reading()
    read_tag_lists(folder, reading)
    assert reading.listed == {"cat": 0, "dog": 0, "fox": 7}
    assert imported(folder)[0].summary["tag_instances"] == 1


keys = st.sampled_from(
    ["id", "tags", "tag_string", "tags_artist", "rating", "score", "parent_id", "relationships",
     "file", "file_url", "url", "md5", "sources", "source", "category", "name", "total", "safety",
     "path", "text", "general", "character"]
)  # fmt: skip
odd = st.sampled_from(["9" * 5000, "-", "\x00", "²", "http://[", "\u202e"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(keys, values, max_size=10))
@example({"id": 1, "tags": "cat", "parent_id": "²"})
@example({"id": 1, "tags": ["cat"], "relationships": {"parent_id": 2**70}})
def test_any_json_object_is_read_as_a_post_or_left(post: dict[str, Any]) -> None:
    parsed = read_post(post)
    assert "" not in parsed.record.tags
    assert parsed.record.score is None or abs(parsed.record.score) < 2**62


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table") / "a.json"


@given(st.lists(values, max_size=4) | st.dictionaries(keys, values, max_size=8))
@example({"a.png": {"tags": {"cat": 10**400}}})
def test_any_json_is_read_as_a_table_or_left(table: Path, value: object) -> None:
    table.write_text(json.dumps(value))
    try:
        entries = list(entries_of(table))
    except SourceError:
        return
    assert all(isinstance(entry.file, str) for entry in entries)


@pytest.mark.parametrize(
    "content",
    [b"[" * 200_000, b'{"id": 1, "tags": "\xff\xfe"}', b'{"id": 1, "tags": NaN}', b"\x00"],
)
def test_json_that_is_none_ends_no_import(folder: Path, content: bytes) -> None:
    for name in ("a.png.json", "b.json", "posts.json", "others.jsonl"):
        (folder / name).write_bytes(content)
    assert imported(folder)[0].summary["new"] == 2


@pytest.mark.parametrize("content", [b"[" * 200_000, b'[{"a":' * 100_000, b'{"name": "\xff'])
def test_lists_and_logs_of_strangers_are_refused_by_their_names(
    folder: Path, content: bytes
) -> None:
    imported(folder)
    path = folder.with_name("given.jsonl")
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"given\.jsonl"):
        read_tag_lists(folder, Reading(), [path])
    with pytest.raises(SourceError, match=r"given\.jsonl"):
        read_definitions(path)
    with pytest.raises(SourceError, match=r"given\.jsonl"):
        read_log(path)
    with (
        Library.open(folder.with_name("workspace")) as library,
        pytest.raises(SourceError, match=r"given\.jsonl"),
    ):
        choose_vetted(library, Choice(listed=path))


# -- databases ------------------------------------------------------------------------------------


def test_a_view_that_never_ends_is_no_table_of_posts(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "posts.db")) as file, file:
        file.execute(
            "CREATE VIEW posts AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r)"
            " SELECT id, 'cat' AS tags FROM r"
        )
    assert imported(folder)[0].summary["source"] == "untagged"


def test_a_dump_with_a_log_beside_it_is_read_and_nothing_is_left_there(folder: Path) -> None:
    path = folder / "posts.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        with file:
            file.execute("CREATE TABLE posts (id, tags)")
            file.execute("INSERT INTO posts VALUES ('a', 'cat')")
    before = {path.name for path in folder.iterdir()}
    reading = SqliteDump().read(folder, find_images(folder))
    assert reading.records["a.png"].tags == {"cat"}
    assert {path.name for path in folder.iterdir()} == before


def test_a_downloader_may_be_writing_the_dump(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "posts.db")) as file:
        file.execute("PRAGMA journal_mode = WAL")
        with file:
            file.execute("CREATE TABLE posts (id, tags)")
            file.execute("INSERT INTO posts VALUES ('b', 'dog')")
        # It is in the log alone while the file is open.
        reading = SqliteDump().read(folder, find_images(folder))
    assert reading.records["b.png"].tags == {"dog"}


def test_a_text_that_is_none_ends_no_import_of_a_dump(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "posts.db")) as file, file:
        file.execute("CREATE TABLE posts (id, tags)")
        file.execute("INSERT INTO posts VALUES ('a', CAST(x'6361ff20646f67' AS TEXT))")
    reading = SqliteDump().read(folder, find_images(folder))
    assert reading.records["a.png"].tags == {"ca\ufffd", "dog"}
