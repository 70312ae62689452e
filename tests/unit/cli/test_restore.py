from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_remedy_that_is_named_is_the_one_that_works(imported: Path) -> None:
    place = workspace_for(imported)
    with Library.open(place) as library:
        copy = library.back_up()
    assert copy is not None
    with (place / "collection.db").open("r+b") as file:
        file.truncate(6000)
    said = run("status", imported)
    assert said.code == 1
    remedy = shlex.split(said.err.split("can be read: reviewer ")[1])
    assert remedy == ["restore", "--workspace", str(place)]
    asked = run(*remedy, text="n\n")
    assert asked.code == 0
    assert run("status", imported).code == 1
    done = run(*remedy, "--yes")
    assert done.code == 0
    assert str(copy) in done.out
    assert "answers           1" in run("status", imported).out


def test_a_sound_database_is_left_as_it_is(imported: Path) -> None:
    place = workspace_for(imported)
    with Library.open(place) as library:
        library.back_up()
    before = (place / "collection.db").read_bytes()
    said = run("restore", imported, "--yes")
    assert said.code == 0
    assert "is sound" in said.out
    assert "1 rows of the log" in said.out
    assert (place / "collection.db").read_bytes() == before


def test_without_a_copy_it_says_what_can_be_done(imported: Path) -> None:
    place = workspace_for(imported)
    with (place / "collection.db").open("r+b") as file:
        file.truncate(6000)
    said = run("restore", imported, "--yes")
    assert said.code == 2
    assert "There is no sound copy" in said.err
