"""The workspace goes away under an open collection: no answer is taken for stored that is not."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import StoreError
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows lets no open file go")


@pytest.fixture
def library(make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path) -> Iterator[Library]:
    """Three images with a tag, one of them answered."""
    folder = make_folder({"a.png": "cat", "b.png": "cat", "c.png": "cat"})
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        answer(opened, 1)
        yield opened


def answer(library: Library, image_id: int) -> None:
    """Stores an answer, as a key does."""
    row = Decision(image_id, 1, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
    library.decisions.append([row])


def answers_in(workspace: Path) -> int:
    """What somebody finds there who opens it anew."""
    with Library.open(workspace) as library:
        return library.decisions.total()


def test_a_folder_that_was_moved_stores_nothing_until_it_is_back(library: Library) -> None:
    workspace = library.workspace.path
    away = workspace.with_name("away")
    workspace.rename(away)
    with pytest.raises(StoreError, match=r"collection\.db is not there any more.*Put it back"):
        answer(library, 2)
    with pytest.raises(StoreError, match="is not there any more"):
        library.state.set("place", "x")
    away.rename(workspace)
    answer(library, 3)
    library.close()
    assert answers_in(workspace) == 2


def test_a_folder_that_was_deleted_stores_nothing_and_closes(library: Library) -> None:
    shutil.rmtree(library.workspace.path)
    with pytest.raises(StoreError, match="is not there any more"):
        answer(library, 2)
    library.close()
    assert not library.workspace.path.exists()


def test_another_file_in_its_place_takes_no_answer(library: Library, tmp_path: Path) -> None:
    """As a program does that takes an older state from another machine."""
    older = tmp_path / "older.db"
    library.close()
    shutil.copy(library.workspace.database, older)
    with Library.open(library.workspace.path) as opened:
        answer(opened, 2)
        older.replace(opened.workspace.database)
        with pytest.raises(StoreError, match="another file now than the one that was opened"):
            answer(opened, 3)
