from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.types import Category
from reviewer.sources.folder import find_images, others_there, read_folder, source_for
from reviewer.sources.hydrus import plain_name, tags_within
from reviewer.sources.matching import key_for
from reviewer.sources.write import hydrus_sidecar
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path

KEY = key_for("hydrus", {})
KINDS = {"miku": Category.CHARACTER, "someone": Category.ARTIST, "vocaloid": Category.COPYRIGHT}


def read(folder: Path):
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == "hydrus"
    return read_folder(folder, images, source)


@pytest.mark.parametrize(
    ("written", "name", "category"),
    [
        ("character:Hatsune Miku", "hatsune_miku", Category.CHARACTER),
        ("creator:someone", "someone", Category.ARTIST),
        ("series:fate (series)", "fate_(series)", Category.COPYRIGHT),
        ("species:wolf", "wolf", Category.GENERAL),
        ("title:a day: out", "title:a_day:_out", Category.META),
        ("rating:e", "rating:e", Category.META),
        (":d", ":d", None),
        ("character:", "character:", None),
        ("^_^", "^_^", None),
        ("a,b", "a,b", None),
        ("初音 ミク", "初音_ミク", None),
    ],
)
def test_a_namespace_becomes_a_category(written: str, name: str, category: Category | None) -> None:
    assert plain_name(written) == (name, category)


def test_text_and_json_sidecars_are_read(tmp_path: Path) -> None:
    for number, name in enumerate(("a.png", "b.jpg", "c.png")):
        draw(tmp_path / name, number)
    (tmp_path / "a.png.txt").write_text("blue hair\ncharacter:miku\na,b\n:d\n")
    (tmp_path / "b.jpg.json").write_text(
        json.dumps({"metadata": {"urls": ["https://x"], "tags": ["creator:someone", "hat"]}})
    )
    (tmp_path / "c.png.json").write_text("[1")
    reading = read(tmp_path)
    assert {name: set(record.tags) for name, record in reading.records.items()} == {
        "a.png": {"blue_hair", "miku", "a,b", ":d"},
        "b.jpg": {"someone", "hat"},
    }
    assert reading.categories == {"miku": Category.CHARACTER, "someone": Category.ARTIST}
    (note,) = reading.notes
    assert "c.png.json" in note


def test_captions_are_not_named_beside_it(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "a.png.txt").write_text("hat\ncharacter:miku\n")
    images = find_images(tmp_path)
    assert others_there(tmp_path, images, source_for(tmp_path, images)) == []


def test_a_caption_that_speaks_of_a_character_is_no_sidecar(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    (tmp_path / "a.txt").write_text("character:miku, 1girl, solo")
    assert source_for(tmp_path, find_images(tmp_path)).name == "captions"


def test_tags_are_found_at_any_depth_but_not_without_end() -> None:
    assert tags_within({"a": {"b": {"tags": ["x"]}}}) == ["x"]
    assert tags_within({"tags": [{"name": "x"}]}) is None
    deep: dict[str, object] = {"tags": ["x"]}
    for _ in range(100):
        deep = {"a": deep}
    assert tags_within(deep) is None


def test_an_edit_keeps_the_namespaces_and_everything_else() -> None:
    text = "blue hair\ncharacter:miku\nseries:vocaloid\npage:3\n"
    after = hydrus_sidecar(text, ["someone", "cat_ears"], ["miku"], KINDS, KEY)
    assert after == "blue hair\nseries:vocaloid\npage:3\ncat ears\ncreator:someone\n"


names = st.sampled_from(
    ["^_^", "^__^", "fate_(series)", "a,b", "初音ミク", ":d", "rating:e", "x" * 170, *KINDS]
) | st.from_regex(r"[a-z0-9][a-z0-9_()'-]{0,20}[a-z]", fullmatch=True)


@given(st.sets(names, max_size=8), st.sets(names, max_size=5), st.booleans())
def test_what_is_written_reads_back(before: set[str], after: set[str], spaces: bool) -> None:
    start = ["blue hair" if spaces else "blue_hair"]
    text = "\n".join([*start, *sorted(before)])
    kept = {KEY(line) for line in text.splitlines()}
    added, removed = sorted(after - kept), sorted((kept - after) - {"blue_hair"})
    written = hydrus_sidecar(text, added, removed, KINDS, KEY)
    assert {KEY(line) for line in written.splitlines()} == after | {"blue_hair"}
