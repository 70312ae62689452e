"""Formats through the whole of import, answer and export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.types import Answer, Category
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.copies import export
from reviewer.jobs.exports.in_place import changes_in_place
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from tests.conftest import Heard, draw
from tests.unit.jobs.conftest import answer, contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("a.png", "b.jpg")):
        draw(tmp_path / "images" / name, number)
    return tmp_path / "images"


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "workspace", folder) as library:
        yield library


def test_gallery_dls_files_are_copied_with_corrected_tags(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    post = {
        "category": "e621",
        "id": 5,
        "tags": ["solo", "wolf"],
        "tags_general": ["solo"],
        "tags_species": ["wolf"],
        "extra": {"kept": [1.5, None]},
    }
    (folder / "a.png.json").write_text(json.dumps(post))
    before = contents(folder)
    import_folder(library, Silent())
    answer(library, "a.png", "wolf", Answer.NO)
    answer(library, "a.png", "dog", Answer.YES)
    export(library, Silent(), tmp_path / "out", ["jsonl"])
    written = contents(tmp_path / "out" / "gallery-dl")
    assert list(written) == ["a.png.json"]
    assert json.loads(written["a.png.json"]) == post | {
        "tags": ["solo", "dog"],
        "tags_general": ["solo", "dog"],
        "tags_species": [],
    }
    assert contents(folder) == before


def test_posts_keep_their_sites_shape(library: Library, folder: Path, tmp_path: Path) -> None:
    (folder / "a.png").rename(folder / "71.png")
    (folder / "b.jpg").rename(folder / "72.jpg")
    posts = [
        {"id": 71, "rating": "q", "tags": {"general": ["solo"], "species": ["wolf"]}},
        {"id": "72", "rating": "general", "tags": " hat miku "},
        {"id": "73", "tags": "nobody here"},
    ]
    (folder / "posts.json").write_text(json.dumps({"posts": posts}))
    import_folder(library, Silent())
    answer(library, "71.png", "wolf", Answer.NO)
    answer(library, "72.jpg", "scarf", Answer.YES)
    export(library, Silent(), tmp_path / "out", ["jsonl"])
    lines = (tmp_path / "out" / "posts.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        posts[0] | {"tags": {"general": ["solo"], "species": []}},
        posts[1] | {"tags": " hat miku scarf "},
    ]


def test_hydrus_sidecars_keep_their_namespaces_and_names(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    (folder / "a.png.txt").write_text("blue hair\ncharacter:miku\ncreator:someone\n")
    import_folder(library, Silent())
    library.tags.add({"luka": Category.CHARACTER})
    answer(library, "a.png", "miku", Answer.NO)
    answer(library, "a.png", "luka", Answer.YES)
    answer(library, "b.jpg", "luka", Answer.YES)
    export(library, Silent(), tmp_path / "out", ["captions"])
    assert contents(tmp_path / "out") == {
        "a.png.txt": b"blue hair\ncreator:someone\ncharacter:luka\n",
        "b.jpg.txt": b"character:luka\n",
    }


def test_with_two_sidecars_a_new_tag_goes_to_the_text_alone(library: Library, folder: Path) -> None:
    (folder / "a.png.txt").write_text("blue hair\n")
    (folder / "a.png.json").write_text(json.dumps({"tags": ["blue hair", "hat"]}))
    import_folder(library, Silent())
    answer(library, "a.png", "luka", Answer.YES)
    answer(library, "a.png", "blue_hair", Answer.NO)
    write_back.apply(library, Silent(), write_back.plan(library))
    assert (folder / "a.png.txt").read_text() == "luka\n"
    assert json.loads((folder / "a.png.json").read_text()) == {"tags": ["hat"]}


def test_what_others_wrote_into_a_file_since_the_import_stays(
    library: Library, folder: Path
) -> None:
    post = {"category": "danbooru", "id": 5, "tags": ["solo", "wolf"]}
    (folder / "a.png.json").write_text(json.dumps(post))
    import_folder(library, Silent())
    answer(library, "a.png", "wolf", Answer.NO)
    answer(library, "a.png", "dog", Answer.YES)
    (folder / "a.png.json").write_text(json.dumps(post | {"tags": ["river", "solo", "wolf"]}))
    write_back.apply(library, Silent(), write_back.plan(library))
    assert json.loads((folder / "a.png.json").read_text())["tags"] == ["river", "solo", "dog"]


def test_captions_of_images_that_share_a_stem_stay_apart(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    (folder / "b.jpg").rename(folder / "a.jpg")
    (folder / "a.png.txt").write_text("1girl, hat")
    (folder / "a.jpg.txt").write_text("1girl, scarf")
    import_folder(library, Silent())
    export(library, Silent(), tmp_path / "out", ["captions"])
    assert contents(tmp_path / "out") == {"a.png.txt": b"1girl, hat", "a.jpg.txt": b"1girl, scarf"}


def test_an_alias_in_a_caption_is_its_tag_and_can_be_taken_out(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    (folder / "a.txt").write_text("1girl, longhair, hat\n")
    (folder / "b.txt").write_text("longhair, 1girl\n")
    import_folder(library, Silent())
    listed = tmp_path / "tag_aliases.csv"
    listed.write_text("antecedent_name,consequent_name,status\nlonghair,long_hair,active\n")
    heard = Heard()
    import_folder(library, heard, tag_lists=[listed])
    assert any(note.startswith("Other names of tags, 2 in all,") for note in heard.notes)
    # The list need not be given again.
    import_folder(library, Silent())
    image_id = library.images.known_files()["a.png"].id
    names = {library.vocabulary().name(t) for t in library.images.original_tags(image_id)}
    assert names == {"1girl", "long_hair", "hat"}
    answer(library, "a.png", "long_hair", Answer.NO)
    answer(library, "b.jpg", "hat", Answer.YES)
    write_back.apply(library, Silent(), write_back.plan(library))
    assert (folder / "a.txt").read_bytes() == b"1girl, hat\n"
    assert (folder / "b.txt").read_bytes() == b"longhair, 1girl, hat\n"


def test_implications_of_a_long_list_add_no_tags_that_nobody_uses(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("cat_ears, hat")
    rows = ["cat_ears,animal_ears,active", *(f"x{n},y{n},active" for n in range(500))]
    (folder / "implications.csv").write_text(
        "antecedent_name,consequent_name,status\n" + "\n".join(rows) + "\n"
    )
    import_folder(library, Silent())
    assert set(library.tags.ids()) == {"cat_ears", "animal_ears", "hat"}


def test_a_row_of_a_table_is_corrected_whole(library: Library, folder: Path) -> None:
    table = folder / "tags.csv"
    table.write_bytes("relative_path,tags\r\na.png,hat \u2028 cap\r\nb.jpg,hat\r\n".encode())
    import_folder(library, Silent())
    answer(library, "a.png", "hat", Answer.NO)
    write_back.apply(library, Silent(), write_back.plan(library))
    assert table.read_bytes() == b"relative_path,tags\r\na.png,cap\r\nb.jpg,hat\r\n"


def test_a_tag_with_a_comma_never_becomes_two(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    (folder / "a.txt").write_text("1girl, solo, hat")
    (folder / "b.txt").write_text("1girl, hat, sky")
    import_folder(library, Silent())
    answer(library, "a.png", "a,b", Answer.YES)
    answer(library, "b.jpg", "fate_(series)", Answer.YES)
    found = changes_in_place(library)
    assert [change.edit.after for change in found.changes] == [b"1girl, hat, sky, fate (series)"]
    assert [path for path, _ in found.left_out] == ["a.png"]
    assert "tag with a comma" in found.left_out[0][1]
    heard = Heard()
    export(library, heard, tmp_path / "out", ["captions", "tags.csv"])
    assert any("1 captions do not read back" in note for note in heard.notes)
    assert '"1girl a,b hat solo"' in (tmp_path / "out" / "tags.csv").read_text()


def test_a_tag_with_a_comma_is_kept_where_lines_set_tags_apart(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("1girl\nlong_hair\nblue_sky\nhat\n")
    (folder / "b.txt").write_text("1girl\nlong_hair\nnight_sky\nhat\n")
    import_folder(library, Silent())
    answer(library, "a.png", "a,b", Answer.YES)
    (change,) = changes_in_place(library).changes
    assert change.edit.after == b"1girl\nlong_hair\nblue_sky\nhat\na,b\n"


def test_captions_are_corrected_in_the_style_that_a_person_named(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("cat sky\n", encoding="utf-8")
    import_folder(library, Silent(), source_name="captions-commas")
    answer(library, "a.png", "hat", Answer.YES)
    (change,) = changes_in_place(library).changes
    assert change.edit.after == b"cat sky, hat\n"
    # Read again, it is what was meant; the next import needs no word.
    (folder / "a.txt").write_bytes(change.edit.after)
    import_folder(library, Silent())
    assert not changes_in_place(library).changes
