"""Tables of images and tags as other programs write them, each in its real layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.folder import find_images, others_there, read_folder, source_for

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.sources.base import Reading

LONG, SKY = {"long_hair", "1girl"}, {"sky", "fate_(series)"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images in a folder, one in a folder of its own."""
    for name in ("a.png", "b.jpg", "deep/c.png"):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 12), (200, 90, 40)).save(path)
    return tmp_path / "set"


def read(folder: Path, expected: str = "table") -> Reading:
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == expected
    return read_folder(folder, images, source)


def tags(reading: Reading) -> dict[str, set[str]]:
    return {name: set(record.tags) for name, record in reading.records.items()}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("out.csv", 'filename,tags\na.png,"1girl, long hair"\nb.jpg,"sky, fate \\(series\\)"\n'),
        ("tags.csv", 'File_Name,Text\na.png,"1girl, long hair"\nb.jpg,"sky, fate (series)"\n'),
        ("x.csv", "image,score,tags\n./a.png,1,1girl long_hair\nb.jpg,2,sky fate_(series)\n"),
        ("x.tsv", "path\ttags\nC:\\data\\set\\a.png\t1girl, long hair\nb\tsky, fate (series)\n"),
        ("x.csv", 'a.png,"1girl, long hair"\nb.jpg,"sky, fate (series)"\n'),
    ],
)
def test_rows_are_read_whatever_their_columns_are_called(folder: Path, name: str, text: str):
    (folder / name).write_text(text, encoding="utf-8-sig")
    assert tags(read(folder)) == {"a.png": LONG, "b.jpg": SKY}


@pytest.mark.parametrize(
    "value",
    [
        {"a.png": "1girl, long hair", "b.jpg": "sky, fate (series)"},
        {"a": {"tags": "1girl, long hair", "caption": "x"}, "b": {"tags": "sky, fate (series)"}},
        {"/elsewhere/set/a.png": ["1girl", "long hair"], "b.jpg": ["sky", "fate_(series)"]},
        {"a.png": {"1girl": 0.99, "long_hair": 0.6}, "b.jpg": {"sky": 1, "fate_(series)": 0.4}},
        [
            {"file_name": "a.png", "tags": ["1girl", "long_hair"]},
            {"image_path": "b.jpg", "caption": "sky, fate (series)"},
        ],
    ],
)
def test_json_of_images_is_read_in_every_shape(folder: Path, value: object):
    (folder / "meta.json").write_text(json.dumps(value), encoding="utf-8")
    assert tags(read(folder)) == {"a.png": LONG, "b.jpg": SKY}


def test_an_image_folder_has_its_table_beside_the_images(folder: Path):
    line = {"file_name": "c.png", "text": "1girl, long hair"}
    (folder / "deep" / "metadata.jsonl").write_text(json.dumps(line) + "\n\n", encoding="utf-8")
    assert tags(read(folder)) == {"deep/c.png": LONG}


def test_scores_tell_tags_from_guesses_and_the_note_says_so(folder: Path):
    told = {
        "rating": {"general": 0.2, "sensitive": 0.7},
        "general": {"1girl": 0.9, "sky": 0.34},
        "character": {"Saber": 0.8},
    }
    (folder / "out.json").write_text(json.dumps({"a.png": told}), encoding="utf-8")
    reading = read(folder)
    assert tags(reading) == {"a.png": {"1girl", "saber"}}
    assert reading.categories["saber"] is Category.CHARACTER
    assert (reading.records["a.png"].rating, reading.records["a.png"].rating_scheme) == (
        "s",
        "gsqe",
    )
    assert any("1 tags whose scores are below 0.35" in note for note in reading.notes)


def test_a_name_that_two_images_share_is_neither(folder: Path):
    Image.new("RGB", (16, 12)).save(folder / "deep" / "a.png")
    (folder / "x.csv").write_text(
        "file,tags\nelse/a.png,sky_blue x_y\ndeep/c.png,1girl long_hair\nb,sky a_b\n",
        encoding="utf-8",
    )
    reading = read(folder)
    assert tags(reading) == {"deep/c.png": LONG, "b.jpg": {"sky", "a_b"}}
    assert reading.missing == ["else/a.png"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.csv", "id,score\n1,2\n"),
        ("other.csv", "file,tags\nx.png,a\ny.png,b\nz.png,c\n"),
        ("broken.json", '{"a.png": '),
        ("config.json", '{"a.png": {"steps": 20}, "lr": 0.1, "on": true}'),
        ("empty.csv", ""),
        ("log.jsonl", '{"event": "start"}\n{"file": 3}\n'),
    ],
)
def test_other_files_are_no_tables_of_these_images(folder: Path, name: str, text: str):
    (folder / name).write_text(text, encoding="utf-8")
    assert tags(read(folder, "untagged")) == {}


def test_captions_are_read_before_a_table_which_is_named(folder: Path):
    (folder / "a.txt").write_text("sky, tree", encoding="utf-8")
    (folder / "wd.csv").write_text("filename,tags\na.png,1girl\nb.jpg,hat\n", encoding="utf-8")
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == "captions"
    assert [other.name for other in others_there(folder, images, source)] == ["table"]
    chosen = source_for(folder, images, "table")
    assert tags(read_folder(folder, images, chosen)) == {"a.png": {"1girl"}, "b.jpg": {"hat"}}


def test_a_table_that_is_damaged_in_the_middle_is_named_with_its_line(folder: Path):
    good = json.dumps({"file_name": "a.png", "tags": "x"})
    lines = [good] * 60 + ["{"]
    (folder / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match=r"x\.jsonl, line 61 is not JSON"):
        read(folder)


def test_a_few_images_of_a_long_table_are_found_wherever_they_stand(folder: Path):
    rows = [f"{n}.png,tag_{n}" for n in range(200)]
    (folder / "x.csv").write_text("\n".join(["file,tags", *rows, "a.png,sky"]), encoding="utf-8")
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == "untagged"
    everything = images | {f"{n}.png": folder / f"{n}.png" for n in range(200)}
    table = source_for(folder, everything)
    assert table.name == "table"
    assert tags(read_folder(folder, images, table)) == {"a.png": {"sky"}}


def test_sentences_for_tags_are_told(folder: Path):
    text = "A girl with long hair stands in front of a white wall"
    (folder / "metadata.jsonl").write_text(
        json.dumps({"file_name": "a.png", "text": text}) + "\n", encoding="utf-8"
    )
    reading = read(folder)
    assert tags(reading) == {"a.png": {text.lower().replace(" ", "_")}}
    assert any("1 of 1 captions hold sentences" in note for note in reading.notes)
