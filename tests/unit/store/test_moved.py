"""Folders of images that were moved: their collections are found again, with all answers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from reviewer.store.news import news
from reviewer.store.workspace import workspace_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TAGS = {"a.png": "cat solo", "in/b.png": "cat", "c.png": "dog", "d.png": ""}


@pytest.fixture
def folder(make_folder: Callable[[Mapping[str, str]], Path]) -> Path:
    """Images of a collection at the usual place, with one answer."""
    made = make_folder(TAGS)
    with Library.create(workspace_for(made), made) as library:
        import_folder(library, Silent())
        tag = library.vocabulary().by_name["cat"].id
        row = Decision(1, tag, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
        library.decisions.append([row])
    return made


def test_a_folder_that_was_moved_brings_its_collection_along(folder: Path) -> None:
    place = workspace_for(folder)
    moved = folder.with_name("elsewhere") / "deep"
    moved.parent.mkdir()
    folder.rename(moved)
    assert workspace_for(moved) == place
    with Library.open(place) as library:
        assert library.folder == moved
        summary = import_folder(library, Silent()).summary
        assert (summary["unchanged"], summary["gone"]) == (4, 0)
        assert library.decisions.total() == 1
    # It is known there from now on, also when another one is looked for.
    assert workspace_for(moved) == place
    moved.rename(folder)
    assert workspace_for(folder) == place


def test_a_copy_is_a_collection_of_its_own_while_the_first_is_there(folder: Path) -> None:
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    assert workspace_for(copy) != workspace_for(folder)


def test_other_images_are_another_collection(folder: Path) -> None:
    other = folder.with_name("other")
    other.mkdir()
    for name in ("a.png", "c.png"):
        shutil.copy(folder / name, other / name)
    (other / "d.png").write_bytes(b"another file of this name")
    shutil.rmtree(folder)
    assert not workspace_for(other).exists()


def test_a_workspace_of_ones_own_is_told_where_its_images_are_now(folder: Path) -> None:
    own = folder.with_name("own")
    shutil.copytree(workspace_for(folder), own)
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved)
    with pytest.raises(UsageError, match="belongs to the images in"):
        Library.open(own, folder=moved)
    shutil.rmtree(folder)
    with Library.open(own, folder=moved) as library:
        assert library.folder == moved
    with Library.open(own) as library:
        assert library.images.path(1).is_file()


def test_a_damaged_collection_beside_it_is_passed_over(folder: Path) -> None:
    place = workspace_for(folder)
    torn = place.with_name("a-torn-one")
    torn.mkdir()
    (torn / "collection.db").write_bytes(b"no database at all, and longer than a header " * 9)
    moved = folder.with_name("moved")
    folder.rename(moved)
    assert workspace_for(moved) == place


def test_a_copy_that_was_taken_while_the_drive_was_away_is_told_of_and_left_again(
    folder: Path,
) -> None:
    place = workspace_for(folder)
    copy, away = folder.with_name("copy"), folder.with_name("away")
    shutil.copytree(folder, copy)
    folder.rename(away)
    assert workspace_for(copy) == place
    with Library.open(place) as library:
        (said,) = news(library)
        assert f"taken from {copy} from now on; they were in {folder}, which is not there" in said
        assert news(library) == []
    # The drive is back, and the copy is there too.
    away.rename(folder)
    assert workspace_for(folder) == place
    with Library.open(place, folder=folder) as library:
        assert library.folder == folder
        (said,) = news(library)
        assert f"taken from {folder} from now on; they were in {copy}. " in said
        assert library.decisions.total() == 1
    # From now on the copy is a collection of its own again, as long as the first is there.
    assert workspace_for(copy) != place


def test_nothing_is_said_of_a_collection_that_stays_where_it_is(folder: Path) -> None:
    with Library.open(workspace_for(folder), folder=folder) as library:
        assert news(library) == []
