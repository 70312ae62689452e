"""A tag that its site gave up is not asked about, whichever way it came, and the reason is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.tags.vocabulary import reason_not_asked
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.imports.post_import import import_posts
from reviewer.jobs.labels import choose_tags, gather_labels
from reviewer.store.library import Library
from tests.conftest import draw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTED = {"name": "headwear_thing", "category": 0, "post_count": 90, "is_deprecated": True}
OTHER = {"name": "hat", "category": 0, "post_count": 900, "is_deprecated": False}


def told(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


@pytest.fixture(params=["captions", "dump"])
def collection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """Twelve images of which half have a deprecated tag, half another one."""
    folder = tmp_path / "pictures"
    posts = []
    for number in range(12):
        name = "hat" if number % 2 else "headwear_thing"
        draw(folder / f"{number + 1}.png", number)
        posts.append({"id": number + 1, "tag_string": name, "tag_string_general": name})
        if request.param == "captions":
            (folder / f"{number + 1}.txt").write_text(name, encoding="utf-8")
    listed = told(tmp_path / "tags.json", LISTED, OTHER)
    with Library.create(tmp_path / "workspace", folder) as library:
        if request.param == "captions":
            import_folder(library, Silent(), tag_lists=[listed])
        else:
            lines = "".join(json.dumps(post) + "\n" for post in posts)
            (folder / "posts.json").write_text(lines, encoding="utf-8")
            import_posts(library, Silent(), tag_lists=[listed])
        yield library


def test_it_is_left_out_with_its_reason(collection: Library):
    vocabulary = collection.vocabulary()
    images = [image_id for image_id, _, _ in collection.images.askable()]
    choice = choose_tags(gather_labels(collection, images, vocabulary), vocabulary, 3)
    assert [tag.name for tag in choice.tags] == ["hat"]
    assert choice.left_out == {"deprecated: its site gave it up": 1}


def test_its_category_and_its_images_stay_as_they_are(collection: Library):
    tag = collection.vocabulary().by_name["headwear_thing"]
    assert tag.category.word == "general"
    assert collection.images.original_tags(1) == {tag.id}


def test_a_list_is_completed_to_without_it(collection: Library):
    assert [name for name, _, _ in collection.aids.listed.each()] == ["hat"]


def test_a_later_list_may_take_it_in_again(collection: Library, tmp_path: Path):
    collection.tags.note_deprecated({"hat": True})
    names = {collection.vocabulary().name(tag) for tag in collection.vocabulary().deprecated}
    assert names == {"hat", "headwear_thing"}
    collection.tags.note_deprecated({"headwear_thing": False, "nowhere": True})
    names = {collection.vocabulary().name(tag) for tag in collection.vocabulary().deprecated}
    assert names == {"hat"}


def test_what_a_picture_does_not_show_is_the_first_reason(collection: Library):
    tag = collection.vocabulary().by_name["headwear_thing"]
    assert reason_not_asked(tag, 6, 3) == ""
    assert reason_not_asked(tag, 1, 3, deprecated=True) == "deprecated: its site gave it up"


def test_who_wants_it_is_asked_about_it_all_the_same(collection: Library):
    images = [image_id for image_id, _, _ in collection.images.askable()]

    def asked(minimum: int) -> list[str]:
        vocabulary = collection.vocabulary()
        labels = gather_labels(collection, images, vocabulary)
        return [tag.name for tag in choose_tags(labels, vocabulary, minimum).tags]

    collection.tags.want({"headwear_thing": True, "nowhere": True})
    assert sorted(asked(3)) == ["hat", "headwear_thing"]
    # Of what is on too few images nothing can be learnt, whoever wants it.
    assert asked(7) == []
    # A list that is imported again does not undo the choice.
    collection.tags.note_deprecated({"headwear_thing": True})
    assert sorted(asked(3)) == ["hat", "headwear_thing"]
    collection.tags.want({"headwear_thing": False})
    assert asked(3) == ["hat"]
