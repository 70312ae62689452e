from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.copies import export
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.jobs.conftest import answer, contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    MakeFolder = Callable[[Mapping[str, str]], Path]

CAPTIONS = {
    "a": "1girl, solo, blue hair\n",
    "b": "1girl, solo,",
    "c": "\ufeffsolo, 1girl\r\n",
}


@pytest.fixture
def captioned(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "images"
    for number, (name, text) in enumerate(CAPTIONS.items()):
        draw(folder / f"{name}.png", number)
        (folder / f"{name}.txt").write_bytes(text.encode())
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        yield library


def correct(library: Library) -> None:
    answer(library, "a.png", "solo", Answer.NO)
    answer(library, "a.png", "cat_ears", Answer.YES)
    answer(library, "b.png", "hat", Answer.NO)
    answer(library, "c.png", "hat", Answer.UNSURE)


def test_corrected_captions_go_to_a_folder_of_their_own(captioned: Library, tmp_path: Path) -> None:
    correct(captioned)
    before = contents(captioned.folder)
    export(captioned, Silent(), tmp_path / "out", ["captions"])
    written = contents(tmp_path / "out" / "captions")
    assert written["a.txt"] == b"1girl, blue hair, cat ears\n"
    assert written["b.txt"] == CAPTIONS["b"].encode()
    assert written["c.txt"] == CAPTIONS["c"].encode()
    assert contents(captioned.folder) == before


def test_corrections_hold_every_answer_with_the_negative_ones(
    captioned: Library, tmp_path: Path
) -> None:
    correct(captioned)
    export(captioned, Silent(), tmp_path / "out", ["corrections"])
    with (tmp_path / "out" / "corrections.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["image"], r["tag"], r["answer"], r["original"], r["changed"]) for r in rows] == [
        ("a.png", "solo", "no", "present", "True"),
        ("a.png", "cat_ears", "yes", "absent", "True"),
        ("b.png", "hat", "no", "absent", "False"),
        ("c.png", "hat", "unsure", "absent", "False"),
    ]
    first = json.loads((tmp_path / "out" / "corrections.jsonl").read_text().splitlines()[0])
    assert (first["reviewer"], first["version"], first["score"]) == ("me", "v1", 0.75)
    assert first["answered_at"] == "2023-11-14T22:13:20.000+00:00"


def test_a_table_and_lines_of_all_images(captioned: Library, tmp_path: Path) -> None:
    correct(captioned)
    export(captioned, Silent(), tmp_path / "out", ["tags.csv", "jsonl"])
    with (tmp_path / "out" / "tags.csv").open(newline="") as file:
        assert {r["relative_path"]: r["tags"] for r in csv.DictReader(file)}["a.png"] == (
            "1girl blue_hair cat_ears"
        )
    lines = (tmp_path / "out" / "posts.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == {"path": "a.png", "tags": ["1girl", "blue_hair", "cat_ears"]}


def test_lines_of_a_dump_keep_their_shape(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "0001" / "1001.png", 1)
    post = {"id": 1001, "tag_string": "solo hat", "rating": "s", "extra": [1, 2]}
    (folder / "metadata").mkdir()
    (folder / "metadata" / "posts.json").write_text(json.dumps(post) + "\n")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        answer(library, "0001/1001.png", "hat", Answer.NO)
        answer(library, "0001/1001.png", "rating:explicit", Answer.YES)
        export(library, Silent(), tmp_path / "out", ["jsonl"])
    (line,) = (tmp_path / "out" / "posts.jsonl").read_text().splitlines()
    assert json.loads(line) == post | {"tag_string": "solo", "rating": "e"}


def test_the_folder_of_the_images_is_refused(captioned: Library) -> None:
    with pytest.raises(UsageError, match="inside the folder of the images"):
        export(captioned, Silent(), captioned.folder / "out", ["captions"])


def test_writing_back_shows_writes_and_undoes(captioned: Library) -> None:
    before = contents(captioned.folder)
    assert write_back.plan(captioned) == []
    correct(captioned)
    (edit,) = write_back.plan(captioned)
    assert edit.path.name == "a.txt"
    assert "+1girl, blue hair, cat ears" in write_back.diff(edit)
    assert contents(captioned.folder) == before
    write_back.apply(captioned, Silent(), [edit])
    assert (captioned.folder / "a.txt").read_bytes() == b"1girl, blue hair, cat ears\n"
    assert contents(captioned.folder) | {"a.txt": before["a.txt"]} == before
    assert write_back.undo(captioned, Silent()).summary == {"restored": 1, "left_alone": 0}
    assert contents(captioned.folder) == before
    with pytest.raises(UsageError, match="no write-back to undo"):
        write_back.undo(captioned, Silent())


def test_undo_leaves_alone_what_was_changed_since(captioned: Library) -> None:
    correct(captioned)
    write_back.apply(captioned, Silent(), write_back.plan(captioned))
    (captioned.folder / "a.txt").write_text("mine")
    assert write_back.undo(captioned, Silent()).summary == {"restored": 0, "left_alone": 1}
    assert (captioned.folder / "a.txt").read_text() == "mine"


def test_an_undo_that_was_cut_off_is_finished(captioned: Library) -> None:
    before = contents(captioned.folder)
    correct(captioned)
    answer(captioned, "b.png", "solo", Answer.NO)
    write_back.apply(captioned, Silent(), write_back.plan(captioned))
    (captioned.folder / "a.txt").write_bytes(before["a.txt"])
    assert write_back.undo(captioned, Silent()).summary == {"restored": 1, "left_alone": 0}
    assert contents(captioned.folder) == before


def test_a_file_that_changed_since_the_diff_is_not_written(captioned: Library) -> None:
    correct(captioned)
    edits = write_back.plan(captioned)
    (captioned.folder / "a.txt").write_text("someone else was here")
    with pytest.raises(UsageError, match="changed by another program"):
        write_back.apply(captioned, Silent(), edits)
    assert (captioned.folder / "a.txt").read_text() == "someone else was here"


def test_a_table_is_written_back_row_by_row(make_folder: MakeFolder, tmp_path: Path) -> None:
    folder = make_folder({"a, 1.png": "solo hat", "b.png": "zebra ant", "c.png": ""})
    before = (folder / "tags.csv").read_bytes()
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        answer(library, "a, 1.png", "hat", Answer.NO)
        answer(library, "a, 1.png", "cat", Answer.YES)
        write_back.apply(library, Silent(), write_back.plan(library))
        assert (folder / "tags.csv").read_bytes() == before.replace(b"solo hat", b"solo cat")
        write_back.undo(library, Silent())
    assert (folder / "tags.csv").read_bytes() == before


def test_a_table_with_commas_between_tags_stays_one(tmp_path: Path) -> None:
    draw(tmp_path / "set" / "a.png", 1)
    draw(tmp_path / "set" / "b.png", 2)
    table = tmp_path / "set" / "tags.csv"
    before = 'relative_path,tags\na.png,"long hair, red hat"\nb.png,"blue sky, tree"\n'
    table.write_text(before, encoding="utf-8")
    with Library.create(tmp_path / "workspace", tmp_path / "set") as library:
        import_folder(library, Silent())
        names = {"long_hair", "red_hat", "blue_sky", "tree"}
        assert {tag.name for tag in library.vocabulary().tags.values()} == names
        answer(library, "a.png", "red_hat", Answer.NO)
        answer(library, "b.png", "long_hair", Answer.YES)
        write_back.apply(library, Silent(), write_back.plan(library))
        after = before.replace(", red hat", "").replace("tree", "tree, long hair")
        assert table.read_text(encoding="utf-8") == after.replace('"long hair"', "long hair")


def test_what_was_written_on_a_drive_that_is_away_can_be_undone_later(captioned: Library) -> None:
    before = contents(captioned.folder)
    correct(captioned)
    write_back.apply(captioned, Silent(), write_back.plan(captioned))
    away = captioned.folder.with_name("away")
    captioned.folder.rename(away)
    with pytest.raises(UsageError, match="are not where they were"):
        write_back.undo(captioned, Silent())
    away.rename(captioned.folder)
    assert write_back.undo(captioned, Silent()).summary["restored"] == 1
    assert contents(captioned.folder) == before


def test_the_last_write_back_is_undone_also_where_the_clock_was_set_back(
    captioned: Library,
) -> None:
    before = contents(captioned.folder)
    backups = captioned.workspace.backups
    correct(captioned)
    write_back.apply(captioned, Silent(), write_back.plan(captioned))
    # As if that had been in a year that the clock has gone back from since.
    (first,) = backups.glob("write-back-*")
    first.rename(backups / "write-back-20990101-120000-000000")
    between = contents(captioned.folder)
    answer(captioned, "b.png", "hat", Answer.YES)
    for _ in range(2):
        write_back.apply(captioned, Silent(), write_back.plan(captioned))
        assert write_back.undo(captioned, Silent()).summary == {"restored": 1, "left_alone": 0}
        assert contents(captioned.folder) == between
    assert write_back.undo(captioned, Silent()).summary == {"restored": 1, "left_alone": 0}
    assert contents(captioned.folder) == before
