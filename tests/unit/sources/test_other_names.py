"""Folders whose files and tables name things as Windows and macOS do: each image is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.copies import export
from reviewer.jobs.imports.importing import import_folder
from reviewer.sources.beside import beside
from reviewer.sources.captions import CaptionFiles
from reviewer.sources.folder import find_images
from reviewer.sources.text import decoded, name_key, tag_key
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.conftest import draw
from tests.unit.jobs.conftest import answer

if TYPE_CHECKING:
    from pathlib import Path

ACCENT = "e\u0301"
"""`é` as macOS has it in names: a letter and an accent."""


def pictures(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        draw(folder / name, number)


def read(folder: Path) -> dict[str, list[str]]:
    """The original tags of every image after an import, by path."""
    with Library.create(folder.with_name("workspace"), folder) as library:
        import_folder(library, Silent())
        vocabulary = library.vocabulary()
        return {
            image.path: sorted(vocabulary.name(tag) for tag in tags)
            for image, tags in library.images.rows()
        }


def test_sidecars_in_another_case_or_composition_are_their_images(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    pictures(folder, "A.PNG", "b.png", f"{ACCENT}.png", "d.png")
    (folder / "a.txt").write_text("cat")
    (folder / "b.TXT").write_text("dog")
    (folder / "é.txt").write_text("hat")
    assert read(folder) == {
        "A.PNG": ["cat"],
        "b.png": ["dog"],
        f"{ACCENT}.png": ["hat"],
        "d.png": [],
    }
    files = CaptionFiles()
    images = find_images(folder)
    assert {name: files.of(path) for name, path in images.items()} == {
        name: dict(beside(images, (".txt", ".caption"))).get(name) for name in images
    }


def test_a_sidecar_that_is_another_images_own_is_not_taken(tmp_path: Path) -> None:
    pictures(tmp_path, "a.png", "A.jpg", "B.png", "b.jpg")
    for name in ("a.txt", "B.TXT"):
        (tmp_path / name).write_text("cat")
    found = dict(beside(find_images(tmp_path), (".txt",)))
    # `B.TXT` may be either's.
    assert {name: path.name for name, path in found.items()} == {"a.png": "a.txt"}


def test_a_correction_goes_into_the_file_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    pictures(folder, "A.PNG", f"{ACCENT}.png")
    (folder / "a.txt").write_text("cat, hat\n")
    (folder / "é.txt").write_text("cat, bow\n")
    before = sorted(path.name for path in folder.iterdir())
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        answer(library, "A.PNG", "hat", Answer.NO)
        answer(library, f"{ACCENT}.png", "ribbon", Answer.YES)
        write_back.apply(library, Silent(), write_back.plan(library))
    assert sorted(path.name for path in folder.iterdir()) == before
    assert (folder / "a.txt").read_text() == "cat\n"
    assert (folder / "é.txt").read_text() == "cat, bow, ribbon\n"


@pytest.mark.parametrize("kind", ["tags.csv", "list.csv", "meta.json"])
def test_a_table_that_was_written_elsewhere_names_the_images(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "images"
    pictures(folder, "In/A.png", f"{ACCENT}.png")
    rows = {"in\\a.PNG": "cat", "é.png": "hat"}
    head = "relative_path,tags" if kind == "tags.csv" else "file_name,text"
    text = "\n".join([head, *(f"{name},{tag}" for name, tag in rows.items())])
    if kind == "meta.json":
        text = json.dumps([{"file": name, "tags": [tag]} for name, tag in rows.items()])
    (folder / kind).write_text(text, encoding="utf-8")
    assert read(folder) == {"In/A.png": ["cat"], f"{ACCENT}.png": ["hat"]}


def test_a_tag_is_one_however_its_accents_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    pictures(folder, "a.png", "b.png")
    (folder / "a.txt").write_text(f"caf{ACCENT}, 1girl", encoding="utf-8")
    (folder / "b.txt").write_text("café, 1girl", encoding="utf-8")
    assert read(folder) == {"a.png": ["1girl", "café"], "b.png": ["1girl", "café"]}
    with Library.open(tmp_path / "workspace") as library:
        for name in ("a.png", "b.png"):
            answer(library, name, "café", Answer.NO)
        write_back.apply(library, Silent(), write_back.plan(library))
    assert {(folder / f"{n}.txt").read_text(encoding="utf-8") for n in "ab"} == {"1girl"}


def test_what_is_not_seen_makes_no_other_tag() -> None:
    for key in (tag_key, name_key):
        assert key("\ufefflong hair") == key("long\u200b hair ") == "long_hair"
        assert key("cat\u202e") == key("\x00cat") == "cat"
        # Signs that are not printed hold this emoji together.
        assert key("👩\u200d🎤") == "👩\u200d🎤"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_captions_of_windows_in_16_bits_are_read_and_corrected_as_they_are(
    tmp_path: Path, encoding: str
) -> None:
    folder = tmp_path / "images"
    pictures(folder, "a.png", "b.png")
    for name, text in {"a": "1girl, blue hair, 初音ミク\r\n", "b": "1girl, hat\r\n"}.items():
        (folder / f"{name}.txt").write_bytes(f"\ufeff{text}".encode(encoding))
    assert read(folder)["a.png"] == ["1girl", "blue_hair", "初音ミク"]
    with Library.open(tmp_path / "workspace") as library:
        answer(library, "a.png", "blue_hair", Answer.NO)
        answer(library, "a.png", "帽子", Answer.YES)
        edits = write_back.plan(library)
        assert "+1girl, 初音ミク, 帽子" in write_back.diff(edits[0])
        write_back.apply(library, Silent(), edits)
        export(library, Silent(), tmp_path / "out", ["captions"])
    written = (folder / "a.txt").read_bytes()
    assert written == "\ufeff1girl, 初音ミク, 帽子\r\n".encode(encoding)
    assert (tmp_path / "out" / "captions" / "a.txt").read_bytes() == written
    # Half a sign at the end is no UTF-16.
    assert decoded(b"\xff\xfea\x00b").encoding == "latin-1"


def test_a_folder_that_a_link_leads_to_is_the_same_collection(tmp_path: Path) -> None:
    """As a folder that is opened in another case is on macOS: both names lead to one place."""
    folder = tmp_path / "images"
    pictures(folder, "a.png")
    with Library.create(workspace_for(folder), folder) as library:
        import_folder(library, Silent())
    place = workspace_for(folder)
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    folder.symlink_to(moved, target_is_directory=True)
    assert workspace_for(moved) == place
    with Library.open(place, folder=moved) as library:
        assert import_folder(library, Silent()).summary["unchanged"] == 1
        # Nor is it another place to export to.
        for inside in (moved, folder):
            with pytest.raises(UsageError, match="inside the folder of the images"):
                export(library, Silent(), inside / "out", ["tags.csv"])


def test_a_folder_that_was_copied_with_names_composed_otherwise_is_known(tmp_path: Path) -> None:
    folder, moved = tmp_path / "images", tmp_path / "moved"
    pictures(folder, "é.png", "ö.png")
    with Library.create(workspace_for(folder), folder) as library:
        import_folder(library, Silent())
    place = workspace_for(folder)
    moved.mkdir()
    for old, new in (("é.png", f"{ACCENT}.png"), ("ö.png", "o\u0308.png")):
        (folder / old).rename(moved / new)
    folder.rmdir()
    assert workspace_for(moved) == place
    with Library.open(place) as library:
        summary = import_folder(library, Silent()).summary
        assert (summary["moved"], summary["new"], summary["gone"]) == (2, 0, 0)
