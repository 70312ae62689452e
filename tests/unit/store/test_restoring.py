"""A damaged database gives way to a copy; answers given since are taken over."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import StoreError, UsageError
from reviewer.core.types import Answer, Decision, Image, Side
from reviewer.store.backups import daily_copy, damage
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from reviewer.store.restoring import restore, sound_copies
from reviewer.store.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = 400


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A collection of many images, copied after three answers; two more came later."""
    folder = tmp_path / "images"
    folder.mkdir()
    with Library.create(tmp_path / "workspace", folder) as library:
        library.tags.add({"cat": None})
        library.images.write(
            [
                ImageRow(None, Image(0, f"a/long/path/{n}.png", 1, bytes([n % 256]) * 32), 1, NONE)
                for n in range(IMAGES)
            ]
        )
        answer(library, 1, 2, 3)
        assert library.back_up() is not None
        answer(library, 4, 5)
    return Workspace(tmp_path / "workspace")


NONE: frozenset[int] = frozenset()


def answer(
    library: Library, *images: int, given: Answer = Answer.YES, reviewer: str = "me"
) -> None:
    for image_id in images:
        row = Decision(image_id, 1, given, Side.MISSING, 0.5, 0.5, "v1", reviewer, image_id)
        library.decisions.append([row])


def answered(place: Workspace) -> list[int]:
    with Library.open(place.path) as library:
        return [decision.image_id for decision in library.decisions.log()]


def pages_of(database: Path, name: str) -> list[int]:
    """The pages that a table is on, from the file itself; the first is its root."""
    with closing(sqlite3.connect(database)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)
        ).fetchone()
    return [int(root)]


def spoil(database: Path, page: int) -> None:
    """Writes nonsense over a page, as a bad sector does."""
    with closing(sqlite3.connect(database)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def test_a_sound_database_is_told_from_a_damaged_one(place: Workspace) -> None:
    assert damage(place.database) == ""
    spoil(place.database, pages_of(place.database, "image")[0])
    assert damage(place.database) != ""


def test_answers_that_the_copy_lacks_come_from_the_damaged_file(place: Workspace) -> None:
    spoil(place.database, pages_of(place.database, "image")[0])
    with pytest.raises(StoreError, match=r"reviewer restore --workspace"):
        answered_images(place)
    (copy,) = sound_copies(place.backups)
    assert copy.answers == 3
    done = restore(place, copy.path)
    assert (done.rescued, done.lost) == (2, 0)
    assert answered(place) == [1, 2, 3, 4, 5]
    assert damage(place.database) == ""
    assert damage(done.damaged) != ""
    with Library.open(place.path) as library:
        answer(library, 6)
        assert library.decisions.last_id() == 6


def test_what_people_differ_about_is_open_again(place: Workspace) -> None:
    with Library.open(place.path) as library:
        answer(library, 1, given=Answer.NO, reviewer="you")
        live = [row.id for row in library.decisions.live()]
        assert library.reviewers.open_pairs() == {(1, 1)}
    spoil(place.database, pages_of(place.database, "image")[0])
    (copy,) = sound_copies(place.backups)
    assert restore(place, copy.path).rescued == 3
    with Library.open(place.path) as library:
        assert library.reviewers.open_pairs() == {(1, 1)}
        assert [row.id for row in library.decisions.live()] == live


def answered_images(place: Workspace) -> int:
    with Library.open(place.path) as library:
        return sum(1 for _ in library.images.rows())


def test_what_cannot_be_read_is_lost_and_nothing_else(place: Workspace) -> None:
    spoil(place.database, pages_of(place.database, "decision")[0])
    (copy,) = sound_copies(place.backups)
    done = restore(place, copy.path)
    assert done.rescued == 0
    assert answered(place) == [1, 2, 3]


@pytest.mark.parametrize("length", [0, 50, 5000])
def test_a_database_that_was_cut_off(place: Workspace, length: int) -> None:
    with place.database.open("r+b") as file:
        file.truncate(length)
    (copy,) = sound_copies(place.backups)
    restore(place, copy.path)
    assert answered(place)[:3] == [1, 2, 3]
    assert damage(place.database) == ""


def test_a_damaged_copy_is_not_offered_and_not_taken(place: Workspace) -> None:
    (copy,) = sound_copies(place.backups)
    spoil(copy.path, pages_of(copy.path, "image")[0])
    before = place.database.read_bytes()
    assert sound_copies(place.backups) == []
    with pytest.raises(UsageError, match="cannot take its place"):
        restore(place, copy.path)
    assert place.database.read_bytes() == before


def test_no_good_copy_goes_for_one_of_a_damaged_file(place: Workspace) -> None:
    (copy,) = sound_copies(place.backups)
    spoil(place.database, pages_of(place.database, "image")[0])
    with pytest.raises(StoreError, match="reviewer restore"):
        daily_copy(place.database, place.backups, dt.date(2031, 5, 6))
    assert list(place.backups.glob("*.db")) == [copy.path]


def test_a_file_of_no_length_is_no_new_collection_where_there_are_copies(place: Workspace) -> None:
    place.database.write_bytes(b"")
    with pytest.raises(StoreError, match="reviewer restore"):
        Library.open(place.path)
    (copy,) = sound_copies(place.backups)
    restore(place, copy.path)
    assert answered(place) == [1, 2, 3]
