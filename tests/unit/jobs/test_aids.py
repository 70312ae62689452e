"""Siblings, typical images, counts, lists and definitions from real collections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.types import Category
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.defining import define_tags
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.questions.aids import TYPICAL, prepare_aids
from reviewer.jobs.simulating import simulate
from reviewer.store.aids import TextKind
from reviewer.store.library import Library
from tests.conftest import Heard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Shapes = tuple[Library, dict[str, frozenset[str]]]


def test_the_prepared_collection_has_its_aids(shapes: Shapes) -> None:
    library, truth = shapes
    names = library.vocabulary().by_name
    counts = library.aids.counts.all()
    images = {image.path: image for image, _ in library.images.rows()}
    original = {path: library.images.original_tags(image.id) for path, image in images.items()}
    for name, tag in names.items():
        carriers = [path for path, tags in original.items() if tag.id in tags]
        assert counts[tag.id] == len(carriers)
        typical = library.typical("v1").load().of(tag.id)
        assert len(typical) == len(set(typical)) == min(TYPICAL, len(carriers))
        assert set(typical) <= {images[path].id for path in carriers}
        # The surest of those that carry a tag do show it: the metadata here only lacks tags.
        assert all(name in truth[path] for path in carriers)


def test_aids_are_made_again_only_where_tags_changed(shapes: Shapes) -> None:
    library, truth = shapes
    assert prepare_aids(library, Silent()).summary == {}
    simulate(library, Silent(), truth, 5, refresh_every=10_000)
    assert prepare_aids(library, Silent()).summary == {}
    library.typical("v1").save(library.typical("v1").load(), "another source")
    assert "siblings" in prepare_aids(library, Silent()).summary


def test_a_list_of_tags_is_known_beside_the_collections_own(
    make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    folder = make_folder({"a.png": "hat smile", "b.png": "hat"})
    listed = tmp_path / "tag_list.csv"
    listed.write_text('hat,0,900,"cap,headgear"\nann,4,12,\nolder,1,,""\n', encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent(), tag_lists=[listed])
        import_folder(library, Silent(), tag_lists=[listed])
        assert library.aids.listed.all() == [
            ("ann", Category.CHARACTER, 12),
            ("hat", Category.GENERAL, 900),
            ("older", Category.ARTIST, 0),
        ]
        assert library.aids.listed.aliases() == [("cap", "hat"), ("headgear", "hat")]
        assert set(library.vocabulary().by_name) == {"hat", "smile"}


def test_definitions_are_stored_of_the_collections_tags(
    make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    folder = make_folder({"a.png": "hat smile", "b.png": "hat scarf"})
    wiki = tmp_path / "wiki.json"
    pages = {"hat": "On the head.", "cap": "not this", "muffler": "Round the neck.", "sea": "Wet."}
    wiki.write_text(json.dumps(pages), encoding="utf-8")
    heard = Heard()
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        library.tags.add_aliases({"cap": "hat", "muffler": "scarf"})
        changes = define_tags(library, heard, [wiki])
        names = library.vocabulary().by_name
        texts = library.aids.texts
        assert texts.of(names["hat"].id) == {TextKind.DEFINITION: "On the head."}
        assert texts.of(names["scarf"].id) == {TextKind.DEFINITION: "Round the neck."}
        assert texts.of(names["smile"].id) == {}
    assert changes.summary == {"definitions": 2}
    assert heard.notes == ["4 definitions in wiki.json; 2 are of tags of this collection."]


def test_definitions_come_with_an_import_on_the_command_line(
    make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from reviewer.cli.main import cli

    folder = make_folder({"a.png": "hat"})
    wiki = tmp_path / "wiki.csv"
    wiki.write_text("title,body\nhat,On the head.\n", encoding="utf-8")
    place = str(tmp_path / "workspace")
    arguments = ["--json", "import", str(folder), "--workspace", place, "--definitions", str(wiki)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    done = json.loads(result.output.strip().splitlines()[-1])
    assert done["summary"]["definitions"] == 1
    with Library.open(tmp_path / "workspace") as library:
        tag = library.vocabulary().by_name["hat"]
        assert library.aids.texts.of(tag.id)[TextKind.DEFINITION] == "On the head."
    wiki.write_text("nothing\n", encoding="utf-8")
    refused = CliRunner().invoke(cli, arguments)
    assert refused.exit_code == 1


def test_nothing_scanned_is_said(library: Library) -> None:
    from reviewer.core.errors import UsageError

    with pytest.raises(UsageError):
        prepare_aids(library, Silent())
