"""The collection's own files as a destination, in every format that is corrected in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.types import Answer, Category, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.writing import outbox
from reviewer.jobs.writing.files import plan_files, send_files, undo_files
from reviewer.jobs.writing.places import find_destination, policy_of
from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.sources.test_edit import PACKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POST = {"category": "danbooru", "id": 7, "tags": ["1girl", "blue_hair"], "n": [1, None, "é"]}
FILES = {
    "captions": ("a.txt", "1girl, blue hair\n", "1girl, aqua hair\n"),
    "hydrus": (
        "a.png.txt",
        "1girl\nblue hair\ncreator:someone\n",
        "1girl\ncreator:someone\naqua hair\n",
    ),
    "hydrus json": (
        "a.png.json",
        json.dumps({"metadata": {"tags": ["1girl", "blue hair", "creator:x"], "urls": []}}),
        json.dumps({"metadata": {"tags": ["1girl", "creator:x", "aqua hair"], "urls": []}}),
    ),
    "gallery-dl": (
        "a.png.json",
        json.dumps(POST, indent=4, ensure_ascii=False) + "\n",
        json.dumps(POST | {"tags": ["1girl", "aqua_hair"]}, indent=4, ensure_ascii=False) + "\n",
    ),
    "xmp": ("a.png.xmp", PACKET, None),
    "tags.csv": (
        "tags.csv",
        "relative_path,tags\r\na.png,1girl blue_hair\r\nb.png,blue_hair\r\n",
        "relative_path,tags\r\na.png,1girl aqua_hair\r\nb.png,blue_hair\r\n",
    ),
}


@pytest.fixture(params=list(FILES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def library(tmp_path: Path, kind: str) -> Iterator[Library]:
    folder = tmp_path / "images"
    for number, name in enumerate(("a.png", "b.png")):
        draw(folder / name, number)
    name, text, _ = FILES[kind]
    (folder / name).write_bytes(text.encode())
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        answer(opened, "aqua_hair", Answer.YES)
        answer(opened, "blue_hair", Answer.NO)
        yield opened


def answer(library: Library, tag: str, given: Answer, path: str = "a.png") -> None:
    image_id = library.images.known_files()[path].id
    tag_id = library.tags.add({tag: Category.GENERAL})[tag]
    side = Side(int(tag_id in library.images.original_tags(image_id)))
    row = Decision(image_id, tag_id, given, side, 0.75, 0.5, "v1", "me", 1_700_000_000_000)
    library.decisions.append([row])


def queue(library: Library) -> None:
    place = find_destination(library, "files")
    outbox.keep_drafts(library, plan_files(library))
    outbox.queue(library, place, policy_of(place), outbox.Queueing())


def states(library: Library) -> list[str]:
    return [entry.state.value for entry in library.outbox.all("files")]


def test_the_edit_alone_changes_and_undo_gives_the_same_bytes(library: Library, kind: str) -> None:
    name, before, after = FILES[kind]
    path = library.folder / name
    (edit,) = plan_files(library).edits
    assert (edit.edit.add, edit.edit.remove) == ({"aqua_hair"}, {"blue_hair"})
    assert path.read_bytes() == before.encode()
    queue(library)
    assert send_files(library, Silent()).summary["files"] == 1
    if after is not None:
        assert path.read_bytes() == after.encode()
    assert states(library) == ["done"]
    # What is written is not written again.
    assert plan_files(library).edits == []
    import_folder(library, Silent())
    assert plan_files(library).edits == []
    assert undo_files(library, Silent()).summary == {"restored": 1, "left_alone": 0}
    assert path.read_bytes() == before.encode()
    assert states(library) == ["cancelled"]


def test_a_file_that_changed_since_the_diff_is_a_conflict(library: Library, kind: str) -> None:
    name, before, _ = FILES[kind]
    path = library.folder / name
    queue(library)
    path.write_bytes(before.encode().replace(b"1girl", b"2girls"))
    changed = path.read_bytes()
    send_files(library, Silent())
    assert path.read_bytes() == changed
    assert states(library) == ["conflict"]


def test_a_run_that_was_cut_off_is_finished(
    library: Library, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, before, _ = FILES[kind]
    queue(library)

    # A kill after the file was written and before that was noted leaves the same on disk.
    def apply_and_die(*given: object) -> None:
        write_back_apply(*given)  # type: ignore[arg-type] # handed on as they came
        raise KeyboardInterrupt

    write_back_apply = write_back.apply
    with monkeypatch.context() as patched:
        patched.setattr(write_back, "apply", apply_and_die)
        with pytest.raises(KeyboardInterrupt):
            send_files(library, Silent())
    written = (library.folder / name).read_bytes()
    assert written != before.encode()
    assert states(library) == ["sending"]
    send_files(library, Silent())
    assert (library.folder / name).read_bytes() == written
    assert states(library) == ["done"]
    undo_files(library, Silent())
    assert (library.folder / name).read_bytes() == before.encode()
    assert states(library) == ["cancelled"]


def test_what_cannot_be_kept_byte_for_byte_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "a.png", 1)
    text = '{"category":  "danbooru", "id": 7, "tags": ["1girl", "blue_hair"]}'
    (folder / "a.png.json").write_text(text)
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        answer(library, "blue_hair", Answer.NO)
        plan = plan_files(library)
    assert plan.edits == []
    (skipped,) = plan.skipped
    assert "cannot be kept byte for byte" in skipped.reason
