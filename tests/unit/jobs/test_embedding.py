"""Corrections written into image files by a real exiftool, and taken back."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.embedded import corrected_lists, embed, staged
from reviewer.jobs.exports.exiftool import find_exiftool, read_lists, write_copy
from reviewer.jobs.imports.importing import import_folder
from reviewer.sources.embedded import embedded_tags
from reviewer.sources.text import name_key
from reviewer.store.library import Library
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_exiftool = pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="exiftool is not installed on this machine"
)

WORDS = ["blue hair", "fate_(series)", "^_^", "初音ミク", "a,b", "x" * 60]
KEYS = {name_key(word) for word in WORDS}


def make(path: Path, *arguments: str) -> None:
    """Draws a picture and puts tags into it."""
    Image.radial_gradient("L").convert("RGB").resize((40, 30)).save(path)
    command = ["exiftool", "-q", "-m", "-overwrite_original", *arguments, str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def listed(name: str, words: list[str] = WORDS) -> list[str]:
    return [f"-{name}={word}" for word in words]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures with tags in every place for them. Copy it before changing it."""
    place = tmp_path_factory.mktemp("made") / "images"
    place.mkdir()
    for suffix in ("jpg", "png", "webp"):
        make(place / f"xmp.{suffix}", *listed("XMP-dc:Subject"))
    iptc = ["-codedcharacterset=utf8", "-charset", "iptc=utf8", *listed("IPTC:Keywords")]
    make(place / "iptc.jpg", *iptc)
    make(place / "exif.jpg", f"-XPKeywords={';'.join(WORDS)}")
    trees = [f"-XMP-digiKam:TagsList=Things/{word}" for word in WORDS[:2]]
    make(place / "both.jpg", *listed("XMP-dc:Subject", WORDS[:2]), *trees)
    return place


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "images")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent(), source_name="embedded")
        yield opened


def answer(library: Library, tag: str, given: Answer, most: int | None = None) -> None:
    """The same answer on every image, or on a few."""
    number = library.tags.add({tag: None})[tag]
    rows = []
    for image_id, _, _ in library.images.askable()[:most]:
        side = Side(int(number in library.images.original_tags(image_id)))
        rows.append(Decision(image_id, number, given, side, 0.5, 0.5, "v1", "me", 1))
    library.decisions.append(rows)


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        return picture.tobytes()


@needs_exiftool
def test_every_place_for_tags_is_corrected_and_put_back(library: Library, folder: Path) -> None:
    assert all(embedded_tags(path) >= KEYS for path in folder.iterdir() if path.stem != "both")
    answer(library, "blue_hair", Answer.NO)
    answer(library, "long_hair", Answer.YES)
    before = digests(folder)
    seen = {path.name: pixels(path) for path in folder.iterdir()}
    had = {path.name: embedded_tags(path) for path in folder.iterdir()}
    with staged(library, Silent()) as ready:
        assert ready.left_out == []
        assert len(ready.edits) == len(before)
        # Nothing is written before it is asked for.
        assert digests(folder) == before
        summary = embed(library, Silent(), ready).summary
    assert (summary["files"], summary["left_out"]) == (len(before), 0)
    for path in folder.iterdir():
        assert embedded_tags(path) == had[path.name] - {"blue_hair"} | {"long_hair"}
        assert pixels(path) == seen[path.name]
        assert digests(folder)[path.name] != before[path.name]
    assert not (library.workspace.cache / "embed").exists()
    imported = import_folder(library, Silent()).summary
    assert (imported["new"], imported["gone"], imported["changed"]) == (0, 0, len(before))
    with staged(library, Silent()) as again:
        assert again.edits == []
    assert write_back.undo(library, Silent()).summary["restored"] == len(before)
    assert digests(folder) == before


@needs_exiftool
def test_a_list_that_was_there_is_kept_in_its_own_words(library: Library, folder: Path) -> None:
    answer(library, "blue_hair", Answer.NO)
    answer(library, "long_hair", Answer.YES)
    with staged(library, Silent()) as ready:
        embed(library, Silent(), ready)
    program = find_exiftool()
    assert read_lists(program, folder / "both.jpg") == {
        "XMP-dc:Subject": ["fate_(series)", "long hair"],
        "XMP-digiKam:TagsList": ["Things/fate_(series)", "long hair"],
    }
    assert set(read_lists(program, folder / "iptc.jpg")) == {"IPTC:Keywords"}
    assert set(read_lists(program, folder / "exif.jpg")) == {"IFD0:XPKeywords"}


@needs_exiftool
def test_what_cannot_be_written_whole_is_left_out(library: Library, folder: Path) -> None:
    long = "y" * 90
    answer(library, long, Answer.YES)
    answer(library, "a;b", Answer.YES)
    with staged(library, Silent()) as ready:
        reasons = dict(ready.left_out)
    # A semicolon would be two tags in EXIF.
    assert set(reasons) == {"exif.jpg"}
    assert "cannot be written there as it is" in reasons["exif.jpg"]
    assert len(ready.edits) == 5
    broken = folder / "xmp.png"
    broken.write_bytes(broken.read_bytes()[:40])
    with staged(library, Silent()) as ready:
        assert "xmp.png" in dict(ready.left_out)


SPOILS = """
import subprocess, sys
from PIL import Image
words = sys.stdin.buffer.read()
if b"-overwrite_original" in words:
    target = words.decode().splitlines()[-1]
    with Image.open(target) as picture:
        size = picture.size
    Image.new("RGB", size, (200, 0, 0)).save(target)
sys.exit(subprocess.run([sys.argv[1], *sys.argv[2:]], input=words).returncode)
"""
"""An exiftool that writes the tags asked for, but into another picture."""


@needs_exiftool
@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_a_copy_that_shows_another_picture_takes_no_place(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(library, "long_hair", Answer.YES, most=1)
    before = digests(folder)
    (tmp_path / "spoils.py").write_text(SPOILS, encoding="utf-8")
    program = tmp_path / "programs" / "exiftool"
    program.parent.mkdir()
    words = [sys.executable, str(tmp_path / "spoils.py"), find_exiftool()]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with staged(library, Silent()) as ready:
        assert ready.edits == []
        ((_, reason),) = ready.left_out
    assert "would not show the same picture" in reason
    assert digests(folder) == before


@needs_exiftool
def test_a_file_that_changed_meanwhile_stops_all(library: Library, folder: Path) -> None:
    answer(library, "blue_hair", Answer.NO)
    with staged(library, Silent()) as ready:
        make(folder / "xmp.jpg", "-XMP-dc:Subject=other")
        before = digests(folder)
        with pytest.raises(UsageError, match="changed by another program"):
            embed(library, Silent(), ready)
    assert digests(folder) == before


@needs_exiftool
def test_the_command_warns_asks_and_takes_back(library: Library, folder: Path) -> None:
    answer(library, "blue_hair", Answer.NO)
    place = ("--workspace", library.workspace.path)
    before = digests(folder)
    refused = run("embed", *place)
    assert "hashes do not" in refused.err
    assert digests(folder) == before
    done = run("--json", "embed", "--yes", *place)
    assert done.code == 0, done.out
    assert done.events[-1]["summary"]["files"] == len(before)
    assert digests(folder) != before
    assert run("--json", "embed", "--undo", *place).code == 0
    assert digests(folder) == before


def test_other_collections_and_machines_without_it_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "images" / "a.png")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        import_folder(library, Silent())
        library.state.set("source", "embedded")
        _refusals(library, monkeypatch)


def _refusals(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="libimage-exiftool-perl"), staged(library, Silent()):
        pass
    library.state.set("source", "captions")
    with pytest.raises(UsageError, match="export --in-place"), staged(library, Silent()):
        pass


@needs_exiftool
def test_no_tag_is_taken_for_an_argument(tmp_path: Path) -> None:
    make(tmp_path / "a.jpg")
    program = find_exiftool()
    odd = ["-overwrite_original", "#no comment", "$(touch x)", "@file", "a=b", '"q"', "-all="]
    write_copy(program, tmp_path / "a.jpg", tmp_path / "b.jpg", {"XMP-dc:Subject": odd})
    assert read_lists(program, tmp_path / "b.jpg")["XMP-dc:Subject"] == odd
    with pytest.raises(SourceError, match="line break"):
        write_copy(program, tmp_path / "a.jpg", tmp_path / "c.jpg", {"XMP-dc:Subject": ["a\n-b"]})


AWKWARD = ["blue_hair", "^_^", "fate_(series)", "初音", "a,b", ":d", "rating:e", "x" * 170]
tags = st.lists(st.sampled_from(AWKWARD))


@given(tags, tags, tags)
def test_lists_lose_and_gain_what_was_asked_and_nothing_else(
    held: list[str], added: list[str], removed: list[str]
) -> None:
    new = sorted(set(added) - set(removed))
    lists = {"XMP-dc:Subject": [tag.replace("_hair", " hair") for tag in held]}
    found = corrected_lists(lists, new, removed)["XMP-dc:Subject"]
    assert {name_key(item) for item in found} == (set(held) | set(new)) - set(removed)
    kept = [item for item in lists["XMP-dc:Subject"] if name_key(item) not in removed]
    assert found[: len(kept)] == kept


def test_a_name_that_would_be_read_as_a_path_stays_out_of_lists_of_paths() -> None:
    lists = {"XMP-dc:Subject": ["hat"], "XMP-digiKam:TagsList": ["Things/hat"]}
    assert corrected_lists(lists, ["fate/stay_night", "sky"], []) == {
        "XMP-dc:Subject": ["hat", "fate/stay night", "sky"],
        "XMP-digiKam:TagsList": ["Things/hat", "sky"],
    }
