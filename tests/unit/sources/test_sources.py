from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import Category
from reviewer.sources.beside import beside
from reviewer.sources.captions import SUFFIXES, CaptionFiles
from reviewer.sources.danbooru import DanbooruDump
from reviewer.sources.folder import find_images, others_there, read_folder, source_for
from reviewer.sources.write import post_line, tags_csv
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path):
    images = find_images(folder)
    return read_folder(folder, images, source_for(folder, images))


def test_captions_of_all_kinds_are_read(tmp_path: Path) -> None:
    for number, name in enumerate(("a.png", "b.png", "5_girl, x/c.png", "d.png", "e.png")):
        draw(tmp_path / name, number)
    (tmp_path / "a.txt").write_text("1girl, blue hair, ^_^\n")
    (tmp_path / "b.caption").write_text("solo, hat")
    (tmp_path / "5_girl, x" / "c.png.txt").write_bytes("\ufeff1girl, fianc\u00e9".encode())
    (tmp_path / "d.txt").write_bytes("caf\u00e9, hat".encode("latin-1"))
    reading = read(tmp_path)
    assert {name: set(record.tags) for name, record in reading.records.items()} == {
        "a.png": {"1girl", "blue_hair", "^_^"},
        "b.png": {"solo", "hat"},
        "5_girl, x/c.png": {"1girl", "fianc\u00e9"},
        "d.png": {"caf\u00e9", "hat"},
    }
    (note,) = reading.notes
    assert "not UTF-8" in note
    assert "d.txt" in note


def test_a_lone_word_is_read_as_the_other_captions_are(tmp_path: Path) -> None:
    for number, text in enumerate(("1girl solo", "hat cat_ears", "sky")):
        draw(tmp_path / f"{number}.png", number)
        (tmp_path / f"{number}.txt").write_text(text)
    assert read(tmp_path).records["0.png"].tags == {"1girl", "solo"}


def test_a_table_with_windows_paths_and_missing_images(tmp_path: Path) -> None:
    draw(tmp_path / "in" / "a.png", 1)
    (tmp_path / "tags.csv").write_text(
        'relative_path,tags\n"in\\a.png","1girl ^_^"\ngone.png,hat\n', encoding="utf-8"
    )
    reading = read(tmp_path)
    assert reading.records["in/a.png"].tags == {"1girl", "^_^"}
    assert reading.missing == ["gone.png"]


def test_a_table_without_its_columns_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "tags.csv").write_text("file;tags\n")
    with pytest.raises(SourceError, match=r"tags\.csv needs a first line 'relative_path,tags'"):
        read(tmp_path)


def test_tag_lists_give_categories_aliases_and_implications(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "tags.csv").write_text("relative_path,tags\na.png,miku cat_ears\n")
    (tmp_path / "tag_list.csv").write_text('miku,4,10,"hatsune,39"\ncat_ears,0,5,\n')
    (tmp_path / "implications.csv").write_text(
        "antecedent_name,consequent_name,status\ncat_ears,animal_ears,active\na,b,deleted\n"
    )
    reading = read(tmp_path)
    assert reading.categories["miku"] is Category.CHARACTER
    assert reading.aliases == {"hatsune": "miku", "39": "miku"}
    assert reading.implications == [("cat_ears", "animal_ears")]


OLD = {
    "id": "1001",
    "rating": "s",
    "score": "7",
    "source": "https://example.org",
    "md5": "aa",
    "tags": [
        {"id": "1", "name": "1girl", "category": "0"},
        {"id": "2", "name": "miku", "category": "4"},
    ],
}
NEW = {
    "id": 2002,
    "rating": "g",
    "score": 3,
    "tag_string": "1girl artist_x",
    "tag_string_general": "1girl",
    "tag_string_artist": "artist_x",
    "md5": "bb",
}


def write_dump(folder: Path, *posts: dict[str, object]) -> None:
    (folder / "metadata").mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(post) + "\n" for post in posts)
    (folder / "metadata" / "posts000000000000.json").write_text(lines)


def test_both_shapes_of_a_danbooru_dump_are_read(tmp_path: Path) -> None:
    draw(tmp_path / "512px" / "0001" / "1001.jpg", 1)
    draw(tmp_path / "original" / "0001" / "1001.png", 1)
    draw(tmp_path / "original" / "0002" / "bb.png", 2)
    write_dump(tmp_path, OLD, NEW, {"id": 5, "tag_string": "hat"})
    reading = read(tmp_path)
    old = reading.records["original/0001/1001.png"]
    assert old.tags == {"1girl", "miku"}
    assert (old.rating, old.score, old.remote_id, old.site) == ("s", 7, "1001", "danbooru")
    assert reading.records["original/0002/bb.png"].tags == {"1girl", "artist_x"}
    assert {record.rating_scheme for record in reading.records.values()} == {"gsqe"}
    assert reading.categories["miku"] is Category.CHARACTER
    assert reading.categories["artist_x"] is Category.ARTIST
    assert reading.notes == ["1 posts in the metadata have no image here."]


def test_a_line_that_is_no_post_is_left_out_and_named(tmp_path: Path) -> None:
    draw(tmp_path / "1001.png", 1)
    write_dump(tmp_path, OLD)
    with (tmp_path / "metadata" / "posts000000000000.json").open("a") as file:
        file.write('{"id": ')
    reading = read(tmp_path)
    assert reading.records["1001.png"].tags == {"1girl", "miku"}
    assert any("posts000000000000.json, line 2" in note for note in reading.notes)


def test_other_json_files_are_not_taken_for_a_dump(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "a.json").write_text('["not a post"]')
    images = find_images(tmp_path)
    assert not DanbooruDump().recognises(tmp_path, images)
    assert source_for(tmp_path, images).name == "untagged"


def test_a_folder_without_images_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(SourceError, match="There are no images in"):
        source_for(tmp_path, find_images(tmp_path))
    with pytest.raises(SourceError, match="There is no folder"):
        find_images(tmp_path / "nowhere")
    draw(tmp_path / "a.png", 1)
    with pytest.raises(UsageError, match=r"Known ones: tags\.csv, gallery-dl, hydrus, danbooru"):
        source_for(tmp_path, find_images(tmp_path), "flickr")
    with pytest.raises(SourceError, match="does not hold Hydrus sidecars"):
        source_for(tmp_path, find_images(tmp_path), "hydrus")


def test_hidden_folders_and_loops_are_left_out(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    draw(tmp_path / ".hidden" / "b.png", 2)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert list(find_images(tmp_path)) == ["a.png"]


def test_a_corrected_post_keeps_its_other_fields() -> None:
    old = json.loads(post_line(json.dumps(OLD).encode(), frozenset({"miku", "hat"}), {}))
    assert [tag["name"] for tag in old["tags"]] == ["miku", "hat"]
    assert {key: old[key] for key in old if key != "tags"} == {
        key: OLD[key] for key in OLD if key != "tags"
    }
    effective = frozenset({"1girl", "artist_x", "miku"})
    kinds = {"miku": Category.CHARACTER}
    new = json.loads(
        post_line(json.dumps(NEW | {"tag_string_character": ""}).encode(), effective, kinds)
    )
    assert new["tag_string"] == "1girl artist_x miku"
    assert new["tag_string_character"] == "miku"
    assert new["tag_string_general"] == "1girl"


def test_a_table_round_trips(tmp_path: Path) -> None:
    rows = {"a, b.png": ["^_^", "fate_(series)"], "c.png": []}
    for number, name in enumerate(rows):
        draw(tmp_path / name, number)
    (tmp_path / "tags.csv").write_text(tags_csv(rows.items()))
    reading = read(tmp_path)
    assert {name: sorted(r.tags) for name, r in reading.records.items()} == {
        name: sorted(tags) for name, tags in rows.items()
    }


def test_a_file_beside_an_image_is_found_by_either_name_and_never_a_folder(tmp_path: Path) -> None:
    for number, name in enumerate(("a.png", "b.png", "in/c.d.png", "e.png")):
        draw(tmp_path / name, number)
    for name in ("a.txt", "a.png.txt", "b.png.caption", "in/c.d.txt"):
        (tmp_path / name).write_text("hat")
    (tmp_path / "e.txt").mkdir()
    found = dict(beside(find_images(tmp_path), (".txt", ".caption")))
    assert {name: path.relative_to(tmp_path).as_posix() for name, path in found.items()} == {
        "a.png": "a.txt",
        "b.png": "b.png.caption",
        "in/c.d.png": "in/c.d.txt",
    }


def test_the_file_of_one_image_is_that_of_the_listing(tmp_path: Path) -> None:
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        draw(tmp_path / name, number)
    for name in ("a.png.txt", "a.caption", "b.caption", "b.png.caption"):
        (tmp_path / name).write_text("hat")
    images = find_images(tmp_path)
    listed, files = dict(beside(images, SUFFIXES)), CaptionFiles()
    assert {name: listed.get(name) for name in images} == {
        name: files.of(path) for name, path in images.items()
    }


SENTENCES = (
    "a girl in a hat",
    "woman wearing red dress standing outside near building",
    "A cat sleeping.",
    "two dogs playing in the snow",
    "girl sitting by window reading book",
)


def write_captions(folder: Path, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        draw(folder / f"{number:02}.png", number)
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")


def test_no_word_of_a_sentence_becomes_a_tag(tmp_path: Path) -> None:
    write_captions(tmp_path, list(SENTENCES))
    reading = read(tmp_path)
    for number, text in enumerate(SENTENCES):
        assert reading.records[f"{number:02}.png"].tags == {text.lower().replace(" ", "_")}
    (note,) = reading.notes
    assert "--source captions-spaces" in note


@pytest.mark.parametrize("title", ["love live! school idol festival all stars", "ghost in a shell"])
def test_a_long_title_is_one_tag_however_tags_are_set_apart(tmp_path: Path, title: str) -> None:
    name = title.replace(" ", "_")
    forms = {
        "commas": ("1girl, {}, solo", "1girl, solo, blue hair"),
        "lines": ("1girl\n{}\nsolo\n", "1girl\nsolo\nblue hair\n"),
    }
    for style, (text, other) in forms.items():
        write_captions(tmp_path / style, [text.format(title), title, *([other] * 4)])
        reading = read(tmp_path / style)
        assert reading.records["00.png"].tags == {"1girl", name, "solo"}
        assert reading.records["01.png"].tags == {name}


def test_a_person_says_how_captions_set_tags_apart(tmp_path: Path) -> None:
    write_captions(tmp_path, ["cat sky", "dog tree sea", "house"])
    images = find_images(tmp_path)
    by_name = {
        name: read_folder(tmp_path, images, source_for(tmp_path, images, name)).records
        for name in ("captions", "captions-commas", "captions-spaces")
    }
    assert by_name["captions"]["01.png"].tags == {"dog", "tree", "sea"}
    assert by_name["captions-spaces"]["00.png"].tags == {"cat", "sky"}
    assert by_name["captions-commas"]["01.png"].tags == {"dog_tree_sea"}
    assert source_for(tmp_path, images).name == "captions"
    assert others_there(tmp_path, images, source_for(tmp_path, images)) == []
