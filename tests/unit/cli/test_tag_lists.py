from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import Category
from reviewer.store.aids import TextKind
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.conftest import draw
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


def test_lists_from_elsewhere_are_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "a.png", 1)
    (folder / "a.txt").write_text("longhair, miku, cat_ears")
    listed = tmp_path / "danbooru.csv"
    listed.write_text('long_hair,0,99,"longhair,lh"\nmiku,4,9,\n')
    implied = tmp_path / "tag_implications.json"
    implied.write_text('[{"antecedent_name": "cat_ears", "consequent_name": "animal_ears"}]')
    said = run("import", folder, "--tag-list", listed, "--tag-list", implied)
    assert said.code == 0, said.err
    assert "Other names of tags, 1 in all, were read as the tag: longhair as long_hair" in said.err
    with Library.open(workspace_for(folder, None)) as library:
        vocabulary = library.vocabulary()
    kinds = {tag.name: tag.category for tag in vocabulary.tags.values()}
    assert kinds == {
        "long_hair": Category.GENERAL,
        "miku": Category.CHARACTER,
        "cat_ears": Category.GENERAL,
        "animal_ears": Category.GENERAL,
    }
    found = vocabulary.find("lh")
    assert found is not None
    assert found.name == "long_hair"
    assert bool(vocabulary.implications)


def test_a_list_that_is_not_there_or_none_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "a.png", 1)
    assert run("import", folder, "--tag-list", tmp_path / "nowhere.csv").code == 2
    (tmp_path / "odd.json").write_text('[{"x": 1}]')
    said = run("import", folder, "--tag-list", tmp_path / "odd.json")
    assert said.code == 1
    assert "odd.json is not a list of tags" in said.err


def test_a_dump_that_is_not_opened_takes_lists_and_definitions_too(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "1.png", 1)
    (folder / "posts.json").write_text('{"id": 1, "tag_string": "long_hair"}\n')
    listed, wiki = tmp_path / "danbooru.csv", tmp_path / "wiki.json"
    listed.write_text('long_hair,0,99,"longhair"\nshort_hair,0,50,\n')
    wiki.write_text('[{"title": "long_hair", "body": "Hair past the shoulders."}]')
    said = run("import", folder, "--unopened", "--tag-list", listed, "--definitions", wiki)
    assert said.code == 0, said.err
    with Library.open(workspace_for(folder, None)) as library:
        tag = library.vocabulary().by_name["long_hair"]
        assert library.aids.texts.of(tag.id) == {TextKind.DEFINITION: "Hair past the shoulders."}
        assert [name for name, _, _ in library.aids.listed.each()] == ["long_hair", "short_hair"]
        assert library.aids.listed.aliases() == [("longhair", "long_hair")]


def test_tags_of_other_kinds_are_chosen_and_listed(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "a.png", 1)
    (folder / "a.txt").write_text("long_hair, highres")
    assert run("import", folder).code == 0
    said = run("asked", folder)
    assert said.code == 0, said.err
    assert "No tag is asked about beside" in said.out
    said = run("asked", folder, "--tag", "highres", "--tag", "nowhere")
    assert said.code == 2
    assert "no tag called nowhere" in said.err
    assert "highres" in run("asked", folder, "--tag", "highres").out
    with Library.open(workspace_for(folder, None)) as library:
        assert library.tags.wanted() == {library.tags.ids()["highres"]}
    assert "No tag is asked" in run("asked", folder, "--not", "highres").out
